/**
 * BatchNormalization, LayerNormalization and Softmax.
 * Folding a batch normalization into weights is left to ../fold.ts, spelled-out normalizations to moments.ts.
 */

import { constantInput, expectShape, realAttribute } from "./attributes.ts";
import { graphError } from "./limits.ts";
import { layerNorm } from "./moments.ts";
import { normalAxis } from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { anyOrder, placed, sameOrder } from "./operands.ts";
import { broadcast, stridesOf } from "./picks.ts";
import {
  type ImportContext,
  inputValue,
  nodeName,
  outputName,
  productOf,
  refuse,
  type Value,
  viewInput,
} from "./values.ts";

/** y = scale * (x - mean) / sqrt(variance + epsilon) + bias, each for a place along axis 1. */
export function importBatchNormalization(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const view = viewInput(context, node, 0);
  const given = [1, 2, 3, 4].map((index) => constantInput(node, context, index));
  if (node.attributes.get("training_mode")?.integer) {
    refuse(context, node, "training_mode is set", "export the network for inference");
    return undefined;
  }
  if (node.attributes.get("spatial")?.integer === 0) {
    refuse(context, node, "spatial is 0", "normalise each channel, not each place of it");
    return undefined;
  }
  if (!view || given.includes(undefined)) return undefined;
  const channels = view.shape[1] ?? 0;
  const names = ["scale", "B", "mean", "var"];
  given.forEach((constant, index) => {
    expectShape(node, context, names[index] ?? "", constant?.dims ?? [], [channels]);
  });
  const [gamma, beta, mean, variance] = given.map((constant) => constant?.values ?? []);
  const epsilon = realAttribute(node, context, "epsilon", 1e-5);
  const scale = Float64Array.from({ length: channels }, (_, c) => {
    const spread = (variance?.[c] ?? 0) + epsilon;
    if (spread > 0) return (gamma?.[c] ?? 0) / Math.sqrt(spread);
    throw graphError(context.file, nodeName(node), `var[${c}] + epsilon is ${spread}`);
  });
  const bias = scale.map((factor, c) => (beta?.[c] ?? 0) - factor * (mean?.[c] ?? 0));
  const operand = anyOrder(context, node, view);
  if (!operand) return undefined;
  const stride = stridesOf(view.shape)[1] ?? 1;
  const spreadOver = (values: Float64Array) =>
    placed(
      Float64Array.from(
        view.elements,
        (_, index) => values[Math.floor(index / stride) % channels] ?? 0,
      ),
      operand,
    );
  return [
    sameOrder(context, view, operand, {
      kind: "scale",
      name: nodeName(node),
      input: operand.input,
      output: outputName(node, context),
      inputSize: operand.size,
      outputSize: operand.size,
      scale: spreadOver(scale),
      bias: spreadOver(bias),
    }),
  ];
}

/** LayerNormalization (operator set 17) over all values of a step. */
export function importLayerNormalization(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const view = viewInput(context, node, 0);
  const scale = constantInput(node, context, 1);
  const biased = inputValue(context, node, 2) !== undefined;
  const bias = biased ? constantInput(node, context, 2) : undefined;
  if (!view || !scale || (biased && !bias)) return undefined;
  const { shape, time } = view;
  const asked = node.attributes.get("axis")?.integer ?? -1;
  const axis = normalAxis(asked, shape.length, node, context);
  if (productOf(shape.slice(0, axis)) !== 1 || (time && time.axis >= axis)) {
    refuse(
      context,
      node,
      `it normalises parts of a step's [${shape}] apart, from axis ${axis}`,
      "normalise all values of a step together",
    );
    return undefined;
  }
  const size = view.elements.length;
  const spread = (constant: NonNullable<typeof scale>): Float64Array => {
    const pick = broadcast(constant.dims, shape.slice(axis));
    if (!pick) {
      const what = `Scale or B of shape [${constant.dims}] does not fit [${shape.slice(axis)}]`;
      throw graphError(context.file, nodeName(node), what);
    }
    const { from } = pick;
    return from ? Float64Array.from(from, (index) => constant.values[index] ?? 0) : constant.values;
  };
  const layer = layerNorm(node, context, view, {
    scale: spread(scale),
    bias: bias ? spread(bias) : new Float64Array(size),
    epsilon: realAttribute(node, context, "epsilon", 1e-5),
  });
  return layer && [layer];
}

/** Before operator set 13, everything from the axis on is one distribution; since then, the axis alone. */
const SOFTMAX_ONE_AXIS = 13;

export function importSoftmax(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const view = viewInput(context, node, 0);
  if (!view) return undefined;
  const { shape, time } = view;
  const oneAxis = context.opset >= SOFTMAX_ONE_AXIS;
  const asked = node.attributes.get("axis")?.integer ?? (oneAxis ? -1 : 1);
  const axis = normalAxis(asked, shape.length, node, context);
  const others = oneAxis ? shape.filter((_, at) => at !== axis) : shape.slice(0, axis);
  const mixesSteps = time && (oneAxis ? time.axis === axis : time.axis >= axis);
  if (productOf(others) !== 1 || mixesSteps) {
    refuse(
      context,
      node,
      `it makes several distributions of a step's [${shape}], or one of several steps`,
      "make one distribution of all values of a step",
    );
    return undefined;
  }
  const operand = anyOrder(context, node, view);
  if (!operand) return undefined;
  return [
    sameOrder(context, view, operand, {
      kind: "softmax",
      name: nodeName(node),
      input: operand.input,
      output: outputName(node, context),
      inputSize: operand.size,
      outputSize: operand.size,
    }),
  ];
}
