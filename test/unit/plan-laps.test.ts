/** Laps of the Cortex-M4's int8 kernel: cycles by Arm's table, long laps where a board can fetch them. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { lapCycles } from "../../codegen/plan/laps.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { planOf, target } from "./planned.ts";

describe("cycles of a block's columns, by hand", () => {
  // Of 32 columns, eight fours: 4 take 37 cycles, 4 take 38; LDR 2, CMP 1 but overlapped with a run of loads, branch 3.
  const short = 4 * 37 + 4 * 38 + 5;
  // Of 128, 32 fours: 20 and 12.
  const long = 20 * 37 + 12 * 38 + 5;

  test.each([
    [128, 4 * short, long],
    [256, 8 * short, 2 * long],
  ])("%i columns", (columns, inShort, inLong) => {
    expect(lapCycles(columns, 32)).toBe(inShort);
    expect(lapCycles(columns, 128)).toBe(inLong);
  });

  test("what is left of them costs the longer way more", () => {
    expect(lapCycles(96, 32)).toBe(3 * short);
    expect(lapCycles(96, 128)).toBeGreaterThan(3 * short);
    expect(lapCycles(100, 32)).toBeGreaterThan(3 * short + 38);
  });
});

describe("laps of a plan", () => {
  const shape = (size: number) => ({ name: "m", inputSize: size, lstms: [size], denses: [] });
  const onto = (board: string, size: number) =>
    planOf(shape(size), "int8", targetOf(loadBoard(board))).lapColumns;

  test("long where no code waits, short behind a cache of 1 or 2 KB", () => {
    expect(onto("qemu-m4", 64)).toBe(128);
    expect(onto("nucleo-f446re", 64)).toBe(32);
    expect(onto("nrf52840-dk", 64)).toBe(32);
    expect(onto("redboard-artemis", 64)).toBe(128);
  });

  test("short where columns fill no long one, and on other cores", () => {
    expect(onto("qemu-m4", 48)).toBe(32);
    expect(onto("qemu-m7", 64)).toBe(32);
    expect(planOf(shape(64), "int16x8", { ...target, loopBytes: null }).lapColumns).toBe(32);
  });

  test("short where long ones would spare less than a hundredth", () => {
    // A GRU's gates read 128 columns, its candidate's halves 64 each, in short laps either way.
    const grus = [{ size: 64, resetAfter: true }];
    const model = { name: "m", inputSize: 64, lstms: [], grus, denses: [] };
    expect(planOf(model, "int8", targetOf(loadBoard("qemu-m4"))).lapColumns).toBe(32);
  });

  test("the layout is the same, and so are the bits and the digest", () => {
    const [short, long] = [1024, null].map((loopBytes) =>
      planOf(shape(64), "int8", { ...target, loopBytes }),
    );
    expect(short?.digest).toBe(long?.digest);
  });
});
