/**
 * Decides what the templates print of each kernel of a plan, and by which partial.
 * LSTMs are left to lstm-context.ts, kernels without rows of weights to vector-context.ts, the tflite formats to
 * tflite-context.ts; what the fields mean is declared in kernel-context-types.ts.
 */
import type { DenseKernel, GruKernel, Kernel } from "../lower/kernel-ir.ts";
import { columnsRead } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { isTfliteDense } from "../quantize/tflite/layers.ts";
import { commentText } from "./c-literal.ts";
import type { GruKernelContext, KernelContext } from "./kernel-context-types.ts";
import { lstmContext, rowsContext, rowsOf } from "./lstm-context.ts";
import { hasWideState, placeExpression } from "./state-context.ts";
import { tfliteDenseContext } from "./tflite-context.ts";
import { VARIANT_TEXT } from "./variant-text.ts";
import {
  layerNormContext,
  resultContext,
  softmaxContext,
  windowContext,
} from "./vector-context.ts";

/** Where one call makes several, as many as fill 256 bytes of stack. */
const BLOCKS_AT_ONCE = 8;

function gruContext(plan: Plan, prefix: string, kernel: GruKernel): GruKernelContext {
  const { name, layer } = kernel;
  const wide = hasWideState(plan);
  const { variant, fusion } = plan.schedule;
  const fused = VARIANT_TEXT[variant].gru[layer.resetAfter ? "after" : "before"];
  const gates = rowsOf(plan, name, "gates");
  const candidate = rowsOf(plan, name, "candidate_hidden");
  return {
    ...rowsContext(plan, prefix, name),
    kind: "gru",
    partial: fusion === "full" ? fused : `${layer.resetAfter ? "gru" : "gru-before"}-${fusion}`,
    name,
    arguments: "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    hiddenSize: layer.hiddenSize,
    units: candidate.rows,
    blocks: candidate.blocks,
    gateRows: gates.rows,
    gateBlocks: gates.blocks,
    columns: columnsRead(kernel, "joined", plan.lines),
    inputColumns: columnsRead(kernel, "input", plan.lines),
    hiddenColumns: columnsRead(kernel, "hidden", plan.lines),
    ...("candidateFractionBits" in layer
      ? { candidateFractionBits: layer.candidateFractionBits }
      : {}),
    from: placeExpression(plan, kernel.from),
    to: placeExpression(plan, kernel.to),
    last: wide ? `state->${name}_hidden` : "h",
    next: wide ? `state->${name}_hidden` : "hidden",
  };
}

function denseContext(plan: Plan, prefix: string, kernel: DenseKernel): KernelContext {
  const { name, layer } = kernel;
  if (isTfliteDense(layer)) return tfliteDenseContext(plan, prefix, kernel, layer);
  const { fusion, variant, block } = plan.schedule;
  const { blocks } = rowsOf(plan, name);
  return {
    ...resultContext(plan, prefix, kernel.to, fusion !== "full"),
    ...rowsContext(plan, prefix, name),
    kind: "dense",
    partial: fusion === "full" ? VARIANT_TEXT[variant].dense : `dense-${fusion}`,
    name,
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    outputSize: layer.outputSize,
    columns: columnsRead(kernel, "input", plan.lines),
    blocks,
    rowsAtOnce: block.rows * Math.min(BLOCKS_AT_ONCE, blocks),
    activation: layer.activation === "none" ? "linear" : layer.activation,
    from: placeExpression(plan, kernel.from),
  };
}

/** What its template prints, besides what the whole model has. */
export function kernelContext(plan: Plan, prefix: string, kernel: Kernel): KernelContext {
  if (kernel.kind === "lstm") return lstmContext(plan, prefix, kernel);
  if (kernel.kind === "gru") return gruContext(plan, prefix, kernel);
  if (kernel.kind === "dense") return denseContext(plan, prefix, kernel);
  if (kernel.kind === "window") return windowContext(plan, kernel);
  if (kernel.kind === "layer-norm") return layerNormContext(plan, prefix, kernel);
  if (kernel.kind === "softmax") return softmaxContext(plan, prefix, kernel);
  const { kind, name, size } = kernel;
  return kernel.kind === "load-input"
    ? {
        kind,
        partial: `${kind}${VARIANT_TEXT[plan.schedule.variant].edges}`,
        name,
        size,
        arguments: "state, input",
        to: placeExpression(plan, kernel.to),
      }
    : {
        kind,
        partial: `${kind}${VARIANT_TEXT[plan.schedule.variant].edges}`,
        name,
        size,
        arguments: "state, output",
        from: placeExpression(plan, kernel.from),
      };
}
