/**
 * The discrete Fourier transform of real signals, float64, unnormalised forward and exact back.
 * Windows and frames are left to analyse.ts.
 *
 * Method: radix-2 decimation in time (Cooley & Tukey 1965) down to an odd factor, whose transforms are sums.
 */

/** Half a spectrum: bins 0 to size/2 of a real signal's transform. */
export interface Spectrum {
  /** [size / 2 + 1] */
  readonly real: Float64Array;
  /** [size / 2 + 1] */
  readonly imaginary: Float64Array;
}

export interface RealFft {
  readonly size: number;
  /** X[k] = sum over n of x[n] e^(-2 pi i k n / size), for k = 0 to size/2. */
  forward(signal: Float64Array): Spectrum;
  /** The real signal [size] whose spectrum it is; the imaginary parts of bins 0 and size/2 are ignored. */
  inverse(spectrum: Spectrum): Float64Array;
}

/**
 * @param size even, at least 2
 * @throws RangeError for another size, and on arrays of another length
 */
export function createRealFft(size: number): RealFft {
  if (!Number.isInteger(size / 2) || size < 2) {
    throw new RangeError(`a transform of ${size} points is not of an even number`);
  }
  const cosine = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sine = Float64Array.from({ length: size }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const order = decimatedOrder(size);

  /** Neighbouring transforms of `half` points to those of twice as many, in place. */
  function join(real: Float64Array, imaginary: Float64Array, half: number): void {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const even = start + k;
        const odd = even + half;
        const c = cosine[k * stride] as number;
        const s = sine[k * stride] as number;
        const x = real[odd] as number;
        const y = imaginary[odd] as number;
        const turnedReal = x * c + y * s;
        const turnedImaginary = y * c - x * s;
        real[odd] = (real[even] as number) - turnedReal;
        imaginary[odd] = (imaginary[even] as number) - turnedImaginary;
        real[even] = (real[even] as number) + turnedReal;
        imaginary[even] = (imaginary[even] as number) + turnedImaginary;
      }
    }
  }

  /** The transform of `odd` points from `start`, by the definition, in place. */
  function define(real: Float64Array, imaginary: Float64Array, start: number, odd: number): void {
    const [x, y] = [real.slice(start, start + odd), imaginary.slice(start, start + odd)];
    for (let k = 0; k < odd; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < odd; n++) {
        const turn = ((k * n) % odd) * (size / odd);
        const [c, s] = [cosine[turn] as number, sine[turn] as number];
        re += (x[n] as number) * c + (y[n] as number) * s;
        im += (y[n] as number) * c - (x[n] as number) * s;
      }
      real[start + k] = re;
      imaginary[start + k] = im;
    }
  }

  /** Forward. @returns real and imaginary part of all bins */
  function transform(signal: Float64Array, other: Float64Array): [Float64Array, Float64Array] {
    const real = Float64Array.from(order, (n) => signal[n] as number);
    const imaginary = Float64Array.from(order, (n) => other[n] as number);
    const odd = oddFactor(size);
    for (let start = 0; odd > 1 && start < size; start += odd) define(real, imaginary, start, odd);
    for (let half = odd; half < size; half *= 2) join(real, imaginary, half);
    return [real, imaginary];
  }

  const bins = size / 2 + 1;
  return {
    size,
    forward(signal) {
      expectLength(signal, size);
      const [real, imaginary] = transform(signal, new Float64Array(size));
      return { real: real.slice(0, bins), imaginary: imaginary.slice(0, bins) };
    },
    inverse(spectrum) {
      expectLength(spectrum.real, bins);
      expectLength(spectrum.imaginary, bins);
      // The forward transform of the conjugate spectrum is the signal times size: x is real.
      const real = new Float64Array(size);
      const imaginary = new Float64Array(size);
      real.set(spectrum.real);
      for (let k = 1; k < size / 2; k++) {
        real[size - k] = spectrum.real[k] as number;
        imaginary[k] = -(spectrum.imaginary[k] as number);
        imaginary[size - k] = spectrum.imaginary[k] as number;
      }
      return transform(real, imaginary)[0].map((value) => value / size);
    },
  };
}

/** What is left of a size without its factors of 2. */
function oddFactor(size: number): number {
  let odd = size;
  while (odd % 2 === 0) odd /= 2;
  return odd;
}

/** [size]: the inputs in the order that halving into even and odd ones leaves, down to the odd factor. */
function decimatedOrder(size: number): Uint32Array {
  if (size % 2 === 1) return Uint32Array.from({ length: size }, (_, n) => n);
  const inner = decimatedOrder(size / 2);
  return Uint32Array.from({ length: size }, (_, n) =>
    n < size / 2 ? 2 * (inner[n] as number) : 2 * (inner[n - size / 2] as number) + 1,
  );
}

function expectLength(values: Float64Array, length: number): void {
  if (values.length !== length) {
    throw new RangeError(`${values.length} values where the transform takes ${length}`);
  }
}
