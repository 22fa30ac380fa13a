/**
 * Decides what the templates print of LSTMs that keep their sums.
 * What the fields mean is declared in context-types.ts and kernel-context-types.ts, the arithmetic in quantize/delta.ts.
 */
import type { LstmKernel } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { columnsRead } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { MOVED_BLOCK } from "../plan/rows/moved-columns.ts";
import { deltaOf } from "../quantize/quantized-model.ts";
import { commentText } from "./c-literal.ts";
import type { DeltaContext } from "./context-types.ts";
import type { LstmKernelContext } from "./kernel-context-types.ts";
import { VARIANT_TEXT, type VariantText } from "./variant-text.ts";

function deltaLstms({ kernels }: Plan): readonly LstmKernel[] {
  return kernels.filter(
    (kernel): kernel is LstmKernel => kernel.kind === "lstm" && deltaOf(kernel.layer) !== null,
  );
}

function rowsOf({ streams }: Plan, kernel: string): number {
  return streams.find((one) => one.kernel === kernel)?.paddedRows ?? 0;
}

/** Some kernel of the plan makes rows block by block. */
export function usesRows({ streams }: Plan): boolean {
  return streams.some(({ part }) => part !== "columns");
}

/** Rows of such a variant bring the high half of a product along. */
export function bringsMultiplyHigh({ shared, portable }: VariantText): boolean {
  return portable === "rows-plain" || /^rows-(lanes|bytes|wide|mac16)$/.test(shared);
}

function hasMultiplyHigh(plan: Plan): boolean {
  return usesRows(plan) && bringsMultiplyHigh(VARIANT_TEXT[plan.schedule.variant]);
}

/** What a file needs for them; false without any. */
export function deltaContext(plan: Plan): DeltaContext | false {
  const lstms = deltaLstms(plan);
  if (lstms.length === 0) return false;
  return {
    native: plan.target.instructions === "thumb-dsp",
    multiplyHigh: !hasMultiplyHigh(plan),
    layers: lstms.map((kernel) => ({
      name: kernel.name,
      layer: commentText(kernel.layer.name),
      rows: rowsOf(plan, kernel.name),
      columns: columnsRead(kernel, "joined", plan.lines),
    })),
  };
}

/** What such an LSTM prints besides; nothing for another. */
export function lstmDelta(plan: Plan, kernel: LstmKernel): Pick<LstmKernelContext, "delta"> {
  const thresholds = deltaOf(kernel.layer);
  if (thresholds === null) return {};
  return {
    delta: {
      ...thresholds,
      inputColumns: columnsRead(kernel, "input", plan.lines),
      rows: rowsOf(plan, kernel.name),
      groupRows: GATES.length * plan.schedule.block.units,
      blockBytes: MOVED_BLOCK.rows * columnsRead(kernel, "joined", plan.lines),
    },
  };
}
