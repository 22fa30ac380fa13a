/** Fitting a memory's wait states to loops of loads, by hand; storing them, and what they replace. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { checkMeasured, type MeasuredBoard } from "../../codegen/measured.ts";
import { withCalibration } from "../../codegen/memory/calibrated.ts";
import { fitWaits } from "../../codegen/memory/fit.ts";
import { calibrate } from "../../host/workflow/calibrate.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A load takes 2 cycles; 16 B come in 1 + 5: strides of 4, 8, 16, 32 leave them in 1/4, 1/2, 1, 1 of the laps. */
const laps = (cycles: number) => ({ minimum: cycles, median: cycles, maximum: cycles });
const LOOPS = [
  { strideBytes: 4, ...laps(3.25) },
  { strideBytes: 8, ...laps(4.5) },
  { strideBytes: 16, ...laps(7) },
  { strideBytes: 32, ...laps(7) },
];

describe("a fit", () => {
  test("finds the wait states that the loops were worked out from", () => {
    const fitted = fitWaits({ accessBytes: 16 }, 16, 2, LOOPS);
    expect(fitted.value).toBeCloseTo(5, 12);
    expect(fitted.residual).toBeCloseTo(0, 12);
  });

  test("of a line of four accesses takes them all: 4 x (1 + 5) - 1 = 23 cycles", () => {
    const loop = { strideBytes: 64, ...laps(25) };
    expect(fitWaits({ accessBytes: 16 }, 64, 2, [loop]).value).toBeCloseTo(5, 12);
  });

  test("gives the interval of the repeats, and never less than no wait", () => {
    const loop = { strideBytes: 16, minimum: 6, median: 7, maximum: 9 };
    expect(fitWaits({ accessBytes: 16 }, 16, 2, [loop]).interval).toEqual([4, 7]);
    expect(fitWaits({ accessBytes: 16 }, 16, 2, [{ strideBytes: 4, ...laps(1) }]).value).toBe(0);
  });

  test("refuses loops without a stride", () => {
    expect(() => fitWaits({ accessBytes: 16 }, 16, 2, [])).toThrow(RangeError);
    expect(() => fitWaits({ accessBytes: 4 }, 4, 2, [{ strideBytes: 0, ...laps(1) }])).toThrow();
  });
});

const board = loadBoard("nucleo-f446re");
const bench = (name: string, cycles: number) => ({
  name,
  kind: "measured",
  cyclesPerLap: laps(cycles),
  laps: 1000,
  repeats: 5,
  source: "made up for this test",
});
const REPORT = {
  schema: 1,
  board: board.id,
  firmware: { compiler: "gcc", flags: "-O2", clockHz: 180e6, counter: "DWT CYCCNT" },
  microbenchmarks: [bench("load-base", 2), bench("load-flash-16", 8), bench("load-flash-8", 5)],
  roofs: [],
  parameters: [],
};

async function run(report: object): Promise<unknown> {
  const from = join(folder, "report.json");
  writeFileSync(from, JSON.stringify(report));
  let printed: unknown;
  const context = { print: (document: unknown) => (printed = document) };
  await calibrate(context as never, { board: board.id, out: folder }, from);
  return printed;
}

describe("the verb", () => {
  test("stores what it fitted beside what was measured, and it replaces what was stated", async () => {
    // Flash by 16 B: 6 cycles of waiting a lap at 16, half of it at 8.
    expect(await run(REPORT)).toMatchObject({
      parameters: [{ name: "memories.flash.waitStates", unit: "cycle", kind: "modelled" }],
    });
    const stored: unknown = JSON.parse(readFileSync(join(folder, `${board.id}.json`), "utf8"));
    const measured: MeasuredBoard = checkMeasured(stored, board, "stored");
    const [flash, sram] = withCalibration(board, measured).memories;
    expect(flash?.waitStates?.value).toBeCloseTo(6, 12);
    expect(flash?.waitStates?.source).toContain("in place of 5 by RM0390");
    // 16 B in 6 + 4 cycles.
    expect(flash?.readBytesPerCycle?.value).toBeCloseTo(1.6, 12);
    expect(sram).toBe(board.memories[1]);
  });

  test("refuses a report of another board, of nothing, and one that is no report", async () => {
    await expect(run({ ...REPORT, board: "teensy41" })).rejects.toThrow("TP-USE-104");
    await expect(run({ ...REPORT, microbenchmarks: [] })).rejects.toThrow("TP-USE-105");
    await expect(run([])).rejects.toThrow("TP-USE-104");
  });
});
