/**
 * Decides how a piece of an activation table lies in a 32-bit word, for each way to look it up.
 * The pieces themselves come from quantize/tables.ts.
 */
import type { ActivationTable } from "../quantize/tables.ts";
import { wordRows } from "./c-literal.ts";
import type { TableContext } from "./context-types.ts";
import type { VariantText } from "./variant-text.ts";

interface TableWord {
  /** @param index 0..511; z = 0 is at 256 */
  word(base: number, slope: number, index: number): number;
  /** What the array's comment says after its first words. */
  readonly comment: readonly [string, string];
}

const TABLE_WORDS: Readonly<Record<VariantText["lookUp"], TableWord>> = {
  "look-up": {
    word: (base, slope) => (base << 16) | (slope & 0xffff),
    comment: ["rise over the piece (low half), value at its left end", "(high half)."],
  },
  // The low byte of z is read as signed, so in an odd piece its fraction is less than it by 128: a whole rise.
  "look-up-high": {
    word: (base, slope, index) => ((2 * slope) << 16) | ((base + (index & 1) * slope) & 0xffff),
    comment: [
      "twice the rise over the piece (high half), value at",
      "its left end, in odd pieces at its right end (low half).",
    ],
  },
};

/** A table as the C array of a look-up. */
export function tableContext(
  { name, base, slope }: ActivationTable,
  lookUp: VariantText["lookUp"],
): TableContext {
  const { word, comment } = TABLE_WORDS[lookUp];
  const words = Uint32Array.from(base, (value, i) => word(value, slope[i] as number, i));
  return { name, comment, rows: wordRows(words) };
}
