/**
 * Decides how a signal comes to another sample rate: polyphase, with a Kaiser window of 60 dB rejection.
 * What the signal is needed for is left to the caller.
 *
 * Method: Octave's resample (signal package, after Oppenheim, Schafer, Buck: "Discrete-Time Signal Processing", eq. 7.62
 * to 7.64), so that what is computed from the result agrees with tools that are built on it.
 */

const REJECTION_DB = 60;
/** Terms of the ratio of both rates; at this one the filter has 58,000 taps. */
const MOST_FACTOR = 800;

/**
 * The signal at another rate; its first sample stays where it is.
 * @param signal [samples], zeros beyond both ends
 * @returns [ceil(samples * toHz / fromHz)]
 * @throws RangeError unless both rates are positive whole numbers whose ratio has terms of at most 800
 */
export function resample(signal: ArrayLike<number>, fromHz: number, toHz: number): Float64Array {
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const [up, down] = [toHz / divisor, fromHz / divisor];
  if (!(divisor >= 1) || Math.max(up, down) > MOST_FACTOR) {
    throw new RangeError(`${fromHz} Hz cannot be brought to ${toHz} Hz`);
  }
  if (up === down) return Float64Array.from(signal);
  const taps = lowPass(up, down);
  const half = (taps.length - 1) / 2;
  const output = new Float64Array(Math.ceil((signal.length * up) / down));
  for (let m = 0; m < output.length; m++) {
    // Tap m * down - n * up + half meets sample n; only those within the filter count.
    const at = m * down + half;
    const first = Math.max(0, Math.ceil((at - taps.length + 1) / up));
    const last = Math.min(signal.length - 1, Math.floor(at / up));
    let sum = 0;
    for (let n = first; n <= last; n++) {
      sum += (signal[n] as number) * (taps[at - n * up] as number);
    }
    output[m] = sum;
  }
  return output;
}

function greatestCommonDivisor(a: number, b: number): number {
  if (!Number.isInteger(a) || !Number.isInteger(b) || a < 1 || b < 1) return Number.NaN;
  return b > a ? greatestCommonDivisor(b, a) : a % b === 0 ? b : greatestCommonDivisor(b, a % b);
}

/** Taps at the rate of both, odd in number, symmetric; their sum is `up`, which makes up for the zeros between samples. */
function lowPass(up: number, down: number): Float64Array {
  const cutoff = 1 / (2 * Math.max(up, down));
  const half = Math.ceil((REJECTION_DB - 8) / (28.714 * (cutoff / 10)));
  const beta = 0.1102 * (REJECTION_DB - 8.7);
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, index) => {
    const t = index - half;
    return sinc(2 * cutoff * t) * besselI0(beta * Math.sqrt(1 - (t / half) ** 2));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => (tap * up) / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of order 0 by its power series; |x| <= 6 needs 30 terms for the last bit. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 30; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
