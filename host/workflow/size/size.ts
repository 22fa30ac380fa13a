/**
 * The `size` verb: hidden sizes of a model, or of an LSTM over so many inputs, against a board's budgets.
 * Costs come from codegen/size, verdicts from analyze/sizing, the layout of table and picture from report/.
 */
import { join } from "node:path";
import type {
  IntegerFormat,
  LoadedModel,
  NetworkShape,
  RealBoard,
} from "../../../codegen/index.ts";
import {
  availableBytes,
  type Board,
  bareLstm,
  createPredictor,
  findMeasured,
  hiddenSizesOf,
  INTEGER_FORMATS,
  listBoards,
  loadBoard,
  loadModel,
  type Predictor,
  resized,
  shapeOf,
  sizeRule,
  UsageError,
  weightsMemory,
  withCalibration,
} from "../../../codegen/index.ts";
import { boardFactsOf } from "../../analyze/board-facts.ts";
import { boardPower, clockHz } from "../../analyze/power.ts";
import { answerOf, holds } from "../../analyze/sizing/answer.ts";
import type { Method, SizeCandidate, SizeLimits } from "../../analyze/sizing/candidate.ts";
import { type JudgedSize, judgeSizes, type SizeRating } from "../../analyze/sizing/judge.ts";
import { qualityAt, type TrainedSize } from "../../analyze/sizing/quality.ts";
import { sizesBetween } from "../../analyze/sizing/sizes.ts";
import { sizePicture } from "../../report/size-svg.ts";
import { sizesToShow, sizeText } from "../../report/size-text.ts";
import { standaloneSvg } from "../../report/svg.ts";
import type { VerbContext } from "../context.ts";
import { withUsageErrors } from "../import.ts";
import { writeFileWhole } from "../output-file.ts";
import { MODELS_DIR, OUT_DIR } from "../paths.ts";
import { type Made, makeModel } from "./make.ts";
import { candidateDocument } from "./size-document.ts";
import { trainedSizes } from "./trained-sizes.ts";

export interface SizeOptions {
  readonly board: string;
  readonly inputSize?: number;
  readonly format?: string;
  readonly budgetMs?: number;
  readonly budgetMw?: number;
  readonly minHidden?: number;
  readonly maxHidden?: number;
  /** Time between two frames [ms]. */
  readonly frameMs?: number;
  readonly out?: string;
  /** Hidden sizes of a model to write: "48", "48,32". */
  readonly make?: string;
  /** Recordings that units are judged by when some go. */
  readonly calibrate?: string;
}

const DEFAULT_FRAME_MS = 10;
const DEFAULT_HIGHEST = 256;
const ROWS_SHOWN = 16;

/** What is sized: the layers, and what is known of a model behind them. */
export interface Subject {
  readonly name: string;
  readonly shape: NetworkShape;
  /** Null where there is no model yet. */
  readonly own: readonly number[] | null;
  readonly trained: readonly TrainedSize[];
  readonly periodMs: number;
}

export interface Sizing {
  readonly document: Readonly<Record<string, unknown>>;
  readonly sizes: readonly JudgedSize[];
  readonly why: string;
  /** Whether some size holds every budget. */
  readonly met: boolean;
  readonly picture: string | null;
}

/** Exit 1 when no size holds the budgets. @throws UsageError TP-USE-270, -460 to -463, what loadModel and loadBoard throw */
export async function size(
  context: VerbContext,
  options: SizeOptions,
  argument: string,
): Promise<number> {
  const format = integerFormat(options.format);
  const subject = subjectOf(argument, options, format);
  const board = calibratedBoard(options.board);
  const sizing = await withUsageErrors(() => sizesFor(subject, board, format, options));
  const { document, sizes, why, met, picture } = sizing;
  let file: string | null = null;
  if (picture !== null) {
    file = join(options.out ?? OUT_DIR, `size-${subject.name}-${options.board}.svg`);
    writeFileWhole(file, picture);
  }
  const made = madeBy(argument, options);
  const files = {
    ...(file === null ? {} : { picture: file }),
    ...(made === null ? {} : { model: made.file }),
  };
  const result = { ...document, ...(made === null ? {} : { made }), files };
  context.print(result, () =>
    sizeText({
      board: options.board,
      why,
      rule: document.rule as readonly string[],
      candidates: sizes,
      shown: sizesToShow(sizes, ROWS_SHOWN),
      source: String(document.source),
      picture: file,
      made,
    }),
  );
  return met ? 0 : 1;
}

/** The model that was asked for; null where none was. @throws UsageError TP-USE-460 without a model to make it of */
function madeBy(argument: string, { make, calibrate, out }: SizeOptions): Made | null {
  if (make === undefined) return null;
  if (argument === "") throw nothingNamed("--make has no model to begin with");
  return makeModel(loadModel(argument, { modelsDir: MODELS_DIR }), make, calibrate, out ?? OUT_DIR);
}

function nothingNamed(what: string): UsageError {
  return new UsageError("TP-USE-460", {
    what,
    why: "a model brings its own input size; without one there is an LSTM over N inputs",
    fix: "pioneer size MODEL --board ID, or pioneer size --input-size N --board ID",
  });
}

/** @throws UsageError TP-USE-461 */
function integerFormat(asked = "int8"): IntegerFormat {
  const format = INTEGER_FORMATS.find((one) => one === asked);
  if (format !== undefined) return format;
  throw new UsageError("TP-USE-461", {
    what: `hidden sizes are not predicted in ${asked}`,
    why: `steps were counted in ${INTEGER_FORMATS.join(" and ")}`,
    fix: "--format int8; pioneer bench kernels counts the others",
  });
}

function calibratedBoard(id: string): Board {
  const board = loadBoard(id);
  return withCalibration(board, findMeasured(board));
}

/** @throws UsageError TP-USE-460 unless exactly one of model and input size is given */
export function subjectOf(
  argument: string,
  options: Pick<SizeOptions, "inputSize" | "frameMs">,
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
    periodMs: frameMs ?? hopMs(loaded) ?? DEFAULT_FRAME_MS,
  };
}

function hopMs({ sidecar }: LoadedModel): number | null {
  if (sidecar === undefined) return null;
  const { hopLength, sampleRateHz } = sidecar.frontEnd;
  return (1000 * hopLength) / sampleRateHz;
}

/** All of the verb but its files: a function of the board files and the counted steps. */
export function sizesFor(
  subject: Subject,
  board: Board,
  format: IntegerFormat,
  options: Pick<SizeOptions, "budgetMs" | "budgetMw" | "minHidden" | "maxHidden">,
): Sizing {
  const { shape, own, periodMs } = subject;
  const rule = sizeRule(board, format);
  const predictor = createPredictor(board, format);
  const isGru = shape.layers.some(({ kind }) => kind === "gru");
  const lists = sizesBetween(own, {
    lowest: options.minHidden ?? 1,
    highest: options.maxHidden ?? highestOf(subject),
    granule: isGru ? rule.gruGranule : rule.granule,
  });
  const candidates = lists.map((sizes) => candidateOf(subject, predictor, sizes));
  const limits: SizeLimits = {
    latencyMs: options.budgetMs ?? periodMs,
    powerMw: options.budgetMw ?? null,
    flashBytes: availableBytes(board, "flash"),
    ramBytes: ramLimit(board),
  };
  const rated = ratingOf(board, periodMs);
  const rating = rated.rating;
  const missing = predictor.missing ?? rated.missing(options.budgetMw !== undefined);
  const sizes = judgeSizes(candidates, limits, rating);
  const why = answerOf({
    board: board.id,
    sizes,
    limits,
    rating,
    missing,
    trained: subject.trained.map(({ hiddenSize }) => hiddenSize),
    otherBoards: sizes[0]?.verdict === "chosen" ? [] : boardsThatHold(subject, format, limits),
  });
  const chosen = sizes.find(({ verdict }) => verdict === "chosen") ?? null;
  const picture =
    rating.power === null
      ? null
      : sizePicture({
          board: board.id,
          model: subject.name,
          sizes,
          limits,
          periodMs,
          ...rating.power,
          why,
        });
  return {
    document: {
      schema: 1,
      board: board.id,
      model: subject.name,
      format,
      lineBytes: rule.lineBytes,
      granule: isGru ? rule.gruGranule : rule.granule,
      rule: rule.why,
      limits,
      periodMs,
      source: predictor.source,
      missing,
      candidates: sizes.map((one) => candidateDocument(one, format)),
      chosen: chosen === null ? null : candidateDocument(chosen, format),
      why,
    },
    sizes,
    why,
    met: chosen !== null,
    picture: picture === null ? null : standaloneSvg(picture),
  };
}

/** The largest trained size where there are several; else twice the model's own. */
function highestOf({ own, trained }: Subject): number {
  if (own === null) return DEFAULT_HIGHEST;
  const sizes = trained.map(({ hiddenSize }) => hiddenSize);
  return sizes.length > 1 ? Math.max(...sizes) : 2 * Math.max(...own);
}

/** Weights that lie in RAM may take its memory; what the program writes lies in the first. */
function ramLimit(board: Board): number {
  const weights = weightsMemory(board);
  const first = board.memories.find(({ role }) => role === "ram");
  const memory = weights.role === "ram" ? weights : first;
  return memory === undefined ? 0 : memory.bytes.value - (memory.reservedBytes?.value ?? 0);
}

interface Rated {
  readonly rating: SizeRating;
  /** Why times or powers are not known; null where they are. */
  readonly missing: (asksPower: boolean) => string | null;
}

function ratingOf(board: Board, periodMs: number): Rated {
  const facts = boardFactsOf(board);
  if (board.kind === "emulated" || facts.clock === null) {
    const why = `${board.id} is emulated and has no clock and no current of its own: name a real board`;
    return { rating: { clockHz: null, power: null, periodMs }, missing: () => why };
  }
  const power = boardPower(facts);
  const known = "missing" in power ? null : power;
  return {
    rating: { clockHz: clockHz(facts.clock), power: known, periodMs },
    missing: (asksPower) =>
      "missing" in power && asksPower ? `the file of ${board.id} has no ${power.missing}` : null,
  };
}

function candidateOf(
  { shape, own, trained }: Subject,
  { of }: Predictor,
  hiddenSizes: readonly number[],
): SizeCandidate {
  const { footprint, workingSet, linesTouched, cycles, flashBytes, ramBytes } = of(
    resized(shape, hiddenSizes),
  );
  const [hiddenSize = 0] = hiddenSizes;
  const method = methodOf(own, hiddenSizes, trained);
  const [only] = own ?? [];
  // Zero units change no output, so that a padded model hears as it did.
  const heardAs = method === "pad" && only !== undefined ? only : hiddenSize;
  return {
    hiddenSizes,
    method,
    macs: footprint.macs,
    paddedMacs: footprint.paddedMacs,
    weightBytes: workingSet.weightBytes,
    paddedBytes: footprint.lostBytes,
    residentBytes: workingSet.residentBytes,
    streamedBytes: workingSet.streamedBytes,
    linesTouched,
    flashBytes,
    ramBytes,
    cycles,
    quality: hiddenSizes.length === 1 ? qualityAt(trained, heardAs) : null,
  };
}

/** How the model would come to that size. */
function methodOf(
  own: readonly number[] | null,
  hiddenSizes: readonly number[],
  trained: readonly TrainedSize[],
): Method {
  if (own === null) return "train";
  if (own.every((size, layer) => hiddenSizes[layer] === size)) return "given";
  const sizes = trained.map(({ hiddenSize }) => hiddenSize);
  const [size = 0] = hiddenSizes;
  if (trained.length > 1 && size >= Math.min(...sizes) && size <= Math.max(...sizes)) {
    return "retrain";
  }
  return own.every((before, layer) => (hiddenSizes[layer] as number) >= before) ? "pad" : "prune";
}

/** Real boards on which the model as it is holds the budgets. */
function boardsThatHold(
  { shape, own, periodMs }: Subject,
  format: IntegerFormat,
  limits: SizeLimits,
): readonly string[] {
  if (own === null) return [];
  const real = listBoards().filter((board): board is RealBoard => board.kind === "real");
  return real.flatMap((board) => {
    const { cycles, flashBytes, ramBytes } = createPredictor(board, format).of(shape);
    const { rating } = ratingOf(board, periodMs);
    if (cycles === null || rating.clockHz === null) return [];
    const room = flashBytes <= availableBytes(board, "flash") && ramBytes <= ramLimit(board);
    const ms = (cycles.value / rating.clockHz) * 1e3;
    return room && holds(ms, limits, rating) ? [board.id] : [];
  });
}
