/**
 * What to do instead of an operator that is not imported.
 * Which are is left to graph.ts, how they are told to ../unsupported.ts.
 */

import type { PlanError } from "../../errors.ts";
import type { Unsupported } from "../types.ts";
import { unsupportedError } from "../unsupported.ts";

/** What to do about operators that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  RNN: "train an LSTM or a GRU of the same size",
  Slice: "give each LSTM its own state inputs and outputs, h and c apart",
  Concat: "give each LSTM its own state inputs and outputs, h and c apart",
  Split: "give each LSTM its own state inputs and outputs, h and c apart",
  QuantizeLinear: "export the float model: this project quantizes it itself",
  DequantizeLinear: "export the float model: this project quantizes it itself",
  Softmax: "end the network before it and take the largest value on the host",
  Dropout: "export the network for inference",
  BatchNormalization: "fold it into the next layer's weights when exporting",
  LayerNormalization: "normalise features in the front end, before the network",
};

/** What to do instead of an operator that no kernel computes. */
export function insteadOf(operator: string): string {
  const known = Object.hasOwn(INSTEAD, operator) ? INSTEAD[operator] : undefined;
  return known ?? "leave it out of the network, or compute it on the host";
}

/** TP-PLAN-001: everything unsupported in a file, at once. */
export function unsupportedFileError(file: string, unsupported: readonly Unsupported[]): PlanError {
  const count = unsupported.length;
  return unsupportedError(
    "TP-PLAN-001",
    `${file} holds ${count} ${count === 1 ? "thing" : "things"} that cannot be imported`,
    unsupported,
  );
}
