/**
 * PyTorch's modules as layers, their weights by PyTorch's names (lstm.weight_ih_l0, ..., _reverse).
 * Which modules there are, in order, is left to description.ts; the order of gates to ../gates.ts.
 *
 * Source: docs of torch.nn.LSTM, GRU (n = tanh(W x + b + r * (R h + rb))), Linear, Conv1d, BatchNorm1d, LayerNorm.
 */
import { toCanonicalGates, toCanonicalGruGates } from "../gates.ts";
import type { Layer, Matrix, ValueName } from "../types.ts";
import type { DescribedLayer, WeightedKind } from "./description.ts";
import { SAFETENSORS, type StoredTensor } from "./file.ts";

export const PYTORCH_LIMITS = {
  /** Weights of all layers together; layers may share a tensor, each holds a copy. */
  weights: 16 * 1024 * 1024,
  /** Values per time step of any layer; keeps every product of two sizes exact. */
  layerSize: 65_536,
  /** Layers, those that a module stacks counted one by one. */
  layers: 4096,
} as const;

/** The network as it grows. */
export class PytorchLayers {
  readonly layers: Layer[] = [];
  readonly #file: string;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #used = new Set<string>();
  #weights = 0;
  /** What the last layer so far gives; "input" before the first. */
  source: ValueName = "input";
  /** Values of a step there; undefined before the first layer that has weights. */
  size: number | undefined;
  /** Of the model's input. */
  inputSize: number | undefined;

  constructor(file: string, tensors: ReadonlyMap<string, StoredTensor>) {
    this.#file = file;
    this.#tensors = tensors;
  }

  /** Tensors that no layer has read. */
  get unused(): readonly string[] {
    return [...this.#tensors.keys()].filter(
      (name) => !this.#used.has(name) && !/(^|\.)num_batches_tracked$/.test(name),
    );
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  wrong(layer: string, why: string) {
    return SAFETENSORS.graph(this.#file, layer, why);
  }

  shapeOf(layer: string, tensor: string): readonly number[] {
    const found = this.#tensors.get(tensor);
    if (!found) throw this.wrong(layer, `there is no tensor "${tensor}"`);
    return found.shape;
  }

  /** @throws ModelFileError TP-MODEL-006 where it is missing or has another shape */
  read(layer: string, tensor: string, shape: readonly number[]): Float64Array {
    const found = this.shapeOf(layer, tensor);
    if (`${found}` !== `${shape}`) {
      throw this.wrong(layer, `"${tensor}" is [${found}], not [${shape}]`);
    }
    if (Math.max(0, ...shape) > 4 * PYTORCH_LIMITS.layerSize) {
      throw SAFETENSORS.limit(this.#file, `"${tensor}" is too wide`, PYTORCH_LIMITS.layerSize);
    }
    this.#used.add(tensor);
    const values = (this.#tensors.get(tensor) as StoredTensor).values();
    this.#weights += values.length;
    if (this.#weights > PYTORCH_LIMITS.weights) {
      throw SAFETENSORS.limit(this.#file, "too many weights", PYTORCH_LIMITS.weights);
    }
    return values;
  }

  /** The same, or a value for each where the module was made without it. */
  optional(layer: string, tensor: string, shape: readonly number[], absent = 0): Float64Array {
    if (this.has(tensor)) return this.read(layer, tensor, shape);
    return new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(absent);
  }

  /** Values that go into a layer; the first with weights says how many the model takes. */
  takes(layer: string, size: number): void {
    this.size ??= size;
    this.inputSize ??= size;
    if (this.size !== size || size < 1) {
      throw this.wrong(layer, `it takes ${size} values of a step; there are ${this.size}`);
    }
  }

  /** @param value what the layer reads; the last layer's answer where it is left out */
  add(
    part: Partial<Layer> & Pick<Layer, "kind" | "name" | "outputSize">,
    value = this.source,
  ): ValueName {
    const { outputSize, kind, name } = part;
    const { layerSize, layers } = PYTORCH_LIMITS;
    if (outputSize < 1) throw this.wrong(name, "it gives no values");
    if (Math.max(this.size ?? 0, outputSize) > layerSize) {
      throw SAFETENSORS.limit(this.#file, `layer "${name}" is too wide`, layerSize);
    }
    if (this.layers.length >= layers)
      throw SAFETENSORS.limit(this.#file, "too many layers", layers);
    const output = `${this.layers.length}:${name}:${kind}`;
    const layer = { inputSize: this.size, ...part, input: value, output };
    this.layers.push(layer as unknown as Layer);
    return output;
  }

  /** Makes a value the one that the next layer reads. */
  goOn(source: ValueName, size: number): void {
    this.source = source;
    this.size = size;
  }
}

/** A tensor's name in a module; modules without a name are the file itself. */
function named({ name }: DescribedLayer, tensor: string): string {
  return name === "" ? tensor : `${name}.${tensor}`;
}

/** Adds a module with weights. @throws ModelFileError TP-MODEL-003, -004, -006, -007 */
export function addModule(
  net: PytorchLayers,
  layer: DescribedLayer & { kind: WeightedKind },
): void {
  switch (layer.kind) {
    case "lstm":
    case "gru":
      addRecurrent(net, layer);
      return;
    case "linear":
      addLinear(net, layer);
      return;
    case "conv1d":
      addConvolution(net, layer);
      return;
    case "batch-norm":
      addBatchNorm(net, layer);
      return;
    case "layer-norm":
      addLayerNorm(net, layer);
  }
}

/** Every layer of a stack, of one direction or two whose answers lie side by side. */
function addRecurrent(net: PytorchLayers, layer: DescribedLayer): void {
  const tensor = (what: string, depth: number, suffix: string) =>
    named(layer, `${what}_l${depth}${suffix}`);
  let depth = 0;
  for (; depth === 0 || net.has(tensor("weight_ih", depth, "")); depth++) {
    const suffixes = net.has(tensor("weight_ih", depth, "_reverse")) ? ["", "_reverse"] : [""];
    const given = net.source;
    const size = net.size;
    const sources = suffixes.map((suffix) => {
      net.size = size;
      return addDirection(net, layer, given, (what) => tensor(what, depth, suffix), suffix !== "");
    });
    const [first] = sources as [{ source: ValueName; size: number }];
    const total = sources.reduce((sum, { size: own }) => sum + own, 0);
    if (sources.length === 1) {
      net.goOn(first.source, total);
      continue;
    }
    const joined = net.add({
      kind: "arrange",
      name: layer.name,
      inputs: sources.map(({ source }) => source),
      inputSize: total,
      outputSize: total,
      from: Int32Array.from({ length: total }, (_, index) => index),
    } as Partial<Layer> & Pick<Layer, "kind" | "name" | "outputSize">);
    net.goOn(joined, total);
  }
}

function addDirection(
  net: PytorchLayers,
  { kind, name }: DescribedLayer,
  given: ValueName,
  tensor: (what: string) => string,
  reversed: boolean,
): { readonly source: ValueName; readonly size: number } {
  const gates = kind === "lstm" ? 4 : 3;
  const canonical = gates === 4 ? toCanonicalGates : toCanonicalGruGates;
  const [rows = 0, cols = 0] = net.shapeOf(name, tensor("weight_ih"));
  const hiddenSize = rows / gates;
  if (!Number.isInteger(hiddenSize)) {
    throw net.wrong(name, `"${tensor("weight_ih")}" has ${rows} rows, not ${gates} gates`);
  }
  if (net.has(tensor("weight_hr"))) {
    throw net.wrong(name, `"${tensor("weight_hr")}" is a projection, which no kernel computes`);
  }
  net.takes(name, cols);
  const matrix = (what: string, width: number): Matrix => ({
    rows,
    cols: width,
    values: canonical(net.read(name, tensor(what), [rows, width]), "pytorch"),
  });
  const bias = (what: string) => canonical(net.optional(name, tensor(what), [rows]), "pytorch");
  const inputBias = bias("bias_ih");
  const recurrentBias = bias("bias_hh");
  // The GRU's candidate multiplies its recurrent half by the reset gate first.
  const added = gates === 4 ? rows : 2 * hiddenSize;
  const shared = {
    name,
    outputSize: hiddenSize,
    hiddenSize,
    inputWeights: matrix("weight_ih", cols),
    recurrentWeights: matrix("weight_hh", hiddenSize),
    bias: inputBias.map((own, row) => (row < added ? own + (recurrentBias[row] ?? 0) : own)),
    initialHidden: new Float64Array(hiddenSize),
    ...(reversed ? { reversed: true as const } : {}),
  };
  const source =
    gates === 4
      ? net.add({ kind: "lstm", ...shared, initialCell: new Float64Array(hiddenSize) }, given)
      : net.add(
          {
            kind: "gru",
            ...shared,
            resetAfter: true,
            candidateRecurrentBias: recurrentBias.slice(added),
          },
          given,
        );
  return { source, size: hiddenSize };
}

function addLinear(net: PytorchLayers, layer: DescribedLayer): void {
  const { name } = layer;
  const weight = named(layer, "weight");
  const [rows = 0, cols = 0] = net.shapeOf(name, weight);
  net.takes(name, cols);
  const values = net.read(name, weight, [rows, cols]);
  const bias = net.optional(name, named(layer, "bias"), [rows]);
  const part = { name, outputSize: rows, weights: { rows, cols, values }, bias };
  net.goOn(net.add({ kind: "dense", ...part }), rows);
}

/** Causal: its taps reach back, with zeros before the first step. */
function addConvolution(net: PytorchLayers, layer: DescribedLayer): void {
  const { name, numbers } = layer;
  const weight = named(layer, "weight");
  const [rows = 0, channels = 0, taps = 0] = net.shapeOf(name, weight);
  const { dilation = 1, groups = 1 } = numbers;
  const inputChannels = channels * groups;
  if (!Number.isInteger(dilation) || !Number.isInteger(groups) || taps < 1 || rows % groups) {
    throw net.wrong(
      name,
      `${groups} groups, dilation ${dilation} and [${rows}, ${channels}, ${taps}]`,
    );
  }
  net.takes(name, inputChannels);
  const stored = net.read(name, weight, [rows, channels, taps]);
  const cols = taps * channels;
  // [row, channel, tap] as rows tap by tap.
  const values = Float64Array.from(stored, (_, index) => {
    const [row, at] = [Math.floor(index / cols), index % cols];
    return stored[row * cols + (at % channels) * taps + Math.floor(at / channels)] as number;
  });
  const bias = net.optional(name, named(layer, "bias"), [rows]);
  const source = net.add({
    kind: "conv1d",
    name,
    outputSize: rows,
    along: "time",
    positions: 1,
    inputChannels,
    outputChannels: rows,
    groups,
    window: { taps, stride: 1, dilation, padBefore: (taps - 1) * dilation, padAfter: 0 },
    weights: { rows, cols, values },
    bias,
  });
  net.goOn(source, rows);
}

function addBatchNorm(net: PytorchLayers, layer: DescribedLayer): void {
  const { name, numbers } = layer;
  const [size = 0] = net.shapeOf(name, named(layer, "running_mean"));
  net.takes(name, size);
  const mean = net.read(name, named(layer, "running_mean"), [size]);
  const variance = net.read(name, named(layer, "running_var"), [size]);
  const gamma = net.optional(name, named(layer, "weight"), [size], 1);
  const beta = net.optional(name, named(layer, "bias"), [size]);
  const scale = gamma.map((own, k) => own / Math.sqrt((variance[k] ?? 0) + (numbers.epsilon ?? 0)));
  const bias = beta.map((own, k) => own - (mean[k] ?? 0) * (scale[k] ?? 0));
  if (![...scale, ...bias].every(Number.isFinite)) {
    throw net.wrong(name, "its variance and epsilon come to a sum that is not above 0");
  }
  net.goOn(net.add({ kind: "scale", name, outputSize: size, scale, bias }), size);
}

function addLayerNorm(net: PytorchLayers, layer: DescribedLayer): void {
  const { name, numbers } = layer;
  const [size = 0] = net.shapeOf(name, named(layer, "weight"));
  net.takes(name, size);
  const scale = net.read(name, named(layer, "weight"), [size]);
  const bias = net.optional(name, named(layer, "bias"), [size]);
  const { epsilon = 1e-5 } = numbers;
  net.goOn(net.add({ kind: "layer-norm", name, outputSize: size, scale, bias, epsilon }), size);
}
