/**
 * Converts the gate order of every file format to the canonical one of types.ts.
 * Nothing else in the project may know another order.
 */

import { GATES, type Gate } from "./types.ts";

/** Gate blocks as each format stores them, first to last. */
export const GATE_ORDERS = {
  /** ONNX LSTM operator: W[iofc]. */
  onnx: ["input", "output", "forget", "cell"],
  /** Keras LSTM kernels: columns i, f, c, o. */
  keras: ["input", "forget", "cell", "output"],
  /** PyTorch nn.LSTM weight_ih_l[k]: (W_ii | W_if | W_ig | W_io); g is the cell gate. */
  pytorch: ["input", "forget", "cell", "output"],
} as const satisfies Readonly<Record<string, readonly Gate[]>>;

export type GateOrder = keyof typeof GATE_ORDERS;

/**
 * Reorders four equal blocks, each all rows of one gate, into GATES order.
 * @param values [4 * blockLength], row-major rows or a bias vector
 * @returns a new array [4 * blockLength]
 * @throws RangeError when the length is no multiple of 4
 */
export function toCanonicalGates(values: Float64Array, order: GateOrder): Float64Array {
  const blockLength = values.length / GATES.length;
  if (!Number.isInteger(blockLength)) {
    throw new RangeError(`${values.length} values are not four gates of equal length`);
  }
  const stored: readonly Gate[] = GATE_ORDERS[order];
  const canonical = new Float64Array(values.length);
  GATES.forEach((gate, position) => {
    const from = stored.indexOf(gate) * blockLength;
    canonical.set(values.subarray(from, from + blockLength), position * blockLength);
  });
  return canonical;
}
