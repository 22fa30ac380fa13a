/**
 * Decides how number formats compare: each from its own naive build to its optimised one.
 * Which formats there are is left to the caller.
 */
import { requireFiniteIn } from "../number-limits.ts";
import type { Quantity } from "../quantity.ts";
import { derive } from "../quantity.ts";
import type { Measurement, Outcome } from "./measurement.ts";

/** A format that both builds computed exactly. */
export interface FormatComparison {
  readonly format: string;
  readonly baselineCost: Quantity;
  readonly optimisedCost: Quantity;
  /** 1 - optimised / baseline. */
  readonly improvement: Quantity;
  readonly timeMs: Quantity | null;
  /** As stored, biases and multipliers included [byte]. */
  readonly weightBytes: number;
  readonly stateBytes: number;
  readonly flashBytes: number | null;
  /** Largest distance of an output to the float64 reference [the output's unit]. */
  readonly maxFloatError: number | null;
}

export type FormatResult =
  | (FormatComparison & { readonly state: "measured" })
  | { readonly state: "excluded"; readonly format: string; readonly why: string };

/** @throws AnalysisError TP-USE-242 for a number that is not finite */
export function formatResult(
  format: string,
  sizes: { readonly weightBytes: number; readonly stateBytes: number },
  baseline: Outcome,
  optimised: Outcome,
): FormatResult {
  requireFiniteIn(format, [sizes, baseline, optimised]);
  for (const outcome of [baseline, optimised]) {
    if (outcome.state === "excluded") {
      return { state: "excluded", format, why: `${outcome.name}: ${outcome.why}` };
    }
  }
  return {
    state: "measured",
    ...compared(format, sizes, baseline as Measurement, optimised as Measurement),
  };
}

function compared(
  format: string,
  sizes: { readonly weightBytes: number; readonly stateBytes: number },
  baseline: Measurement,
  optimised: Measurement,
): FormatComparison {
  const [before, after] = [baseline.counters.cost, optimised.counters.cost];
  const improvement = 1 - after.value / before.value;
  return {
    format,
    baselineCost: before,
    optimisedCost: after,
    improvement: derive(improvement, "1", "1 - optimised / baseline", [before, after]),
    timeMs: optimised.timeMs,
    ...sizes,
    flashBytes: optimised.memory.flashBytes,
    maxFloatError: optimised.maxFloatError,
  };
}
