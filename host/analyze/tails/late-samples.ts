/**
 * Decides which samples of a trace are late: far above the level around them, measured in the noise of the trace.
 * Why they are late is left to causes.ts.
 */
import { median, medianOfSorted, stepDeviation } from "../statistics/summary.ts";

/** Late is so many deviations above the level: one normal sample in 1e9. */
const LATE_DEVIATIONS = 6;
/** Where there is no noise at all, late is this share above the level. */
const LATE_SHARE = 1e-3;
/** Blocks whose medians are the level, and samples in the smallest. */
const BLOCKS = 256;
const SMALLEST_BLOCK = 32;
/** Deviation of normal samples over the median of their distances to the median: 1 / 0.6745. */
const NORMAL_MEDIAN_DISTANCE = 1.4826;
/** Expected distance between quartiles of medians of n normal samples: 1.349 x 1.2533 deviations / sqrt(n). */
const MEDIANS_SPREAD = 1.349 * 1.2533;

export interface LateSample {
  readonly index: number;
  /** Above the level there. */
  readonly excess: number;
}

/** Standard deviation of normal samples with the same median distance to the median: outliers do not move it. */
export function robustDeviation(values: ArrayLike<number>): number {
  const middle = median(values);
  return (
    NORMAL_MEDIAN_DISTANCE * median(Float64Array.from(values, (value) => Math.abs(value - middle)))
  );
}

/** The level of a trace, and whether it drifts. */
export interface Level {
  /** Deviation of the noise from sample to sample. */
  readonly noise: number;
  /** Medians of the blocks, in order. */
  readonly medians: Float64Array;
  readonly block: number;
  /** Bartels' rank ratio of the medians in deviations; below 0 where neighbours are alike. */
  readonly z: number;
  /** Distance between the quartiles of the medians over what the noise explains. */
  readonly spread: number;
}

/** Range: at least 2 samples, finite. */
export function levelOf(trace: Float64Array): Level {
  const noise = Math.min(stepDeviation(trace), robustDeviation(trace));
  const block = Math.max(SMALLEST_BLOCK, Math.floor(trace.length / BLOCKS));
  const medians = Float64Array.from({ length: Math.floor(trace.length / block) }, (_, i) =>
    medianOfSorted(trace.slice(i * block, (i + 1) * block).sort()),
  );
  const sorted = medians.slice().sort();
  const quartiles =
    (sorted[Math.trunc(sorted.length * 0.75)] ?? 0) - (sorted[sorted.length >> 2] ?? 0);
  const expected = (MEDIANS_SPREAD * noise) / Math.sqrt(block);
  const least = (LATE_SHARE * median(trace)) / LATE_DEVIATIONS;
  return {
    noise,
    medians,
    block,
    z: rankRatio(medians, sorted),
    spread: quartiles / Math.max(expected, least),
  };
}

/**
 * How much alike neighbours are: sum of squared steps between ranks over that of squared distances to their mean, in
 * standard deviations from its mean 2. Source: R. Bartels, "The Rank Version of von Neumann's Ratio Test for
 * Randomness", JASA 77, 1982.
 */
function rankRatio(values: Float64Array, sorted: Float64Array): number {
  const n = values.length;
  if (n < 10) return 0;
  const rank = new Map<number, number>();
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && sorted[end] === sorted[start]) end++;
    rank.set(sorted[start] as number, (start + end - 1) / 2);
    start = end;
  }
  let [steps, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    const own = rank.get(values[i] as number) as number;
    squares += (own - (n - 1) / 2) ** 2;
    if (i > 0) steps += (own - (rank.get(values[i - 1] as number) as number)) ** 2;
  }
  if (squares === 0) return 0;
  const variance = (4 * (n - 2) * (5 * n * n - 2 * n - 9)) / (5 * n * (n + 1) * (n - 1) ** 2);
  return (steps / squares - 2) / Math.sqrt(variance);
}

/** How far above the level a sample has to be where the noise deviates by so much. */
export function lateDistance(noise: number): number {
  return LATE_DEVIATIONS * noise;
}

/** How far above the level a sample of this trace has to be. */
export function lateFrom({ noise, medians }: Level): number {
  return Math.max(lateDistance(noise), LATE_SHARE * median(medians));
}

/** Distance of every sample from the level: one for the whole trace, or following it as it drifts. */
export function aboveLevel(trace: Float64Array, level: Level, follow: boolean): Float64Array {
  const { medians, block } = level;
  const whole = median(trace);
  if (!follow) return trace.map((value) => value - whole);
  return trace.map((value, index) => {
    const at = index / block - 0.5;
    const left = Math.min(medians.length - 1, Math.max(0, Math.floor(at)));
    const right = Math.min(medians.length - 1, left + 1);
    const share = Math.min(1, Math.max(0, at - left));
    return value - (medians[left] as number) * (1 - share) - (medians[right] as number) * share;
  });
}

export function lateSamples(above: Float64Array, from: number): readonly LateSample[] {
  const late: LateSample[] = [];
  for (const [index, excess] of above.entries()) if (excess > from) late.push({ index, excess });
  return late;
}
