/**
 * The generated front end on emulated boards: the twin's bits by the DSP instructions and in plain C, counted by part, and
 * no slower than it was.
 */
import { describe, expect, test } from "vitest";
import { FRONT_END_PARTS, loadBoard } from "../../codegen/index.ts";
import { countFrontEnd, writeFrontEnd } from "../../host/workflow/bench/count-front-end.ts";
import { differingHops } from "../../host/workflow/bench/front-end-bits.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { createRandom } from "../random-model.ts";
import { extremeHops } from "../unit/front-end-signals.ts";
import { SHIPPED_FRONT_END } from "../unit/front-ends.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 120_000;

/** A few percent above what was counted: another compiler of the same series stays below it. */
const CASES = [
  { board: "qemu-m4", fftSize: 320, format: "int16x8", most: 21_000 },
  { board: "qemu-rv32", fftSize: 512, format: "int8", most: 75_000 },
] as const;

for (const { board, fftSize, format, most } of CASES) {
  const missing = missingFor(board);
  describe.skipIf(missing.length > 0)(`the front end on ${board} ${missing.join(", ")}`, () => {
    test(
      `of ${fftSize} points for ${format} has the twin's bits in at most ${most} instructions a hop`,
      async () => {
        const counted = await countFrontEnd({
          frontEnd: { ...SHIPPED_FRONT_END, fftSize },
          board: requireEmulated(loadBoard(board)),
          format,
          progress: silentProgress,
          signal: new AbortController().signal,
        });
        expect(counted.bitExact).toBe(true);
        expect(counted.whole.instructions).toBeLessThanOrEqual(most);
        const parts = Object.values(counted.parts).map(({ instructions }) => instructions);
        expect(parts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(counted.whole.instructions, 6);
        for (const part of FRONT_END_PARTS)
          expect(counted.parts[part].instructions).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );
  });
}

/** Radices 4 4 4 4 and 2 4 4 5 by the DSP instructions and by vectors, and in single precision by the compiler's own. */
const EXTREMES = [
  { id: "qemu-m4", fftSize: 512, arithmetic: "fixed" },
  { id: "qemu-m4", fftSize: 320, arithmetic: "fixed" },
  { id: "qemu-m55", fftSize: 512, arithmetic: "fixed" },
  { id: "qemu-m55", fftSize: 320, arithmetic: "fixed" },
  { id: "qemu-m55", fftSize: 320, arithmetic: "float32" },
] as const;

const ARM = missingFor("qemu-m4");
describe.skipIf(ARM.length > 0)(`extremes ${ARM.join(", ")}`, () => {
  test.each(EXTREMES)(
    "on $id of $fftSize points, $arithmetic, have the twin's bits in every hop",
    async ({ id, fftSize, arithmetic }) => {
      const board = requireEmulated(loadBoard(id));
      const frontEnd = { ...SHIPPED_FRONT_END, fftSize };
      const { modelDir, key, plan } = writeFrontEnd({
        ...{ frontEnd, board, format: "int8", arithmetic },
      });
      const { uniform } = createRandom(4711);
      const extremes = extremeHops(plan.hopLength, () => uniform(0, 1));
      // Through all of them, too: that the twin then repeats them without a click is tested where the twin is.
      const gainsOf = (gain: () => number) => Int8Array.from({ length: plan.bandCount }, gain);
      const hops = [() => Math.floor(uniform(-128, 128)), () => 127].flatMap((gain) =>
        extremes.map((samples) => ({ samples, gains: gainsOf(gain) })),
      );
      const { signal } = new AbortController();
      const progress = silentProgress;
      const request = { board, modelDir, key, plan, hops, progress, signal };
      expect(await differingHops(request)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
