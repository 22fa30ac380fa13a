/** Every number of every board has a unit, a source and a confidence, in the files and in what `pioneer boards --json` says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BOARDS_DIRECTORY, boardIds } from "../../codegen/index.ts";
import { boardDetails, boardList } from "../../host/workflow/boards.ts";

const PROVENANCE = ["value", "unit", "source", "confidence"];

/** Paths of numbers that no source and confidence go with. */
function unsourced(node: unknown, path = "", isSourced = false): readonly string[] {
  if (typeof node === "number") return isSourced ? [] : [path];
  if (typeof node !== "object" || node === null) return [];
  const { value, source, confidence } = node as Readonly<Record<string, unknown>>;
  const isComplete = typeof source === "string" && source !== "" && confidence !== undefined;
  if (value !== undefined && !isComplete) return [path];
  return Object.entries(node).flatMap(([name, child]) =>
    unsourced(child, path === "" ? name : `${path}.${name}`, isSourced || isComplete),
  );
}

/** Paths of objects that state a number, without what must go with it in a report. */
function incomplete(node: unknown, path = ""): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const stated = node as Readonly<Record<string, unknown>>;
  const wrong =
    typeof stated.value === "number" &&
    (PROVENANCE.some((field) => stated[field] === undefined || stated[field] === "") ||
      stated.kind !== "stated" ||
      !/^[SM]$/.test(String(stated.confidence)));
  return [
    ...(wrong ? [path] : []),
    ...Object.entries(node).flatMap(([name, child]) => incomplete(child, `${path}.${name}`)),
  ];
}

test("the audit finds a number without a source, and one without a confidence", () => {
  const sourced = { value: 1, unit: "byte", source: "RM0390", confidence: "S", interval: [1, 2] };
  expect(unsourced({ bytes: sourced, ways: 4 })).toEqual(["ways"]);
  const { confidence: _, ...bare } = sourced;
  expect(unsourced({ memories: [{ bytes: bare }] })).toEqual(["memories.0.bytes"]);
  expect(incomplete({ bytes: { ...sourced, kind: "measured" } })).toEqual([".bytes"]);
  expect(incomplete({ bytes: { ...sourced, kind: "stated" } })).toEqual([]);
});

test("17 real boards or more, 7 emulated ones or more, each with an id of its own", () => {
  const { rows } = boardList();
  const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
  expect(count("real")).toBeGreaterThanOrEqual(17);
  expect(count("emulated")).toBeGreaterThanOrEqual(7);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(incomplete(rows)).toEqual([]);
});

describe.each(boardIds())("%s", (id) => {
  test("states no number without its source and confidence", () => {
    const file = JSON.parse(readFileSync(join(BOARDS_DIRECTORY, `${id}.json`), "utf8"));
    expect(unsourced(file)).toEqual(["schema"]);
  });

  test("shows each as stated, with unit, source and confidence", () => {
    expect(incomplete(boardDetails(id))).toEqual([]);
  });
});
