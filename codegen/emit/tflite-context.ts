/**
 * Decides every number that the templates of the tflite formats print: scalings as C spells them, tables, kernels.
 * What a file has in common with the other formats is left to context.ts.
 */
import type { DenseKernel, LstmKernel } from "../lower/kernel-ir.ts";
import { columnsRead } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { type InputScaling, SIGMOID_TABLE_16 } from "../quantize/tflite/activations.ts";
import { type Scaling, shortMultiplier } from "../quantize/tflite/fixed-point.ts";
import {
  isTfliteDense,
  isTfliteLstm,
  type ScaledRows,
  type TfliteDense,
  type TfliteLstm,
} from "../quantize/tflite/layers.ts";
import { commentText, shortRows, unsignedRows } from "./c-literal.ts";
import type { ArrayContext, TfliteContext } from "./context-types.ts";
import type { TfliteDenseContext, TfliteLstmContext } from "./kernel-context-types.ts";
import { lineTypeOf, placeExpression } from "./state-context.ts";
import { VARIANT_TEXT } from "./variant-text.ts";

/** `{multiplier, left, right}` of a 32-bit value, or of a 64-bit one: 16 bits of the multiplier, shifted right once. */
function scalingText({ multiplier, shift }: Scaling, wide = false): string {
  return wide
    ? `{${shortMultiplier(multiplier)}, 0, ${15 - shift}}`
    : `{${multiplier}, ${Math.max(0, shift)}, ${Math.max(0, -shift)}}`;
}

/** `{multiplier, rounding, shift}`. */
function argumentText({ multiplier, shift }: InputScaling): string {
  return `{${multiplier}, ${shift > 0 ? 2 ** (shift - 1) : 0}, ${shift}}`;
}

function rowScalings({ multipliers, shifts, wide }: ScaledRows, rows: readonly number[]): string[] {
  return rows.map((row) =>
    scalingText({ multiplier: multipliers[row] as number, shift: shifts[row] as number }, wide),
  );
}

/** The four gates' scalings: one for all units of a gate. */
function gateScalings(rows: ScaledRows, hiddenSize: number): string {
  return rowScalings(
    rows,
    [0, 1, 2, 3].map((gate) => gate * hiddenSize),
  ).join(", ");
}

/** Everything an LSTM's function prints. */
export function tfliteLstmContext(
  plan: Plan,
  kernel: LstmKernel,
  layer: TfliteLstm,
): TfliteLstmContext {
  const { hiddenSize } = layer;
  return {
    kind: "tflite-lstm",
    partial: VARIANT_TEXT[plan.schedule.variant].blocks ? "lstm-tflite-blocks" : "lstm-tflite",
    name: kernel.name,
    arguments: "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    hiddenSize,
    inputColumns: columnsRead(kernel, "input", plan.lines),
    columns: columnsRead(kernel, "joined", plan.lines),
    inputScalings: gateScalings(layer.fromInput, hiddenSize),
    hiddenScalings: gateScalings(layer.fromHidden, hiddenSize),
    forgetScaling: scalingText(layer.forgetScaling),
    candidateScaling: scalingText(layer.inputScaling),
    outputScaling: scalingText(layer.outputScaling),
    cellArgument: argumentText(layer.cellArgument),
    cellClip: layer.cellClip === 0 ? 32768 : layer.cellClip,
    zeroPoint: layer.output.zeroPoint,
    from: placeExpression(plan, kernel.from),
    to: placeExpression(plan, kernel.to),
  };
}

/** Whether every row is scaled as the first one. */
function isUniform({ multipliers, shifts }: ScaledRows): boolean {
  return (
    multipliers.every((multiplier) => multiplier === multipliers[0]) &&
    shifts.every((shift) => shift === shifts[0])
  );
}

/** Everything a dense layer's function prints. */
export function tfliteDenseContext(
  plan: Plan,
  prefix: string,
  kernel: DenseKernel,
  layer: TfliteDense,
): TfliteDenseContext {
  const { matrix, result } = layer;
  const out = kernel.to === "output";
  const type = plan.output.type === "int8" ? "int8_t" : "int16_t";
  const rows = Array.from(matrix.multipliers.keys());
  const uniform = isUniform(matrix);
  const kept = result.kind === "sigmoid" || result.kind === "tanh" ? result : undefined;
  return {
    kind: "tflite-dense",
    partial: "dense-tflite",
    name: kernel.name,
    arguments: out ? "state, output" : "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    outputSize: layer.outputSize,
    columns: columnsRead(kernel, "input", plan.lines),
    activation: layer.activation === "none" ? "linear" : layer.activation,
    parameters: out ? `const ${prefix}_state *state, ${type} *output` : `${prefix}_state *state`,
    resultType: out ? type : lineTypeOf(plan),
    scalings: rowScalings(matrix, uniform ? [0] : rows),
    uniform,
    scale: matrix.wide ? "scale_wide" : "scale",
    zeroPoint: layer.linearZeroPoint,
    least: layer.least,
    greatest: layer.greatest,
    table: result.kind === "table",
    argument: kept ? argumentText(kept.argument) : false,
    from: placeExpression(plan, kernel.from),
    to: kernel.to === "output" ? "output" : placeExpression(plan, kernel.to),
  };
}

/** Tables of int8 activations, one a dense layer that has one. */
export function tfliteArrays(plan: Plan): readonly ArrayContext[] {
  return plan.kernels.flatMap((kernel): readonly ArrayContext[] => {
    if (kernel.kind !== "dense" || !isTfliteDense(kernel.layer)) return [];
    const { result, activation } = kernel.layer;
    if (result.kind !== "table") return [];
    return [
      {
        name: `${kernel.name}_results`,
        comment: `${activation} of each linear result, from -128 on.`,
        elementType: "int8_t",
        attributes: " PIONEER_WEIGHTS",
        rows: shortRows(Int16Array.from(result.values)),
        bytes: result.values.length,
      },
    ];
  });
}

/** What a file of these formats needs besides its kernels. */
export function tfliteContext(
  plan: Plan,
  kernels: readonly { readonly kind: string; readonly scale?: string }[],
): TfliteContext {
  const lstms = plan.kernels.some((kernel) => kernel.kind === "lstm" && isTfliteLstm(kernel.layer));
  const denses = plan.kernels.flatMap((kernel) =>
    kernel.kind === "dense" && isTfliteDense(kernel.layer) ? [kernel.layer] : [],
  );
  const results = denses.map(({ result }) => result.kind);
  const scalings = kernels.map(({ scale }) => scale);
  return {
    lstms,
    denses: denses.length > 0,
    sumsScale: plan.format === "tflite-int8" ? "scale" : "scale_wide",
    scale: lstms || scalings.includes("scale"),
    wide: scalings.includes("scale_wide") || (lstms && plan.format !== "tflite-int8"),
    sigmoid: lstms || results.includes("sigmoid"),
    tanh: lstms || results.includes("tanh"),
    points: unsignedRows(SIGMOID_TABLE_16),
    least: plan.format === "tflite-int8" ? -128 : -32768,
    greatest: plan.format === "tflite-int8" ? 127 : 32767,
  };
}
