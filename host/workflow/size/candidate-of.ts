/**
 * Decides what is known of one size before it is judged: how it would be made, what it costs, how it hears.
 * Costs come from codegen/size, verdicts from analyze/sizing.
 */
import { type Predictor, resized } from "../../../codegen/index.ts";
import type { Method, Quality, SizeCandidate } from "../../analyze/sizing/candidate.ts";
import { qualityAt, type TrainedSize } from "../../analyze/sizing/quality.ts";
import type { EvaluatedSizes } from "./evaluated-sizes.ts";
import type { Subject } from "./subject.ts";

export function candidateOf(
  { shape, own, trained, evaluated }: Subject,
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
    quality: qualityOf(method, hiddenSizes, heardAs, trained, evaluated),
  };
}

/** Measured or between measured sizes: of models trained so, of what pruning leaves, of the model itself. */
function qualityOf(
  method: Method,
  hiddenSizes: readonly number[],
  heardAs: number,
  trained: readonly TrainedSize[],
  evaluated: EvaluatedSizes | undefined,
): Quality | null {
  if (evaluated !== undefined && (method === "given" || method === "pad")) return evaluated.own;
  if (hiddenSizes.length !== 1) return null;
  const isPruned = method === "prune" && evaluated !== undefined;
  return qualityAt(isPruned ? evaluated.pruned : trained, heardAs);
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
