/**
 * Decides every name, number and text that the templates print, so that they hold no arithmetic.
 * What the fields mean is declared in context-types.ts; the order of the C text is left to the templates.
 */
import type { DenseKernel, Kernel, LstmKernel, Place } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { type LineLayout, type StreamLayout, segmentsRead, streamPicture } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { LINE_VALUES } from "../plan/rows/row-layout.ts";
import { FORMAT_FACTS } from "../quantize/params.ts";
import { SIGMOID_TABLE, TANH_TABLE } from "../quantize/tables.ts";
import { type LineVerdict, roundUp } from "../size/cache-line.ts";
import {
  commentLines,
  commentText,
  floatLiteral,
  identifier,
  shortRows,
  stringLiteral,
  wordRows,
} from "./c-literal.ts";
import type {
  ArrayContext,
  CContext,
  DenseKernelContext,
  KernelContext,
  LineContext,
  LineType,
  LstmKernelContext,
} from "./context-types.ts";
import { tableContext } from "./table-words.ts";
import { VARIANT_TEXT } from "./variant-text.ts";

export interface EmitOptions {
  /** C prefix; other characters than letters, digits and _ become _. */
  readonly prefix: string;
  /** The licence of the weights. */
  readonly licence: string;
  /** The size stage's verdict of each LSTM, in order. */
  readonly verdicts: readonly LineVerdict[];
}

/** Copy of a line that holds a segment's fresh values, seen `later` steps after it was written. */
function copyIndex(line: LineLayout, segment: number, later: 0 | 1): string {
  if (line.copies === 1) return "0";
  return (segment + later) % 2 === 0 ? "state->phase" : "state->phase ^ 1";
}

/** C expression: address of the first value of a segment. */
function placeExpression(plan: Plan, place: Place, later: 0 | 1 = 0): string {
  const line = plan.lines[place.line] as LineLayout;
  const { column } = line.segments[place.segment] as LineLayout["segments"][number];
  return `&state->${line.name}[${copyIndex(line, place.segment, later)}][${column}]`;
}

function lineTypeOf({ schedule }: Plan): LineType {
  return `${schedule.activation}_t`;
}

function lineZeroOf({ schedule }: Plan): number {
  return LINE_VALUES[schedule.activation].zero;
}

function columnsRead(plan: Plan, kernel: LstmKernel | DenseKernel): number {
  return segmentsRead(kernel, plan.lines).reduce((sum, { paddedSize }) => sum + paddedSize, 0);
}

function lstmContext(plan: Plan, prefix: string, kernel: LstmKernel): LstmKernelContext {
  const { name, layer } = kernel;
  const byte = FORMAT_FACTS[plan.format].activationBytes === 1;
  const stored = `(${placeExpression(plan, kernel.to, 1)})[i]`;
  const zero = lineZeroOf(plan);
  const hidden = zero === 0 ? stored : `(${stored} - ${zero})`;
  return {
    kind: "lstm",
    partial: VARIANT_TEXT[plan.schedule.variant].lstm,
    name,
    arguments: "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    hiddenSize: layer.hiddenSize,
    columns: columnsRead(plan, kernel),
    cellFractionBits: layer.cellFractionBits,
    from: placeExpression(plan, kernel.from),
    to: placeExpression(plan, kernel.to),
    putHidden: byte
      ? `*bytes++ = (uint8_t)${hidden};`
      : `bytes = ${prefix}_put16(bytes, ${hidden});`,
  };
}

function denseContext(plan: Plan, prefix: string, kernel: DenseKernel): DenseKernelContext {
  const { name, layer, to } = kernel;
  const type = plan.output.type === "int8" ? "int8_t" : "int16_t";
  const out = to === "output";
  return {
    kind: "dense",
    partial: "dense",
    name,
    arguments: out ? "state, output" : "state",
    layer: commentText(layer.name),
    inputSize: layer.inputSize,
    outputSize: layer.outputSize,
    columns: columnsRead(plan, kernel),
    activation: layer.activation === "none" ? "linear" : layer.activation,
    parameters: out ? `const ${prefix}_state *state, ${type} *output` : `${prefix}_state *state`,
    resultType: out ? type : lineTypeOf(plan),
    resultZero: out ? 0 : lineZeroOf(plan),
    from: placeExpression(plan, kernel.from),
    to: out ? "output" : placeExpression(plan, to),
  };
}

function kernelContext(plan: Plan, prefix: string, kernel: Kernel): KernelContext {
  if (kernel.kind === "lstm") return lstmContext(plan, prefix, kernel);
  if (kernel.kind === "dense") return denseContext(plan, prefix, kernel);
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

function streamArray(stream: StreamLayout): ArrayContext {
  return {
    name: `${stream.kernel}_stream`,
    comment: `${stream.blocks} x ${stream.blockBytes} bytes; the header shows their order.`,
    elementType: "uint32_t",
    attributes: ` __attribute__((aligned(${stream.alignment}))) PIONEER_WEIGHTS`,
    rows: wordRows(stream.words),
    bytes: stream.words.byteLength,
  };
}

interface InitialState {
  readonly array: ArrayContext;
  readonly to: string;
  readonly size: number;
}

function stateArray(
  name: string,
  comment: string,
  elementType: LineType,
  values: Int16Array,
): ArrayContext {
  const bytes = elementType === "int16_t" ? values.byteLength : values.length;
  return { name, comment, elementType, attributes: "", rows: shortRows(values), bytes };
}

/** Arrays for the initial states that are not zero. */
function initialStates(plan: Plan): readonly InitialState[] {
  const zero = lineZeroOf(plan);
  return plan.kernels.flatMap((kernel) => {
    if (kernel.kind !== "lstm") return [];
    const { name, layer } = kernel;
    const hidden = (): InitialState => ({
      array: stateArray(
        `${name}_initial_hidden`,
        "Hidden state of a new stream.",
        lineTypeOf(plan),
        layer.initialHidden.map((value) => value + zero),
      ),
      to: placeExpression(plan, kernel.to, 1),
      size: layer.hiddenSize,
    });
    const cell = (): InitialState => ({
      array: stateArray(
        `${name}_initial_cell`,
        "Cell state of a new stream.",
        "int16_t",
        layer.initialCell,
      ),
      to: `state->${name}_cell`,
      size: layer.hiddenSize,
    });
    return [
      ...(layer.initialHidden.some((value) => value !== 0) ? [hidden()] : []),
      ...(layer.initialCell.some((value) => value !== 0) ? [cell()] : []),
    ];
  });
}

function lineContext({ name, copies, columns, segments }: LineLayout): LineContext {
  return {
    name,
    copies,
    again: copies === 2,
    columns,
    comment: copies === 2 ? "This step's activations and the last one's, by turns," : "Activations",
    segments: segments.map(({ name: segment, size, column, paddedSize }) =>
      commentText(
        `${column}: ${segment} [${size}]${size === paddedSize ? "" : ` and ${paddedSize - size} of padding`}`,
      ),
    ),
  };
}

/** Everything the templates print for a plan. */
export function emitContext(plan: Plan, options: EmitOptions): CContext {
  const prefix = identifier(options.prefix);
  const { format, target } = plan;
  const { block } = plan.schedule;
  const variant = VARIANT_TEXT[plan.schedule.variant];
  const kernels = plan.kernels.map((kernel) => kernelContext(plan, prefix, kernel));
  const lstms = kernels.filter((kernel) => kernel.kind === "lstm");
  const denses = kernels.filter((kernel) => kernel.kind === "dense");
  const uses = (name: DenseKernelContext["activation"]): boolean =>
    denses.some(({ activation }) => activation === name);
  const tables = [SIGMOID_TABLE, TANH_TABLE].filter(({ name }) => lstms.length > 0 || uses(name));
  const states = initialStates(plan);
  const { activationBytes } = FORMAT_FACTS[format];
  // Layers of a stack share what is said of the target.
  const explained = new Set(options.verdicts.flatMap(({ explanation }) => explanation));
  const notes = [
    ...[...explained].flatMap(commentLines),
    ...(explained.size > 0 ? [""] : []),
    ...streamPicture(plan.streams, plan.schedule),
  ];
  return {
    title: commentText(`${plan.name}, ${format}, for ${target.id} (${target.core}).`),
    prefix,
    PREFIX: prefix.toUpperCase(),
    type: format === "int8" ? "int8_t" : "int16_t",
    licence: commentLines(`The weights in it fall under: ${options.licence}.`),
    notes: notes.map((line) => (line === "" ? line : ` ${line}`)),
    nameLiteral: stringLiteral(plan.name),
    digest: plan.digest.slice(0, 16),
    inputSize: plan.inputSize,
    outputSize: plan.outputSize,
    inputScale: floatLiteral(plan.input.scale),
    inputZeroPoint: plan.input.zeroPoint,
    outputScale: floatLiteral(plan.output.scale),
    outputZeroPoint: plan.output.zeroPoint,
    inputBytes: plan.inputSize * activationBytes,
    outputBytes: plan.outputSize * activationBytes,
    valueBytes: activationBytes,
    stateBytes: plan.stateBytes,
    weightsAttribute:
      target.weightsSection === ""
        ? ""
        : ` __attribute__((section(${stringLiteral(target.weightsSection)})))`,
    lines: plan.lines.map(lineContext),
    cells: lstms.map(({ name, hiddenSize }) => ({ name, size: roundUp(hiddenSize, block.units) })),
    tables: tables.map((table) => tableContext(table, variant.lookUp)),
    arrays: [...plan.streams.map(streamArray), ...states.map(({ array }) => array)],
    initialStates: states.map(({ array, to, size }) => ({ to, from: array.name, size })),
    lineType: lineTypeOf(plan),
    lineZero: lineZeroOf(plan),
    blockRows: block.rows,
    blockColumns: block.columns,
    blockUnits: block.units,
    gateAt: GATES.map((_, gate) => gate * block.units),
    zType: variant.units ? "int16_t" : "int32_t",
    accumulatorShift: FORMAT_FACTS[format].accumulatorShift,
    multiplyHigh: target.wideMultiply ? "multiply-high-wide" : "multiply-high-halves",
    rows: variant,
    hidden: `${variant.hidden}-${format}`,
    hiddenRange: format === "int8" ? ", -128..127" : ", int16",
    results: {
      partial: `results-${format}`,
      sigmoid: uses("sigmoid"),
      tanh: uses("tanh"),
      relu: uses("relu"),
      linear: uses("linear"),
    },
    kernels,
    lstms,
    denses,
  };
}
