/**
 * How much cleaner and how intelligible a denoiser makes a clip, whatever its arithmetic.
 * Which clips is left to clip-set.ts, means over them to bootstrap.ts.
 */
import type { Analysis, FrontEnd, QuantizedModel, RecurrentModel } from "../../../codegen/index.ts";
import {
  analyse,
  createFloatModel,
  createTwin,
  dequantizeValues,
  quantizeValues,
  synthesise,
} from "../../../codegen/index.ts";
import { siSdrDb } from "../../audio/si-sdr.ts";
import { stoi } from "../../audio/stoi.ts";
import { readMono } from "../../audio/wav-file.ts";
import type { Clip } from "./clip-set.ts";

/** Features of one clip to gains, from the model's initial state. */
export type Denoiser = (features: readonly Float64Array[]) => Float64Array[];

/** A clip that was read and analysed once, to be heard through several denoisers. */
export interface OpenClip {
  readonly clip: Clip;
  readonly frontEnd: FrontEnd;
  /** [samples], full scale 32768. */
  readonly noisy: Int16Array;
  readonly clean: Int16Array;
  readonly analysis: Analysis;
  /** SI-SDR of the noisy clip [dB]. */
  readonly siSdrDb: number;
}

/** What a denoiser made of a clip. */
export interface HeardClip {
  /** SI-SDR(cleaned) - SI-SDR(noisy) [dB]. */
  readonly gainDb: number;
  /** STOI of the cleaned clip; null for less than 0.4 s of speech. */
  readonly stoi: number | null;
}

/** @throws UsageError TP-USE-030 to -033 for a recording that cannot be used */
export function openClip(clip: Clip, frontEnd: FrontEnd): OpenClip {
  const noisy = readMono(clip.noisy, frontEnd.sampleRateHz);
  const clean = readMono(clip.clean, frontEnd.sampleRateHz);
  const analysis = analyse(noisy, frontEnd);
  return { clip, frontEnd, noisy, clean, analysis, siSdrDb: siSdrDb(noisy, clean) };
}

function cleaned({ analysis, frontEnd, noisy }: OpenClip, denoise: Denoiser): Float64Array {
  return synthesise(analysis.spectra, denoise(analysis.features), frontEnd, noisy.length);
}

/** SI-SDR gain alone [dB]: STOI takes longer. */
export function gainOf(open: OpenClip, denoise: Denoiser): number {
  return siSdrDb(cleaned(open, denoise), open.clean) - open.siSdrDb;
}

export function hear(open: OpenClip, denoise: Denoiser): HeardClip {
  const estimate = cleaned(open, denoise);
  return {
    gainDb: siSdrDb(estimate, open.clean) - open.siSdrDb,
    stoi: stoi(estimate, open.clean, open.frontEnd.sampleRateHz),
  };
}

export function floatDenoiser(model: RecurrentModel): Denoiser {
  const float = createFloatModel(model);
  return (features) => {
    float.reset();
    return features.map((frame) => float.step(frame));
  };
}

/** Values that were quantized, and those of them that lay outside the calibrated range. */
export interface InputCount {
  clipped: number;
  values: number;
}

/** The exact twin of a model in integers. */
export function twinDenoiser(model: QuantizedModel, inputs?: InputCount): Denoiser {
  const twin = createTwin(model);
  return (features) => {
    twin.reset();
    return features.map((frame) => {
      const { values, clipped } = quantizeValues(frame, model.input);
      if (inputs !== undefined) {
        inputs.clipped += clipped;
        inputs.values += values.length;
      }
      return dequantizeValues(twin.step(values), model.output);
    });
  };
}
