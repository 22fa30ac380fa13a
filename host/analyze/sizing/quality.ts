/**
 * Decides how well a size that nobody trained would hear: on the straight line between the two nearest that were.
 * Beyond the smallest and the largest trained size nothing is said.
 */
import type { Quality } from "./candidate.ts";

/** A trained size and what was measured of it. */
export interface TrainedSize {
  readonly hiddenSize: number;
  readonly quality: Quality;
}

/** @param trained in any order, sizes distinct */
export function qualityAt(trained: readonly TrainedSize[], hiddenSize: number): Quality | null {
  const sorted = [...trained].sort((a, b) => a.hiddenSize - b.hiddenSize);
  const own = sorted.find((one) => one.hiddenSize === hiddenSize);
  if (own !== undefined) return own.quality;
  const above = sorted.find((one) => one.hiddenSize > hiddenSize);
  const below = sorted.findLast((one) => one.hiddenSize < hiddenSize);
  if (above === undefined || below === undefined) return null;
  const share = (hiddenSize - below.hiddenSize) / (above.hiddenSize - below.hiddenSize);
  const between = (a: number, b: number): number => a + share * (b - a);
  const { metric, unit, interval } = below.quality;
  const upper = above.quality.interval;
  return {
    metric,
    unit,
    value: between(below.quality.value, above.quality.value),
    kind: "modelled",
    source: `on the line between the measured sizes ${below.hiddenSize} and ${above.hiddenSize}`,
    ...(interval === undefined || upper === undefined
      ? {}
      : { interval: [between(interval[0], upper[0]), between(interval[1], upper[1])] as const }),
  };
}
