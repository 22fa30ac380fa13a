/**
 * Hears a model on many clips once: what was heard before of the same integers and clips is read again.
 * Which models and clips is left to the callers.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyse } from "../../codegen/frontend/analyse.ts";
import { type LoadedModel, loadModel } from "../../codegen/model/load.ts";
import type { Sidecar } from "../../codegen/model/sidecar.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { canonicalDigest } from "../../codegen/plan/canonical-json.ts";
import { type CalibrationData, calibrate } from "../../codegen/quantize/calibrate.ts";
import type { IntegerFormat } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import type { QuantizedModel } from "../../codegen/quantize/quantized-model.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import { writeFileWhole } from "../../host/workflow/output-file.ts";
import { WORK_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import type { Clip } from "../../host/workflow/quality/clip-set.ts";
import {
  type Denoiser,
  floatDenoiser,
  type HeardClip,
  hear,
  openClip,
  twinDenoiser,
} from "../../host/workflow/quality/hearing.ts";

export type Loaded = LoadedModel & { readonly sidecar: Sidecar };

/** @throws RangeError for a model without a sidecar */
export function loadDenoiser(name: string, folder: string): Loaded {
  const { sidecar, ...loaded } = loadModel(name, { modelsDir: folder });
  if (sidecar === undefined) throw new RangeError(`${name} has no sidecar`);
  return { ...loaded, sidecar };
}

/** Features of the recordings that a model is calibrated on. */
export function calibrationOf({ sidecar, directory }: Loaded): CalibrationData {
  const { frontEnd, calibration } = sidecar;
  const recordings = readRecordings(join(directory, calibration), frontEnd.sampleRateHz);
  return {
    source: calibration,
    sequences: recordings.map(({ samples }) => analyse(samples, frontEnd).features),
  };
}

/** Its integers, calibrated on those recordings. */
export function integersOf(loaded: Loaded, format: IntegerFormat): QuantizedModel {
  return quantizeModel(loaded.model, calibrate(loaded.model, calibrationOf(loaded)), format);
}

/** A model in integers, one in float64, or none: the noisy clip as it is. */
export type HeardModel = QuantizedModel | RecurrentModel | "noisy";

function denoiserOf(model: HeardModel, { bands }: Sidecar["frontEnd"]): Denoiser {
  if (model === "noisy") {
    return (features) => features.map(() => new Float64Array(bands.count).fill(1));
  }
  return "format" in model ? twinDenoiser(model) : floatDenoiser(model);
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** What the exact twin, or the float64 reference, makes of each clip. */
export function heardClips(
  { sidecar: { frontEnd } }: Pick<Loaded, "sidecar">,
  model: HeardModel,
  clips: readonly Clip[],
  label: string,
  progress: Progress,
): readonly HeardClip[] {
  const sounds = clips.map(({ noisy, clean }) => [noisy, clean].map(sha256Of));
  const facts =
    typeof model === "object" && "layers" in model ? { ...model, source: null } : { model };
  const key = canonicalDigest({ ...facts, frontEnd, sounds }).slice(0, 16);
  const file = join(WORK_DIR, "sizing", `heard-${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as readonly HeardClip[];
  progress.step(label);
  const denoise = denoiserOf(model, frontEnd);
  const heard = clips.map((clip, index) => {
    progress.update(index, clips.length);
    return hear(openClip(clip, frontEnd), denoise);
  });
  writeFileWhole(file, JSON.stringify(heard));
  return heard;
}

/** Mean STOI of the clips that have one; null where none has. */
export function meanStoi(heard: readonly HeardClip[]): number | null {
  const known = heard.flatMap(({ stoi }) => (stoi === null ? [] : [stoi]));
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
