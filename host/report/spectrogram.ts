/**
 * Decides the picture of a sound: level over time and frequency, as a small palette PNG.
 * Reading audio files is left to host/audio, placing the picture to audio-svg.ts.
 */
import { encodePalettePng } from "./png.ts";

const WINDOW = 512;
const ROWS = 96;
const MAX_COLUMNS = 520;
/** Levels this far below the reference are black [dB]. */
const FLOOR_DB = -72;

/** Level of every cell in 0..255, row 0 the highest frequency; cells are windows of 512 samples, Hann-weighted. */
export interface Spectrogram {
  readonly columns: number;
  readonly rows: number;
  readonly levels: Uint8Array;
}

/** The loudest bin of a clip: the common reference of clips shown side by side. */
export function loudestBin(samples: Int16Array): number {
  let loudest = 1e-9;
  for (const magnitudes of windowsOf(samples)) {
    for (const magnitude of magnitudes) if (magnitude > loudest) loudest = magnitude;
  }
  return loudest;
}

/** @param reference magnitude drawn at full brightness, usually loudestBin of the loudest clip */
export function spectrogramOf(samples: Int16Array, reference: number): Spectrogram {
  const windows = windowsOf(samples);
  const columns = windows.length;
  const levels = new Uint8Array(columns * ROWS);
  const binsPerRow = WINDOW / 2 / ROWS;
  windows.forEach((magnitudes, column) => {
    for (let row = 0; row < ROWS; row++) {
      const first = Math.floor((ROWS - 1 - row) * binsPerRow);
      const last = Math.max(first + 1, Math.floor((ROWS - row) * binsPerRow));
      let largest = 0;
      for (let bin = first; bin < last; bin++) largest = Math.max(largest, magnitudes[bin] ?? 0);
      const decibels = 20 * Math.log10(largest / reference + 1e-9);
      const level = Math.round((1 - decibels / FLOOR_DB) * 255);
      levels[row * columns + column] = Math.max(0, Math.min(255, level));
    }
  });
  return { columns, rows: ROWS, levels };
}

/** The picture as a data URI: dark where it is quiet, warm where it is loud, in any page colour. */
export function spectrogramUri(spectrogram: Spectrogram): string {
  const png = encodePalettePng(
    spectrogram.columns,
    spectrogram.rows,
    spectrogram.levels,
    palette(),
  );
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

function windowsOf(samples: Int16Array): Float64Array[] {
  const room = Math.max(1, samples.length - WINDOW);
  const columns = Math.max(1, Math.min(MAX_COLUMNS, Math.ceil(room / (WINDOW / 4))));
  return Array.from({ length: columns }, (_, column) => {
    const start = Math.floor((column * room) / columns);
    const real = new Float64Array(WINDOW);
    for (let i = 0; i < WINDOW; i++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW);
      real[i] = (samples[start + i] ?? 0) * hann;
    }
    return magnitudesOf(real);
  });
}

/** Magnitudes of the first half of the bins: radix-2 FFT (Cooley and Tukey 1965), in place. */
export function magnitudesOf(real: Float64Array): Float64Array {
  const n = real.length;
  const imaginary = new Float64Array(n);
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const swapped = real[i] as number;
      real[i] = real[j] as number;
      real[j] = swapped;
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((2 * Math.PI * k) / size);
      const sin = -Math.sin((2 * Math.PI * k) / size);
      for (let even = k; even < n; even += size) {
        const odd = even + half;
        const re = (real[odd] as number) * cos - (imaginary[odd] as number) * sin;
        const im = (real[odd] as number) * sin + (imaginary[odd] as number) * cos;
        real[odd] = (real[even] as number) - re;
        imaginary[odd] = (imaginary[even] as number) - im;
        real[even] = (real[even] as number) + re;
        imaginary[even] = (imaginary[even] as number) + im;
      }
    }
  }
  return Float64Array.from({ length: n / 2 }, (_, k) =>
    Math.hypot(real[k] as number, imaginary[k] as number),
  );
}

/** Dark blue over teal and sand to white: lightness rises evenly, so it also reads in grey print. */
function palette(): Uint8Array {
  const stops = [
    [11, 16, 32],
    [18, 52, 86],
    [16, 104, 118],
    [92, 158, 118],
    [232, 190, 108],
    [255, 246, 222],
  ] as const;
  const colours = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(place));
    const from = stops[index] ?? stops[0];
    const to = stops[index + 1] ?? from;
    for (let channel = 0; channel < 3; channel++) {
      const a = from[channel] ?? 0;
      const b = to[channel] ?? 0;
      colours[level * 3 + channel] = Math.round(a + (b - a) * (place - index));
    }
  }
  return colours;
}
