/**
 * Decides every multiplier, shift and bias of a quantized TFLite model as TFLite Micro's kernels do when they prepare.
 * The arithmetic between them is left to reference-tflite.ts; it must agree bit for bit.
 */
import { PlanError } from "../../errors.ts";
import type {
  IntegerActivation,
  IntegerDense,
  IntegerEdge,
  IntegerLstm,
  IntegerMatrix,
  IntegerModel,
} from "../../model/integer-model.ts";
import type { RecurrentModel } from "../../model/types.ts";
import type { TfliteFormat } from "../params.ts";
import { activationTable8, FROM_Q12, type InputScaling } from "./activations.ts";
import { type Scaling, scalingOf } from "./fixed-point.ts";
import type {
  ScaledRows,
  TfliteActivation,
  TfliteDense,
  TfliteLayer,
  TfliteLstm,
  TfliteModel,
} from "./layers.ts";
import { againstSoftmax, prepareSoftmax } from "./softmax.ts";

/** Real value of a step of a gate's pre-activation, Q3.12, and of a gate, Q0.15. */
const PREACTIVATION_STEP = 2 ** -12;
const GATE_STEP = 2 ** -15;

const RANGE = { int8: [-128, 127], int16: [-32768, 32767] } as const;

/** One matrix, or several of the same columns under each other. */
interface Part {
  readonly weights: IntegerMatrix;
  /** Integers; absent: zeros. */
  readonly bias?: Float64Array;
}

interface RowsRequest {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly input: IntegerEdge;
  /** Real value of a step of the result. */
  readonly resultStep: number;
  readonly wide: boolean;
}

/** The factor of an accumulator: the product of scales is a single for one scale, a double for one a row. */
function factorOf(
  weights: IntegerMatrix,
  row: number,
  input: IntegerEdge,
  resultStep: number,
): number {
  const scale = weights.scales[weights.scales.length === 1 ? 0 : row] as number;
  const product =
    weights.scales.length === 1 ? Math.fround(input.scale * scale) : input.scale * scale;
  return product / resultStep;
}

/** @throws PlanError TP-PLAN-012 for rows whose accumulator could leave int32 */
function scaledRows({ name, parts, input, resultStep, wide }: RowsRequest): ScaledRows {
  const rows = parts.reduce((sum, { weights }) => sum + weights.rows, 0);
  const columns = parts[0]?.weights.cols ?? 0;
  const all = new Int8Array(rows * columns);
  const biases = new Int32Array(rows);
  const multipliers = new Int32Array(rows);
  const shifts = new Int8Array(rows);
  let first = 0;
  for (const { weights, bias } of parts) {
    all.set(weights.values, first * columns);
    for (let row = 0; row < weights.rows; row++) {
      const at = first + row;
      const values = weights.values.subarray(row * columns, (row + 1) * columns);
      const scaling = scalingOf(factorOf(weights, row, input, resultStep));
      const folded = (bias?.[row] ?? 0) - input.zeroPoint * values.reduce((sum, w) => sum + w, 0);
      if (!fits(values, folded, input, scaling, wide)) throw overflowError(name, row);
      biases[at] = folded;
      multipliers[at] = scaling.multiplier;
      shifts[at] = scaling.shift;
    }
    first += weights.rows;
  }
  return { rows, columns, weights: all, bias: biases, multipliers, shifts, wide };
}

/**
 * Every partial sum, in any order, stays in int32; and so does the whole sum after its shift to the left, or the
 * 64-bit scaling is in its range.
 */
function fits(
  weights: Int8Array,
  bias: number,
  { type }: IntegerEdge,
  { shift }: Scaling,
  wide: boolean,
): boolean {
  const [least, greatest] = RANGE[type];
  let magnitude = Math.abs(bias);
  let low = bias;
  let high = bias;
  for (const weight of weights) {
    magnitude += Math.abs(weight) * -least;
    low += Math.min(weight * least, weight * greatest);
    high += Math.max(weight * least, weight * greatest);
  }
  const reach = Math.max(-low, high);
  // Shifted to the left, or with half of what is shifted to the right.
  const shifted = reach * 2 ** Math.max(0, shift) + (wide || shift >= 0 ? 0 : 2 ** (-shift - 1));
  return magnitude < 2 ** 31 && shifted < 2 ** 31 && !(wide && shift >= 8);
}

function overflowError(layer: string, row: number): PlanError {
  return new PlanError(
    "TP-PLAN-012",
    {
      what: `row ${row} of ${layer} could overflow the 32-bit sums of the TFLite kernels`,
      why: "its weights, bias and scales together reach beyond 2^31; what then happens is not defined",
      fix: "--format int8 quantizes the same network anew, or convert it with representative data",
    },
    { layer, row },
  );
}

/** A cell scale is a power of two; tanh wants the cell in Q3.12. */
function cellArgument(cellScale: number): InputScaling {
  const shift = Math.round(Math.log2(cellScale)) + 12;
  return shift < 0 ? { multiplier: 3, shift: -shift } : { multiplier: 3 * 2 ** shift, shift: 0 };
}

function prepareLstm(layer: IntegerLstm): TfliteLstm {
  const { name, input, output, gates, cellScale } = layer;
  const [first] = gates;
  const { rows: hiddenSize = 0, cols: inputSize = 0 } = first?.inputWeights ?? {};
  const wide = input.type === "int16";
  const power = Math.log2(cellScale);
  if (!Number.isInteger(power) || power < -15 || power > 0) throw cellScaleError(name, cellScale);
  const rows = { name, resultStep: PREACTIVATION_STEP, wide };
  return {
    kind: "lstm",
    name,
    inputSize,
    hiddenSize,
    fromInput: scaledRows({
      ...rows,
      input,
      parts: gates.map(({ inputWeights, bias }) => ({ weights: inputWeights, bias })),
    }),
    fromHidden: scaledRows({
      ...rows,
      input: output,
      parts: gates.map(({ recurrentWeights }) => ({ weights: recurrentWeights })),
    }),
    forgetScaling: scalingOf(GATE_STEP),
    inputScaling: scalingOf(GATE_STEP ** 2 / cellScale),
    outputScaling: scalingOf(GATE_STEP ** 2 / output.scale),
    cellArgument: cellArgument(cellScale),
    cellClip: Math.min(32767, Math.trunc(Math.max(0, layer.cellClip) / cellScale)),
    initialHidden: new Int16Array(hiddenSize).fill(output.zeroPoint),
    initialCell: new Int16Array(hiddenSize),
    output,
  };
}

function cellScaleError(layer: string, cellScale: number): PlanError {
  return new PlanError(
    "TP-PLAN-013",
    {
      what: `the cell state of ${layer} has the scale ${cellScale}`,
      why: "the TFLite kernels take a power of two from 2^-15 to 1",
      fix: "convert the model again; --format int8 quantizes the same network anew",
    },
    { layer, cellScale },
  );
}

/** How an int16 activation is brought to the table's scale: LOGISTIC takes Q3.12 as it is, TANH Q2.13 too. */
function argumentOf({ kind, scale }: { kind: "sigmoid" | "tanh"; scale: number }): InputScaling {
  const power = Math.log2(scale) + 12;
  if (power === 0 || (kind === "tanh" && power === 1)) {
    return { ...FROM_Q12, multiplier: 3 * 2 ** power };
  }
  let multiplier = scale * 4096 * 3;
  let shift = 0;
  while (multiplier <= 32767 / 2 && shift <= 30) {
    shift++;
    multiplier *= 2;
  }
  return { multiplier: Math.trunc(multiplier), shift };
}

function activationOf({ activation, input }: IntegerActivation): TfliteActivation {
  return input.type === "int8"
    ? { kind: "table", values: activationTable8(activation, input) }
    : { kind: activation, argument: argumentOf({ kind: activation, scale: input.scale }) };
}

function prepareDense(layer: IntegerDense, activation: IntegerActivation | undefined): TfliteDense {
  const { name, input, output, weights, bias, fused, wideBias } = layer;
  const [least, greatest] = RANGE[output.type];
  return {
    kind: "dense",
    name,
    inputSize: weights.cols,
    outputSize: weights.rows,
    matrix: scaledRows({
      name,
      input,
      parts: [{ weights, bias }],
      resultStep: output.scale,
      wide: input.type === "int16" && wideBias,
    }),
    linearZeroPoint: output.zeroPoint,
    least: fused === "relu" ? Math.max(least, output.zeroPoint) : least,
    greatest,
    result: activation ? activationOf(activation) : { kind: "none" },
    activation: activation?.activation ?? fused,
    output: activation?.output ?? output,
  };
}

/** The kernels fix what a step of a sigmoid's or tanh's output means. */
function outputIsFixed({ activation, output }: IntegerActivation): boolean {
  const bits = output.type === "int8" ? 8 : 16;
  const sigmoid8 = activation === "sigmoid" && bits === 8;
  return (
    output.scale === (sigmoid8 ? 2 ** -8 : 2 ** (1 - bits)) &&
    output.zeroPoint === (sigmoid8 ? -128 : 0)
  );
}

function prepareLayers({ layers }: IntegerModel, name: string): readonly TfliteLayer[] {
  const prepared: TfliteLayer[] = [];
  const reasons: string[] = [];
  layers.forEach((layer, index) => {
    const next = layers[index + 1];
    const before = layers[index - 1];
    if (layer.kind === "lstm") prepared.push(prepareLstm(layer));
    else if (layer.kind === "dense") {
      prepared.push(prepareDense(layer, next?.kind === "activation" ? next : undefined));
    } else if (layer.kind === "softmax") {
      const against = againstSoftmax(layer);
      if (against) reasons.push(`"${layer.name}": ${against}`);
      else prepared.push(prepareSoftmax(layer));
    } else if (layer.kind === "window") {
      const { kind, name: label, inputSize, steps: taps, output } = layer;
      prepared.push({ kind, name: label, inputSize, taps, output });
    } else if (before?.kind !== "dense") {
      reasons.push(`"${layer.name}": ${layer.activation} must follow a dense layer`);
    } else if (!outputIsFixed(layer)) {
      reasons.push(`"${layer.name}": the scale ${layer.output.scale} is not ${layer.activation}'s`);
    }
  });
  if (reasons.length === 0) return prepared;
  throw new PlanError(
    "TP-PLAN-010",
    {
      what: `${reasons.length} of ${layers.length} layers of ${name} cannot be generated`,
      why: reasons.join("; "),
      fix: "--format int8 quantizes the same network anew",
    },
    { reasons },
  );
}

/** The format in which a model's own integers are computed; undefined for a model that has none. */
export function tfliteFormatOf({ integer }: RecurrentModel): TfliteFormat | undefined {
  if (!integer) return undefined;
  return integer.input.type === "int8" ? "tflite-int8" : "tflite-int16x8";
}

/**
 * The model in its file's integers.
 * @throws PlanError TP-PLAN-014 for a model that has none in this format, -010, -012, -013 for one that cannot be computed
 */
export function prepareTflite(model: RecurrentModel, format: TfliteFormat): TfliteModel {
  const { integer } = model;
  if (!integer || tfliteFormatOf(model) !== format) throw formatError(model, format);
  const layers = prepareLayers(integer, model.name);
  return {
    name: model.name,
    sourceDigest: model.source.digest,
    format,
    inputSize: model.inputSize,
    outputSize: model.outputSize,
    input: integer.input,
    output: layers.at(-1)?.output ?? integer.output,
    layers,
  };
}

function formatError(model: RecurrentModel, format: TfliteFormat): PlanError {
  const own = tfliteFormatOf(model);
  return new PlanError(
    "TP-PLAN-014",
    {
      what: `${model.name} has no integers of its own to compute in ${format}`,
      why: own
        ? `its file is quantized with ${model.integer?.input.type} activations`
        : "only a TFLite file that is quantized throughout, features included, has them",
      fix: `--format ${own ?? "int8"}`,
    },
    { model: model.name, format },
  );
}
