/**
 * Decides which lists of numbers statistics can be made of; everything else here relies on it.
 * What the numbers are and where they came from is left to the caller.
 */
import { AnalysisError } from "../analysis-error.ts";
import { outOfRange } from "../number-limits.ts";

export interface SampleLimits {
  /** What was sampled, for messages: "latency", "cycles of the baseline". */
  readonly name?: string;
  /** Fewest samples; 1 without it. */
  readonly atLeast?: number;
  /** True: times, so 0 and below are refused. */
  readonly positive?: boolean;
}

/** @throws AnalysisError TP-USE-240 for too few samples, -241 for one that is not finite, -242 for one not above 0 */
export function requireSamples(values: ArrayLike<number>, limits: SampleLimits = {}): void {
  const { name = "the list", atLeast = 1, positive = false } = limits;
  if (values.length < atLeast) throw tooFew(name, values.length, atLeast);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) throw notFinite(name, value, index);
    if (positive && value <= 0)
      throw outOfRange(`sample ${index + 1} of ${name}`, value, "above 0");
  }
}

export function tooFew(name: string, count: number, atLeast: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-240",
    {
      what: `${name} has ${count} ${count === 1 ? "sample" : "samples"}`,
      why: `at least ${atLeast} ${atLeast === 1 ? "is" : "are"} needed`,
      fix: "measure again, longer or more often",
    },
    { name, count, atLeast },
  );
}

function notFinite(name: string, value: number, index: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-241",
    {
      what: `sample ${index + 1} of ${name} is ${value}`,
      why: "statistics need finite numbers",
      fix: "remove that sample, or measure again",
    },
    { name, value, index },
  );
}
