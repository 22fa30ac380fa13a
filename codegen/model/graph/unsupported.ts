/**
 * What to do instead of an operator that is not imported.
 * Which are is left to graph.ts, how they are told to ../unsupported.ts.
 */

/** What to do about operators that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  RNN: "train an LSTM or a GRU of the same size",
  QuantizeLinear: "export the float model: this project quantizes it itself",
  DequantizeLinear: "export the float model: this project quantizes it itself",
  DynamicQuantizeLSTM: "export the float model: this project quantizes it itself",
  Loop: "export the recurrent layer as LSTM or GRU, not step by step",
  Scan: "export the recurrent layer as LSTM or GRU, not step by step",
  If: "export the network for one case",
  ConvTranspose: "use a dense layer on the values of a step",
  InstanceNormalization: "use a layer normalization of all values of a step",
  Elu: "use LeakyRelu",
  PRelu: "use LeakyRelu, with one slope",
  HardSwish: "use HardSigmoid and Mul",
};

/** What to do instead of an operator that no kernel computes. */
export function insteadOf(operator: string): string {
  const known = Object.hasOwn(INSTEAD, operator) ? INSTEAD[operator] : undefined;
  return known ?? "leave it out of the network, or compute it on the host";
}
