/** Waterfalls: bars by hand, forms against counts they were not fitted to, and recorded steps. */
import { describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { formInstructions, kernelForm } from "../../host/analyze/kernel-instructions.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import { counted } from "../../host/analyze/quantity.ts";
import { recordedWaterfall } from "../../host/analyze/recorded-waterfall.ts";
import { stacked } from "../../host/analyze/waterfall.ts";
import { facts } from "../golden/report/facts.ts";

test("bars begin where the one before ends, totals at 0", () => {
  const part = (name: string, role: "step" | "total", value: number) => ({
    name,
    role,
    amount: counted(value, "byte", "hand"),
    words: "",
  });
  const bars = stacked([part("a", "step", 3), part("b", "step", -1), part("c", "total", 2)]);
  expect(bars.map(({ from, to }) => [from, to])).toEqual([
    [0, 3],
    [3, 2],
    [0, 2],
  ]);
});

describe("the traffic of a frame", () => {
  const { traffic } = analyzeRun(facts);
  const of = (name: string) => traffic?.bars.find((bar) => bar.name === name);

  test("is planned parts beside what was counted, with what is left", () => {
    // 28288 + 6912 + 256 + 1408 + 2304 = 39168 planned; 36000 loaded and 1500 stored in each frame.
    expect(of("as planned")).toMatchObject({ from: 0, to: 39168, amount: { kind: "modelled" } });
    expect(of("counted")?.amount).toMatchObject({ value: 37500, kind: "counted" });
    expect(of("kept in registers")).toMatchObject({ role: "rest", from: 39168, to: 37500 });
  });

  test("names spills where more was counted than planned", () => {
    const frames = facts.frames.map((frame) => ({ ...frame, bytesLoaded: 50000 }));
    const { bars } = analyzeRun({ ...facts, frames }).traffic ?? { bars: [] };
    const rest = bars.find(({ role }) => role === "rest");
    expect(rest).toMatchObject({ name: "spills and the rest", amount: { value: 51500 - 39168 } });
  });

  test("is null with the reason where the recording keeps no work", () => {
    const { work: _, ...older } = facts;
    const bare = analyzeRun(older);
    expect(bare.traffic).toBeNull();
    expect(bare.why.traffic).toMatch(/plan's work/);
  });
});

describe("forms of a cell", () => {
  // I/H = 128/256: 393,216 MACs in 1024 rows; the fit has seen 64/64 and 128/128 only.
  test.each([
    ["cortex-m4", "naiveFloat", 5.3],
    ["cortex-m4", "naiveInt8", 5.3],
    ["cortex-m4", "rows", 2.239],
    ["cortex-m4", "packed", 1.051],
    ["cortex-m7", "naiveInt8", 5.29],
    ["cortex-m7", "rows", 2.239],
    ["cortex-m7", "packed", 1.052],
    ["cortex-m55", "naiveInt8", 4.33],
    ["cortex-m55", "rows", 0.627],
    ["cortex-m55", "packed", 0.187],
    ["rv32imc", "naiveInt8", 7.28],
    ["rv32imc", "rows", 5.346],
    ["rv32imc", "packed", 3.263],
    ["xtensa-lx106", "naiveInt8", 11.5],
    ["xtensa-lx106", "rows", 8.363],
    ["xtensa-lx106", "packed", 3.533],
  ] as const)("%s %s: %d instructions a MAC at 128/256", (core, name, expected) => {
    const form = kernelForm(core, name);
    const perMac = form && formInstructions(form, 393216, 1024) / 393216;
    expect(Math.abs((perMac ?? 0) / expected - 1)).toBeLessThan(0.01);
  });

  test("nobody counted floats on a core without an FPU", () => {
    expect(kernelForm("rv32imc", "naiveFloat")).toBeNull();
  });
});

describe("the optimisation of a run", () => {
  const { optimisation, latencyMs } = analyzeRun(facts);

  test("goes down by precision, fusion and algorithm to what was emitted", () => {
    expect(optimisation?.bars.map(({ name, role }) => [name, role])).toEqual([
      ["naive float32", "total"],
      ["precision: int8", "step"],
      ["fusion: rows together", "step"],
      ["algorithm: packed", "step"],
      ["this program", "rest"],
      ["as emitted", "total"],
    ]);
    expect(optimisation?.bars.at(-1)?.to).toBeCloseTo(latencyMs?.p50 ?? 0, 12);
    expect(optimisation?.bars.at(-2)?.to).toBeCloseTo(latencyMs?.p50 ?? 0, 12);
  });

  test("of float32 is instructions at the run's CPI and four bytes a weight from flash, by hand", () => {
    // 5.04 x 26624 + 102.4 x 288 instructions; 46390 cycles of 34300; 4 x 26912 B at 2, not 4, byte a cycle; 64 MHz.
    const instructions = 5.04 * 26624 + 102.4 * 288;
    const cycles = (instructions * 46390) / 34300 + 4 * 26912 * (1 / 2 - 1 / 4);
    expect(optimisation?.bars[0]?.to).toBeCloseTo((cycles / 64e6) * 1e3, 6);
  });

  test("is in instructions where no table gives cycles", () => {
    const frames = facts.frames.map((frame) => ({ ...frame, cycles: null, cyclesSimple: null }));
    expect(analyzeRun({ ...facts, frames }).optimisation?.unit).toBe("instruction");
  });

  test("begins with naive int8 where nobody counted floats", () => {
    const as = facts.as && { ...facts.as, core: "rv32imc" };
    const found = analyzeRun({ ...facts, as }).optimisation;
    expect(found?.bars[0]).toMatchObject({ name: "naive int8", role: "total" });
    expect(found?.explanation).toContain("in naive int8 by formula");
  });

  test("names what is missing", () => {
    expect(analyzeRun({ ...facts, frames: [] }).why.optimisation).toMatch(/nothing counted/);
  });
});

describe("recorded steps", () => {
  const record = (file: string, p50: number | null, change: object = {}): MachineRecord => ({
    id: file,
    machine: "board",
    machineClass: "board",
    workload: { name: "hearable", ops: null, bytesMoved: null },
    time: {
      kind: "measured",
      source: "stopwatch",
      unit: "s",
      count: 3,
      min: null,
      mean: null,
      p50,
      p90: null,
      p99: null,
      max: null,
      relativeError: 0,
    },
    samples: [],
    metrics: {},
    roofs: [],
    origin: { format: "CSV", file, records: "1" },
    setup: { format: file },
    warnings: [],
    ...change,
  });

  test("stages of 8 + 10 ms, the second 5x faster: 1.80x", () => {
    const found = recordedWaterfall([record("a/before.csv", 18e-3), record("after.csv", 10e-3)]);
    expect(found.bars.map(({ name, to }) => [name, Math.round(to)])).toEqual([
      ["before", 18],
      ["after", 10],
      ["at the end", 10],
    ]);
    expect(found.bars[1]?.amount).toMatchObject({ value: -8, kind: "measured" });
    expect(found.explanation).toContain("1.8x in 1 step");
  });

  test("are one a file: the computer beside a run is no step", () => {
    const pc = record("b.csv", 1e-3, { machine: "computer" });
    const found = recordedWaterfall([record("a.csv", 3e-3), record("b.csv", 2e-3), pc]);
    expect(found.bars).toHaveLength(3);
  });

  test.each([
    ["TP-USE-370", [] as MachineRecord[]],
    ["TP-USE-370", [record("a", 1)]],
    ["TP-USE-370", [record("a", 1), record("b", null)]],
    ["TP-USE-371", [record("a", 1), record("b", 1, { machine: "other" })]],
    ["TP-USE-371", [record("a", 1), record("b", 1, { workload: { name: "x" } })]],
  ])("%s", (code, records) => {
    expect(() => recordedWaterfall(records)).toThrow(expect.objectContaining({ code }));
  });
});
