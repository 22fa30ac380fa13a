/**
 * Spells UNIDIRECTIONAL_SEQUENCE_LSTM as ONNX's LSTM: float, with quantized weights, and quantized throughout.
 * Peepholes, projection, layer normalization and coupled gates are refused by name; a quantized one's integers are left
 * to integer.ts.
 */
import { GATE_ORDERS } from "../gates.ts";
import { GATES } from "../types.ts";
import type { Speller } from "./moving.ts";
import { tfliteGraphError } from "./refusals.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import type { Refusal, Spelling } from "./spelling.ts";
import { realValues } from "./tensor.ts";

/** Input indices; each range holds one tensor a gate, in the order GATE_ORDERS.tflite. */
export const LSTM_INPUT = {
  inputWeights: 1,
  recurrentWeights: 5,
  peepholes: 9,
  bias: 12,
  projection: 16,
  hiddenState: 18,
  cellState: 19,
  layerNormalization: 20,
} as const;
export const LSTM_OPTION = { activation: 0, cellClip: 1, projectionClip: 2, timeMajor: 3 } as const;
const TANH = 4;

/** Where a gate's tensors lie behind the first of their range. */
export function gatePosition(gate: (typeof GATES)[number]): number {
  return (GATE_ORDERS.tflite as readonly string[]).indexOf(gate);
}

/** Everything of the operator that no layer computes, at once. */
function refusalsOf(operator: TfliteOperator, { graph }: Spelling): readonly Refusal[] {
  const tensor = (at: number): TfliteTensor | undefined => graph.tensors[operator.inputs[at] ?? -1];
  const has = (first: number, count: number): boolean =>
    Array.from({ length: count }, (_, i) => tensor(first + i)).some(Boolean);
  const instead = "train a plain LSTM of the same size";
  const found: Refusal[] = [];
  if (has(LSTM_INPUT.peepholes, 3)) found.push({ why: "it has peepholes", instead });
  if (has(LSTM_INPUT.projection, 2)) found.push({ why: "it has a projection", instead });
  if (has(LSTM_INPUT.layerNormalization, 4)) {
    found.push({ why: "it normalizes its gates", instead });
  }
  if (!tensor(LSTM_INPUT.inputWeights)) {
    found.push({ why: "its input gate is coupled to its forget gate", instead });
  }
  if (operator.options?.int8(LSTM_OPTION.activation) !== TANH) {
    const why = "its activation is not tanh";
    found.push({ why, instead: "train with the default activations" });
  }
  const states = [tensor(LSTM_INPUT.hiddenState), tensor(LSTM_INPUT.cellState)];
  if (states.some((state) => state && !state.isVariable)) {
    const why = "its state is no variable";
    found.push({ why, instead: "convert it as a stateful Keras layer" });
  }
  return found;
}

/** One tensor a gate under each other, in ONNX's order, as [1, 4 * hiddenSize, ...]. */
function joined(
  operator: TfliteOperator,
  spelling: Spelling,
  { first, shape, what }: { first: number; shape: readonly number[]; what: string },
): string {
  const tensors = GATE_ORDERS.onnx.map((gate) => {
    const tensor = spelling.graph.tensors[operator.inputs[first + gatePosition(gate)] ?? -1];
    const fits =
      tensor?.shape.length === shape.length && tensor.shape.every((d, i) => d === shape[i]);
    if (!tensor || fits) return tensor;
    throw tfliteGraphError(
      spelling.file,
      spelling.label(operator),
      `${what} "${tensor.name}" are [${tensor.shape}], not [${shape}]`,
    );
  });
  const [hiddenSize = 0, ...rest] = shape;
  const cols = rest[0] ?? 1;
  const dims = [1, GATES.length * hiddenSize, ...rest];
  const name = `${spelling.label(operator)} (${what})`;
  return spelling.constant(name, dims, () => {
    const all = new Float64Array(GATES.length * hiddenSize * cols);
    tensors.forEach((tensor, gate) => {
      if (tensor) all.set(realValues(tensor, spelling.file), gate * hiddenSize * cols);
    });
    return all;
  });
}

export const lstm: Speller = (operator, spelling) => {
  const refused = refusalsOf(operator, spelling);
  if (refused.length > 0) {
    spelling.refuse(operator, ...refused);
    return;
  }
  const { file, graph } = spelling;
  const x = spelling.input(operator, 0);
  const hidden = spelling.input(operator, LSTM_INPUT.hiddenState);
  const cell = spelling.input(operator, LSTM_INPUT.cellState);
  const hiddenSize = hidden.shape.at(-1) ?? 0;
  const label = spelling.label(operator);
  if (hiddenSize < 1 || cell.shape.at(-1) !== hiddenSize) {
    throw tfliteGraphError(file, label, "its hidden and cell state are not of one size");
  }
  const cellClip = operator.options?.float32(LSTM_OPTION.cellClip) ?? 0;
  if (!(cellClip >= 0)) throw tfliteGraphError(file, label, `its cell is clipped at ${cellClip}`);
  const computed = [LSTM_INPUT.inputWeights, LSTM_INPUT.recurrentWeights, LSTM_INPUT.bias]
    .flatMap((first) => GATES.map((_, gate) => graph.tensors[operator.inputs[first + gate] ?? -1]))
    .some((tensor) => tensor && !tensor.data);
  if (computed) {
    const why = "its weights are no constants";
    spelling.refuse(operator, { why, instead: "convert a trained model for inference" });
    return;
  }
  const matrix = (first: number, cols: number, what: string) =>
    joined(operator, spelling, { first, shape: [hiddenSize, cols], what });
  const w = matrix(LSTM_INPUT.inputWeights, x.shape.at(-1) ?? 0, "weights");
  const r = matrix(LSTM_INPUT.recurrentWeights, hiddenSize, "recurrent weights");
  const b = joined(operator, spelling, {
    first: LSTM_INPUT.bias,
    shape: [hiddenSize],
    what: "bias",
  });
  // B = [Wb, Rb]: the second half is zero.
  const none = spelling.constant(
    `${label} (no bias)`,
    [1, 4 * hiddenSize],
    () => new Float64Array(4 * hiddenSize),
  );
  const both = spelling.between(operator, "biases");
  spelling.node(operator, "Concat", [b, none], [both], { axis: 1 });
  const { index, shape } = spelling.output(operator);
  const y = spelling.between(operator, "Y");
  const layout = operator.options?.boolean(LSTM_OPTION.timeMajor) ? 0 : 1;
  const more = cellClip > 0 && Number.isFinite(cellClip) ? { cellClip } : {};
  const attributes = { hidden_size: hiddenSize, layout };
  spelling.node(operator, "LSTM", [spelling.name(x.index), w, r, both], [y], attributes, more);
  spelling.node(operator, "Reshape", [y], [spelling.name(index)], { shape, allowzero: 1 });
};
