/**
 * The one form every model takes after import: layers in order of execution, canonical gates, float64 weights.
 * How a file format spells these is left to its importer; what can be generated is decided in lower/.
 */

/** A dense row-major matrix: values[row * cols + col]. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
}

/** The canonical gate order of this project's LSTM; gates.ts converts every format's order to it. */
export const GATES = ["input", "forget", "cell", "output"] as const;
export type Gate = (typeof GATES)[number];

/** The same of its GRU. */
export const GRU_GATES = ["update", "reset", "candidate"] as const;
export type GruGate = (typeof GRU_GATES)[number];

/** Names a tensor inside the model; "features" of an input, the output of a layer. */
export type ValueName = string;

interface LayerBase {
  /** The node's own name in the source file, for messages. */
  readonly name: string;
  readonly input: ValueName;
  readonly output: ValueName;
  /** Values per time step going in. */
  readonly inputSize: number;
  /** Values per time step coming out. */
  readonly outputSize: number;
}

/**
 * Hochreiter & Schmidhuber's LSTM with forget gate, no peepholes:
 *   i, f, o = sigmoid(W x + R h + b), g = tanh(W x + R h + b), c = f*c + i*g, h = o*tanh(c).
 */
export interface LstmLayer extends LayerBase {
  readonly kind: "lstm";
  /** [4 * hiddenSize, inputSize], gate blocks in GATES order. */
  readonly inputWeights: Matrix;
  /** [4 * hiddenSize, hiddenSize], gate blocks in GATES order. */
  readonly recurrentWeights: Matrix;
  /** [4 * hiddenSize], input and recurrent halves already added. */
  readonly bias: Float64Array;
  readonly hiddenSize: number;
  /** [hiddenSize]; zeros unless the model says otherwise. */
  readonly initialHidden: Float64Array;
  readonly initialCell: Float64Array;
}

/**
 * Cho's GRU: z, r = sigmoid(W x + R h + b), h' = n + z * (h - n) = (1 - z) * n + z * h, with the candidate
 *   n = tanh(W x + b + r * (R h + rb))  where resetAfter (cuDNN's, PyTorch's, ONNX's linear_before_reset), or
 *   n = tanh(W x + b + R (r * h))       where not (the paper's), which needs every r before the product.
 */
export interface GruLayer extends LayerBase {
  readonly kind: "gru";
  /** [3 * hiddenSize, inputSize], gate blocks in GRU_GATES order. */
  readonly inputWeights: Matrix;
  /** [3 * hiddenSize, hiddenSize], gate blocks in GRU_GATES order. */
  readonly recurrentWeights: Matrix;
  /** [3 * hiddenSize], input and recurrent halves already added, but for the candidate's where resetAfter: b alone. */
  readonly bias: Float64Array;
  readonly resetAfter: boolean;
  /** rb, [hiddenSize]; zeros where not resetAfter. */
  readonly candidateRecurrentBias: Float64Array;
  readonly hiddenSize: number;
  /** [hiddenSize]; zeros unless the model says otherwise. */
  readonly initialHidden: Float64Array;
}

/** y = W x + b for every time step. */
export interface DenseLayer extends LayerBase {
  readonly kind: "dense";
  /** [outputSize, inputSize] */
  readonly weights: Matrix;
  /** [outputSize] */
  readonly bias: Float64Array;
}

/** An elementwise function. */
export interface ActivationLayer extends LayerBase {
  readonly kind: "activation";
  readonly activation: "sigmoid" | "tanh" | "relu";
}

export type Layer = LstmLayer | GruLayer | DenseLayer | ActivationLayer;

/** A recurrent model that runs one time step at a call and keeps its state between calls. */
export interface RecurrentModel {
  readonly name: string;
  /** Where it came from; digest is the SHA-256 of the file in hex. */
  readonly source: {
    readonly format: "onnx" | "generated";
    readonly file: string;
    readonly digest: string;
  };
  readonly inputSize: number;
  readonly outputSize: number;
  /** In order of execution; the first reads `input`, the last writes `output`. */
  readonly layers: readonly Layer[];
  /** The state lives on from step to step until reset (stateful), and starts at the initial values. */
  readonly streaming: "stateful-step";
}

/** Something in the file that cannot be used, and what to do instead; importers list all of them at once. */
export interface Unsupported {
  readonly operator: string;
  readonly node: string;
  readonly why: string;
  readonly instead: string;
}
