/**
 * Decides what `size` sizes: the layers of a model or of a bare LSTM, and what is known of how its sizes hear.
 * What each size costs is left to candidate-of.ts, verdicts to analyze/sizing.
 */
import type {
  Board,
  DeltaThresholds,
  IntegerFormat,
  LoadedModel,
  NetworkShape,
} from "../../../codegen/index.ts";
import {
  bareLstm,
  createKeptPredictor,
  hiddenSizesOf,
  INTEGER_FORMATS,
  loadModel,
  type SizeRule,
  shapeOf,
  sizeRule,
  UsageError,
} from "../../../codegen/index.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import type { TrainedSize } from "../../analyze/sizing/quality.ts";
import type { VerbContext } from "../context.ts";
import { MODELS_DIR } from "../paths.ts";
import { readEvaluationSet } from "../quality/evaluation-set.ts";
import { THRESHOLDS } from "./delta-sizes.ts";
import { type EvaluatedSizes, evaluatedSizes } from "./evaluated-sizes.ts";
import { measuredQuality, trainedSizes } from "./trained-sizes.ts";

const DEFAULT_FRAME_MS = 10;

/** What is sized: the layers, and what is known of a model behind them. */
export interface Subject {
  readonly name: string;
  readonly shape: NetworkShape;
  /** Null where there is no model yet. */
  readonly own: readonly number[] | null;
  readonly trained: readonly TrainedSize[];
  /** What was measured on the set of --evaluate, which `trained` is of then, too. */
  readonly evaluated?: EvaluatedSizes;
  /** Of the model as it is, what its sidecar says was measured in each format; absent where there is no model. */
  readonly ownIn?: Readonly<Partial<Record<IntegerFormat, Quality>>>;
  readonly periodMs: number;
}

/** What names a subject, and what its quality is measured on. */
export interface SubjectOptions {
  readonly inputSize?: number;
  /** Time between two frames [ms]. */
  readonly frameMs?: number;
  /** Recordings that ranges are found on, and units judged by when some go. */
  readonly calibrate?: string;
  /** What quality is measured on, in place of what the model's sidecar says. */
  readonly evaluate?: string;
  /** Thresholds of LSTMs that keep their sums, to be tried on the same; true: those of THRESHOLDS. */
  readonly delta?: readonly DeltaThresholds[] | true;
}

/** What is sized, with quality measured on --evaluate. @throws UsageError TP-USE-460, -470, -471, -487 */
export function evaluatedSubject(
  { progress }: VerbContext,
  options: SubjectOptions,
  argument: string,
  board: Board,
  format: IntegerFormat,
): Subject {
  const subject = subjectOf(argument, options, format);
  if (options.evaluate === undefined) {
    if (options.delta === undefined) return subject;
    throw noDelta(
      "how much moves, and how that sounds, nobody knows without hearing it",
      "--evaluate FILE: recordings, or inputs and targets",
    );
  }
  if (subject.own === null) throw nothingNamed("--evaluate has no model to judge");
  const set = readEvaluationSet(options.evaluate);
  const rule = sizeRule(board, format);
  const evaluated = evaluatedSizes({
    loaded: loadModel(argument, { modelsDir: MODELS_DIR }),
    set,
    format,
    calibrate: options.calibrate,
    granule: granuleOf(subject, rule),
    thresholds: thresholdsOf(options, subject, board, format),
    progress,
  });
  return { ...subject, trained: evaluated.trained, evaluated };
}

/** @throws UsageError TP-USE-487 where nothing that keeps its sums could be a candidate */
function thresholdsOf(
  { delta }: SubjectOptions,
  { shape }: Subject,
  board: Board,
  format: IntegerFormat,
): readonly DeltaThresholds[] {
  if (delta === undefined) return [];
  const hasLstm = shape.layers.some(({ kind }) => kind === "lstm");
  const why =
    format !== "int8"
      ? `only int8 LSTMs keep their sums, not those of ${format}`
      : hasLstm
        ? createKeptPredictor(board).missing
        : "it has no LSTM, and only an LSTM keeps its sums";
  if (why !== null) throw noDelta(why, "leave --delta out");
  return delta === true ? THRESHOLDS : delta;
}

function noDelta(why: string, fix: string): UsageError {
  return new UsageError("TP-USE-487", { what: "--delta cannot be tried", why, fix });
}

/** Sizes of a layer that fill whole lines and passes are multiples of it. */
export function granuleOf({ shape }: Subject, { granule, gruGranule }: SizeRule): number {
  return shape.layers.some(({ kind }) => kind === "gru") ? gruGranule : granule;
}

/** @throws UsageError TP-USE-460 unless exactly one of model and input size is given */
export function subjectOf(
  argument: string,
  options: Pick<SubjectOptions, "inputSize" | "frameMs">,
  format: IntegerFormat,
): Subject {
  const { inputSize, frameMs } = options;
  if ((argument === "") === (inputSize === undefined)) {
    throw nothingNamed(
      argument === "" ? "nothing to size was named" : "a model and an input size were named",
    );
  }
  if (inputSize !== undefined) {
    const name = `lstm-${inputSize}`;
    const periodMs = frameMs ?? DEFAULT_FRAME_MS;
    return { name, shape: bareLstm(inputSize, 1), own: null, trained: [], periodMs };
  }
  const loaded = loadModel(argument, { modelsDir: MODELS_DIR });
  const shape = shapeOf(loaded.model);
  const own = hiddenSizesOf(shape);
  if (own.length === 0) {
    throw new UsageError("TP-USE-462", {
      what: `${loaded.model.name} has no hidden size`,
      why: "none of its layers is an LSTM or a GRU",
      fix: "pioneer inspect MODEL shows its layers",
    });
  }
  return {
    name: loaded.model.name,
    shape,
    own,
    trained: own.length === 1 ? trainedSizes(loaded, format) : [],
    ownIn: Object.fromEntries(
      INTEGER_FORMATS.flatMap((one) => {
        const quality = measuredQuality(loaded, one);
        return quality === null ? [] : [[one, quality]];
      }),
    ),
    periodMs: frameMs ?? periodOf(loaded),
  };
}

/** Time between two frames: the model's own hop, where its sidecar tells it [ms]. */
export function periodOf({ sidecar }: LoadedModel): number {
  if (sidecar === undefined) return DEFAULT_FRAME_MS;
  const { hopLength, sampleRateHz } = sidecar.frontEnd;
  return (1000 * hopLength) / sampleRateHz;
}

/** Neither a model nor an input size, or both. */
export function nothingNamed(what: string): UsageError {
  return new UsageError("TP-USE-460", {
    what,
    why: "a model brings its own input size; without one there is an LSTM over N inputs",
    fix: "pioneer size MODEL --board ID, or pioneer size --input-size N --board ID",
  });
}
