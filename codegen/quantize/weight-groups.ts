/**
 * Decides which columns of a row share a scale where weights have 4 bits, which scale, and each weight's 4 bits.
 * The row's own scale and bias are left to weights.ts; why groups have 32 columns and integer scales stands in
 * docs/decisions/2026-11-21-four-bit-weights.md.
 *
 * A weight is q * s with q in -7..7 and its group's s in 1..127: a whole number of the row's steps, as an int8 weight is. So the
 * accumulator is bias + sum over groups of s * (sum of q * x), exactly, and everything after it is int8's.
 */
import { GROUP_SCALE_MAX, NIBBLE_MAX } from "./params.ts";

/** Columns of a group: |sum of q * x| <= 32 * 7 * 128 = 28672 is an int16, which kernels rely on. */
export const GROUP_COLUMNS = 32;

/** The scales of a matrix with 4-bit weights. */
export interface WeightGroups {
  /** First column of each group, ascending from 0. */
  readonly starts: readonly number[];
  /** uint8 [rows, starts.length], 1..127. */
  readonly scales: Uint8Array;
}

/** First columns of the groups: they begin anew with each vector, whose padding a target chooses. */
export function groupStarts(segments: readonly number[]): readonly number[] {
  const starts: number[] = [];
  let first = 0;
  for (const size of segments) {
    for (let at = 0; at < size; at += GROUP_COLUMNS) starts.push(first + at);
    first += size;
  }
  return starts;
}

/** The nearest 4-bit weight of an effect, for a scale. */
function nibbleOf(effect: number, scale: number): number {
  return Math.max(-NIBBLE_MAX, Math.min(NIBBLE_MAX, Math.round(effect / scale)));
}

function squaredError(effects: Float64Array, scale: number): number {
  let sum = 0;
  for (const effect of effects) sum += (effect - scale * nibbleOf(effect, scale)) ** 2;
  return sum;
}

/**
 * The scale of least squared error, the smallest of several, between what the largest effect needs and half of that:
 * beyond it more than half of the largest would be clipped.
 * @param effects in steps of the row, magnitudes up to 7 * 127
 */
export function groupScale(effects: Float64Array): number {
  const largest = effects.reduce((most, effect) => Math.max(most, Math.abs(effect)), 0);
  const enough = Math.min(GROUP_SCALE_MAX, Math.max(1, Math.ceil(largest / NIBBLE_MAX)));
  let best = enough;
  let least = squaredError(effects, enough);
  for (let scale = enough - 1; scale >= Math.max(1, enough / 2); scale--) {
    const error = squaredError(effects, scale);
    if (error > least) continue;
    best = scale;
    least = error;
  }
  return best;
}

/** A row's effects in its own steps, rounded: weights q * s, and s of each group. */
export function groupRow(
  effects: Float64Array,
  starts: readonly number[],
): { readonly weights: Int16Array; readonly scales: Uint8Array } {
  const weights = new Int16Array(effects.length);
  const scales = Uint8Array.from(starts, (start, group) => {
    const own = effects.subarray(start, starts[group + 1] ?? effects.length);
    const scale = groupScale(own);
    own.forEach((effect, k) => {
      weights[start + k] = scale * nibbleOf(effect, scale);
    });
    return scale;
  });
  return { weights, scales };
}

/** Index of the group that a column lies in. */
export function groupOf({ starts }: Pick<WeightGroups, "starts">, column: number): number {
  let group = starts.length - 1;
  while (group > 0 && (starts[group] as number) > column) group--;
  return group;
}
