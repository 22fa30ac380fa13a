/**
 * Proves that a counts file is believed only when every line is whole and adds up.
 * That the plugin writes such lines is left to test/qemu/plugin-counts.test.ts.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCounts, readCounts } from "../../host/workflow/counts.ts";

const CLASSES = {
  alu: 10,
  mac: 4,
  mul: 0,
  div: 0,
  load: 3,
  loadMultiple: 1,
  store: 2,
  storeMultiple: 1,
  branch: 5,
  branchTaken: 4,
  fpu: 0,
  other: 1,
};

const RECORD = {
  region: 0,
  index: 7,
  // 10 + 4 + 3 + 1 + 2 + 1 + 5 + 1; taken branches are branches already counted
  instructions: 27,
  cycles: 41,
  cyclesSimple: 40,
  cyclesLow: 39,
  cyclesHigh: 52,
  loads: 4,
  stores: 3,
  bytesLoaded: 20,
  bytesStored: 16,
  assumed: 0,
  undecoded: 0,
  interrupted: 0,
  classes: CLASSES,
};

const line = (change: object = {}) => `${JSON.stringify({ ...RECORD, ...change })}\n`;

describe("parseCounts", () => {
  test("an empty file has no regions and no problems", () => {
    expect(parseCounts("")).toEqual({ regions: [], problems: [] });
  });

  test("records come out as they are, in order, without fields that are not theirs", () => {
    const text = line({ spare: "x" }) + line({ region: 15, index: 0 });
    const regions = [RECORD, { ...RECORD, region: 15, index: 0 }];
    expect(parseCounts(text)).toEqual({ regions, problems: [] });
  });

  test("what nothing decodes or charges is null", () => {
    const { cyclesLow: _, cyclesHigh: __, ...unbounded } = RECORD;
    const uncharged = { ...unbounded, cycles: null, cyclesSimple: null };
    const undecoded = {
      ...uncharged,
      ...{ assumed: null, undecoded: null, interrupted: null, classes: null },
    };
    expect(parseCounts(line(uncharged) + line(undecoded))).toEqual({
      regions: [uncharged, undecoded],
      problems: [],
    });
  });

  test("cycles come with their bounds, and not always with simple-m4", () => {
    const bounded = { ...RECORD, cyclesSimple: null };
    expect(parseCounts(line(bounded)).regions).toEqual([bounded]);
    const problem = parseCounts(line({ cyclesHigh: null })).problems[0];
    expect(problem?.detail).toBe("cyclesHigh is not a count");
  });

  test("the plugin's errors keep their word and their regions", () => {
    const text =
      '{"error":"nested-begin","region":1,"open":0}\n{"error":"end-without-begin","region":3,"open":null}\n';
    expect(parseCounts(text).problems).toEqual([
      { line: 1, what: "nested-begin", detail: "region 1, while region 0 was open" },
      { line: 2, what: "end-without-begin", detail: "region 3, with no region open" },
    ]);
  });

  test.each([
    ["no JSON", "{]\n", "not JSON"],
    ["an empty line", "\n", "not JSON"],
    ["a list", "[]\n", "not an object"],
    ["null", "null\n", "not an object"],
    ["a region above 15", line({ region: 16 }), "region is not 0..15"],
    ["a negative index", line({ index: -1 }), "index is not a count"],
    ["a fraction", line({ cycles: 1.5 }), "cycles is not a count"],
    ["a text for a number", line({ loads: "4" }), "loads is not a count"],
    ["a number above 2^53", line({ instructions: 2 ** 53 }), "instructions is not a count"],
    ["a missing number", line({ bytesLoaded: undefined }), "bytesLoaded is not a count"],
    ["one of two cycles", line({ cycles: null }), "cyclesSimple is not null"],
    ["cycles of what is not decoded", line({ classes: null }), "cycles is not null"],
    ["no instructions", line({ instructions: null }), "instructions is not a count"],
    ["no classes", line({ classes: undefined }), "classes are missing"],
    ["a missing class", line({ classes: { ...CLASSES, fpu: undefined } }), "classes.fpu"],
    ["classes that do not add up", line({ instructions: 28 }), "do not add up"],
    ["a very long line", `${" ".repeat(30_000)}\n`, "30000 characters"],
    ["an error with control characters", '{"error":"\\u001b[2J"}\n', "an error without a word"],
  ])("refuses %s", (_, text, detail) => {
    const { regions, problems } = parseCounts(text);
    expect(regions).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 1, what: "unreadable" });
    expect(problems[0]?.detail).toContain(detail);
  });

  test("a file cut off anywhere gives its whole lines and at most one problem", () => {
    const text = line() + line({ index: 8 });
    const first = line().length;
    for (let length = 0; length <= text.length; length++) {
      const { regions, problems } = parseCounts(text.slice(0, length));
      const isWhole = length === 0 || length === first || length === text.length;
      expect(regions).toHaveLength(length === text.length ? 2 : length >= first ? 1 : 0);
      expect(problems).toHaveLength(isWhole ? 0 : 1);
    }
  });

  test("a file of nothing but nonsense stops after a hundred problems", () => {
    expect(parseCounts("x\n".repeat(100_000)).problems).toHaveLength(100);
  });

  test("names from Object.prototype are not numbers", () => {
    const text = line({ classes: { __proto__: null, constructor: 1 } });
    expect(parseCounts(text).regions).toEqual([]);
  });
});

test("readCounts reads a file and passes on that it is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pioneer-counts-"));
  try {
    const file = join(folder, "counts");
    await writeFile(file, line());
    expect(await readCounts(file)).toEqual({ regions: [RECORD], problems: [] });
    await expect(readCounts(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
