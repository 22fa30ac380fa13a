/**
 * How much cleaner a model makes a clip: in float64 and in the exact integer twin of every format.
 * Hearing a clip is left to host/workflow/quality, what becomes of the numbers to publish.ts.
 */

import { join } from "node:path";
import { analyse } from "../../codegen/frontend/analyse.ts";
import type { LoadedModel } from "../../codegen/model/load.ts";
import type { Sidecar } from "../../codegen/model/sidecar.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { INTEGER_FORMATS, type IntegerFormat } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import type { Clip } from "../../host/workflow/quality/clip-set.ts";
import {
  type Denoiser,
  floatDenoiser,
  gainOf,
  openClip,
  twinDenoiser,
} from "../../host/workflow/quality/hearing.ts";

export const ARITHMETICS = ["float64", ...INTEGER_FORMATS] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** In float64 and in the formats that were measured [dB]. */
export type GainsDb = Readonly<{ float64: number } & Partial<Record<IntegerFormat, number>>>;

/** SI-SDR(cleaned) - SI-SDR(noisy) of one clip [dB], from zero state, in each arithmetic. */
export interface ClipGains {
  readonly snrDb: number;
  readonly gainDb: GainsDb;
}

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
    const inputs = { clipped: 0, values: 0 };
    const denoise = twinDenoiser(quantized, inputs);
    return { format, inputs, denoise };
  });
}

function measureClip(
  clip: Clip,
  denoisers: readonly (readonly [Arithmetic, Denoiser])[],
  frontEnd: Sidecar["frontEnd"],
): Readonly<Partial<Record<Arithmetic, number>>> {
  const open = openClip(clip, frontEnd);
  return record(denoisers.map(([arithmetic, denoise]) => [arithmetic, gainOf(open, denoise)]));
}

/** An object with exactly the keys given; the caller lists every one. */
function record<K extends string>(entries: readonly (readonly [K, number])[]): Record<K, number> {
  return Object.fromEntries(entries) as Record<K, number>;
}
