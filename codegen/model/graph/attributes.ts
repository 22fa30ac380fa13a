/**
 * Numbers and constants that operators are given, checked to be finite, whole or of a shape where they have to be.
 * What they mean is left to the operator files.
 */

import { graphError, LIMITS, limitError, nonFiniteError, shown } from "./limits.ts";
import type { OnnxNode } from "./nodes.ts";
import { firstNonFinite, isReadable } from "./tensor.ts";
import { constantValues, type ImportContext, nodeName, refuse, requiredValue } from "./values.ts";

/** A real number. @throws ModelFileError TP-MODEL-006 for NaN and infinity */
export function realAttribute(
  node: OnnxNode,
  context: ImportContext,
  name: string,
  absent: number,
): number {
  const value = node.attributes.get(name)?.float ?? absent;
  if (Number.isFinite(value)) return value;
  throw graphError(context.file, nodeName(node), `${name} is ${value}`);
}

/**
 * Whole numbers from `low` to the widest layer, one for each of `count` axes.
 * @throws ModelFileError TP-MODEL-003 beyond it, -006 where they are too few, too many or too small
 */
export function sizesAttribute(
  node: OnnxNode,
  context: ImportContext,
  name: string,
  { count, low, absent }: { readonly count: number; readonly low: number; readonly absent: number },
): readonly number[] {
  const values = node.attributes.get(name)?.integers ?? new Array<number>(count).fill(absent);
  const large = values.find((value) => value > LIMITS.layerSize);
  if (large !== undefined) {
    throw limitError(context.file, `"${nodeName(node)}" has ${name} ${large}`, LIMITS.layerSize);
  }
  if (values.length === count && values.every((value) => value >= low)) return values;
  throw graphError(
    context.file,
    nodeName(node),
    `${name} [${shown(values)}] are not ${count} numbers from ${low}`,
  );
}

export interface ConstantInput {
  readonly dims: readonly number[];
  /** Row-major, finite. */
  readonly values: Float64Array;
}

/**
 * A constant input's dimensions and values; undefined, and reported, where it is computed or of a
 * type that is not read.
 * @throws ModelFileError
 */
export function constantInput(
  node: OnnxNode,
  context: ImportContext,
  index: number,
): ConstantInput | undefined {
  const value = requiredValue(context, node, index);
  if (value.kind === "unsupported") return undefined;
  if (value.kind !== "constant") {
    refuse(
      context,
      node,
      `input ${index} is computed, not a constant`,
      "only weights that are known when the code is generated can be stored in flash",
    );
    return undefined;
  }
  if (value.tensor && !isReadable(value.tensor)) {
    refuse(
      context,
      node,
      `input ${index} has ONNX data type ${value.tensor.dataType}`,
      "export float32 weights; this project quantizes them itself",
    );
    return undefined;
  }
  const values = constantValues(context, value);
  const bad = firstNonFinite(values);
  if (bad >= 0) throw nonFiniteError(context.file, value.name, bad);
  return { dims: value.dims, values };
}

/** @throws ModelFileError TP-MODEL-006 naming both shapes */
export function expectShape(
  node: OnnxNode,
  context: ImportContext,
  what: string,
  actual: readonly number[],
  expected: readonly number[],
): void {
  if (actual.length === expected.length && actual.every((dim, axis) => dim === expected[axis])) {
    return;
  }
  throw graphError(context.file, nodeName(node), `${what} is [${actual}], not [${expected}]`);
}
