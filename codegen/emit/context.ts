/**
 * Decides every name, number and text that the templates print of a whole file, so that they hold no arithmetic.
 * Kernels are left to kernel-context.ts, what the fields mean to context-types.ts, the order of the C text to the templates.
 */
import { GATES } from "../model/types.ts";
import type { LineLayout } from "../plan/layout.ts";
import { streamPicture } from "../plan/picture.ts";
import type { Plan } from "../plan/plan.ts";
import { ROW_LAYOUTS, type Schedule } from "../plan/schedule.ts";
import { TANH_PIECES } from "../quantize/float32-arithmetic.ts";
import { formatName } from "../quantize/mixed-format.ts";
import {
  type Arithmetic,
  arithmeticOf,
  FORMAT_FACTS,
  isTfliteFormat,
  VALUE_BYTES,
} from "../quantize/params.ts";
import { SIGMOID_TABLE, TANH_TABLE } from "../quantize/tables.ts";
import type { LineVerdict } from "../size/cache-line.ts";
import { normArrays, powerArrays, streamArray } from "./array-context.ts";
import {
  commentLines,
  commentText,
  floatLiteral,
  floatRows,
  identifier,
  stringLiteral,
} from "./c-literal.ts";
import type { CContext, LineContext } from "./context-types.ts";
import { bringsMultiplyHigh, deltaContext, usesRows } from "./delta-context.ts";
import { kernelContext } from "./kernel-context.ts";
import type { DenseKernelContext } from "./kernel-context-types.ts";
import { addHalvesPartial, clipsCells, nibblePrefix } from "./lstm-context.ts";
import {
  cellsOf,
  cellTypeOf,
  hasWideState,
  initialStates,
  lineTypeOf,
  lineZeroOf,
  readStates,
} from "./state-context.ts";
import { stepsContext } from "./steps-context.ts";
import { tableContext } from "./table-words.ts";
import { tfliteArrays, tfliteContext } from "./tflite-context.ts";
import { VARIANT_TEXT } from "./variant-text.ts";
import { edgeTypeOf, powerContext } from "./vector-context.ts";

export interface EmitOptions {
  /** C prefix; other characters than letters, digits and _ become _. */
  readonly prefix: string;
  /** The licence of the weights. */
  readonly licence: string;
  /** The size stage's verdict of each recurrent layer, in order. */
  readonly verdicts: readonly LineVerdict[];
  /** The step tells the program when each kernel is done. */
  readonly stamps?: boolean;
}

/** What a header says of a layer that is not fused. */
const PASSES = {
  none: "Passes: nothing is fused. Each operation of a layer reads buffers in the state and writes others.",
  partial:
    "Passes: the pre-activations of a layer, from weights and multipliers, fill a buffer in the state before its elementwise part begins.",
} as const;

/** The hidden state's, for comments. */
const HIDDEN_RANGES: Readonly<Record<Arithmetic, string>> = {
  int8: ", -128..127",
  int16x8: ", int16",
  float32: "",
};

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

/** A linker section as what a macro stands for, with a leading space; empty for none. */
function sectionAttribute(section: string): string {
  return section === "" ? "" : ` __attribute__((section(${stringLiteral(section)})))`;
}

/** Where a stream's multipliers lie: behind the biases and weights of their rows. */
function multiplierContext({
  variant,
  block,
}: Schedule): Pick<CContext, "multiplierRows" | "multipliersAfter"> {
  const rows = ROW_LAYOUTS[variant].multiplierRows ?? block.rows;
  const bytes = rows * block.weightBytes;
  const weights = bytes < 4 ? `columns / ${4 / bytes}` : `${bytes / 4} * columns`;
  return { multiplierRows: rows, multipliersAfter: `${weights} + ${rows}` };
}

/** What the templates print for 4-bit weights beside bytes. */
function nibblesContext({ schedule }: Plan, prefix: string): CContext["nibbles"] {
  if (schedule.fourBits === undefined) return false;
  const rows = VARIANT_TEXT[schedule.fourBits.variant];
  const own = nibblePrefix(prefix);
  return {
    prefix: own,
    PREFIX: own.toUpperCase(),
    rows,
    shared: rows.blocks ? "" : "rows-nibbles-beside",
    multiplyHigh: !rows.blocks && !bringsMultiplyHigh(VARIANT_TEXT[schedule.variant]),
  };
}

/** Everything the templates print for a plan. */
export function emitContext(plan: Plan, options: EmitOptions): CContext {
  const prefix = identifier(options.prefix);
  const { format, target } = plan;
  const tflite = isTfliteFormat(format);
  // Whose partials and facts; the tflite formats use none of them.
  const own = arithmeticOf(format);
  const { block } = plan.schedule;
  const variant = VARIANT_TEXT[plan.schedule.variant];
  const kernels = plan.kernels.map((kernel) => kernelContext(plan, prefix, kernel));
  const lstms = kernels.filter((kernel) => kernel.kind === "lstm");
  const denses = kernels.filter((kernel) => kernel.kind === "dense");
  const uses = (name: DenseKernelContext["activation"]): boolean =>
    denses.some(({ activation }) => activation === name);
  const grus = kernels.filter((kernel) => kernel.kind === "gru");
  const before = grus.length > 0 && plan.scratch.resetHidden > 0;
  const { fusion } = plan.schedule;
  const recurrent = lstms.length + grus.length > 0;
  const tables = [SIGMOID_TABLE, TANH_TABLE].filter(({ name }) => recurrent || uses(name));
  const softmax = kernels.some(({ kind }) => kind === "softmax");
  const initial = initialStates(plan);
  const states = readStates(plan, prefix);
  const valueBytes = VALUE_BYTES[plan.input.type];
  const float = format === "float32";
  const zType = float ? "float" : variant.units ? "int16_t" : "int32_t";
  // Layers of a stack share what is said of the target.
  const explained = new Set(options.verdicts.flatMap(({ explanation }) => explanation));
  const passed = fusion === "full" ? [] : ["", ...commentLines(PASSES[fusion])];
  const notes = [
    ...[...explained].flatMap(commentLines),
    ...(explained.size > 0 ? [""] : []),
    ...streamPicture(plan),
    ...passed,
  ];
  return {
    title: commentText(`${plan.name}, ${formatName(plan)}, for ${target.id} (${target.core}).`),
    prefix,
    PREFIX: prefix.toUpperCase(),
    type: edgeTypeOf(plan.input),
    quantized: !float,
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
    inputBytes: target.steps * plan.inputSize * valueBytes,
    outputBytes: target.steps * plan.outputSize * valueBytes,
    valueBytes,
    stateBytes: plan.stateBytes,
    weightsAttribute: sectionAttribute(target.weightsSection),
    tablesAttribute:
      target.tablesSection === undefined
        ? " PIONEER_WEIGHTS"
        : sectionAttribute(target.tablesSection),
    codeAttribute: sectionAttribute(target.codeSection ?? ""),
    lines: plan.lines.map(lineContext),
    cellType: cellTypeOf(plan),
    cells: cellsOf(plan),
    scratch: before && {
      updateGates: plan.scratch.updateGates,
      resetHidden: plan.scratch.resetHidden,
    },
    passes: fusion !== "full" && { gates: plan.scratch.gates, sums: plan.scratch.sums },
    fusion: { none: fusion === "none", partial: fusion === "partial", full: fusion === "full" },
    allRows: variant.blocks ? "blocks" : "all_rows",
    rowsType: fusion === "none" ? "int32_t" : zType,
    ...multiplierContext(plan.schedule),
    states,
    putsWords: states.some(({ put }) => put.includes("_put")),
    tables: float ? [] : tables.map((table) => tableContext(table, variant.lookUp)),
    streamType: float ? "float" : "uint32_t",
    pieces: float && tables.length > 0 && floatRows(TANH_PIECES),
    arrays: [
      ...plan.streams.map((stream) => streamArray(stream, float)),
      ...tfliteArrays(plan),
      ...normArrays(plan),
      ...powerArrays(plan),
      ...initial.map(({ array }) => array),
    ],
    initialStates: initial.map(({ array, to, size }) => ({ to, from: array.name, size })),
    lineType: lineTypeOf(plan),
    lineZero: lineZeroOf(plan),
    blockRows: block.rows,
    blockColumns: block.columns,
    blockUnits: block.units,
    gateAt: GATES.map((_, gate) => gate * block.units),
    gruAt: [1, 2, 3, 4].map((blocks) => blocks * block.rows),
    zType,
    zIsNarrow: zType === "int16_t",
    accumulatorShift: own === "float32" ? 0 : FORMAT_FACTS[own].accumulatorShift,
    multiplyHigh: target.wideMultiply ? "multiply-high-wide" : "multiply-high-halves",
    rows: variant,
    lapColumns: plan.lapColumns,
    longLaps: plan.lapColumns > 32,
    hidden: `${variant.hidden}-${own}`,
    rounded: `rounded-${own}`,
    hiddenRange: HIDDEN_RANGES[own],
    results: {
      partial: variant.fours ? "results-four-float32" : `results-${own}`,
      sigmoid: uses("sigmoid"),
      tanh: uses("tanh"),
      relu: uses("relu"),
      linear: uses("linear"),
      high: variant.lookUp === "look-up-high",
    },
    kernels,
    lstms,
    grus,
    recurrent,
    gru: grus.length > 0 && {
      after: plan.kernels.some((kernel) => kernel.kind === "gru" && kernel.layer.resetAfter),
      before,
      wide: hasWideState(plan),
    },
    clipsCells: clipsCells(plan),
    roundsProducts: lstms.length > 0 || before,
    denses,
    tflite: tflite && tfliteContext(plan, kernels),
    addHalves: addHalvesPartial(plan),
    steps: stepsContext(plan, kernels, prefix.toUpperCase()),
    nibbles: nibblesContext(plan, prefix),
    usesRows: usesRows(plan),
    delta: deltaContext(plan),
    skip: plan.skip ?? false,
    stamps: options.stamps ?? false,
    normalizes: kernels.some(({ kind }) => kind === "layer-norm"),
    softmax,
    power: softmax && float && powerContext(),
  };
}
