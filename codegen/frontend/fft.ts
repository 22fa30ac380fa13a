/**
 * The discrete Fourier transform of real signals, float64, unnormalised forward and exact back.
 * Windows and frames are left to analyse.ts.
 *
 * Method: radix-2 decimation in time with bit-reversed input (Cooley & Tukey 1965).
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
 * @param size a power of two, at least 2
 * @throws RangeError for another size, and on arrays of another length
 */
export function createRealFft(size: number): RealFft {
  if (!Number.isInteger(Math.log2(size)) || size < 2) {
    throw new RangeError(`a transform of ${size} points is not a power of two`);
  }
  const cosine = Float64Array.from({ length: size / 2 }, (_, k) =>
    Math.cos((2 * Math.PI * k) / size),
  );
  const sine = Float64Array.from({ length: size / 2 }, (_, k) =>
    Math.sin((2 * Math.PI * k) / size),
  );
  const reversed = bitReversal(size);

  /** In place, forward; size, cosine, sine and reversed belong together. */
  function transform(real: Float64Array, imaginary: Float64Array): void {
    for (let n = 0; n < size; n++) {
      const m = reversed[n] as number;
      if (m > n) {
        swap(real, n, m);
        swap(imaginary, n, m);
      }
    }
    for (let half = 1; half < size; half *= 2) {
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
  }

  const bins = size / 2 + 1;
  return {
    size,
    forward(signal) {
      expectLength(signal, size);
      const real = signal.slice();
      const imaginary = new Float64Array(size);
      transform(real, imaginary);
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
      transform(real, imaginary);
      return real.map((value) => value / size);
    },
  };
}

/** [size]: every index with its log2(size) bits in reverse order. */
function bitReversal(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let n = 1; n < size; n++) {
    reversed[n] = ((reversed[n >> 1] as number) >> 1) | (n & 1 ? size / 2 : 0);
  }
  return reversed;
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] as number;
  values[a] = values[b] as number;
  values[b] = kept;
}

function expectLength(values: Float64Array, length: number): void {
  if (values.length !== length) {
    throw new RangeError(`${values.length} values where the transform takes ${length}`);
  }
}
