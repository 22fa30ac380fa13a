/**
 * Seeded random models and frames for tests that compare two independent implementations.
 * What they are compared on is left to the tests.
 */
import type {
  ActivationLayer,
  Conv1dLayer,
  DenseLayer,
  GruLayer,
  Layer,
  LayerNormLayer,
  LstmLayer,
  Matrix,
  RecurrentModel,
} from "../codegen/model/types.ts";

export interface Random {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer, both ends included. */
  integer(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** xorshift32 (Marsaglia 2003). */
export function createRandom(seed: number): Random {
  let state = seed | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return {
    uniform: (low, high) => low + next() * (high - low),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (choices) => choices[Math.floor(next() * choices.length)] as (typeof choices)[number],
  };
}

export function uniformValues(random: Random, length: number, reach: number): Float64Array {
  return Float64Array.from({ length }, () => random.uniform(-reach, reach));
}

function matrix(random: Random, rows: number, cols: number, reach: number): Matrix {
  return { rows, cols, values: uniformValues(random, rows * cols, reach) };
}

export interface ModelShape {
  readonly name: string;
  readonly inputSize: number;
  /** Hidden sizes of LSTMs that follow one another. */
  readonly lstms: readonly number[];
  /** Hidden sizes of GRUs that follow them, and whether each resets after its product. */
  readonly grus?: readonly { readonly size: number; readonly resetAfter: boolean }[];
  /** The GRUs come before the LSTMs. */
  readonly grusFirst?: boolean;
  readonly denses: readonly {
    readonly size: number;
    readonly activation: ActivationLayer["activation"] | "none";
  }[];
  /** Convolutions along time that come before all others. */
  readonly convolutions?: readonly {
    readonly size: number;
    readonly taps: number;
    readonly activation: ActivationLayer["activation"] | "none";
  }[];
  /** A layer normalization comes behind the convolutions, before all others. */
  readonly normalized?: boolean;
  /** A softmax comes behind all others. */
  readonly softmax?: boolean;
  /** Denses come before the LSTMs instead of after. */
  readonly densesFirst?: boolean;
  /** Weights are uniform in -reach / sqrt(fan-in) .. ; 1.7 gives unit-variance sums for unit inputs. */
  readonly reach?: number;
  /** An LSTM's recurrent weights reach this part of that; a small or large one puts its rows in halves. */
  readonly recurrentReach?: number;
  /** Non-zero initial hidden and cell states. */
  readonly initialState?: boolean;
  /** The first LSTM keeps its cell within +- this. */
  readonly cellClip?: number;
}

/** A model of the given shape with random weights. */
export function randomModel(random: Random, shape: ModelShape): RecurrentModel {
  const layers: Layer[] = [];
  const reach = shape.reach ?? 1.7;
  let value = "input";
  let size = shape.inputSize;
  const base = (name: string, outputSize: number) => {
    const input = value;
    value = `${name}.out`;
    const inputSize = size;
    size = outputSize;
    return { name, input, output: value, inputSize, outputSize };
  };
  const addLstms = (): void => {
    shape.lstms.forEach((hiddenSize, index) => {
      const edge = base(`lstm_${index}`, hiddenSize);
      const weightReach = reach / Math.sqrt(edge.inputSize + hiddenSize);
      const initial = shape.initialState ? 1 : 0;
      const layer: LstmLayer = {
        ...edge,
        kind: "lstm",
        hiddenSize,
        inputWeights: matrix(random, 4 * hiddenSize, edge.inputSize, weightReach),
        recurrentWeights: matrix(
          random,
          4 * hiddenSize,
          hiddenSize,
          weightReach * (shape.recurrentReach ?? 1),
        ),
        bias: uniformValues(random, 4 * hiddenSize, 1),
        initialHidden: uniformValues(random, hiddenSize, 0.9 * initial),
        initialCell: uniformValues(random, hiddenSize, 2 * initial),
        ...(shape.cellClip === undefined || index > 0 ? {} : { cellClip: shape.cellClip }),
      };
      layers.push(layer);
    });
  };
  const addGrus = (): void => {
    shape.grus?.forEach(({ size: hiddenSize, resetAfter }, index) => {
      const edge = base(`gru_${index}`, hiddenSize);
      const weightReach = reach / Math.sqrt(edge.inputSize + hiddenSize);
      const layer: GruLayer = {
        ...edge,
        kind: "gru",
        hiddenSize,
        resetAfter,
        inputWeights: matrix(random, 3 * hiddenSize, edge.inputSize, weightReach),
        recurrentWeights: matrix(random, 3 * hiddenSize, hiddenSize, weightReach),
        bias: uniformValues(random, 3 * hiddenSize, 1),
        candidateRecurrentBias: uniformValues(random, hiddenSize, resetAfter ? 1 : 0),
        initialHidden: uniformValues(random, hiddenSize, shape.initialState ? 0.9 : 0),
      };
      layers.push(layer);
    });
  };
  const addActivation = (name: string, activation: ActivationLayer["activation"] | "none") => {
    if (activation !== "none") layers.push({ ...base(name, size), kind: "activation", activation });
  };
  const addConvolutions = (): void => {
    shape.convolutions?.forEach(({ size: outputSize, taps, activation }, index) => {
      const edge = base(`conv_${index}`, outputSize);
      const columns = taps * edge.inputSize;
      const layer: Conv1dLayer = {
        ...edge,
        kind: "conv1d",
        along: "time",
        positions: 1,
        inputChannels: edge.inputSize,
        outputChannels: outputSize,
        groups: 1,
        window: { taps, stride: 1, dilation: 1, padBefore: taps - 1, padAfter: 0 },
        weights: matrix(random, outputSize, columns, reach / Math.sqrt(columns)),
        bias: uniformValues(random, outputSize, 0.5),
      };
      layers.push(layer);
      addActivation(`conv_activation_${index}`, activation);
    });
  };
  const addNorm = (): void => {
    if (!shape.normalized) return;
    const layer: LayerNormLayer = {
      ...base("norm", size),
      kind: "layer-norm",
      scale: uniformValues(random, size, 1.5),
      bias: uniformValues(random, size, 0.5),
      epsilon: random.pick([1e-12, 1e-5, 1e-3, 0.1]),
    };
    layers.push(layer);
  };
  const addDenses = (): void => {
    shape.denses.forEach((dense, index) => {
      const edge = base(`dense_${index}`, dense.size);
      const layer: DenseLayer = {
        ...edge,
        kind: "dense",
        weights: matrix(random, dense.size, edge.inputSize, reach / Math.sqrt(edge.inputSize)),
        bias: uniformValues(random, dense.size, 0.5),
      };
      layers.push(layer);
      addActivation(`activation_${index}`, dense.activation);
    });
  };
  const addSoftmax = (): void => {
    if (shape.softmax) layers.push({ ...base("softmax", size), kind: "softmax" });
  };
  const recurrent = shape.grusFirst ? [addGrus, addLstms] : [addLstms, addGrus];
  const parts = shape.densesFirst ? [addDenses, ...recurrent] : [...recurrent, addDenses];
  for (const add of [addConvolutions, addNorm, ...parts, addSoftmax]) add();
  return {
    name: shape.name,
    source: { format: "onnx", file: `${shape.name}.onnx`, digest: "0".repeat(64) },
    inputSize: shape.inputSize,
    outputSize: size,
    layers,
    streaming: "stateful-step",
  };
}

/** Frames uniform in -reach .. reach. */
export function randomFrames(
  random: Random,
  count: number,
  size: number,
  reach = 1.7,
): Float64Array[] {
  return Array.from({ length: count }, () => uniformValues(random, size, reach));
}
