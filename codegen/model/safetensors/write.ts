/**
 * Spells a model as a file of weights by PyTorch's names and the JSON that says what they compute: what read.ts reads.
 * Where the files go is left to the callers; only chains of LSTM, GRU, dense and activation layers have such a spelling.
 */
import { PlanError } from "../../errors.ts";
import { fromCanonicalGruGates } from "../gates.ts";
import type { DenseLayer, GruLayer, Layer, LstmLayer, RecurrentModel } from "../types.ts";

export interface WrittenModel {
  /** NAME.safetensors: doubles, so that nothing is rounded. */
  readonly weights: Uint8Array;
  /** NAME.layers.json */
  readonly description: string;
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

interface Described {
  readonly kind: string;
  readonly name?: string;
}

/**
 * @throws PlanError TP-PLAN-021 for a layer without such a spelling, an initial state that is not zero, or layers that are no
 *   chain
 */
export function writeSafetensorsModel(model: RecurrentModel): WrittenModel {
  const tensors: Tensor[] = [];
  const layers = model.layers.map((layer, index): Described => {
    const before = model.layers[index - 1];
    if (!("input" in layer) || (before !== undefined && layer.input !== before.output)) {
      throw unspelled(layer, "it does not follow the layer before it");
    }
    const name = `layer${index}`;
    switch (layer.kind) {
      case "lstm":
      case "gru":
        tensors.push(...recurrentTensors(layer, name));
        return { kind: layer.kind, name };
      case "dense":
        tensors.push(...denseTensors(layer, name));
        return { kind: "linear", name };
      case "activation":
        return { kind: layer.activation };
      default:
        throw unspelled(layer, `layers of kind ${layer.kind} are not written`);
    }
  });
  return { weights: fileOf(tensors), description: `${JSON.stringify({ schema: 1, layers })}\n` };
}

function recurrentTensors(layer: LstmLayer | GruLayer, name: string): readonly Tensor[] {
  const { inputSize, hiddenSize, bias, inputWeights, recurrentWeights } = layer;
  const states = [layer.initialHidden, ...(layer.kind === "lstm" ? [layer.initialCell] : [])];
  if (states.some((state) => state.some((value) => value !== 0))) {
    throw unspelled(layer, "its initial state is not zero");
  }
  if (layer.reversed === true) throw unspelled(layer, "it is reversed");
  if (layer.kind === "gru" && !layer.resetAfter) {
    throw unspelled(layer, "it resets before its product");
  }
  if (layer.kind === "lstm" && (layer.peepholes !== undefined || layer.cellClip !== undefined)) {
    throw unspelled(layer, "it has peepholes or clips its cell");
  }
  const order = (values: Float64Array): Float64Array =>
    layer.kind === "gru" ? fromCanonicalGruGates(values, "pytorch") : values;
  const rows = bias.length;
  const recurrentBias = new Float64Array(rows);
  if (layer.kind === "gru") recurrentBias.set(layer.candidateRecurrentBias, 2 * hiddenSize);
  return [
    { name: `${name}.weight_ih_l0`, shape: [rows, inputSize], values: order(inputWeights.values) },
    {
      name: `${name}.weight_hh_l0`,
      shape: [rows, hiddenSize],
      values: order(recurrentWeights.values),
    },
    { name: `${name}.bias_ih_l0`, shape: [rows], values: order(bias) },
    // The candidate's block is the last in both orders.
    { name: `${name}.bias_hh_l0`, shape: [rows], values: recurrentBias },
  ];
}

function denseTensors({ weights, bias }: DenseLayer, name: string): readonly Tensor[] {
  return [
    { name: `${name}.weight`, shape: [weights.rows, weights.cols], values: weights.values },
    { name: `${name}.bias`, shape: [bias.length], values: bias },
  ];
}

const DOUBLE = 8;

/** 8 bytes of length, a header of that length, the numbers; the header is filled so that they are aligned. */
function fileOf(tensors: readonly Tensor[]): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = at;
    at += DOUBLE * values.length;
    return [name, { dtype: "F64", shape, data_offsets: [begin, at] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / DOUBLE) * DOUBLE));
  const file = new Uint8Array(DOUBLE + header.length + at);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  file.set(header, DOUBLE);
  let next = DOUBLE + header.length;
  for (const { values } of tensors) {
    for (const value of values) {
      view.setFloat64(next, value, true);
      next += DOUBLE;
    }
  }
  return file;
}

function unspelled({ name, kind }: Layer, why: string): PlanError {
  return new PlanError(
    "TP-PLAN-021",
    {
      what: `the model cannot be written because of ${name}, a layer of kind ${kind}`,
      why,
      fix: "chains of LSTM, GRU, dense and activation layers are written as safetensors",
    },
    { layer: name, kind },
  );
}
