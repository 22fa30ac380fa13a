/**
 * The `size` verb with --format mixed: which layers of a model as it is get 4-bit weights on a board.
 * Measuring is layer-bits.ts's, order and answer are analyze/sizing/bits.ts's, the layout of the tables is report/'s.
 */
import {
  type Board,
  createPredictor,
  hiddenSizesOf,
  loadModel,
  noiseFrames,
  shapeOf,
  sizeRule,
  UsageError,
  weightedLayers,
} from "../../../codegen/index.ts";
import { bitsAnswer, type LayerBits, lossPerKib, type Mix } from "../../analyze/sizing/bits.ts";
import { type JudgedSize, judgeSizes } from "../../analyze/sizing/judge.ts";
import { bitsText } from "../../report/bits-text.ts";
import { calibrationData } from "../calibration.ts";
import type { VerbContext } from "../context.ts";
import { MODELS_DIR } from "../paths.ts";
import { readEvaluationSet } from "../quality/evaluation-set.ts";
import { ownAnswers } from "../quality/own-answers.ts";
import { type Budgets, calibratedBoard, limitsOf, ratingOf } from "./board-limits.ts";
import { candidateOf } from "./candidate-of.ts";
import { type MeasuredBits, measureBits, mixFormat } from "./layer-bits.ts";
import { candidateDocument } from "./size-document.ts";
import { nothingNamed, periodOf } from "./subject.ts";

export interface SizeByLayerOptions extends Budgets {
  readonly board: string;
  readonly inputSize?: number;
  readonly minHidden?: number;
  readonly maxHidden?: number;
  readonly make?: string;
  /** Time between two frames [ms]. */
  readonly frameMs?: number;
  readonly calibrate?: string;
  readonly evaluate?: string;
}

/** Exit 1 when no mix holds the budgets. @throws UsageError TP-USE-460, -486, -470, -471, what loadModel and loadBoard throw */
export function sizeByLayer(
  context: VerbContext,
  options: SizeByLayerOptions,
  argument: string,
): number {
  requireModelAlone(options, argument);
  const board = calibratedBoard(options.board);
  const loaded = loadModel(argument, { modelsDir: MODELS_DIR });
  const names = weightedLayers(loaded.model);
  if (names.length < 2) {
    throw refuse(
      `${loaded.model.name} has one layer with weights`,
      "its bits are the model's own",
      "--format int8 or int4",
    );
  }
  const shape = shapeOf(loaded.model);
  const predictorOf = predictors(board, names);
  const { evaluate } = options;
  const data = calibrationData(options.calibrate, loaded) ?? noiseFrames(loaded.model.inputSize);
  const measured = measureBits({
    loaded,
    data,
    // Without a set the model is held against itself.
    set: evaluate === undefined ? ownAnswers(loaded.model, data) : readEvaluationSet(evaluate),
    costOf: (fourBits) => {
      const { workingSet, cycles } = predictorOf(fourBits).of(shape);
      return { weightBytes: workingSet.weightBytes, cycles: cycles?.value ?? null };
    },
    progress: context.progress,
  });
  context.progress.end();
  const periodMs = options.frameMs ?? periodOf(loaded);
  const limits = limitsOf(board, options, periodMs);
  const { rating, missing: unrated } = ratingOf(board, periodMs);
  const subject = {
    name: loaded.model.name,
    shape,
    own: hiddenSizesOf(shape),
    trained: [],
    periodMs,
  };
  const mixes = judgeSizes(
    measured.mixes.map(({ fourBits, format, quality }) => ({
      ...candidateOf(subject, predictorOf(fourBits), subject.own),
      quality,
      format,
    })),
    limits,
    rating,
  );
  const all = measured.mixes.map(({ fourBits }) => predictorOf(fourBits).missing);
  const missing = all.find((one) => one !== null) ?? unrated(options.budgetMw !== undefined);
  const [whole] = measured.mixes;
  if (whole === undefined) throw new RangeError("nothing was measured");
  const { layers } = measured;
  const why = bitsAnswer({ board: board.id, mixes, layers, whole: whole.quality, missing });
  const rule = sizeRule(board, "int8");
  const sources = measured.mixes.map(({ fourBits }) => predictorOf(fourBits).source);
  // That of a mix, where mixes are foretold, says how.
  const source = sources[1] || (sources[0] ?? "");
  const chosen = mixes.find(({ verdict }) => verdict === "chosen") ?? null;
  const document = {
    schema: 1,
    board: board.id,
    model: loaded.model.name,
    format: "mixed",
    lineBytes: rule.lineBytes,
    rule: rule.why,
    limits,
    periodMs,
    source,
    missing,
    layers: layers.map((layer) => layerDocument(layer)),
    candidates: mixes.map((one) => candidateDocument(one, one.format)),
    chosen: chosen === null ? null : candidateDocument(chosen, chosen.format),
    why,
  };
  context.print(document, () => bitsText({ why, layers, mixes: inOrder(measured, mixes), source }));
  return chosen === null ? 1 : 0;
}

/** A predictor of a mix. */
export function predictors(board: Board, names: readonly string[]) {
  return (fourBits: readonly number[]) => {
    const { format, fourBits: own } = mixFormat(names, fourBits);
    return createPredictor(board, format, own.length > 0 ? fourBits : []);
  };
}

function inOrder<Judged extends JudgedSize & Mix>(
  { mixes }: MeasuredBits,
  judged: readonly Judged[],
): readonly Judged[] {
  return mixes.flatMap(({ format }) => judged.filter((one) => one.format === format));
}

function layerDocument({ name, savedBytes, savedCycles, lost, quality }: LayerBits) {
  const { unit } = quality;
  const perKib = lossPerKib({ lost, savedBytes });
  const measured = (value: number, of: string) => ({ value, unit: of, kind: "measured" });
  return {
    name,
    savedBytes,
    savedCycles:
      savedCycles === null ? null : { value: savedCycles, unit: "cycle", kind: "modelled" },
    lost: measured(lost, unit),
    lostPerKib: perKib === null ? null : measured(perKib, `${unit}/KiB`),
    quality,
  };
}

function requireModelAlone(options: SizeByLayerOptions, argument: string): void {
  if (argument === "") throw nothingNamed("--format mixed has no model to begin with");
  const others = (["inputSize", "minHidden", "maxHidden", "make"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (others.length === 0) return;
  throw refuse(
    "--format mixed asks about a model as it is",
    "hidden sizes are judged in one format",
    "--format mixed without --input-size, --min-hidden, --max-hidden and --make",
  );
}

function refuse(what: string, why: string, fix: string): UsageError {
  return new UsageError("TP-USE-486", { what, why, fix });
}
