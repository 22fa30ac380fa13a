/**
 * Mixes noise into clean speech at chosen ratios and lets exact twins clean it: a model, and another beside it.
 * What the numbers mean is left to analyze/field-curve.ts, mixing to audio/mixing.ts.
 */
import { basename } from "node:path";
import {
  analyse,
  createTwin,
  dequantizeValues,
  quantizeValues,
  synthesise,
  UsageError,
} from "../../codegen/index.ts";
import type { FieldFacts } from "../analyze/field-curve.ts";
import { mixAtSnr } from "../audio/mixing.ts";
import { siSdrDb } from "../audio/si-sdr.ts";
import { stoi } from "../audio/stoi.ts";
import { toInt16 } from "../audio/wav.ts";
import { readMono } from "../audio/wav-file.ts";
import type { VerbContext } from "./context.ts";
import type { GenerateRequest, Prepared } from "./generate.ts";
import { prepare } from "./generate.ts";
import { cleanBeside, firstClip } from "./stimulus.ts";

/** The same network, trained on nearly clean audio. */
const BESIDE = "hearable-clean";
const LARGEST_SAMPLE = 32_767;
/** Ratios below and above this are no sound that a person would wear a hearable in [dB]. */
const MOST_DB = 60;

export interface FieldRequest extends GenerateRequest {
  /** Ratios, separated by commas [dB]. */
  readonly snr?: string;
  readonly noise?: string;
  readonly beside?: string;
  readonly input?: string;
  readonly reference?: string;
}

/** @throws UsageError TP-USE-164 for ratios, speech or noise that cannot be used; what `prepare` throws for the other model */
export function fieldCurve(
  context: VerbContext,
  prepared: Prepared,
  request: FieldRequest,
): FieldFacts | null {
  if (request.snr === undefined) return null;
  const ratios = request.snr
    .split(",")
    .map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  if (ratios.some((ratio) => !(Math.abs(ratio) <= MOST_DB))) {
    throw unusable(
      `--snr ${request.snr}`,
      `it takes numbers of -${MOST_DB} to ${MOST_DB} dB, separated by commas`,
    );
  }
  const { sidecar } = prepared.loaded;
  if (!sidecar) throw unusable("--snr", `${prepared.loaded.model.name} has no front end for audio`);
  const noisyPath = request.input ?? firstClip(prepared);
  const cleanPath = request.reference ?? (noisyPath && cleanBeside(noisyPath));
  if (cleanPath === undefined)
    throw unusable("--snr", "there is no clean speech: give --reference");
  const { sampleRateHz } = sidecar.frontEnd;
  const clean = readMono(cleanPath, sampleRateHz);
  const noise = noiseOf(request, clean, noisyPath, sampleRateHz);
  const name = request.beside ?? BESIDE;
  const models = [
    prepared,
    ...(name === prepared.loaded.model.name ? [] : [prepare(name, request)]),
  ];
  const rows = ratios.map((snrDb, index) => {
    context.progress.update(index, ratios.length);
    const { noisy } = mixAtSnr(clean, noise.samples, snrDb);
    const mixed = withinRange(noisy);
    return {
      snrDb,
      siSdrInDb: siSdrDb(mixed, clean),
      ...withStoi("stoiIn", mixed, clean, sampleRateHz),
      models: models.map((model) => {
        const cleaned = cleanedBy(model, mixed);
        return {
          name: model.generated.stages.plan.name,
          siSdrOutDb: siSdrDb(cleaned, clean),
          ...withStoi("stoiOut", cleaned, clean, sampleRateHz),
        };
      }),
    };
  });
  return { clip: basename(cleanPath).replace(/(\.clean)?\.wav$/i, ""), noise: noise.name, rows };
}

/** STOI under a name; nothing where there is too little speech for it. */
function withStoi<Name extends string>(
  name: Name,
  estimate: Int16Array,
  clean: Int16Array,
  sampleRateHz: number,
): { readonly [name in Name]?: number } {
  const value = stoi(estimate, clean, sampleRateHz);
  return (value === null ? {} : { [name]: value }) as { readonly [name in Name]?: number };
}

/** The asked-for noise, or what the clip's own mixture has beside its speech. */
function noiseOf(
  request: FieldRequest,
  clean: Int16Array,
  noisyPath: string | undefined,
  sampleRateHz: number,
): { readonly name: string; readonly samples: ArrayLike<number> } {
  if (request.noise !== undefined) {
    return { name: basename(request.noise), samples: readMono(request.noise, sampleRateHz) };
  }
  const noisy = noisyPath === undefined ? undefined : readMono(noisyPath, sampleRateHz);
  if (noisy?.length !== clean.length) throw unusable("--snr", "there is no noise: give --noise");
  return {
    name: `the noise of ${basename(noisyPath ?? "")}`,
    samples: Float64Array.from(noisy, (value, n) => value - (clean[n] as number)),
  };
}

/** As 16 bits; quieter where it would clip, which SI-SDR does not see. */
function withinRange(samples: Float64Array): Int16Array {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gain = Math.min(1, LARGEST_SAMPLE / peak);
  return Int16Array.from(samples, (value) => Math.round(gain * value));
}

function cleanedBy({ loaded, generated }: Prepared, noisy: Int16Array): Int16Array {
  const { frontEnd } = loaded.sidecar as NonNullable<typeof loaded.sidecar>;
  const { plan, quantize } = generated.stages;
  const twin = createTwin(quantize.model);
  const { features, spectra } = analyse(noisy, frontEnd);
  const gains = features.map((frame) =>
    dequantizeValues(twin.step(quantizeValues(frame, plan.input).values), plan.output),
  );
  return toInt16(synthesise(spectra, gains, frontEnd, noisy.length));
}

function unusable(what: string, why: string): UsageError {
  return new UsageError("TP-USE-164", {
    what: `${what} gives no curve`,
    why,
    fix: "pioneer run hearable --board qemu-m4 --snr=-5,0,5,10,20",
  });
}
