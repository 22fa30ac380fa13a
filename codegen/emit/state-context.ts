/**
 * Decides the C expressions of everything a state struct holds: lines, cells, what a reset copies, what read_state writes.
 * Where values lie in a line is left to plan/layout.ts.
 */
import type { Kernel, Place } from "../lower/kernel-ir.ts";
import type { LineLayout } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { LINE_VALUES } from "../plan/rows/row-layout.ts";
import { narrowHidden } from "../quantize/requantize.ts";
import { roundUp } from "../size/cache-line.ts";
import { floatRows, shortRows } from "./c-literal.ts";
import type { ArrayContext, CContext } from "./context-types.ts";
import type { LineType } from "./kernel-context-types.ts";

/** Copy of a line that holds a segment's fresh values, seen `later` steps after it was written. */
function copyIndex(line: LineLayout, segment: number, later: 0 | 1): string {
  if (line.copies === 1) return "0";
  return (segment + later) % 2 === 0 ? "state->phase" : "state->phase ^ 1";
}

/** C expression: address of the first value of a segment. */
export function placeExpression(plan: Plan, place: Place, later: 0 | 1 = 0): string {
  const line = plan.lines[place.line] as LineLayout;
  const { column } = line.segments[place.segment] as LineLayout["segments"][number];
  return `&state->${line.name}[${copyIndex(line, place.segment, later)}][${column}]`;
}

export function lineTypeOf({ schedule }: Plan): LineType {
  const { activation } = schedule;
  return activation === "float32" ? "float" : `${activation}_t`;
}

export function lineZeroOf({ schedule }: Plan): number {
  return LINE_VALUES[schedule.activation].zero;
}

/** Of what lies beside the lines. */
export function cellTypeOf({ format }: Plan): CContext["cellType"] {
  return format === "float32" ? "float" : "int16_t";
}

/** A line's values have fewer bits than a GRU's state. */
export function hasWideState({ format }: Plan): boolean {
  return format === "int8" || format === "int4" || format === "tflite-int8";
}

/** States beside the lines. */
export function cellsOf(plan: Plan): CContext["cells"] {
  const { block } = plan.schedule;
  return plan.kernels.flatMap((kernel) => {
    if (kernel.kind === "lstm") {
      return [{ name: `${kernel.name}_cell`, size: roundUp(kernel.layer.hiddenSize, block.units) }];
    }
    return kernel.kind === "gru" && hasWideState(plan)
      ? [{ name: `${kernel.name}_hidden`, size: roundUp(kernel.layer.hiddenSize, block.rows) }]
      : [];
  });
}

/** What read_state writes, value i of each state. */
export function readStates(plan: Plan, prefix: string): CContext["states"] {
  const zero = lineZeroOf(plan);
  const put = plan.format === "float32" ? "put_float" : "put16";
  const putWide = (value: string): string => `bytes = ${prefix}_${put}(bytes, ${value});`;
  const inLine = (place: Place, index = "i"): string => {
    const stored = `(${placeExpression(plan, place, 1)})[${index}]`;
    const value = zero === 0 ? stored : `(${stored} - ${zero})`;
    return hasWideState(plan) ? `*bytes++ = (uint8_t)${value};` : putWide(value);
  };
  return plan.kernels.flatMap((kernel) => {
    if (kernel.kind === "window") {
      const { inputSize, taps } = kernel.layer;
      return [{ size: (taps - 1) * inputSize, put: inLine(kernel.to, `i + ${inputSize}`) }];
    }
    if (kernel.kind !== "lstm" && kernel.kind !== "gru") return [];
    const { name, layer } = kernel;
    const size = layer.hiddenSize;
    const wide = hasWideState(plan);
    const stored = `(${placeExpression(plan, kernel.to, 1)})[i]`;
    if (kernel.kind === "gru")
      return [{ size, put: putWide(wide ? `state->${name}_hidden[i]` : stored) }];
    return [
      { size, put: inLine(kernel.to) },
      { size, put: putWide(`state->${name}_cell[i]`) },
    ];
  });
}

interface InitialState {
  readonly array: ArrayContext;
  readonly to: string;
  readonly size: number;
}

/** Arrays for the initial states that are not zero. */
export function initialStates(plan: Plan): readonly InitialState[] {
  return plan.kernels.flatMap((kernel) =>
    initialValues(plan, kernel).flatMap(({ part, what, values, zero, type, to }) => {
      if (values.every((value) => value === 0)) return [];
      const stored = values.map((value: number) => value + zero);
      const array: ArrayContext = {
        name: `${kernel.name}_initial_${part}`,
        comment: `${what} of a new stream.`,
        elementType: type,
        attributes: "",
        rows: stored instanceof Float32Array ? floatRows(stored) : shortRows(stored),
        bytes: type.includes("8") ? stored.length : stored.byteLength,
      };
      return [{ array, to, size: values.length }];
    }),
  );
}

interface InitialValues {
  readonly part: "hidden" | "cell" | "wide_hidden" | "window";
  readonly what: string;
  readonly values: Int16Array | Float32Array;
  /** What stands for 0 where they go. */
  readonly zero: number;
  readonly type: LineType;
  readonly to: string;
}

function initialValues(plan: Plan, kernel: Kernel): readonly InitialValues[] {
  if (kernel.kind !== "lstm" && kernel.kind !== "gru" && kernel.kind !== "window") return [];
  const inLine = (
    values: InitialValues["values"],
    part: "hidden" | "window" = "hidden",
    what = "Hidden state",
  ): InitialValues => ({
    part,
    what,
    values,
    zero: lineZeroOf(plan),
    type: lineTypeOf(plan),
    to: placeExpression(plan, kernel.to, 1),
  });
  if (kernel.kind === "window") {
    const { taps, inputSize, output } = kernel.layer;
    const zeros = new Int16Array(taps * inputSize).fill(output.zeroPoint);
    return [inLine(zeros, "window", "Zeros before the first step")];
  }
  const { name, layer } = kernel;
  const beside = (
    part: "cell" | "wide_hidden",
    what: string,
    values: InitialValues["values"],
    to: string,
  ): InitialValues => ({ part, what, values, zero: 0, type: cellTypeOf(plan), to });
  if (layer.kind === "lstm") {
    return [
      inLine(layer.initialHidden),
      beside("cell", "Cell state", layer.initialCell, `state->${name}_cell`),
    ];
  }
  if (!hasWideState(plan)) return [inLine(layer.initialHidden)];
  return [
    inLine(layer.initialHidden.map(narrowHidden)),
    beside("wide_hidden", "Hidden state in Q0.15", layer.initialHidden, `state->${name}_hidden`),
  ];
}
