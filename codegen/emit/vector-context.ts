/**
 * Decides every name, number and text that the templates of kernels without weights of their own rows print: layer
 * normalization, softmax, windows. Kernels that multiply rows are left to context.ts and the files beside it.
 */
import type {
  DenseKernel,
  LayerNormKernel,
  SoftmaxKernel,
  WindowKernel,
} from "../lower/kernel-ir.ts";
import type { Plan } from "../plan/plan.ts";
import {
  LARGEST_DIFFERENCE,
  LN2_HIGH,
  LN2_LOW,
  LOG2E,
  SERIES,
} from "../quantize/float32-softmax.ts";
import { meanFractionBits } from "../quantize/layer-norm.ts";
import type { Quantization } from "../quantize/params.ts";
import { resultBits, SHARE_BITS } from "../quantize/softmax.ts";
import { commentText, hexadecimalFloat } from "./c-literal.ts";
import type { CContext, PowerContext } from "./context-types.ts";
import type {
  LayerNormKernelContext,
  SoftmaxKernelContext,
  WindowKernelContext,
} from "./kernel-context-types.ts";
import { lineTypeOf, lineZeroOf, placeExpression } from "./state-context.ts";

/** The C type of a value at the model's edge. */
export function edgeTypeOf({ type }: Quantization): CContext["type"] {
  return type === "float32" ? "float" : `${type}_t`;
}

/** Of a kernel that may write the model's output. */
export function resultContext(
  plan: Plan,
  prefix: string,
  to: DenseKernel["to"],
  writesState: boolean,
) {
  const type = edgeTypeOf(plan.output);
  return to === "output"
    ? ({
        arguments: "state, output",
        parameters: `${writesState ? "" : "const "}${prefix}_state *state, ${type} *output`,
        resultType: type,
        resultZero: 0,
        to: "output",
      } as const)
    : ({
        arguments: "state",
        parameters: `${prefix}_state *state`,
        resultType: lineTypeOf(plan),
        resultZero: lineZeroOf(plan),
        to: placeExpression(plan, to),
      } as const);
}

export function layerNormContext(
  plan: Plan,
  prefix: string,
  { name, layer, from, to }: LayerNormKernel,
): LayerNormKernelContext {
  const edges = {
    ...resultContext(plan, prefix, to, false),
    kind: "layer-norm",
    name,
    layer: commentText(layer.name),
    size: layer.size,
    from: placeExpression(plan, from),
  } as const;
  const { type } = layer.output;
  if (type === "float32") {
    return {
      ...edges,
      partial: "layer-norm-float32",
      epsilon: hexadecimalFloat(layer.epsilon),
      share: hexadecimalFloat(1 / layer.size),
    };
  }
  return {
    ...edges,
    partial: "layer-norm",
    epsilon: `UINT64_C(${layer.epsilon})`,
    one: 2 ** meanFractionBits(type === "int8" ? "int8" : "int16x8"),
    saturate: type === "int8" ? "saturate8" : "saturate16",
  };
}

export function windowContext(plan: Plan, kernel: WindowKernel): WindowKernelContext {
  const { inputSize, taps, name } = kernel.layer;
  return {
    kind: "window",
    partial: "window",
    name: kernel.name,
    arguments: "state",
    layer: commentText(name),
    taps,
    size: inputSize,
    kept: (taps - 1) * inputSize,
    from: placeExpression(plan, kernel.from),
    to: placeExpression(plan, kernel.to),
  };
}

export function softmaxContext(
  plan: Plan,
  prefix: string,
  { name, layer, from, to }: SoftmaxKernel,
): SoftmaxKernelContext {
  const edges = {
    ...resultContext(plan, prefix, to, false),
    kind: "softmax",
    name,
    layer: commentText(layer.name),
    size: layer.size,
    from: placeExpression(plan, from),
  } as const;
  if ("powers" in layer) {
    return { ...edges, partial: "softmax-tflite", farthest: layer.powers.length - 1 };
  }
  if (!("multiplier" in layer)) return { ...edges, partial: "softmax-float32" };
  const { type, zeroPoint } = layer.output;
  const { bits, greatest } = resultBits(type === "int8" ? "int8" : "int16x8");
  return {
    ...edges,
    partial: "softmax",
    multiplier: `UINT32_C(${layer.multiplier})`,
    shift: layer.shift,
    bits: SHARE_BITS - bits,
    half: SHARE_BITS - 1 - bits,
    minus: 0 - zeroPoint,
    greatest,
  };
}

/** What a power of e is computed with in float32. */
export function powerContext(): PowerContext {
  const [first, ...series] = SERIES.map(hexadecimalFloat) as [string, ...string[]];
  return {
    end: `${LARGEST_DIFFERENCE}.0f`,
    log2e: hexadecimalFloat(LOG2E),
    ln2High: hexadecimalFloat(LN2_HIGH),
    ln2Low: hexadecimalFloat(LN2_LOW),
    first,
    series,
  };
}
