/**
 * MaxPool, AveragePool and the global pools over positions inside a step.
 * Tensors and windows are left to spatial.ts.
 */

import type { Layer } from "../types.ts";
import { sizesAttribute } from "./attributes.ts";
import type { OnnxNode } from "./nodes.ts";
import { inOrder } from "./operands.ts";
import {
  channelMajor,
  fittingPositions,
  positionMajor,
  spatialInput,
  windowOf,
} from "./spatial.ts";
import {
  type ImportContext,
  nodeName,
  outputName,
  refuse,
  type Value,
  viewInput,
} from "./values.ts";

function pooling(operation: "max" | "average", global: boolean) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const view = viewInput(context, node, 0);
    if (!view) return undefined;
    const count = Math.max(0, view.shape.length - 2);
    const kernel = global
      ? view.shape.slice(2)
      : sizesAttribute(node, context, "kernel_shape", { count, low: 1, absent: 0 });
    const spatial = spatialInput(node, context, view, kernel);
    if (!spatial) return undefined;
    if (spatial.isTime) {
      const instead = "pool inside a step only: a stream gives one answer a step";
      refuse(context, node, "it pools time steps", instead);
      return undefined;
    }
    if (node.attributes.get("ceil_mode")?.integer) {
      refuse(context, node, "ceil_mode is set", "use whole windows");
      return undefined;
    }
    const { positions, channels } = spatial;
    const window = windowOf(node, context, spatial, kernel);
    const outputs = fittingPositions(node, context, positions, window);
    const input = positionMajor(node, context, spatial);
    const operand = input && inOrder(context, node, input);
    if (!operand) return undefined;
    const layer: Layer = {
      kind: "pool1d",
      name: nodeName(node),
      input: operand.input,
      output: outputName(node, context),
      inputSize: operand.size,
      outputSize: outputs * channels,
      operation,
      positions,
      channels,
      window,
      countsPadding: (node.attributes.get("count_include_pad")?.integer ?? 0) !== 0,
    };
    return [
      channelMajor(node, context, layer, spatial, { channels, positions: outputs, extraAfter: 0 }),
    ];
  };
}

export const POOL_OPERATORS = {
  MaxPool: pooling("max", false),
  AveragePool: pooling("average", false),
  GlobalMaxPool: pooling("max", true),
  GlobalAveragePool: pooling("average", true),
} as const;
