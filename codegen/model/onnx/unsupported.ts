/**
 * How everything that cannot be generated is told, all at once, and what to do instead.
 * What is unsupported is left to the operators.
 */

import { PlanError } from "../../errors.ts";
import type { Unsupported } from "../types.ts";

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

/** Kinds of unsupported things that a message spells out; its facts hold every single one. */
const LISTED_KINDS = 12;

/** TP-PLAN-001: everything unsupported, at once; repeated operators are counted. */
export function unsupportedError(file: string, unsupported: readonly Unsupported[]): PlanError {
  const kinds = new Map<string, { count: number; first: Unsupported }>();
  for (const item of unsupported) {
    const key = `${item.operator}: ${item.why}`;
    const kind = kinds.get(key);
    if (kind) kind.count++;
    else kinds.set(key, { count: 1, first: item });
  }
  const listed = [...kinds.values()].slice(0, LISTED_KINDS);
  const left = kinds.size - listed.length;
  return new PlanError(
    "TP-PLAN-001",
    {
      what: `${file} holds ${unsupported.length} ${unsupported.length === 1 ? "thing" : "things"} that cannot be generated`,
      why: listed
        .map(
          ({ count, first }) =>
            `${first.operator} "${first.node}"${count > 1 ? ` and ${count - 1} more` : ""}: ${first.why}`,
        )
        .concat(left > 0 ? [`and ${left} more kinds`] : [])
        .join("; "),
      fix: [...new Set(listed.map(({ first }) => first.instead))].join("; "),
    },
    { file, unsupported },
  );
}
