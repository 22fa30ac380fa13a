/** The levels of fusion on the Cortex-M4: the same answers, and in passes the traffic that the plan foretells. */
import { describe, expect, test } from "vitest";
import { FUSIONS, loadBoard } from "../../codegen/index.ts";
import { runKernel } from "../../host/workflow/bench/kernel-run.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { SEPARABLE_FORMATS } from "../golden/compiled-models.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 240_000;
/** What the compiler keeps in registers, or spills, beside what a pass must read and write. */
const SLACK = 0.15;

const missing = missingFor("qemu-m4");

/** 64 units of 4 rows, int32 on this core: gates, and sums of one matrix, of which a GRU's largest has 2 rows a unit. */
const BUFFERS = {
  lstm: { none: 64 * 4 * 8, partial: 64 * 4 * 4, full: 0 },
  gru: { none: 64 * (4 * 4 + 2 * 4), partial: 64 * 4 * 4, full: 0 },
} as const;

/** Bytes a unit: as test/unit/plan.test.ts counts them; a GRU's reset product reads the gate and both halves. */
const PASSES = {
  lstm: 64 * (4 * (4 + 8 + 3 + 3 + 2) + 2),
  gru: 64 * 4 * (4 + 4 + 4 + 2 + 2),
} as const;

describe.skipIf(missing.length > 0)(`fusion on qemu-m4 ${missing.join(", ")}`, () => {
  test.each(
    SEPARABLE_FORMATS.flatMap((format) =>
      (["lstm", "gru"] as const).map((kernel) => ({ format, kernel })),
    ),
  )(
    "$kernel $format",
    async ({ format, kernel }) => {
      const board = requireEmulated(loadBoard("qemu-m4"));
      const rows = [];
      for (const fusion of FUSIONS) {
        const signal = new AbortController().signal;
        const shape = { inputSize: 64, hiddenSize: 64, kernel, format, fusion };
        rows.push(await runKernel({ ...shape, board, progress: silentProgress, signal }));
      }
      expect(rows.map(({ bitExact }) => bitExact)).toEqual([true, true, true]);
      expect(rows.map(({ bufferBytes }) => bufferBytes)).toEqual(
        FUSIONS.map((fusion) => BUFFERS[kernel][fusion]),
      );
      const [none, partial] = rows.map(({ bytesLoaded, bytesStored }) => bytesLoaded + bytesStored);
      const passes = (none as number) - (partial as number);
      expect(Math.abs(passes / PASSES[kernel] - 1)).toBeLessThan(SLACK);
      expect(rows[0]?.instructions).toBeGreaterThan(rows[1]?.instructions as number);
    },
    TIMEOUT_MS,
  );
});
