/**
 * Decides when a device's own windows happened on a power monitor's clock, from the currents alone, and how surely.
 * Energy of the windows is left to frame-energy.ts; where a pin marks them, nothing of this is needed.
 *
 * The current is modelled as one level in the windows and another outside, with noise: the offset that leaves the
 * least noise is the likeliest. Each edge is a change point, so that the offsets that cannot be told from it are those
 * whose likelihood ratio is at most -2 ln(1 - sqrt(0.95)) = 7.35 (B. E. Hansen, "Sample splitting and threshold
 * estimation", Econometrica 68(3), 2000); the samples count less where the noise is alike from one to the next.
 */
import { requirePositive } from "./number-limits.ts";

/** A window by the device's clock [s]. */
export interface DeviceWindow {
  readonly beginS: number;
  readonly endS: number;
}

export interface Alignment {
  /** Monitor's time, from its first sample on, less device's time [s]. */
  readonly offsetS: number;
  /** How far the true offset may lie from it, 95 % [s]. */
  readonly uncertaintyS: number;
  /** Level in the windows and outside [A]. */
  readonly activeA: number;
  readonly baselineA: number;
  /** A shift by a whole period explains the current as well: frames may be taken for their neighbours. */
  readonly isAmbiguous: boolean;
}

/** Why there is no alignment. */
export type NoAlignment = { readonly why: string };

/** Likelihood ratio of 95 %. */
const RATIO_95 = 7.35;
/** Fineness of the last search [sample]. */
const FINE_STEP = 0.25;
/** Coarse maxima that are searched finely: a coarse step may miss an eighth of a maximum. */
const CANDIDATES = 16;
/** Beyond chance's own 2 ln(offsets tried). */
const SURE = 15;
/** Offsets tried at most. */
const MOST_OFFSETS = 200_000;

/**
 * @param currentsA evenly spaced; NaN where a sample is lost
 * @param windows in order, apart from each other
 * @throws AnalysisError TP-USE-242 for a rate that is not above 0
 */
export function alignWindows(
  currentsA: ArrayLike<number>,
  sampleRateHz: number,
  windows: readonly DeviceWindow[],
): Alignment | NoAlignment {
  requirePositive("the rate of samples [1/s]", sampleRateHz);
  const origin = windows[0]?.beginS ?? 0;
  const begins = Float64Array.from(windows, ({ beginS }) => (beginS - origin) * sampleRateHz);
  const ends = Float64Array.from(windows, ({ endS }) => (endS - origin) * sampleRateHz);
  const span = ends.at(-1) ?? 0;
  const last = currentsA.length - span;
  if (windows.length < 2) return { why: "fewer than two windows" };
  if (last <= 0) return { why: "the monitor measured for less time than the windows take" };
  const model = new TwoLevels(currentsA, begins, ends);
  const shortest = begins.reduce(
    (least, begin, k) => Math.min(least, (ends[k] ?? 0) - begin),
    span,
  );
  const step = Math.max(FINE_STEP, shortest / 8, last / MOST_OFFSETS);
  const tried = Math.floor(last / step) + 1;
  const coarse = Float64Array.from({ length: tried }, (_, index) => model.explained(index * step));
  const best = candidates(coarse)
    .map((index) => climb(model, index * step, step, last))
    .reduce((a, b) => (b.explained > a.explained ? b : a));
  const { valid, total } = model;
  const left = total - best.explained;
  const sure = valid * Math.log(total / Math.max(left, Number.MIN_VALUE));
  if (!(best.explained > 0) || sure < 2 * Math.log(tried) + SURE) {
    return { why: "no offset explains the current better than chance" };
  }
  const weight = model.independent(best.at);
  const ratioAt = (explained: number) => weight * Math.log((total - explained) / left);
  const isIn = (at: number) => at >= 0 && at <= last && ratioAt(model.explained(at)) <= RATIO_95;
  const gap = begins.length > 1 ? span / (begins.length - 1) : span;
  const walk = (direction: number) => {
    let at = best.at;
    while (Math.abs(at - best.at) < gap && isIn(at + direction)) at += direction;
    return Math.abs(at - best.at);
  };
  const isAmbiguous = coarse.some(
    (explained, index) =>
      Math.abs(index * step - best.at) > gap / 2 && ratioAt(explained) <= RATIO_95,
  );
  const levels = model.levels(best.at);
  return {
    offsetS: best.at / sampleRateHz - origin,
    uncertaintyS: (Math.max(walk(FINE_STEP), walk(-FINE_STEP)) + 0.5) / sampleRateHz,
    ...levels,
    isAmbiguous,
  };
}

/** Sums over windows at any offset, in time that grows with the windows alone. */
class TwoLevels {
  readonly #begins: Float64Array;
  readonly #ends: Float64Array;
  readonly #currents: ArrayLike<number>;
  /** Sums of current and of samples that came, up to each sample. */
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  readonly #mean: number;
  /** Sum of squares around the mean. */
  readonly total: number;
  readonly valid: number;

  constructor(currents: ArrayLike<number>, begins: Float64Array, ends: Float64Array) {
    this.#currents = currents;
    this.#begins = begins;
    this.#ends = ends;
    let [sum, count] = [0, 0];
    for (let i = 0; i < currents.length; i++) {
      const value = currents[i] as number;
      if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
    }
    this.#mean = count === 0 ? 0 : sum / count;
    this.valid = count;
    this.#sums = new Float64Array(currents.length + 1);
    this.#counts = new Float64Array(currents.length + 1);
    let total = 0;
    for (let i = 0; i < currents.length; i++) {
      const value = (currents[i] as number) - this.#mean;
      const came = !Number.isNaN(value);
      this.#sums[i + 1] = (this.#sums[i] as number) + (came ? value : 0);
      this.#counts[i + 1] = (this.#counts[i] as number) + (came ? 1 : 0);
      if (came) total += value * value;
    }
    this.total = total;
  }

  /** The part of the squares that two levels explain; 0 where the windows would be the lower one. */
  explained(offset: number): number {
    const { sum, count } = this.#inside(offset);
    const outside = this.valid - count;
    if (count <= 0 || outside <= 0 || sum <= 0) return 0;
    // The mean is taken off: what is in the windows is missing outside.
    return (sum * sum) / count + (sum * sum) / outside;
  }

  levels(offset: number): { readonly activeA: number; readonly baselineA: number } {
    const { sum, count } = this.#inside(offset);
    return {
      activeA: this.#mean + sum / count,
      baselineA: this.#mean - sum / (this.valid - count),
    };
  }

  /** How many independent samples the residuals are worth, by their likeness from one to the next. */
  independent(offset: number): number {
    const { activeA, baselineA } = this.levels(offset);
    let window = 0;
    let before = Number.NaN;
    let [products, squares, pairs] = [0, 0, 0];
    for (let i = 0; i < this.#currents.length; i++) {
      while (window < this.#ends.length && i >= offset + (this.#ends[window] as number)) window++;
      const isIn = i + 0.5 >= offset + (this.#begins[window] ?? Number.POSITIVE_INFINITY);
      const residual = (this.#currents[i] as number) - (isIn ? activeA : baselineA);
      if (!Number.isNaN(residual)) squares += residual * residual;
      if (!Number.isNaN(residual * before))
        [products, pairs] = [products + residual * before, pairs + 1];
      before = residual;
    }
    const likeness = pairs === 0 || squares === 0 ? 0 : products / pairs / (squares / this.valid);
    const bounded = Math.min(0.99, Math.max(0, likeness));
    return (this.valid * (1 - bounded)) / (1 + bounded);
  }

  #inside(offset: number): { readonly sum: number; readonly count: number } {
    let [sum, count] = [0, 0];
    for (let k = 0; k < this.#begins.length; k++) {
      const begin = (this.#begins[k] as number) + offset;
      const end = (this.#ends[k] as number) + offset;
      sum += between(this.#sums, end) - between(this.#sums, begin);
      count += between(this.#counts, end) - between(this.#counts, begin);
    }
    return { sum, count };
  }
}

/** A running sum at a place between two samples. */
function between(sums: Float64Array, at: number): number {
  const bounded = Math.min(Math.max(at, 0), sums.length - 1);
  const index = Math.min(Math.floor(bounded), sums.length - 2);
  const low = sums[index] as number;
  return low + (bounded - index) * ((sums[index + 1] as number) - low);
}

/** The highest maxima. */
function candidates(values: Float64Array): readonly number[] {
  const maxima: number[] = [];
  for (const [index, value] of values.entries()) {
    const isMaximum =
      value >= (values[index - 1] ?? Number.NEGATIVE_INFINITY) &&
      value >= (values[index + 1] ?? Number.NEGATIVE_INFINITY);
    if (isMaximum) maxima.push(index);
  }
  maxima.sort((a, b) => (values[b] as number) - (values[a] as number));
  return maxima.slice(0, CANDIDATES);
}

function climb(
  model: TwoLevels,
  around: number,
  reach: number,
  last: number,
): { readonly at: number; readonly explained: number } {
  let best = { at: around, explained: model.explained(around) };
  const from = Math.max(0, around - reach);
  const to = Math.min(last, around + reach);
  for (let at = from; at <= to; at += FINE_STEP) {
    const explained = model.explained(at);
    if (explained > best.explained) best = { at, explained };
  }
  return best;
}
