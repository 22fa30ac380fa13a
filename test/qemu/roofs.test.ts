/** The microbenchmarks on the Cortex-M4, their cycles worked out by hand from docs/timing.md. */
import { describe, expect, test } from "vitest";
import { checkMeasured, loadBoard } from "../../codegen/index.ts";
import { modelRoofs } from "../../host/workflow/bench/roofs.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 240_000;

/** A lap, without its SUBS and BNE. */
const CYCLES: Readonly<Record<string, number>> = {
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
};

const missing = missingFor("qemu-m4");

describe.skipIf(missing.length > 0)(`roofs of qemu-m4 ${missing.join(", ")}`, () => {
  test(
    "cost what the table says, and are modelled",
    async () => {
      const board = requireEmulated(loadBoard("qemu-m4"));
      const signal = new AbortController().signal;
      const report = await modelRoofs({ progress: silentProgress, signal }, board);
      const found = report.microbenchmarks.map(({ name, cyclesPerLap }) => [name, cyclesPerLap]);
      const wanted = Object.entries(CYCLES).map(([name, cycles]) => [
        name,
        { minimum: cycles, median: cycles, maximum: cycles },
      ]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
      const values = [...report.microbenchmarks, ...report.roofs];
      expect(new Set(values.map(({ kind }) => kind))).toEqual(new Set(["modelled"]));
      expect(checkMeasured(report, board, "a report")).toBe(report);
      const roof = (name: string) => report.roofs.find((one) => one.name === name)?.value;
      expect(roof("macs.int8")).toBeCloseTo(64 / 48, 12);
      expect(roof("read.data.stride4")).toBeCloseTo(64 / 17, 12);
      expect(roof("call")).toBe(6);
    },
    TIMEOUT_MS,
  );
});
