/**
 * Decides the two activation tables that every generated model shares: 512 straight pieces over Q3.12.
 * Packing a piece into a C word is left to emit/.
 */

/** Pieces over the int16 range of z; one is 128 steps of 2^-12 wide, 1/32. */
export const TABLE_INTERVALS = 512;

/** y = (base[i] * 128 + slope[i] * fraction + 64) >> 7 with i = (z >> 7) + 256, fraction = z & 127; y in Q0.15. */
export interface ActivationTable {
  readonly name: "sigmoid" | "tanh";
  /** int16 [512], the function at the left end of each piece. */
  readonly base: Int16Array;
  /** int16 [512], its rise over the piece. */
  readonly slope: Int16Array;
}

function buildTable(name: ActivationTable["name"], f: (x: number) => number): ActivationTable {
  const at = (index: number): number =>
    Math.min(32767, Math.max(-32768, Math.round(f((index - TABLE_INTERVALS / 2) / 32) * 32768)));
  const base = new Int16Array(TABLE_INTERVALS);
  const slope = new Int16Array(TABLE_INTERVALS);
  for (let i = 0; i < TABLE_INTERVALS; i++) {
    base[i] = at(i);
    slope[i] = at(i + 1) - at(i);
  }
  return { name, base, slope };
}

export const SIGMOID_TABLE: ActivationTable = buildTable("sigmoid", (x) => 1 / (1 + Math.exp(-x)));
export const TANH_TABLE: ActivationTable = buildTable("tanh", Math.tanh);

/** z (Q3.12 int16) to y (Q0.15 int16), by the formula of ActivationTable. */
export function lookUp(table: ActivationTable, z: number): number {
  const index = (z >> 7) + TABLE_INTERVALS / 2;
  const base = table.base[index] as number;
  const slope = table.slope[index] as number;
  return (base * 128 + slope * (z & 127) + 64) >> 7;
}
