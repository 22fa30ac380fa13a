/**
 * Decides what more or fewer bits would make of what is sized: the model as it is, and the largest size, in each other format.
 * The format that was asked about is size.ts's, what is said of fewer bits analyze/sizing/answer.ts's.
 */
import {
  type Board,
  createPredictor,
  INTEGER_FORMATS,
  type IntegerFormat,
} from "../../../codegen/index.ts";
import type { SizeLimits } from "../../analyze/sizing/candidate.ts";
import { type JudgedSize, judgeSizes, type SizeRating } from "../../analyze/sizing/judge.ts";
import { candidateOf } from "./candidate-of.ts";
import { candidateDocument } from "./size-document.ts";
import type { Subject } from "./subject.ts";

/** What sizes are judged by, whatever the format. */
export interface Judging {
  readonly lists: readonly (readonly number[])[];
  readonly limits: SizeLimits;
  readonly rating: SizeRating;
}

export interface InFormat {
  readonly format: IntegerFormat;
  /** Why its cycles are not known; null where they are. */
  readonly missing: string | null;
  /** The model as it is; null where there is none among the sizes. */
  readonly given: JudgedSize | null;
  /** The largest that holds every budget; how it would hear is not asked. */
  readonly largest: JudgedSize | null;
  /** Of all sizes the one with the least work. */
  readonly smallest: JudgedSize;
}

/** The sizes in every integer format but the one asked about. */
export function inOtherFormats(
  subject: Subject,
  board: Board,
  asked: IntegerFormat,
  { lists, limits, rating }: Judging,
): readonly InFormat[] {
  return INTEGER_FORMATS.filter((format) => format !== asked).flatMap((format) => {
    const predictor = createPredictor(board, format);
    // What was measured was measured in the format asked about; how a size would be made is the same in all.
    const candidates = lists.map((sizes) => ({
      ...candidateOf(subject, predictor, sizes),
      quality: null,
    }));
    const sizes = judgeSizes(candidates, limits, rating);
    const [first] = [...sizes].sort((a, b) => a.macs - b.macs);
    if (first === undefined) return [];
    return [
      {
        format,
        missing: predictor.missing,
        given: sizes.find(({ method }) => method === "given") ?? null,
        largest: sizes.find(({ verdict }) => verdict === "chosen") ?? null,
        smallest: first,
      },
    ];
  });
}

/** How they stand in the document. */
export function formatDocument({ format, missing, given, largest }: InFormat) {
  const candidate = (one: JudgedSize | null) =>
    one === null ? null : candidateDocument(one, format);
  return { format, missing, given: candidate(given), largest: candidate(largest) };
}
