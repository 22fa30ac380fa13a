/**
 * How much cleaner a model makes a clip: in float64 and in the exact integer twin of every format.
 * Which clips is left to clip-set.ts, what becomes of the numbers to publish.ts.
 */

import { join } from "node:path";
import { type Analysis, analyse, synthesise } from "../../codegen/frontend/analyse.ts";
import type { LoadedModel } from "../../codegen/model/load.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { FrontEnd, Sidecar } from "../../codegen/model/sidecar.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import {
  dequantizeValues,
  INTEGER_FORMATS,
  type IntegerFormat,
  quantizeValues,
} from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";
import { readMono } from "../../host/audio/wav-file.ts";
import type { Clip } from "./clip-set.ts";

export const ARITHMETICS = ["float64", ...INTEGER_FORMATS] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** In float64 and in the formats that were measured [dB]. */
export type GainsDb = Readonly<{ float64: number } & Partial<Record<IntegerFormat, number>>>;

/** SI-SDR(cleaned) - SI-SDR(noisy) of one clip [dB], from zero state, in each arithmetic. */
export interface ClipGains {
  readonly snrDb: number;
  readonly gainDb: GainsDb;
}

/** Features of one clip to gains, from the model's initial state. */
type Denoiser = (features: readonly Float64Array[]) => Float64Array[];

export interface Measurement {
  clip(clip: Clip): ClipGains;
  /** Share of input values so far that lay outside the calibrated range, 0 to 1, a format. */
  clippedShare(): Readonly<Partial<Record<IntegerFormat, number>>>;
}

/** Prepares the model in float64 and in the formats, calibrated on the recordings its sidecar names. */
export function createMeasurement(
  loaded: LoadedModel & { readonly sidecar: Sidecar },
  formats: readonly IntegerFormat[] = INTEGER_FORMATS,
): Measurement {
  const { frontEnd } = loaded.sidecar;
  const twins = twinsOf(loaded, formats);
  const denoisers: readonly (readonly [Arithmetic, Denoiser])[] = [
    ["float64", floatDenoiser(loaded.model)],
    ...twins.map(({ format, denoise }) => [format, denoise] as const),
  ];
  return {
    clip: (clip) => {
      const gains = measureClip(clip, denoisers, frontEnd);
      return { snrDb: clip.snrDb, gainDb: gains as GainsDb };
    },
    clippedShare: () =>
      record(twins.map(({ format, inputs }) => [format, inputs.clipped / inputs.values])),
  };
}

/** Gain of one format's twin alone [dB]. */
export function createTwinMeasurement(
  loaded: LoadedModel & { readonly sidecar: Sidecar },
  format: IntegerFormat,
): (clip: Clip) => number {
  const twins = twinsOf(loaded, [format]);
  const denoisers = twins.map(({ denoise }) => [format, denoise] as const);
  return (clip) => measureClip(clip, denoisers, loaded.sidecar.frontEnd)[format] as number;
}

/** The twins of a model, calibrated once. */
function twinsOf(
  { model, sidecar, directory }: LoadedModel & { readonly sidecar: Sidecar },
  formats: readonly IntegerFormat[],
) {
  const { frontEnd } = sidecar;
  const recordings = readRecordings(join(directory, sidecar.calibration), frontEnd.sampleRateHz);
  const calibration = calibrate(model, {
    source: sidecar.calibration,
    sequences: recordings.map(({ samples }) => analyse(samples, frontEnd).features),
  });
  return formats.map((format) => {
    const quantized = quantizeModel(model, calibration, format);
    const twin = createTwin(quantized);
    const inputs = { clipped: 0, values: 0 };
    const denoise: Denoiser = (features) => {
      twin.reset();
      return features.map((frame) => {
        const { values, clipped } = quantizeValues(frame, quantized.input);
        inputs.clipped += clipped;
        inputs.values += values.length;
        return dequantizeValues(twin.step(values), quantized.output);
      });
    };
    return { format, inputs, denoise };
  });
}

function floatDenoiser(model: RecurrentModel): Denoiser {
  const float = createFloatModel(model);
  return (features) => {
    float.reset();
    return features.map((frame) => float.step(frame));
  };
}

function measureClip(
  clip: Clip,
  denoisers: readonly (readonly [Arithmetic, Denoiser])[],
  frontEnd: FrontEnd,
): Readonly<Partial<Record<Arithmetic, number>>> {
  const noisy = readMono(clip.noisy, frontEnd.sampleRateHz);
  const clean = readMono(clip.clean, frontEnd.sampleRateHz);
  const { features, spectra }: Analysis = analyse(noisy, frontEnd);
  const before = siSdrDb(noisy, clean);
  const gain = (denoise: Denoiser) =>
    siSdrDb(synthesise(spectra, denoise(features), frontEnd, noisy.length), clean) - before;
  return record(denoisers.map(([arithmetic, denoise]) => [arithmetic, gain(denoise)]));
}

/** An object with exactly the keys given; the caller lists every one. */
function record<K extends string>(entries: readonly (readonly [K, number])[]): Record<K, number> {
  return Object.fromEntries(entries) as Record<K, number>;
}
