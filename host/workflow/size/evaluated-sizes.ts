/**
 * Measures the sizes that exist of a model, or can be made of it at once, on the recordings or sequences of --evaluate.
 * What a set and a quality are is left to ../quality, sizes between the measured ones to analyze/sizing/quality.ts.
 */
import {
  calibrate,
  type DeltaThresholds,
  hiddenSizesOf,
  type IntegerFormat,
  type LoadedModel,
  noiseFrames,
  pruneModel,
  type QuantizedModel,
  quantizeModel,
  type RecurrentModel,
  type StepWork,
  shapeOf,
} from "../../../codegen/index.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import type { TrainedSize } from "../../analyze/sizing/quality.ts";
import { calibrationData } from "../calibration.ts";
import type { Progress } from "../progress.ts";
import { evaluateModel } from "../quality/evaluate.ts";
import type { EvaluationSet } from "../quality/evaluation-set.ts";
import { type DeltaSize, deltaSizes } from "./delta-sizes.ts";
import { siblingsOf } from "./trained-sizes.ts";

/** What was measured of a model on one set. */
export interface EvaluatedSizes {
  /** Of the model as it is, whatever its layers. */
  readonly own: Quality;
  /** Of a model with one recurrent layer: itself and its siblings. */
  readonly trained: readonly TrainedSize[];
  /** Of the same where it has no smaller sibling: itself and what pruning leaves of it. */
  readonly pruned: readonly TrainedSize[];
  /** Of the model and its siblings with LSTMs that keep their sums, where that was asked for. */
  readonly delta: readonly DeltaSize[];
}

/** Shares of the units that stay in pruned models. */
const PRUNED_SHARES = [0.75, 0.5] as const;

export interface EvaluationRequest {
  readonly loaded: LoadedModel;
  readonly set: EvaluationSet;
  readonly format: IntegerFormat;
  /** As in `generate`. */
  readonly calibrate: string | undefined;
  /** Thresholds to try LSTMs that keep their sums with; none where that was not asked for, or costs nobody knows what. */
  readonly thresholds: readonly DeltaThresholds[];
  /** Pruned sizes are multiples of it. */
  readonly granule: number;
  readonly progress: Progress;
}

/** @throws what evaluateModel, pruneModel and calibrationData throw */
export function evaluatedSizes(request: EvaluationRequest): EvaluatedSizes {
  const { loaded, thresholds } = request;
  const plain = plainSizes(request);
  if (thresholds.length === 0) return { ...plain, delta: [] };
  const own = hiddenSizesOf(shapeOf(loaded.model));
  const siblings =
    own.length === 1 && plain.pruned.length === 0
      ? siblingsOf(loaded).filter(({ hiddenSize }) => hiddenSize !== own[0])
      : [];
  const all = [loaded, ...siblings.map((one) => one.loaded)];
  return { ...plain, delta: all.flatMap((one) => deltaOf(request, one)) };
}

/** Of models whose steps do all of their work. */
function plainSizes(request: EvaluationRequest): Omit<EvaluatedSizes, "delta"> {
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
  const calibration = calibrate(model, calibrationData(request.calibrate, loaded));
  for (const warning of calibration.warnings) request.progress.note(`warning: ${warning}`);
  return heardOf(request, loaded, quantizeModel(model, calibration, request.format));
}

function heardOf(
  { set, progress }: EvaluationRequest,
  loaded: LoadedModel,
  model: QuantizedModel,
  onStep?: (work: StepWork) => void,
): Quality {
  const units = model.layers.flatMap((layer) => ("hiddenSize" in layer ? [layer.hiddenSize] : []));
  progress.step(`${model.name} of ${units.join(", ")} units on ${set.name}`);
  const frontEnd = loaded.sidecar?.frontEnd ?? null;
  const update = (done: number, total: number): void => progress.update(done, total);
  return evaluateModel(model, frontEnd, set, update, onStep);
}

function deltaOf(request: EvaluationRequest, loaded: LoadedModel): readonly DeltaSize[] {
  const { model } = loaded;
  const calibration = calibrate(model, calibrationData(request.calibrate, loaded));
  return deltaSizes(
    quantizeModel(model, calibration, request.format),
    hiddenSizesOf(shapeOf(model)),
    request.thresholds,
    (kept, onStep) => heardOf(request, loaded, kept, onStep),
    (words) => request.progress.note(words),
  );
}
