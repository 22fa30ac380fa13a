/**
 * Decides what more or fewer bits would make of what is sized: the model as it is, and the largest size, in each other format.
 * The format that was asked about is size.ts's, what is said of fewer bits analyze/sizing/answer.ts's.
 */
import {
  type Board,
  createPredictor,
  INTEGER_FORMATS,
  type IntegerFormat,
  type Predictor,
  resized,
} from "../../../codegen/index.ts";
import { holds } from "../../analyze/sizing/answer.ts";
import type { SizeLimits } from "../../analyze/sizing/candidate.ts";
import { type JudgedSize, judgeAlone, type SizeRating } from "../../analyze/sizing/judge.ts";
import { candidateOf } from "./candidate-of.ts";
import { candidateDocument } from "./size-document.ts";
import type { Subject } from "./subject.ts";

/** What sizes are judged by, whatever the format. */
export interface Judging {
  /** As they were judged in the format asked about. */
  readonly sizes: readonly JudgedSize[];
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

/**
 * The sizes in every integer format but the one asked about. They are tried from the largest down, and the rest left alone
 * once one holds the budgets.
 */
export function inOtherFormats(
  subject: Subject,
  board: Board,
  asked: IntegerFormat,
  { sizes, limits, rating }: Judging,
): readonly InFormat[] {
  const plain = sizes.filter(({ leftOut }) => leftOut === undefined);
  const byMacs = plain.sort((a, b) => b.macs - a.macs);
  const last = byMacs.at(-1);
  if (last === undefined) return [];
  const own = sizes.find(({ method }) => method === "given");
  return INTEGER_FORMATS.filter((format) => format !== asked).map((format) => {
    const predictor = createPredictor(board, format);
    // How a size would be made is the same in all formats; how it hears is known of the model as it is, where the sidecar
    // tells this format and no other set was given.
    const heard = subject.evaluated === undefined ? (subject.ownIn?.[format] ?? null) : null;
    const judged = ({ hiddenSizes, method }: JudgedSize): JudgedSize => {
      const quality = method === "given" ? heard : null;
      const candidate = { ...candidateOf(subject, predictor, hiddenSizes), quality };
      return judgeAlone(candidate, limits, rating);
    };
    const best =
      predictor.missing === null ? largestOf(byMacs, subject, predictor, limits, rating) : null;
    return {
      format,
      missing: predictor.missing,
      given: own === undefined ? null : judged(own),
      largest: best === null ? null : { ...judged(best), verdict: "chosen" },
      smallest: judged(last),
    };
  });
}

/** Of those with the most multiply-accumulates that hold every budget the one with the fewest cycles. */
function largestOf(
  byMacs: readonly JudgedSize[],
  { shape }: Subject,
  { of }: Predictor,
  limits: SizeLimits,
  rating: SizeRating,
): JudgedSize | null {
  let best: JudgedSize | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const size of byMacs) {
    if (best !== null && size.macs < best.macs) break;
    const { cycles, flashBytes, ramBytes } = of(resized(shape, size.hiddenSizes));
    if (cycles === null || rating.clockHz === null || cycles.value >= fewest) continue;
    const room = flashBytes <= limits.flashBytes && ramBytes <= limits.ramBytes;
    if (!room || !holds((cycles.value / rating.clockHz) * 1e3, limits, rating)) continue;
    best = size;
    fewest = cycles.value;
  }
  return best;
}

/** How they stand in the document. */
export function formatDocument({ format, missing, given, largest }: InFormat) {
  const candidate = (one: JudgedSize | null) =>
    one === null ? null : candidateDocument(one, format);
  return { format, missing, given: candidate(given), largest: candidate(largest) };
}
