/**
 * Decides whether a model may leave work out, by kept sums or in silence, with the other options of its plan.
 * How it does so is left to delta.ts and skip.ts.
 */
import { PlanError } from "../errors.ts";
import { type DeltaThresholds, withDelta } from "./delta.ts";
import { type AnyFormat, INTEGER_FORMATS } from "./params.ts";
import type { QuantizedModel } from "./quantized-model.ts";
import { type SkipRequest, withSkip } from "./skip.ts";

/** What a step may leave out. */
export interface SparedWork {
  /** LSTMs keep their sums from step to step: int8 alone, fused, one step a call. */
  readonly delta?: DeltaThresholds;
  /** In silence a step repeats the result of the one before it: integers, one step a call. */
  readonly skip?: SkipRequest;
}

/** @throws PlanError TP-PLAN-032 where the format, the fusion or several steps in a call leave no room for it */
export function requireSpareable(
  { delta, skip }: SparedWork,
  format: AnyFormat,
  { fusion, steps }: { readonly fusion: string; readonly steps: number },
): void {
  const option = delta === undefined ? "--skip" : "--delta";
  if (delta === undefined && skip === undefined) return;
  const refuse = (why: string, fix: string): never => {
    throw new PlanError(
      "TP-PLAN-032",
      { what: `${option} does not go with the other options`, why, fix },
      { format, fusion, steps },
    );
  };
  if (!INTEGER_FORMATS.some((one) => one === format)) {
    refuse(`steps of ${format} are computed whole`, "--format int8");
  }
  if (steps !== 1) {
    refuse("a call of several steps computes the input half of all before the first", "no --steps");
  }
  if (delta !== undefined && fusion !== "full") {
    refuse(`fusion "${fusion}" makes all sums anew in a pass of their own`, "--fusion full");
  }
}

/** @throws PlanError TP-PLAN-030, -031 */
export function withSparedWork(model: QuantizedModel, { delta, skip }: SparedWork): QuantizedModel {
  const kept = delta === undefined ? model : withDelta(model, delta);
  return skip === undefined ? kept : withSkip(kept, skip);
}
