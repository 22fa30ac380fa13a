/** The `formula` verb: what it reads, prints and refuses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ToolkitError } from "../../codegen/index.ts";
import { findFormula, parseInputs, THEMES } from "../../host/analyze/formulas/index.ts";
import { exactNumber, rangeText } from "../../host/analyze/formulas/text.ts";
import { formulaList, formulaPage } from "../../host/report/formulas.ts";
import type { VerbContext } from "../../host/workflow/context.ts";
import { formula } from "../../host/workflow/formula.ts";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { silentProgress } from "../../host/workflow/progress.ts";

interface Printed {
  readonly document: Record<string, unknown>;
  readonly text: string;
}

/** Types one command and gives what it printed. */
async function type(line: string, example = false): Promise<Printed> {
  const words = line.split(" ").filter((word) => word !== "");
  let printed: Printed | null = null;
  const context: VerbContext = {
    json: true,
    signal: new AbortController().signal,
    progress: silentProgress,
    colour: false,
    print(document, text) {
      printed = { document: document as Record<string, unknown>, text: text() };
    },
  };
  expect(await formula(context, { example }, words[0] ?? "", words)).toBe(0);
  if (printed === null) throw new Error("nothing was printed");
  return printed;
}

async function refusal(line: string): Promise<ToolkitError> {
  const error = await type(line).catch((thrown: unknown) => thrown);
  if (!(error instanceof ToolkitError)) throw new Error(`${line} was not refused: ${error}`);
  expect(error.exitStatus).toBe(2);
  return error;
}

const ridge = "ridge-point peakOpsPerSecond=312e12 peakBytesPerSecond=2039e9";

describe("one formula", () => {
  test("as a document", async () => {
    const { document } = await type(ridge);
    expect(document).toMatchObject({
      schema: 1,
      name: "ridge-point",
      inputs: { peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 },
      inputUnits: { peakOpsPerSecond: "op/s", peakBytesPerSecond: "byte/s" },
      unit: "op/byte",
      kind: "modelled",
      expression: "peakOpsPerSecond / peakBytesPerSecond",
      substituted: "312e12 / 2.039e12",
    });
    expect(document.value).toBeCloseTo(153.0, 1);
  });

  test("as text, with the numbers put in", async () => {
    const { text } = await type("stage-speedup otherSeconds=8m stageSeconds=10m factor=5");
    expect(text).toBe(
      `stage-speedup: speed-up of a pipeline of two stages when the second gets faster

  otherSeconds  0.008 s  time of the stage left as it is
  stageSeconds  0.01 s   time of the stage that gets faster
  factor        5 x      how much faster it gets

  (otherSeconds + stageSeconds) / (otherSeconds + stageSeconds / factor)
  = (0.008 + 0.01) / (0.008 + 0.01 / 5)
  = 1.8 x   ≈ modelled

source: Amdahl 1967`,
    );
  });

  test("says which inputs took their default", async () => {
    const { document, text } = await type("normal-quantile average=-10 deviation=5");
    expect(document).toMatchObject({ defaults: ["z"], inputs: { z: 2.33 } });
    expect(text).toContain("2.33 for P99, 1.645 for P95 (default)");
    expect(text).toContain("= (-10) + 2.33 * 5");
    expect(text).toContain("= 1.65 ");
  });

  test("reads a list", async () => {
    const { document, text } = await type("standard-deviation values=1,2,3,4,5");
    expect(document.value).toBeCloseTo(1.5811, 4);
    expect(text).toContain("sd([1, 2, 3, 4, 5])");
  });

  test("shows times, bytes and energies with the prefix that fits, too", async () => {
    expect((await type("network-floor", true)).text).toContain("= 0.01 s (10 ms)");
    expect((await type("parameter-bytes", true)).text).toContain("= 102.4e6 byte (102 MB)");
    expect((await type("kv-cache-bytes", true)).text).toContain("= 1073741824 byte (1.07 GB)");
    expect((await type("sustained-power", true)).text).toContain("= 2.25 W  ");
    expect((await type("training-ops", true)).text).toContain("= 8.4e21 op  ");
    expect((await type("ble-energy", true)).text).toContain("= 15.8916e-6 J (15.9 µJ)");
  });

  test("takes the worked example's inputs where none are given", async () => {
    const { document } = await type("amdahl factor=1e9", true);
    expect(document).toMatchObject({ inputs: { parallelShare: 0.9, factor: 1e9 } });
  });
});

test.each([
  ["312T", 312e12],
  ["2039G", 2039e9],
  ["1.5M", 1.5e6],
  ["4k", 4e3],
  ["8m", 8e-3],
  ["40u", 40e-6],
  ["40µ", 40e-6],
  ["3n", 3e-9],
  ["7p", 7e-12],
  ["1e3k", 1e6],
  [".5", 0.5],
  ["+2.", 2],
  ["1E-3", 1e-3],
])("%s is %d", (text, value) => {
  const littles = findFormula("littles-law");
  expect(parseInputs(littles, [`seconds=${text}`])).toEqual({ seconds: value });
});

describe("what is refused", () => {
  test.each([
    ["ridgepoint", "TP-USE-200", "ridge-point"],
    ["kv-cach", "TP-USE-200", "kv-cache-bytes"],
    ["xqzzy", "TP-USE-200", "none of the"],
    ["ridge-point 312e12", "TP-USE-201", "NAME=NUMBER"],
    ["ridge-point =3", "TP-USE-201", "peakOpsPerSecond [op/s]"],
    ["ridge-point peakOpsPerSecond=many", "TP-USE-202", "peakOpsPerSecond [op/s]"],
    ["ridge-point peakOpsPerSecond=", "TP-USE-202", "peakOpsPerSecond [op/s]"],
    ["ridge-point peakOpsPerSecond=1,000", "TP-USE-202", "312e12"],
    ["ridge-point peakOpsPerSecond=0x10", "TP-USE-202", "312e12"],
    ["ridge-point peakOpsPerSecond=NaN", "TP-USE-202", "312e12"],
    ["mean values=1,,2", "TP-USE-202", "commas"],
    ["ridge-point peakOps=3", "TP-USE-203", "peakOpsPerSecond [op/s], peakBytesPerSecond [byte/s]"],
    ["ridge-point __proto__=3", "TP-USE-203", "peakOpsPerSecond"],
    ["ridge-point", "TP-USE-204", "peakOpsPerSecond [op/s], peakBytesPerSecond [byte/s]"],
    ["ridge-point peakOpsPerSecond=1", "TP-USE-204", "peakBytesPerSecond [byte/s]"],
    [`${ridge.replace("2039e9", "0")}`, "TP-USE-205", "[byte/s]"],
    [`${ridge.replace("2039e9", "-1")}`, "TP-USE-205", "-1 byte/s"],
    [`${ridge.replace("2039e9", "1e999")}`, "TP-USE-205", "Infinity byte/s"],
    ["amdahl parallelShare=1.1 factor=2", "TP-USE-205", "0 to 1"],
    ["linear-ops inputSize=1.5 outputSize=1", "TP-USE-205", "whole, 1 or more"],
    ["standard-deviation values=1", "TP-USE-205", "2 values or more"],
    [`${ridge} peakBytesPerSecond=1`, "TP-USE-206", "twice"],
    ["ridge-point peakOpsPerSecond=1e300 peakBytesPerSecond=1e-300", "TP-USE-207", "powers of ten"],
    ["moe-distinct-experts experts=4 chosen=9 batch=1", "TP-USE-208", "9 is above experts 4"],
    [
      "thermal-time thermalResistance=8 heatCapacity=12 riseKelvin=18 watts=1",
      "TP-USE-208",
      "never reached",
    ],
    [
      "longest-active-time limitMw=1 intervalMs=10 activeMw=9 sleepMw=2",
      "TP-USE-208",
      "sleep alone",
    ],
  ])("%s: %s", async (line, code, said) => {
    const error = await refusal(line);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.message).toMatch(/^.+ \[TP-USE-\d{3}\]\n {2}why: .+\n {2}fix: .+$/);
  });
});

describe("the list", () => {
  test("has every formula with units, source and worked example", async () => {
    const { document } = await type("");
    const rows = document.rows as Record<string, unknown>[];
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(rows[0]).toMatchObject({
      theme: "Machine balance and roofline",
      name: "ridge-point",
      unit: "op/byte",
      inputs: [
        { name: "peakOpsPerSecond", unit: "op/s", range: "above 0" },
        { name: "peakBytesPerSecond", unit: "byte/s", range: "above 0" },
      ],
      example: { value: 153 },
    });
  });

  test("reads as text", () => {
    const text = formulaList(THEMES);
    expect(text).toContain(
      "  ridge-point [op/byte]: intensity from which arithmetic binds instead of memory\n" +
        "      peakOpsPerSecond / peakBytesPerSecond\n" +
        "      Williams, Waterman and Patterson",
    );
  });

  test("stands in docs/formulas.md as the script writes it", () => {
    const page = readFileSync(join(PROJECT_DIR, "docs", "formulas.md"), "utf8");
    expect(page, "npx tsx scripts/write-formulas.ts writes it").toBe(formulaPage(THEMES));
  });

  test("gives examples that read back exactly", () => {
    for (const each of THEMES.flatMap(({ formulas }) => formulas)) {
      for (const value of Object.values(each.example.inputs).flat()) {
        expect(Number(exactNumber(value))).toBe(value);
      }
    }
  });
});

test.each([
  [0, "0"],
  [1000, "1000"],
  [312e12, "312e12"],
  [2039e9, "2.039e12"],
  [1_073_741_824, "1073741824"],
  [-1.5e-9, "-1.5e-9"],
  [5e-324, "5e-324"],
  [1.7976931348623157e308, "1.7976931348623157e308"],
  [1e21, "1e21"],
  [0.1, "0.1"],
])("%d is typed %s", (value, text) => {
  expect(exactNumber(value)).toBe(text);
  expect(Number(text)).toBe(value);
});

test("ranges in words", () => {
  const range = (name: string, input: string) =>
    rangeText(findFormula(name).inputs.find((each) => each.name === input)?.range ?? never());
  expect(range("ridge-point", "peakOpsPerSecond")).toBe("above 0");
  expect(range("amdahl", "parallelShare")).toBe("0 to 1");
  expect(range("amdahl-limit", "parallelShare")).toBe("0 or more, below 1");
  expect(range("roofline-time", "computeEfficiency")).toBe("above 0, up to 1");
  expect(range("exponential-quantile", "quantile")).toBe("above 0, below 1");
  expect(range("linear-ops", "inputSize")).toBe("whole, 1 or more");
  expect(range("normal-quantile", "average")).toBe("any number");
  expect(range("ble-acknowledged-time", "intervalSeconds")).toBe("0.0075 to 4");
});

function never(): never {
  throw new RangeError("no such input");
}
