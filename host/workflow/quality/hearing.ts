/**
 * How much cleaner and how intelligible a denoiser makes a clip, whatever its arithmetic.
 * Which clips is left to clip-set.ts, means over them to bootstrap.ts.
 */
import { basename } from "node:path";
import type {
  Analysis,
  FrontEnd,
  QuantizedModel,
  RecurrentModel,
  StepWork,
} from "../../../codegen/index.ts";
import {
  analyse,
  createFloatModel,
  createTwin,
  dequantizeValues,
  quantizeValues,
  synthesise,
  UsageError,
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

/**
 * @throws UsageError TP-USE-030 to -033 for a recording that cannot be used, TP-USE-471 for two that cannot be compared:
 *   of different or no lengths, or one of them silent
 */
export function openClip(clip: Clip, frontEnd: FrontEnd): OpenClip {
  const noisy = readMono(clip.noisy, frontEnd.sampleRateHz);
  const clean = readMono(clip.clean, frontEnd.sampleRateHz);
  if (noisy.length !== clean.length || noisy.length === 0) {
    throw refuse(clip, `they hold ${noisy.length} and ${clean.length} samples`);
  }
  for (const [path, samples] of [
    [clip.noisy, noisy],
    [clip.clean, clean],
  ] as const) {
    if (isSilent(samples)) throw refuse(clip, `${basename(path)} is silent throughout`);
  }
  const analysis = analyse(noisy, frontEnd);
  return { clip, frontEnd, noisy, clean, analysis, siSdrDb: siSdrDb(noisy, clean) };
}

function isSilent(samples: Int16Array | Float64Array): boolean {
  return samples.every((sample: number) => sample === 0);
}

function refuse({ noisy, clean }: Clip, why: string): UsageError {
  return new UsageError(
    "TP-USE-471",
    {
      what: `${basename(noisy)} cannot be judged against ${basename(clean)}`,
      why,
      fix: "recordings of one length, neither of them silent, and a model that lets some of them pass",
    },
    { noisy, clean },
  );
}

/** @throws UsageError TP-USE-471 for a denoiser that leaves silence: no ratio is defined of it */
function cleaned({ analysis, clip, frontEnd, noisy }: OpenClip, denoise: Denoiser): Float64Array {
  const samples = synthesise(analysis.spectra, denoise(analysis.features), frontEnd, noisy.length);
  if (isSilent(samples)) throw refuse(clip, "the model makes silence of it");
  return samples;
}

/** SI-SDR gain alone [dB]: STOI takes longer. @throws UsageError TP-USE-471 */
export function gainOf(open: OpenClip, denoise: Denoiser): number {
  return siSdrDb(cleaned(open, denoise), open.clean) - open.siSdrDb;
}

/** @throws UsageError TP-USE-471 */
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

/**
 * The exact twin of a model in integers.
 * @param onStep is told what each step did, where steps may leave work out
 */
export function twinDenoiser(
  model: QuantizedModel,
  inputs?: InputCount,
  onStep?: (work: StepWork) => void,
): Denoiser {
  const twin = createTwin(model);
  return (features) => {
    twin.reset();
    return features.map((frame) => {
      const { values, clipped } = quantizeValues(frame, model.input);
      if (inputs !== undefined) {
        inputs.clipped += clipped;
        inputs.values += values.length;
      }
      const answer = dequantizeValues(twin.step(values), model.output);
      if (onStep !== undefined && twin.lastWork !== undefined) onStep(twin.lastWork());
      return answer;
    });
  };
}
