/**
 * How everything about a model that cannot be used is told, all at once.
 * What that is is left to the importers and to quantize/operators.ts.
 */

import { PlanError } from "../errors.ts";
import type { Unsupported } from "./types.ts";

/** Kinds of unsupported things that a message spells out; its facts hold every single one. */
const LISTED_KINDS = 12;

/**
 * The error that lists them, repeated ones counted; its facts hold each as `unsupported`.
 * @param what the message's first line
 */
export function unsupportedError(
  code: `TP-PLAN-${number}`,
  what: string,
  unsupported: readonly Unsupported[],
): PlanError {
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
    code,
    {
      what,
      why: listed
        .map(
          ({ count, first }) =>
            `${first.operator} "${first.node}"${count > 1 ? ` and ${count - 1} more` : ""}: ${first.why}`,
        )
        .concat(left > 0 ? [`and ${left} more kinds`] : [])
        .join("; "),
      fix: [...new Set(listed.map(({ first }) => first.instead))].join("; "),
    },
    { unsupported },
  );
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
