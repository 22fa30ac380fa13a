/**
 * Measures what an int8 model is with LSTMs that keep their sums: how it hears, and how many columns it takes in, for some
 * thresholds on the set of --evaluate; and decides what that makes of it as a candidate.
 * Keeping sums is codegen/quantize/delta.ts's, what columns cost codegen/size/predict-kept.ts's.
 */
import {
  type DeltaThresholds,
  type KeptPredictor,
  type NetworkShape,
  PlanError,
  type QuantizedModel,
  resized,
  type StepWork,
  withSparedWork,
} from "../../../codegen/index.ts";
import type { LeftOut, Quality, SizeCandidate } from "../../analyze/sizing/candidate.ts";

/** From hardly audible to clearly, on the shipped model (docs/sizing.md). */
export const THRESHOLDS: readonly DeltaThresholds[] = [
  { input: 4, hidden: 2 },
  { input: 8, hidden: 4 },
  { input: 12, hidden: 8 },
  { input: 16, hidden: 16 },
];

/** A model with thresholds, measured. */
export interface DeltaSize {
  readonly hiddenSizes: readonly number[];
  readonly option: string;
  readonly columns: LeftOut["columns"];
  readonly quality: Quality;
}

/**
 * @param thresholds in the order in which they are tried
 * @param measure hears a model and tells what each step did
 * @param note is told of a model that cannot keep its sums
 */
export function deltaSizes(
  model: QuantizedModel,
  hiddenSizes: readonly number[],
  thresholds: readonly DeltaThresholds[],
  measure: (model: QuantizedModel, onStep: (work: StepWork) => void) => Quality,
  note: (words: string) => void,
): readonly DeltaSize[] {
  const found: DeltaSize[] = [];
  for (const delta of thresholds) {
    const option = `--delta ${delta.input},${delta.hidden}`;
    const kept = keptBy(model, delta);
    if (kept instanceof PlanError) {
      note(kept.message.split("\n").join("; "));
      return found;
    }
    let steps = 0;
    const sums: number[] = [];
    const most: number[] = [];
    const quality = measure(kept, ({ moved }) => {
      steps++;
      moved.forEach((columns, at) => {
        sums[at] = (sums[at] ?? 0) + columns;
        most[at] = Math.max(most[at] ?? 0, columns);
      });
    });
    const lstms = model.layers.filter((layer) => layer.kind === "lstm");
    const columns = lstms.map(({ inputSize, hiddenSize }, at) => ({
      of: inputSize + hiddenSize,
      mean: (sums[at] ?? 0) / Math.max(1, steps),
      max: most[at] ?? 0,
    }));
    found.push({ hiddenSizes, option, columns, quality });
  }
  return found;
}

function keptBy(model: QuantizedModel, delta: DeltaThresholds): QuantizedModel | PlanError {
  try {
    return withSparedWork(model, { delta });
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
}

/** What they cost on a board. */
export function deltaCandidates(
  shape: NetworkShape,
  sizes: readonly DeltaSize[],
  { of }: KeptPredictor,
): readonly SizeCandidate[] {
  return sizes.map(({ hiddenSizes, option, columns, quality }) => {
    const sized = resized(shape, hiddenSizes);
    const mean = of(
      sized,
      columns.map((one) => one.mean),
    );
    const worst = of(
      sized,
      columns.map((one) => one.max),
    );
    return {
      hiddenSizes,
      method: "delta",
      macs: mean.macs,
      paddedMacs: mean.paddedMacs,
      weightBytes: mean.weightBytes,
      paddedBytes: mean.paddedBytes,
      residentBytes: mean.residentBytes,
      streamedBytes: mean.streamedBytes,
      linesTouched: mean.linesTouched,
      flashBytes: mean.flashBytes,
      ramBytes: mean.ramBytes,
      cycles: mean.cycles,
      leftOut: { option, columns, worstCycles: worst.cycles.value },
      quality,
    };
  });
}
