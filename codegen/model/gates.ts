/**
 * Converts the gate order of every file format to the canonical one of types.ts.
 * Nothing else in the project may know another order.
 */

import { GATES, type Gate, GRU_GATES, type GruGate } from "./types.ts";

/** Gate blocks of an LSTM as each format stores them, first to last. */
export const GATE_ORDERS = {
  /** ONNX LSTM operator: W[iofc]. */
  onnx: ["input", "output", "forget", "cell"],
  /** Keras LSTM kernels: columns i, f, c, o. */
  keras: ["input", "forget", "cell", "output"],
  /** PyTorch nn.LSTM weight_ih_l[k]: (W_ii | W_if | W_ig | W_io); g is the cell gate. */
  pytorch: ["input", "forget", "cell", "output"],
  /** TFLite UNIDIRECTIONAL_SEQUENCE_LSTM: one tensor a gate, inputs 1..4, 5..8 and 12..15. */
  tflite: ["input", "forget", "cell", "output"],
} as const satisfies Readonly<Record<string, readonly Gate[]>>;

export type GateOrder = keyof typeof GATE_ORDERS;

/** TFLite has no GRU of its own. */
export type GruGateOrder = Exclude<GateOrder, "tflite">;

/** Gate blocks of a GRU as each format stores them, first to last. */
export const GRU_GATE_ORDERS = {
  /** ONNX GRU operator: W[zrh]; h is the candidate. */
  onnx: ["update", "reset", "candidate"],
  /** Keras GRU kernels: columns z, r, h. */
  keras: ["update", "reset", "candidate"],
  /** PyTorch nn.GRU weight_ih_l[k]: (W_ir | W_iz | W_in); n is the candidate. */
  pytorch: ["reset", "update", "candidate"],
} as const satisfies Readonly<Record<GruGateOrder, readonly GruGate[]>>;

/**
 * Reorders four equal blocks, each all rows of one gate, into GATES order.
 * @param values [4 * blockLength], row-major rows or a bias vector
 * @returns a new array [4 * blockLength]
 * @throws RangeError when the length is no multiple of 4
 */
export function toCanonicalGates(values: Float64Array, order: GateOrder): Float64Array {
  return reorder<Gate>(values, GATE_ORDERS[order], GATES);
}

/**
 * Reorders three equal blocks, each all rows of one gate, into GRU_GATES order.
 * @param values [3 * blockLength], row-major rows or a bias vector
 * @returns a new array [3 * blockLength]
 * @throws RangeError when the length is no multiple of 3
 */
export function toCanonicalGruGates(values: Float64Array, order: GruGateOrder): Float64Array {
  return reorder<GruGate>(values, GRU_GATE_ORDERS[order], GRU_GATES);
}

function reorder<G>(values: Float64Array, stored: readonly G[], wanted: readonly G[]) {
  const blockLength = values.length / wanted.length;
  if (!Number.isInteger(blockLength)) {
    throw new RangeError(`${values.length} values are not ${wanted.length} gates of equal length`);
  }
  const canonical = new Float64Array(values.length);
  wanted.forEach((gate, position) => {
    const from = stored.indexOf(gate) * blockLength;
    canonical.set(values.subarray(from, from + blockLength), position * blockLength);
  });
  return canonical;
}

/**
 * The way back: GRU_GATES order to a format's.
 * @throws RangeError as above
 */
export function fromCanonicalGruGates(values: Float64Array, order: GruGateOrder): Float64Array {
  return reorder<GruGate>(values, GRU_GATES, GRU_GATE_ORDERS[order]);
}
