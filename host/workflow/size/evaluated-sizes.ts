/**
 * Measures the sizes that exist of a model, or can be made of it at once, on the recordings or sequences of --evaluate.
 * What a set and a quality are is left to ../quality, sizes between the measured ones to analyze/sizing/quality.ts.
 */
import {
  calibrate,
  hiddenSizesOf,
  type IntegerFormat,
  type LoadedModel,
  noiseFrames,
  pruneModel,
  quantizeModel,
  type RecurrentModel,
  shapeOf,
} from "../../../codegen/index.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import type { TrainedSize } from "../../analyze/sizing/quality.ts";
import { calibrationData } from "../calibration.ts";
import type { Progress } from "../progress.ts";
import { evaluateModel } from "../quality/evaluate.ts";
import type { EvaluationSet } from "../quality/evaluation-set.ts";
import { siblingsOf } from "./trained-sizes.ts";

/** What was measured of a model on one set. */
export interface EvaluatedSizes {
  /** Of the model as it is, whatever its layers. */
  readonly own: Quality;
  /** Of a model with one recurrent layer: itself and its siblings. */
  readonly trained: readonly TrainedSize[];
  /** Of the same where it has no smaller sibling: itself and what pruning leaves of it. */
  readonly pruned: readonly TrainedSize[];
}

/** Shares of the units that stay in pruned models. */
const PRUNED_SHARES = [0.75, 0.5] as const;

export interface EvaluationRequest {
  readonly loaded: LoadedModel;
  readonly set: EvaluationSet;
  readonly format: IntegerFormat;
  /** As in `generate`. */
  readonly calibrate: string | undefined;
  /** Pruned sizes are multiples of it. */
  readonly granule: number;
  readonly progress: Progress;
}

/** @throws what evaluateModel, pruneModel and calibrationData throw */
export function evaluatedSizes(request: EvaluationRequest): EvaluatedSizes {
  const { loaded, granule } = request;
  const own = qualityOf(request, loaded, loaded.model);
  const [hiddenSize, ...more] = hiddenSizesOf(shapeOf(loaded.model));
  if (hiddenSize === undefined || more.length > 0) return { own, trained: [], pruned: [] };
  const siblings = siblingsOf(loaded, (words) => request.progress.note(words))
    .filter((one) => one.hiddenSize !== hiddenSize)
    .map((one) => ({
      hiddenSize: one.hiddenSize,
      quality: qualityOf(request, one.loaded, one.loaded.model),
    }));
  const trained = [{ hiddenSize, quality: own }, ...siblings];
  if (siblings.some((one) => one.hiddenSize < hiddenSize)) return { own, trained, pruned: [] };
  const sizes = PRUNED_SHARES.map((share) => Math.ceil((share * hiddenSize) / granule) * granule);
  const smaller = [...new Set(sizes)].filter((size) => size < hiddenSize);
  const data = dataOf(request, loaded);
  const pruned = smaller.map((size) => {
    const quality = qualityOf(request, loaded, pruneModel(loaded.model, [size], data));
    return { hiddenSize: size, quality: { ...quality, source: `${quality.source}, pruned` } };
  });
  return { own, trained, pruned: [{ hiddenSize, quality: own }, ...pruned] };
}

function dataOf({ calibrate: path }: EvaluationRequest, loaded: LoadedModel) {
  return calibrationData(path, loaded) ?? noiseFrames(loaded.model.inputSize);
}

function qualityOf(
  request: EvaluationRequest,
  loaded: LoadedModel,
  model: RecurrentModel,
): Quality {
  const { format, set, progress } = request;
  const units = hiddenSizesOf(shapeOf(model)).join(", ");
  progress.step(`${model.name} of ${units} units on ${set.name}`);
  const calibration = calibrate(model, calibrationData(request.calibrate, loaded));
  for (const warning of calibration.warnings) progress.note(`warning: ${warning}`);
  const quantized = quantizeModel(model, calibration, format);
  const frontEnd = loaded.sidecar?.frontEnd ?? null;
  return evaluateModel(quantized, frontEnd, set, (done, total) => progress.update(done, total));
}
