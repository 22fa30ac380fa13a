/**
 * The `size` verb: hidden sizes of a model, or of an LSTM over so many inputs, against a board's budgets.
 * Costs come from codegen/size, verdicts from analyze/sizing, the layout of table and picture from report/.
 */
import { join } from "node:path";
import type { IntegerFormat, RealBoard } from "../../../codegen/index.ts";
import {
  availableBytes,
  type Board,
  createKeptPredictor,
  createPredictor,
  INTEGER_FORMATS,
  listBoards,
  loadModel,
  sizeRule,
  UsageError,
} from "../../../codegen/index.ts";
import { answerOf, holds } from "../../analyze/sizing/answer.ts";
import type { SizeLimits } from "../../analyze/sizing/candidate.ts";
import { type JudgedSize, judgeSizes } from "../../analyze/sizing/judge.ts";
import { sizesBetween } from "../../analyze/sizing/sizes.ts";
import { sizePicture } from "../../report/size-svg.ts";
import { sizesToShow, sizeText } from "../../report/size-text.ts";
import { standaloneSvg } from "../../report/svg.ts";
import type { VerbContext } from "../context.ts";
import { withUsageErrors } from "../import.ts";
import { writeFileWhole } from "../output-file.ts";
import { MODELS_DIR, OUT_DIR } from "../paths.ts";
import { calibratedBoard, limitsOf, ramLimit, ratingOf } from "./board-limits.ts";
import { candidateOf } from "./candidate-of.ts";
import { deltaCandidates } from "./delta-sizes.ts";
import { type Made, makeModel } from "./make.ts";
import { formatDocument, type InFormat, inOtherFormats } from "./other-formats.ts";
import { sizeByLayer } from "./size-by-layer.ts";
import { candidateDocument } from "./size-document.ts";
import { type SparseSize, sparseDocument, withTilesLeftOut } from "./sparse-sizes.ts";
import {
  evaluatedSubject,
  granuleOf,
  nothingNamed,
  type Subject,
  type SubjectOptions,
} from "./subject.ts";

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
  /** What quality is measured on, in place of what the model's sidecar says. */
  readonly evaluate?: string;
  /** As in SubjectOptions. */
  readonly delta?: NonNullable<SubjectOptions["delta"]>;
}

const DEFAULT_HIGHEST = 256;
const ROWS_SHOWN = 16;

export interface Sizing {
  readonly document: Readonly<Record<string, unknown>>;
  readonly sizes: readonly JudgedSize[];
  /** The same question in the other formats. */
  readonly others: readonly InFormat[];
  /** The model as it is, less some tiles of its weights. */
  readonly sparse: readonly SparseSize[];
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
  if (options.format === "mixed") return sizeByLayer(context, options, argument);
  const format = integerFormat(options.format);
  const board = calibratedBoard(options.board);
  const subject = evaluatedSubject(context, options, argument, board, format);
  const sizing = await withUsageErrors(() => sizesFor(subject, board, format, options));
  const { document, sizes, others, sparse, why, met, picture } = sizing;
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
      format,
      otherFormats: [
        ...others,
        ...sparse.map(({ percent, given }) => ({
          format: `int8 --sparse ${percent}`,
          given,
          largest: null,
        })),
      ],
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

/** All of the verb but its files: a function of the board files and the counted steps. */
export function sizesFor(
  subject: Subject,
  board: Board,
  format: IntegerFormat,
  options: Pick<SizeOptions, "budgetMs" | "budgetMw" | "minHidden" | "maxHidden">,
): Sizing {
  const { own, periodMs } = subject;
  const rule = sizeRule(board, format);
  const predictor = createPredictor(board, format);
  const lists = sizesBetween(own, {
    lowest: options.minHidden ?? 1,
    highest: options.maxHidden ?? highestOf(subject),
    granule: granuleOf(subject, rule),
  });
  const heard = subject.evaluated?.delta ?? [];
  const kept = heard.length === 0 ? null : createKeptPredictor(board);
  const candidates = [
    ...lists.map((sizes) => candidateOf(subject, predictor, sizes)),
    ...(kept === null ? [] : deltaCandidates(subject.shape, heard, kept)),
  ];
  const limits = limitsOf(board, options, periodMs);
  const rated = ratingOf(board, periodMs);
  const rating = rated.rating;
  const missing = predictor.missing ?? rated.missing(options.budgetMw !== undefined);
  const sizes = judgeSizes(candidates, limits, rating);
  const sparse = withTilesLeftOut(subject, board, { limits, rating });
  const others = inOtherFormats(subject, board, format, { sizes, limits, rating });
  const why = answerOf({
    board: board.id,
    sizes,
    limits,
    rating,
    missing,
    trained: subject.trained.map(({ hiddenSize }) => hiddenSize),
    format,
    otherFormats: others,
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
      granule: granuleOf(subject, rule),
      rule: rule.why,
      limits,
      periodMs,
      source: kept === null ? predictor.source : `${predictor.source}; ${kept.source}`,
      missing,
      candidates: sizes.map((one) => candidateDocument(one, format)),
      chosen: chosen === null ? null : candidateDocument(chosen, format),
      otherFormats: others.map(formatDocument),
      sparse: sparse.map(sparseDocument),
      why,
    },
    sizes,
    others,
    sparse,
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
