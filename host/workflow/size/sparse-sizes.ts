/**
 * Decides what tiles of weights left out would make of the model that is sized: its cost at some shares, in int8.
 * How it would hear is not asked here: scripts/sizing/sparse-curve.ts measures that of the shipped model.
 */
import { type Board, createPredictor, leavesTilesOut } from "../../../codegen/index.ts";
import { type JudgedSize, judgeAlone } from "../../analyze/sizing/judge.ts";
import { candidateOf } from "./candidate-of.ts";
import type { Judging } from "./other-formats.ts";
import { candidateDocument } from "./size-document.ts";
import type { Subject } from "./subject.ts";

/** Shares of the tiles [%]. */
const LEFT_OUT = [25, 50, 75] as const;

export interface SparseSize {
  /** Part of the tiles that is left out [%]. */
  readonly percent: number;
  /** Why its cycles are not known; null where they are. */
  readonly missing: string | null;
  readonly given: JudgedSize;
}

/** The model as it is, less some tiles; none without a model, or on a core whose kernels leave none out. */
export function withTilesLeftOut(
  subject: Subject,
  board: Board,
  { limits, rating }: Pick<Judging, "limits" | "rating">,
): readonly SparseSize[] {
  const { own } = subject;
  if (own === null || !leavesTilesOut(board)) return [];
  return LEFT_OUT.map((percent) => {
    const predictor = createPredictor(board, "int8", [], percent);
    const candidate = { ...candidateOf(subject, predictor, own), quality: null };
    return { percent, missing: predictor.missing, given: judgeAlone(candidate, limits, rating) };
  });
}

/** How they stand in the document. */
export function sparseDocument({ percent, missing, given }: SparseSize) {
  return { percent, missing, given: candidateDocument(given, "int8") };
}
