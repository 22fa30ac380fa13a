/**
 * How intelligible a speech estimate is: the short-time objective intelligibility measure, about 0 to 1.
 * Lining up estimate and reference is left to the front end; which share of listeners would understand it to nobody.
 *
 * Source: Taal, Hendriks, Heusdens, Jensen: "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy
 * Speech", IEEE Transactions on Audio, Speech, and Language Processing 19(7), 2011.
 */
import { createRealFft } from "../../codegen/index.ts";
import { resample } from "./resample.ts";

const SAMPLE_RATE_HZ = 10_000;
const FRAME = 256;
const HOP = FRAME / 2;
const FFT_SIZE = 512;
const BANDS = 15;
const LOWEST_CENTRE_HZ = 150;
/** Frames of a segment: 384 ms. */
const SEGMENT = 30;
/** Frames this far below the loudest of the reference are silence [dB]. */
const RANGE_DB = 40;
/** Largest value of an estimate relative to the reference's: 15 dB of distortion, eq. 3. */
const CLIP = 1 + 10 ** (15 / 20);
/** Keeps a quotient of silence finite, as the authors' program does. */
const EPSILON = 2 ** -52;

/** Hann without the zeros at its ends [FRAME]. */
const WINDOW = Float64Array.from(
  { length: FRAME },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 1)) / (FRAME + 1)),
);

/**
 * The mean correlation of the band envelopes of both signals over segments of 384 ms, without the reference's silence
 * (eq. 1 to 6); null where fewer than 30 frames of speech are left, for which it is not defined.
 * @param estimate [samples], any scale
 * @param reference [samples], the clean speech
 * @throws RangeError for different lengths, a silent reference, or a rate that cannot be brought to 10 kHz
 */
export function stoi(
  estimate: ArrayLike<number>,
  reference: ArrayLike<number>,
  sampleRateHz: number,
): number | null {
  if (estimate.length !== reference.length) {
    throw new RangeError(
      `STOI compares signals of one length, not ${estimate.length} and ${reference.length} samples`,
    );
  }
  const speech = withoutSilence(
    resample(reference, sampleRateHz, SAMPLE_RATE_HZ),
    resample(estimate, sampleRateHz, SAMPLE_RATE_HZ),
  );
  const clean = envelopes(speech.reference);
  const heard = envelopes(speech.estimate);
  const segments = (clean[0] as Float64Array).length - SEGMENT + 1;
  if (segments < 1) return null;
  let sum = 0;
  for (let band = 0; band < BANDS; band++) {
    const [x, y] = [clean[band] as Float64Array, heard[band] as Float64Array];
    for (let m = 0; m < segments; m++) {
      sum += correlation(x.subarray(m, m + SEGMENT), y.subarray(m, m + SEGMENT));
    }
  }
  return sum / (BANDS * segments);
}

/** Where frames of a signal of so many samples begin; the last whole one is left out, as in the authors' program. */
function frameStarts(length: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((length - FRAME) / HOP)) },
    (_, frame) => frame * HOP,
  );
}

/** Both signals of the windowed frames in which the reference is less than 40 dB below its loudest, overlapped and added. */
function withoutSilence(
  reference: Float64Array,
  estimate: Float64Array,
): { readonly reference: Float64Array; readonly estimate: Float64Array } {
  const starts = frameStarts(reference.length);
  const levels = starts.map(
    (start) => 20 * Math.log10(Math.sqrt(windowedEnergy(reference, start)) + EPSILON),
  );
  const loudest = levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY);
  if (!(loudest > 20 * Math.log10(EPSILON))) {
    throw new RangeError("STOI against silence, or less than a frame of 25.6 ms, is not defined");
  }
  const kept = starts.filter((_, frame) => loudest - RANGE_DB - (levels[frame] as number) < 0);
  const joined = (signal: Float64Array): Float64Array => {
    const sum = new Float64Array((kept.length - 1) * HOP + FRAME);
    kept.forEach((start, frame) => {
      for (let n = 0; n < FRAME; n++) {
        const at = frame * HOP + n;
        sum[at] = (sum[at] as number) + (WINDOW[n] as number) * (signal[start + n] as number);
      }
    });
    return sum;
  };
  return { reference: joined(reference), estimate: joined(estimate) };
}

function windowedEnergy(signal: Float64Array, start: number): number {
  let energy = 0;
  for (let n = 0; n < FRAME; n++) {
    energy += ((WINDOW[n] as number) * (signal[start + n] as number)) ** 2;
  }
  return energy;
}

/** First bin of each third of an octave, and the end of the last: the bins next to the bands' edges. */
const BAND_EDGES: readonly number[] = Array.from({ length: BANDS + 1 }, (_, band) => {
  const hz = LOWEST_CENTRE_HZ * 2 ** ((2 * band - 1) / 6);
  return Math.round((hz * FFT_SIZE) / SAMPLE_RATE_HZ);
});

/** The norm of each band's bins in each frame, eq. 1. @returns [BANDS][frames] */
function envelopes(signal: Float64Array): readonly Float64Array[] {
  const fft = createRealFft(FFT_SIZE);
  const starts = frameStarts(signal.length);
  const bands = Array.from({ length: BANDS }, () => new Float64Array(starts.length));
  starts.forEach((start, frame) => {
    const padded = new Float64Array(FFT_SIZE);
    for (let n = 0; n < FRAME; n++) {
      padded[n] = (WINDOW[n] as number) * (signal[start + n] as number);
    }
    const { real, imaginary } = fft.forward(padded);
    bands.forEach((envelope, band) => {
      let energy = 0;
      for (let bin = BAND_EDGES[band] as number; bin < (BAND_EDGES[band + 1] as number); bin++) {
        energy += (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2;
      }
      envelope[frame] = Math.sqrt(energy);
    });
  });
  return bands;
}

/** Of a segment: the estimate brought to the reference's norm, clipped (eq. 3), and correlated with it (eq. 5). */
function correlation(x: Float64Array, y: Float64Array): number {
  const scale = norm(x) / (norm(y) + EPSILON);
  const clipped = y.map((value, n) => Math.min(value * scale, (x[n] as number) * CLIP));
  const [a, b] = [centred(x), centred(clipped)];
  const product = a.reduce((sum, value, n) => sum + value * (b[n] as number), 0);
  return product / ((norm(a) + EPSILON) * (norm(b) + EPSILON));
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
