/**
 * Decides what a test of MLPerf Tiny is worth: inferences a second, top-1 accuracy, area under the ROC curve.
 * Asking the device is left to host/mlperf, when a result counts to the rules that are given here.
 *
 * Source of the rules: the open runner of mlcommons/tiny: exactly 5 loops of at least 10 s, their median.
 */
import { median } from "../statistics/summary.ts";

export const LOOPS = 5;
export const LOOP_SECONDS = 10;

export interface Loop {
  readonly inferences: number;
  readonly elapsedUs: number;
}

export interface PerformanceScore {
  /** Median over the loops of inferences / time [1/s]. */
  readonly throughput: number;
  readonly perLoop: readonly number[];
  /** Why it is no valid score; empty when it is one. */
  readonly reasons: readonly string[];
}

/** @throws AnalysisError TP-USE-240 without a loop */
export function performanceScore(loops: readonly Loop[]): PerformanceScore {
  const perLoop = loops.map(({ inferences, elapsedUs }) =>
    elapsedUs > 0 ? inferences / (elapsedUs / 1e6) : 0,
  );
  const short = loops.filter(({ elapsedUs }) => elapsedUs < LOOP_SECONDS * 1e6).length;
  return {
    throughput: median(perLoop),
    perLoop,
    reasons: [
      ...(loops.length === LOOPS ? [] : [`${loops.length} loops, the rules ask for ${LOOPS}`]),
      ...(short === 0 ? [] : [`${short} loops are shorter than ${LOOP_SECONDS} s`]),
    ],
  };
}

/** The outputs for one file: one list for each window of it. */
export interface Prediction {
  readonly class: number;
  readonly outputs: readonly (readonly number[])[];
}

export interface AccuracyScore {
  readonly files: number;
  /** Share of files whose most likely class is right, 0..1; null for a model with one output. */
  readonly topOne: number | null;
  /** Mean over the classes of the area under the ROC curve, one against the rest, 0..1; null with one class only. */
  readonly auc: number | null;
  /** Windows whose outputs sum to 0: nothing can be said of them, and each class counts the same. */
  readonly allZero: number;
}

/** Each window's outputs are divided by their sum, as the open runner does; a file's are the mean over its windows. */
export function accuracyScore(predictions: readonly Prediction[]): AccuracyScore {
  let allZero = 0;
  const shares = predictions.map(({ outputs }) => {
    const windows = outputs.map((values) => {
      const sum = values.reduce((total, value) => total + value, 0);
      if (values.length === 1) return values;
      if (sum !== 0) return values.map((value) => value / sum);
      allZero++;
      return values.map(() => 1 / values.length);
    });
    return meanOf(windows);
  });
  const labels = predictions.map((prediction) => prediction.class);
  const width = shares[0]?.length ?? 0;
  const right = shares.filter((values, index) => largestAt(values) === labels[index]).length;
  const areas = Array.from({ length: width }, (_, column) =>
    areaUnderRoc(
      shares.map((values) => values[column] ?? 0),
      // One output is a score that grows with class 1, the anomaly.
      labels.map((label) => label === (width === 1 ? 1 : column)),
    ),
  ).filter((area) => area !== null);
  return {
    files: predictions.length,
    topOne: width > 1 && predictions.length > 0 ? right / predictions.length : null,
    auc: areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length,
    allZero,
  };
}

/**
 * Chance that a positive scores above a negative, ties half: the Mann-Whitney form of the area (Hanley and McNeil,
 * Radiology 143, 1982). null when all are of one side.
 */
export function areaUnderRoc(
  scores: readonly number[],
  isPositive: readonly boolean[],
): number | null {
  const positives = isPositive.filter(Boolean).length;
  const negatives = isPositive.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const order = scores.map((score, index) => ({ score, positive: isPositive[index] === true }));
  order.sort((a, b) => a.score - b.score);
  let below = 0;
  let wins = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.score === order[start]?.score) end++;
    const tied = order.slice(start, end);
    const tiedPositives = tied.filter(({ positive }) => positive).length;
    const tiedNegatives = tied.length - tiedPositives;
    wins += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
    start = end;
  }
  return wins / (positives * negatives);
}

function meanOf(rows: readonly (readonly number[])[]): readonly number[] {
  const width = rows[0]?.length ?? 0;
  return Array.from(
    { length: width },
    (_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length,
  );
}

/** The first one, where several are as large. */
function largestAt(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}
