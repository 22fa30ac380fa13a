/**
 * Decides whether events on a line come at a regular distance, and at which.
 * Which samples are events is left to late-samples.ts.
 *
 * Power of a frequency: |sum of exp(-2 pi i f k)|^2 over the events at k, divided by its mean for events by chance; by
 * chance alone it is exponentially distributed with mean 1. Source: K. V. Mardia and P. E. Jupp, "Directional
 * Statistics", 2000, section 6.3 (Rayleigh's test); D. A. Lewis, "Some statistical methods for the analysis of series of
 * events", 1966. Bursts raise whole ranges of frequencies, so each is held against its neighbourhood.
 */

/** Fewer periods in a trace are a trend. */
const FEWEST_PERIODS = 8;
/** Frequencies to either side whose median is the neighbourhood, those of the peak itself left out. */
const NEAR = 64;
const OWN = 4;
/** Powers closer than this are the same. */
const SAME = 0.9;
const LONGEST_SUBHARMONIC = 12;

export interface Periodicity {
  /** Distance of the events, in the unit of their positions. */
  readonly period: number;
  /** Chance of so high a peak anywhere in the spectrum of events by chance. */
  readonly chance: number;
  /** |mean of exp(-2 pi i k / period)|: 1 where all events are in phase. */
  readonly concentration: number;
  /** Phase in which most events lie, 0..1. */
  readonly phase: number;
}

/**
 * The most regular distance of events, with how likely it is by chance; null with fewer than two.
 * @param positions ascending, 0 <= position < length
 */
export function periodicity(positions: ArrayLike<number>, length: number): Periodicity | null {
  const events = positions.length;
  if (events < 2 || length < 4 * FEWEST_PERIODS) return null;
  const size = 2 ** Math.ceil(Math.log2(2 * length));
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let i = 0; i < events; i++) add(real, Math.floor(positions[i] as number), 1);
  const mean = events / length;
  for (let i = 0; i < length; i++) add(real, i, -mean);
  fft(real, imaginary);
  const power = new Float64Array(size / 2 + 1);
  const unit = events * Math.max(1 - mean, 1 / length);
  for (let i = 0; i < power.length; i++) {
    power[i] = ((real[i] as number) ** 2 + (imaginary[i] as number) ** 2) / unit;
  }
  const first = Math.ceil((FEWEST_PERIODS * size) / length);
  const { bin, height } = highest(power, first);
  const looked = power.length - first;
  const frequency = fundamental(positions, refined(positions, bin / size, 1 / size), length);
  const { concentration, phase } = phases(positions, frequency);
  return {
    period: 1 / frequency,
    chance: -Math.expm1(looked * Math.log1p(-Math.exp(-height))),
    concentration,
    phase,
  };
}

function add(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}

/** The bin that rises most above its neighbourhood, and by how much. */
function highest(power: Float64Array, first: number): { bin: number; height: number } {
  let best = { bin: first, height: 0 };
  for (let bin = first; bin < power.length; bin++) {
    const own = power[bin] as number;
    // A neighbourhood counts as 1 at least, so this one cannot become the highest.
    if (own <= best.height) continue;
    const around: number[] = [];
    const last = Math.min(power.length - 1, bin + NEAR);
    for (let near = Math.max(first, bin - NEAR); near <= last; near++) {
      if (Math.abs(near - bin) > OWN) around.push(power[near] as number);
    }
    around.sort((a, b) => a - b);
    // The median of an exponential distribution is ln 2 of its mean.
    const level = Math.max(1, (around[around.length >> 1] ?? 0) / Math.LN2);
    if (own / level > best.height) best = { bin, height: own / level };
  }
  return best;
}

/** The frequency within one step of `start` at which the events are most in phase. */
function refined(positions: ArrayLike<number>, start: number, step: number): number {
  let best = start;
  for (let width = step; width > step * 1e-6; width /= 2) {
    const [at, below, above] = [best, best - width / 2, best + width / 2].map(
      (frequency) => phases(positions, frequency).concentration,
    ) as [number, number, number];
    if (below > at && below >= above) best -= width / 2;
    else if (above > at) best += width / 2;
  }
  return best;
}

/** The lowest frequency of which this one is a multiple and at which the events are as much in phase. */
function fundamental(positions: ArrayLike<number>, frequency: number, length: number): number {
  const height = phases(positions, frequency).concentration ** 2;
  for (let divisor = LONGEST_SUBHARMONIC; divisor > 1; divisor--) {
    const lower = frequency / divisor;
    if (lower * length < FEWEST_PERIODS) continue;
    if (phases(positions, lower).concentration ** 2 >= SAME * height) return lower;
  }
  return frequency;
}

function phases(
  positions: ArrayLike<number>,
  frequency: number,
): { readonly concentration: number; readonly phase: number } {
  let [cosine, sine] = [0, 0];
  for (let i = 0; i < positions.length; i++) {
    const angle = 2 * Math.PI * frequency * (positions[i] as number);
    cosine += Math.cos(angle);
    sine += Math.sin(angle);
  }
  const turn = Math.atan2(sine, cosine) / (2 * Math.PI);
  return {
    concentration: Math.hypot(cosine, sine) / positions.length,
    phase: turn < 0 ? turn + 1 : turn,
  };
}

/** In place, exp(-2 pi i k n / size). Range: size a power of two. Source: Cooley and Tukey, 1965. */
function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(real, i, j);
      swap(imaginary, i, j);
    }
  }
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < size; i += 2 * half) {
        const j = i + half;
        const [x, y] = [real[j] as number, imaginary[j] as number];
        const [re, im] = [x * c - y * s, x * s + y * c];
        real[j] = (real[i] as number) - re;
        imaginary[j] = (imaginary[i] as number) - im;
        real[i] = (real[i] as number) + re;
        imaginary[i] = (imaginary[i] as number) + im;
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] as number;
  values[i] = values[j] as number;
  values[j] = kept;
}
