/** The microbenchmarks of each instruction set, their cycles worked out by hand from docs/timing.md. */
import { describe, expect, test } from "vitest";
import { checkMeasured, loadBoard } from "../../codegen/index.ts";
import { modelRoofs } from "../../host/workflow/bench/roofs.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 240_000;

/** Laps without the loop's own instructions, on the cores' tables in docs/timing.md. */
const CYCLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "qemu-m4": {
    "mac-int16": 16, // 16 SMLAD
    "mac-int8": 16 * 3, // SMLAD, SXTB16, SMLAD
    "mac-float": 16 * 3, // 16 VFMA
    "read-data-4": 2 + 15, // the first behind a branch, 15 that overlap
    "read-data-32": 2 + 15, // the same: no memory is modelled
    "read-data-multiple": 4 * (1 + 4), // 4 LDM of 4 words
    "write-data-4": 16, // 16 STR
    "read-weights-4": 2 + 15,
    "read-weights-32": 2 + 15,
    "branch-taken": 16 * (1 + 2),
    "branch-untaken": 16,
    call: 8 * (1 + 2 + 1 + 2), // BL, BX
    ...loads(2 + 1), // LDR behind a branch, ADD
    barriers: 8, // MOV, STR, DSB, CPSIE, NOP, ISB, CPSID, NOP
    interrupt: 8 + 12 + 1 + 10, // the way in, BX, the way back
  },
  "qemu-m55": {
    // 16 vectors of two beats each; the loop's SUBS issues beside the last beat.
    ...Object.fromEntries(["int16", "int8", "float"].map((type) => [`mac-${type}`, 16 * 2 - 1])),
    ...Object.fromEntries(
      ["read-data-16", "read-data-32", "write-data-16", "read-weights-16", "read-weights-32"].map(
        (name) => [name, 16 * 2 - 1],
      ),
    ),
    "branch-taken": 16 * (1 + 2),
    "branch-untaken": 16,
    call: 8 * (1 + 2 + 1 + 2), // BL, BX
    ...loads(1 + 1), // LDR, ADD
    barriers: 6, // MOV, STR, DSB, CPSIE with NOP, ISB, CPSID with NOP
    interrupt: 6 + 12 + 1 + 10 + 1, // the way in, BX, the way back, NOP alone
  },
  "qemu-m0": {
    "mac-int": 16 * (1 + 1), // MULS, ADDS
    ...reads(16 * 2),
    "write-data-4": 16 * 2,
    "branch-taken": 16 * (1 + 1),
    "branch-untaken": 16,
    call: 8 * (1 + 2 + 1 + 1), // BL, BX of the Cortex-M0+
    ...loads(2 + 1),
    barriers: 2 + 2 + 7, // MOVS, LSLS; STR; NOP, DSB, CPSIE, NOP, ISB, CPSID, NOP
    interrupt: 11 + 15 + 1 + 13, // the way in, BX, the way back
  },
  "qemu-rv32": {
    "mac-int": 16 * (1 + 1), // MUL, ADD
    ...reads(16),
    "write-data-4": 16,
    "branch-taken": 16 * (1 + 2),
    "branch-untaken": 16,
    call: 8 * (1 + 1 + 1 + 2), // JAL, JALR
    ...loads(1 + 1),
  },
  "qemu-xtensa": {
    "mac-int": 16 * (1 + 1), // MULL, ADD
    ...reads(16),
    "write-data-4": 16,
    "branch-taken": 16 * (1 + 2),
    "branch-untaken": 16,
    call: 8 * (1 + 2 + 1 + 2), // CALL0, RET
    ...loads(1 + 1),
  },
};

function reads(cycles: number): Readonly<Record<string, number>> {
  const names = ["data-4", "data-32", "weights-4", "weights-32"];
  return Object.fromEntries(names.map((name) => [`read-${name}`, cycles]));
}

/** A load and the way to the next, wherever it lies: no memory is modelled. */
function loads(cycles: number): Readonly<Record<string, number>> {
  const names = ["base", ...[4, 8, 16, 32].map((stride) => `weights-${stride}`)];
  return Object.fromEntries(names.map((name) => [`load-${name}`, cycles]));
}

describe.each(Object.entries(CYCLES))("roofs of %s", (id, cycles) => {
  const missing = missingFor(id);
  test.skipIf(missing.length > 0)(
    `cost what the table says, and are modelled ${missing.join(", ")}`,
    async () => {
      const board = requireEmulated(loadBoard(id));
      const signal = new AbortController().signal;
      const report = await modelRoofs({ progress: silentProgress, signal }, board);
      const found = report.microbenchmarks.map(({ name, cyclesPerLap }) => [
        name,
        // How a number of laps is made differs by an instruction.
        Number(cyclesPerLap.median.toFixed(2)),
      ]);
      expect(Object.fromEntries(found)).toEqual(cycles);
      const values = [...report.microbenchmarks, ...report.roofs];
      expect(new Set(values.map(({ kind }) => kind))).toEqual(new Set(["modelled"]));
      expect(checkMeasured(report, board, "a report")).toBe(report);
      const roof = (name: string) => report.roofs.find((one) => one.name === name)?.value;
      expect(roof("call")).toBe((cycles.call ?? 0) / 8);
      const { interrupt, barriers = 0 } = cycles;
      if (interrupt === undefined) expect(roof("interrupt")).toBeUndefined();
      else expect(roof("interrupt")).toBeCloseTo(interrupt - barriers, 2);
      const macs: Readonly<Record<string, number>> = { "qemu-m4": 64 / 48, "qemu-m55": 256 / 31 };
      expect(roof("macs.int8")).toBeCloseTo(macs[id] ?? 16 / 32, 12);
    },
    TIMEOUT_MS,
  );
});
