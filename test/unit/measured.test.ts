import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findMeasured, listBoards, type MeasuredBoard } from "../../codegen/index.ts";

const REAL = { id: "nucleo-l476rg", kind: "real" } as const;
const EMULATED = { id: "qemu-m4", kind: "emulated" } as const;

const REPORT: MeasuredBoard = {
  schema: 1,
  board: REAL.id,
  firmware: { compiler: "GCC 12.2.1", flags: "-O3", clockHz: 80e6, counter: "DWT CYCCNT" },
  microbenchmarks: [
    {
      name: "mac-int16",
      kind: "measured",
      cyclesPerLap: { minimum: 16, median: 16, maximum: 16.5 },
      laps: 64,
      repeats: 5,
      source: "the board's counter",
    },
  ],
  roofs: [{ name: "macs.int16", value: 2, unit: "MAC/cycle", kind: "measured", source: "a loop" }],
  parameters: [],
};

describe("boards/measured", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "pioneer-measured-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const read = (value: unknown, board: typeof REAL | typeof EMULATED = REAL) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    writeFileSync(join(directory, `${board.id}.json`), text);
    return findMeasured(board, directory);
  };

  it("gives what a board reported, and nothing where none has", () => {
    expect(read(REPORT)).toEqual(REPORT);
    expect(findMeasured({ id: "rpipico", kind: "real" }, directory)).toBeNull();
  });

  it("lets nothing modelled pass as measured, nor the other way round", () => {
    const emulated = { ...REPORT, board: EMULATED.id };
    expect(() => read(emulated, EMULATED)).toThrow(/mac-int16: measured on a board of kind emul/);
    const modelled = REPORT.roofs.map((roof) => ({ ...roof, kind: "modelled" }));
    expect(() => read({ ...REPORT, roofs: modelled })).toThrow(/macs.int16: modelled on a board/);
  });

  it("takes parameters that a model fitted to a board's own cycles", () => {
    const value = { value: 4, unit: "cycle", kind: "modelled", source: "fit" };
    const parameters = [{ name: "memories.flash.waitStates", ...value }];
    expect(read({ ...REPORT, parameters })?.parameters).toHaveLength(1);
  });

  it.each([
    ["not JSON", "{", /JSON/],
    ["another board's", { ...REPORT, board: "rpipico" }, /board: must be "nucleo-l476rg"/],
    ["a field too many", { ...REPORT, extra: 1 }, /extra/],
    ["no clock", { ...REPORT, firmware: { ...REPORT.firmware, clockHz: null } }, /clockHz/],
    ["a roof twice", { ...REPORT, roofs: [...REPORT.roofs, ...REPORT.roofs] }, /there twice/],
    [
      "an interval turned round",
      { ...REPORT, roofs: [{ ...REPORT.roofs[0], interval: [3, 1] }] },
      /ends before it begins/,
    ],
  ])("refuses %s", (_, value, why) => {
    expect(() => read(value)).toThrow(why);
    expect(() => read(value)).toThrow(/TP-USE-104/);
  });

  it("holds only files that are sound", () => {
    for (const board of listBoards()) expect(() => findMeasured(board)).not.toThrow();
  });
});
