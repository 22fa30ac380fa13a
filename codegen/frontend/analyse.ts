/**
 * The float64 definition of the front end: samples to features, and spectra with gains to samples again.
 * What the gains are is left to the model; reading and writing audio files to the host.
 *
 * Frame t covers samples [(t - 1) hop, (t + 1) hop), zeros outside the signal, for t = 0 to
 * ceil(samples / hop): every sample lies in two frames whose squared windows sum to 1, so unit gains
 * give the signal back (Griffin & Lim 1984 overlap-add with equal windows both ways).
 */

import type { FrontEnd } from "../model/sidecar.ts";
import { bandMatrix, gatherBands, spreadBands } from "./bands.ts";
import { createRealFft, type Spectrum } from "./fft.ts";

/** What a recording becomes, a frame each. */
export interface Analysis {
  /** [frames][bands.count], the model's input. */
  readonly features: Float64Array[];
  /** [frames], fftSize / 2 + 1 bins each. */
  readonly spectra: Spectrum[];
}

/** Full scale of a 16-bit sample. */
const FULL_SCALE = 32768;

/** w[n] = sqrt(0.5 - 0.5 cos(2 pi n / length)): the periodic Hann window's square root. @returns [length] */
export function sqrtHannWindow(length: number): Float64Array {
  return Float64Array.from({ length }, (_, n) =>
    Math.sqrt(0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length)),
  );
}

/** Frames of a recording: ceil(samples / hop) + 1. */
export function frameCount(samples: number, hopLength: number): number {
  return Math.ceil(samples / hopLength) + 1;
}

/**
 * Samples to features.
 * @param samples 16-bit at frontEnd.sampleRateHz; 32768 is full scale
 */
export function analyse(samples: Int16Array, frontEnd: FrontEnd): Analysis {
  const { hopLength, windowLength, fftSize } = frontEnd;
  const window = sqrtHannWindow(windowLength);
  const fft = createRealFft(fftSize);
  const matrix = bandMatrix(frontEnd);
  const spectra: Spectrum[] = [];
  const features: Float64Array[] = [];
  for (let t = 0; t < frameCount(samples.length, hopLength); t++) {
    const frame = new Float64Array(fftSize);
    for (let n = 0; n < windowLength; n++) {
      // Before the first sample and after the last the signal is silent.
      const sample = samples[(t - 1) * hopLength + n] ?? 0;
      frame[n] = (sample / FULL_SCALE) * (window[n] as number);
    }
    const spectrum = fft.forward(frame);
    spectra.push(spectrum);
    features.push(normalise(gatherBands(matrix, power(spectrum)), frontEnd));
  }
  return { features, spectra };
}

/** |X|^2 of every bin. */
function power({ real, imaginary }: Spectrum): Float64Array {
  return real.map((re, bin) => re * re + (imaginary[bin] as number) ** 2);
}

/** (log2(power + epsilon) - mean) / deviation, a band. */
function normalise(bandPower: Float64Array, { features }: FrontEnd): Float64Array {
  const { epsilon, mean, deviation } = features;
  return bandPower.map(
    (value, band) =>
      (Math.log2(value + epsilon) - (mean[band] as number)) / (deviation[band] as number),
  );
}

/**
 * Spectra with one gain a band back to a signal; output sample n belongs to input sample n.
 * @param gains [frames][bands.count]
 * @param length samples of the recording that was analysed
 * @returns [length], full scale 1
 * @throws RangeError when spectra, gains and length do not belong together
 */
export function synthesise(
  spectra: readonly Spectrum[],
  gains: readonly Float64Array[],
  frontEnd: FrontEnd,
  length: number,
): Float64Array {
  const { hopLength, windowLength, fftSize, bands } = frontEnd;
  const frames = frameCount(length, hopLength);
  if (spectra.length !== frames || gains.length !== frames) {
    throw new RangeError(
      `${length} samples have ${frames} frames, not ${spectra.length} spectra and ${gains.length} gains`,
    );
  }
  const window = sqrtHannWindow(windowLength);
  const fft = createRealFft(fftSize);
  const matrix = bandMatrix(frontEnd);
  const signal = new Float64Array(length);
  spectra.forEach(({ real, imaginary }, t) => {
    const bandGains = gains[t] as Float64Array;
    if (bandGains.length !== bands.count) {
      throw new RangeError(`frame ${t} has ${bandGains.length} gains for ${bands.count} bands`);
    }
    const binGains = spreadBands(matrix, bandGains);
    const scaled = (values: Float64Array) =>
      values.map((value, bin) => value * (binGains[bin] as number));
    const frame = fft.inverse({ real: scaled(real), imaginary: scaled(imaginary) });
    const start = (t - 1) * hopLength;
    for (let n = Math.max(0, -start); n < windowLength && start + n < length; n++) {
      const sample = (frame[n] as number) * (window[n] as number);
      signal[start + n] = (signal[start + n] as number) + sample;
    }
  });
  return signal;
}
