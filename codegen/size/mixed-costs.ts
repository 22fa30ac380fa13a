/**
 * Decides what a step costs whose layers have weights of 8 and of 4 bits: each layer by the loops of its own format.
 * What a loop costs in one format is step-costs.ts's; sizes and padding are footprint.ts's.
 */
import { LINE_VALUES } from "../plan/rows/row-layout.ts";
import { schedule } from "../plan/schedule.ts";
import type { Target } from "../plan/target.ts";
import { columnGranule } from "./cache-line.ts";
import { footprintOfShape, type NetworkFootprint } from "./footprint.ts";
import { type TermCounts, termsOf } from "./terms.ts";

/** Code of the rows of 4 bits beside those of bytes: at most this on every core [byte]. */
export const NIBBLE_CODE_BYTES = 1280;

/** Loops of a step, by the format whose costs they have. */
export interface MixedTerms {
  readonly bytes: TermCounts;
  /** In blocks of the format int4's own rows, as its costs were counted. */
  readonly nibbles: TermCounts;
  /** Instructions that take the line's 128 off an activation, where those rows are assembler: one for each of their columns. */
  readonly offsets: number;
}

/** @param fourBits indices of the layers with 4-bit weights */
export function mixedTerms(
  footprint: NetworkFootprint,
  target: Target,
  fourBits: readonly number[],
): MixedTerms {
  const { shape, layers } = footprint;
  const ofBytes = layers.filter((_, index) => !fourBits.includes(index));
  const bytes = termsOf({ ...footprint, layers: ofBytes });
  const beside = schedule("int8", target);
  const granule = columnGranule(target.lineBytes, beside.block);
  const alone = schedule("int4", target);
  const whole = footprintOfShape(shape, target, "int4", alone, [], granule);
  const ofNibbles = whole.layers.filter((_, index) => fourBits.includes(index));
  const nibbles = {
    ...termsOf({ ...whole, layers: ofNibbles }),
    // Both ends of the model, and the step around all, are counted once.
    step: 0,
    input: 0,
    output: 0,
  };
  // Compilers load a byte without its sign and subtract in as many instructions as they load one with it.
  const isOffset = LINE_VALUES[beside.activation].zero > 0 && alone.variant === "rv32-nibbles";
  return { bytes, nibbles, offsets: isOffset ? nibbles.columns : 0 };
}

/** Indices, in a network's shape, of the layers that names mean. */
export function layerIndices(
  names: readonly string[],
  fourBits: readonly string[],
): readonly number[] {
  return names.flatMap((name, index) => (fourBits.includes(name) ? [index] : []));
}
