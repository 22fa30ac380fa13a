import { describe, expect, test } from "vitest";
import type { RunFacts } from "../../host/analyze/facts.ts";
import { measured } from "../../host/analyze/quantity.ts";
import { budgetsPicture, comparisonPicture } from "../../host/report/bars-svg.ts";
import { framesPicture } from "../../host/report/frames-svg.ts";
import { renderHtml } from "../../host/report/html.ts";
import { renderMarkdown } from "../../host/report/markdown.ts";
import { mixPicture } from "../../host/report/mix-svg.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { rooflinePicture } from "../../host/report/roofline-svg.ts";
import { standaloneSvg } from "../../host/report/svg.ts";
import { renderTerminal } from "../../host/report/terminal.ts";
import { facts } from "./report/facts.ts";

const input = reportInput(facts);
const { document, cycles } = input;
const golden = (name: string) => `./report/${name}`;
const terminalOf = (changes: Partial<RunFacts>) =>
  renderTerminal(reportInput({ ...facts, ...changes }).document, { color: false });

describe("a run that holds its budgets", () => {
  test("as JSON", async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
      golden("document.json"),
    );
  });
  test("in a terminal", async () => {
    await expect(terminalOf({})).toMatchFileSnapshot(golden("holds.txt"));
  });
  test("as Markdown", async () => {
    await expect(renderMarkdown(document)).toMatchFileSnapshot(golden("holds.md"));
  });
  test("as HTML", async () => {
    await expect(renderHtml(input)).toMatchFileSnapshot(golden("holds.html"));
  });
});

test("a run that misses its budgets and its twin, in a terminal", async () => {
  const missed = terminalOf({
    budgets: { latencyMs: 0.7, powerMw: 0.5 },
    verify: { bitExact: false, mismatches: 7, comparedValues: 6400, maxFloatError: null },
  });
  await expect(missed).toMatchFileSnapshot(golden("missed.txt"));
});

test("a run that lost more than it may, on a board whose clock is off, in a terminal", async () => {
  const lost = terminalOf({
    link: {
      ...{ bytes: 31240, records: 404, discardedBytes: 512, lostRecords: 9 },
      ...{ droppedRecords: 3, badFrames: 1 },
    },
    clock: {
      error: measured(
        -5120,
        "ppm",
        "device's clock against this computer's, fastest records",
        [-5123, -5117],
      ),
      ...{ seconds: 74, longEnough: true },
    },
  });
  await expect(lost).toMatchFileSnapshot(golden("lost.txt"));
  expect(lost).toMatch(/^The run is void: 9 of 413 records lost \(2\.2 %, at most 1 %\)/m);
});

test("a run on the emulated board alone, in a terminal", async () => {
  await expect(terminalOf({ as: null, host: null, audio: null })).toMatchFileSnapshot(
    golden("emulated-only.txt"),
  );
});

describe("pictures", () => {
  test("the roofline", async () => {
    if (document.roofline === null) throw new Error("the fixture has roofs");
    const picture = rooflinePicture(document.roofline, "hearable on nRF52840 DK");
    await expect(standaloneSvg(picture)).toMatchFileSnapshot(golden("roofline.svg"));
  });
  test("the frames, also more of them than pixels", async () => {
    await expect(standaloneSvg(framesPicture(cycles, "modelled"))).toMatchFileSnapshot(
      golden("frames.svg"),
    );
    const many = Array.from({ length: 5000 }, (_, i) => 46000 + ((i * 7919) % 1000));
    const { body } = framesPicture(many, "measured");
    expect(body.length).toBeLessThan(30_000);
  });
  test("budgets, machines and instruction classes", async () => {
    await expect(standaloneSvg(budgetsPicture(document.budgets ?? []))).toMatchFileSnapshot(
      golden("budgets.svg"),
    );
    await expect(standaloneSvg(comparisonPicture(document.comparison, 10))).toMatchFileSnapshot(
      golden("comparison.svg"),
    );
    await expect(standaloneSvg(mixPicture(document.classes ?? {}))).toMatchFileSnapshot(
      golden("mix.svg"),
    );
  });
});
