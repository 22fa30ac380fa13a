/** The verbs `save` and `compare`: names, files, folders, exit statuses, and reports that hostile names do not break. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { ToolkitError } from "../../codegen/index.ts";
import type { ComparisonDocument } from "../../host/analyze/comparison/document.ts";
import { compareSides } from "../../host/analyze/comparison/document.ts";
import { comparisonJunit } from "../../host/report/comparison-junit.ts";
import { comparisonMarkdown } from "../../host/report/comparison-markdown.ts";
import { comparisonText } from "../../host/report/comparison-text.ts";
import { lastRecording } from "../../host/workflow/baselines.ts";
import type { CompareOptions } from "../../host/workflow/compare.ts";
import { compare } from "../../host/workflow/compare.ts";
import type { VerbContext } from "../../host/workflow/context.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import type { SaveOptions } from "../../host/workflow/save.ts";
import { save } from "../../host/workflow/save.ts";
import { record, side, times } from "./comparison-records.ts";
import { readXml } from "./xml-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-compare-"));
const dir = join(folder, "baselines");
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number;
  readonly document: ComparisonDocument;
  readonly text: string;
}

async function type(work: (context: VerbContext) => Promise<number>): Promise<Ended> {
  let printed: Omit<Ended, "status"> | undefined;
  const status = await work({
    json: true,
    signal: new AbortController().signal,
    progress: silentProgress,
    colour: false,
    print(document, text) {
      printed = { document: document as ComparisonDocument, text: text() };
    },
  });
  if (printed === undefined) throw new Error("nothing was printed");
  return { status, ...printed };
}

const typeSave = (options: SaveOptions, ...words: readonly string[]) =>
  type((context) => save(context, { dir, ...options }, words[0] ?? "", words));
const typeCompare = (options: CompareOptions, ...words: readonly string[]) =>
  type((context) => compare(context, { dir, ...options }, words[0] ?? "", words));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof ToolkitError ? error.code : `no error: ${String(error)}`;
}

/** A CSV of measured repetitions. */
function csv(name: string, seed: number, level: number, count = 60): string {
  const path = join(folder, name);
  const rows = times(seed, level, count).map((seconds) => `pc,conv,measured,${seconds}`);
  writeFileSync(path, `machine,workload,kind,time [s]\n${rows.join("\n")}\n`);
  return path;
}

const before = csv("before.csv", 1, 1e-3);
const same = csv("same.csv", 2, 1e-3);
const slower = csv("slower.csv", 3, 1.05e-3);
const few = csv("few.csv", 4, 1.01e-3, 4);

describe("exit status", () => {
  test("0 when nothing rose, 1 on a regression, 0 the other way round", async () => {
    expect((await typeCompare({}, before, same)).status).toBe(0);
    expect((await typeCompare({}, before, slower)).status).toBe(1);
    expect((await typeCompare({}, slower, before)).status).toBe(0);
  });

  test("a rise below what matters is none", async () => {
    const { status, document } = await typeCompare({ minEffect: 10 }, before, slower);
    expect([status, document.verdict, document.minEffect]).toEqual([0, "same", 0.1]);
  });

  test("too few samples: 0 with the word, 1 when strict", async () => {
    const { status, text } = await typeCompare({}, few, few);
    expect(status).toBe(0);
    expect(text).toContain("cannot tell");
    expect(text).toMatch(/\d+ repetitions a side give 80 %/);
    expect((await typeCompare({ strict: true }, few, few)).status).toBe(1);
  });
});

describe("saved baselines", () => {
  test("keep every repetition: comparing the name is comparing the file", async () => {
    const { document } = await typeSave({}, "kept", before);
    expect(document).toMatchObject({ schema: 1, name: "kept", runs: 1, replaced: false });
    const byName = await typeCompare({}, "kept", slower);
    const byFile = await typeCompare({}, before, slower);
    expect(byName.document.rows).toEqual(byFile.document.rows);
  });

  test("hold several runs, saved at once, added, or as a folder", async () => {
    await typeSave({}, "three", before, same);
    await typeSave({ add: true }, "three", slower);
    const runs = join(folder, "runs");
    mkdirSync(runs);
    for (const name of ["one.csv", "two.csv", "three.csv"]) {
      writeFileSync(join(runs, name), readFileSync(before));
    }
    const { document } = await typeCompare({}, "three", runs);
    expect([document.baseline.runs, document.candidate.runs]).toEqual([3, 3]);
    expect(document.rows[0]?.method).toBe("runs");
  });

  test("are replaced whole, and nothing else is left beside them", async () => {
    await typeSave({}, "again", before);
    expect((await typeSave({}, "again", slower)).document).toMatchObject({ replaced: true });
    expect(await codeOf(typeSave({}, "again", join(folder, "missing")))).toBe("TP-USE-280");
    expect((await typeCompare({}, "again", slower)).document.verdict).toBe("same");
    expect(readdirSync(dir).every((name) => name.endsWith(".json"))).toBe(true);
  });

  test.each([
    ["a name that leaves the folder", () => typeSave({}, "../x", before), "TP-USE-330"],
    ["a name that hides", () => typeSave({}, ".x", before), "TP-USE-330"],
    ["an empty name", () => typeSave({}, "", before), "TP-USE-330"],
    ["adding to nothing", () => typeSave({ add: true }, "nothing", before), "TP-USE-334"],
    ["neither name nor file", () => typeCompare({}, "nothing", before), "TP-USE-280"],
    [
      "a job's summary without a job",
      () => typeCompare({ github: true }, before, same),
      "TP-USE-335",
    ],
  ] as const)("%s is refused", async (_, work, code) => {
    vi.stubEnv("GITHUB_STEP_SUMMARY", "");
    expect(await codeOf(work())).toBe(code);
    vi.unstubAllEnvs();
  });

  test("an empty folder and a folder without recordings are refused", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(await codeOf(typeCompare({}, empty, before))).toBe("TP-USE-331");
    expect(() => lastRecording(empty)).toThrow("TP-USE-333");
  });

  test("a word that is a name and a file is refused", async () => {
    // The tests run in the project's folder, which has a README.md.
    await typeSave({}, "README.md", before);
    expect(await codeOf(typeCompare({}, "README.md", before))).toBe("TP-USE-332");
  });

  test("a damaged baseline is refused", async () => {
    await typeSave({}, "damaged", before);
    const path = join(dir, "damaged.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, text.length / 2));
    expect(await codeOf(typeCompare({}, "damaged", before))).toBe("TP-USE-282");
    writeFileSync(path, text.replace(/"samples":\[[^,]*/, '"samples":[-1'));
    expect(await codeOf(typeCompare({}, "damaged", before))).toBe("TP-USE-284");
  });

  test("the last recording is the newest", () => {
    const recordings = join(folder, "recordings");
    mkdirSync(recordings);
    writeFileSync(join(recordings, "only.tpcap"), "");
    writeFileSync(join(recordings, "running.tpcap.17"), "");
    expect(lastRecording(recordings)).toBe(join(recordings, "only.tpcap"));
  });
});

describe("reports", () => {
  test("are written where asked, the job's summary appended to", async () => {
    const files = ["m.md", "j.xml", "g.md"].map((name) => join(folder, name));
    const [markdown = "", junit = "", github = ""] = files;
    writeFileSync(github, "before\n");
    await typeCompare({ markdown, junit, github }, before, slower);
    expect(readFileSync(github, "utf8")).toBe(`before\n${readFileSync(markdown, "utf8")}\n`);
    expect(readXml(readFileSync(junit, "utf8")).attributes.failures).toBe("1");
    vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder, "job.md"));
    await typeCompare({ github: true }, before, slower);
    vi.unstubAllEnvs();
    expect(existsSync(join(folder, "job.md"))).toBe(true);
  });

  const hostile = `</a>]]>&"'<!--|\`@all![x](y)\u0000\u001b[31m\ud800\ufffe\u{1f600}\n# end`;
  const document = compareSides(
    side(hostile, [
      record({ machine: hostile, workload: hostile, flags: hostile, instructions: 5 }),
      record({ workload: "few", samples: [1, 2] }),
      record({ workload: "steady", instructions: 7 }),
    ]),
    side(hostile, [
      record({ machine: hostile, workload: hostile, instructions: 6 }),
      record({ workload: "few", samples: [1, 2] }),
      record({ workload: "steady", instructions: 7 }),
    ]),
  );

  test("JUnit: well formed, one case a number, hostile names as they are where XML can hold them", () => {
    const root = readXml(comparisonJunit(document, false));
    const [suite] = root.children;
    const counts = { tests: "3", failures: "1", errors: "0", skipped: "1" };
    expect(root).toMatchObject({ name: "testsuites", attributes: counts });
    expect(suite).toMatchObject({ name: "testsuite", attributes: counts });
    const cases = suite?.children.filter(({ name }) => name === "testcase") ?? [];
    const held = `</a>]]>&"'<!--|\`@all![x](y)··[31m··\u{1f600}\n# end`;
    expect(cases[0]?.attributes.classname).toBe(held);
    expect(cases[0]?.attributes.name).toBe(`${held}: instructions`);
    expect(cases.map(({ children }) => children[0]?.name)).toEqual([
      "failure",
      "skipped",
      "system-out",
    ]);
    expect(cases[0]?.children[0]?.attributes.message).toContain("+20.0 %");
  });

  test("JUnit: when strict, what cannot be told is a failure", () => {
    const root = readXml(comparisonJunit(document, true));
    expect(root.attributes).toMatchObject({ failures: "2", skipped: "0" });
  });

  test("the reader of this test refuses what is not well formed", () => {
    for (const wrong of ["<a>", "<a></b>", "<a/><b/>", "<a>&</a>", '<a b="<"/>', "<a>\u0001</a>"]) {
      expect(() => readXml(wrong)).toThrow();
    }
  });

  test("Markdown: hostile names start no tag, link, mention, heading or cell", () => {
    const lines = comparisonMarkdown(document).split("\n");
    const row = lines.find((line) => line.includes("✗ regression") && line.startsWith("|")) ?? "";
    expect(row.split("|")).toHaveLength(9);
    const text = lines.join("\n");
    expect(text).not.toMatch(/<(?!\/?(?:details|summary)>)|\]\(|@all|^# end/m);
  });

  test("a terminal gets no control characters but line ends", () => {
    expect(comparisonText(document, false)).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("the text says what is exact, what changed, and the codes of warnings", () => {
    const text = comparisonText(document, false);
    expect(text).toContain("✗ regression");
    expect(text).toContain("counted, so exact");
    expect(text).toContain("-> -O2");
    expect(text).toContain("[TP-USE-326]");
  });
});
