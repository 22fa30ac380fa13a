/**
 * Proves that what is estimated before a run, what the analyzer estimates of other boards and what the emulator charges
 * come from one description of each board and core.
 * Whether that description is right is left to docs/timing.md's comparison with measured cycles.
 */
import { describe, expect, test } from "vitest";
import { listBoards, loadBoard, weightWaits } from "../../codegen/index.ts";
import { coreFactsOf } from "../../host/analyze/core-facts.ts";
import { weightStalls } from "../../host/analyze/index.ts";
import { loadCoreTable } from "../../host/workflow/core-table.ts";
import { knownBoard } from "../../host/workflow/known-board.ts";

const BOARDS = listBoards()
  .filter(({ kind }) => kind === "real")
  .map(({ id }) => [id] as const);

describe("waits for weights", () => {
  test.each(BOARDS)("of %s are the generator's, whoever asks", (id) => {
    const board = loadBoard(id);
    const { residentBytes, stallsOf } = weightWaits(board);
    for (const bytes of [1, 1000, 28_000, 300_000]) {
      const cycles = bytes <= residentBytes ? 0 : stallsOf(bytes);
      expect(weightStalls(bytes, knownBoard(board)).cycles, `${bytes} B`).toBe(cycles);
    }
  });

  // 28,000 B by 64 bits, each 4 wait states beyond its first cycle; its lines hold 256 B.
  test("of a Nucleo-L476RG by hand", () => {
    expect(weightStalls(28_000, knownBoard(loadBoard("nucleo-l476rg"))).cycles).toBe(3500 * 4);
  });

  test("of an emulated board are none", () => {
    expect(weightStalls(28_000, knownBoard(loadBoard("qemu-m4"))).cycles).toBe(0);
  });
});

/** Issue width, bytes a cycle through the port, cycles of a 32-bit and of a float32 MAC, from the rules alone. */
describe("roofs of a core", () => {
  const rule = (core: string, name: string): number => loadCoreTable(core).rules[name]?.value ?? 0;
  const separate = (core: string) => rule(core, "mul") + rule(core, "alu");
  test.each([
    ["cortex-m0", 1, separate("cortex-m0"), null],
    ["cortex-m0plus", 1, separate("cortex-m0plus"), null],
    ["cortex-m4", 1, rule("cortex-m4", "mac"), rule("cortex-m4", "fpuMac")],
    ["cortex-m7", 2, rule("cortex-m7", "pairMultiply"), rule("cortex-m7", "fpuMacBusy")],
    ["rv32imc", 1, separate("rv32imc"), null],
    ["xtensa-lx106", 1, separate("xtensa-lx106"), null],
    ["xtensa-mac16", 1, separate("xtensa-mac16"), null],
  ])("%s follow from its table", (core, width, word, float) => {
    const facts = coreFactsOf(core);
    expect(loadCoreTable(core).issueWidth.value).toBe(width);
    expect(facts?.issue.value).toBe(width);
    expect(facts?.compute[0]?.macsPerCycle.value).toBe(1 / word);
    expect(facts?.compute[1]?.macsPerCycle.value ?? null).toBe(float === null ? null : 1 / float);
  });

  // Four products of 32 bits in as many cycles as a vector has beats; two instructions share a cycle only when both are short.
  test("cortex-m55 multiplies four at a time", () => {
    const facts = coreFactsOf("cortex-m55");
    const beats = rule("cortex-m55", "vectorBeats");
    expect(facts?.compute.map(({ macsPerCycle }) => macsPerCycle.value)).toEqual([
      4 / beats,
      4 / beats,
    ]);
    expect(facts?.port.value).toBe(16 / beats);
    expect(facts?.issue.value).toBe(1);
  });

  // Two instructions share a cycle only beside a branch, IT or NOP: pairAny parts all others.
  test("cortex-m33 issues one of what computes", () => {
    expect(rule("cortex-m33", "pairAny")).toBe(1);
    expect(coreFactsOf("cortex-m33")?.issue.value).toBe(1);
    expect(coreFactsOf("cortex-m33")?.compute[1]?.macsPerCycle.value).toBe(
      1 / rule("cortex-m33", "fpuMacBusy"),
    );
    expect(coreFactsOf("cortex-m33")?.port.value).toBe(4 * rule("cortex-m33", "multipleWords"));
  });
});
