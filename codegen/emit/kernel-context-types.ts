/**
 * Declares the fields that the templates of kernels print, with unit and shape; templates/README.md lists them for readers.
 * Those of the whole file are left to context-types.ts, filling them to context.ts and the files beside it.
 */
import type { Kernel } from "../lower/kernel-ir.ts";

/** The C types an activation has in a line. */
export type LineType = "int8_t" | "int16_t" | "uint8_t" | "float";

interface KernelContextBase {
  readonly kind: Kernel["kind"];
  /** The template of the kernel's function. */
  readonly partial: string;
  /** The function's name without the prefix. */
  readonly name: string;
  /** What the step passes to it. */
  readonly arguments: string;
}

/** How a kernel calls what makes its rows. */
export interface RowsContext {
  /** Before _rows or _blocks: the prefix, or with 4-bit weights beside bytes PREFIX_nibble. */
  readonly rowsPrefix: string;
  /** The rows need the sum of a line's values. */
  readonly takesOffset: boolean;
}

export interface EdgeKernelContext extends KernelContextBase {
  readonly kind: "load-input" | "store-output";
  /** Values at the edge. */
  readonly size: number;
  /** C expressions: the first value of a segment. */
  readonly to?: string;
  readonly from?: string;
}

export interface LstmKernelContext extends KernelContextBase, RowsContext {
  readonly kind: "lstm";
  /** The layer's name in the model, safe in a comment. */
  readonly layer: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Units, padding included, and blocks of its stream. */
  readonly units: number;
  readonly blocks: number;
  readonly oddBlocks: boolean;
  /** Columns of [x | h], padding included. */
  readonly columns: number;
  /** Of integers. */
  readonly cellFractionBits?: number;
  /** Where some LSTM clips its cell: C literal of what |cell| stays within. */
  readonly cellLimit?: string;
  /** Of rows in two halves: columns of x and of h, fraction bits of either's z, rows, padding included. */
  readonly inputColumns?: number;
  readonly hiddenColumns?: number;
  readonly halfFractionBits?: number;
  readonly rows?: number;
  /** Where sums are kept: thresholds, columns of x, rows with padding, those of the units at once, bytes of a block. */
  readonly delta?: {
    readonly input: number;
    readonly hidden: number;
    readonly inputColumns: number;
    readonly rows: number;
    readonly groupRows: number;
    readonly blockBytes: number;
  };
  readonly from: string;
  readonly to: string;
}

export interface GruKernelContext extends KernelContextBase, RowsContext {
  readonly kind: "gru";
  readonly layer: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Units, padding included: the rows of each half of the candidate, in so many blocks. */
  readonly units: number;
  readonly blocks: number;
  /** Rows of its gates, padding included, in so many blocks. */
  readonly gateRows: number;
  readonly gateBlocks: number;
  /** Columns of [x | h], of x, and of h, padding included. */
  readonly columns: number;
  readonly inputColumns: number;
  readonly hiddenColumns: number;
  /** Of integers. */
  readonly candidateFractionBits?: number;
  /** C expressions: x, and the hidden state as the next layer reads it. */
  readonly from: string;
  readonly to: string;
  /** C expressions: the Q0.15 states that are updated, and where the updated ones go. */
  readonly last: string;
  readonly next: string;
}

export interface DenseKernelContext extends KernelContextBase, RowsContext {
  readonly kind: "dense";
  readonly layer: string;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly columns: number;
  /** Of its stream. */
  readonly blocks: number;
  /** Where one call makes several blocks: their rows. */
  readonly rowsAtOnce: number;
  readonly activation: "sigmoid" | "tanh" | "relu" | "linear";
  readonly parameters: string;
  readonly resultType: LineType;
  /** What stands for 0 where the result goes. */
  readonly resultZero: number;
  readonly from: string;
  readonly to: string;
}

export interface WindowKernelContext extends KernelContextBase {
  readonly kind: "window";
  readonly layer: string;
  readonly taps: number;
  /** Values of a step, and of the steps before it. */
  readonly size: number;
  readonly kept: number;
  readonly from: string;
  readonly to: string;
}

/** An LSTM of the tflite formats; texts are C initializers of the structs in scale-tflite and lstm-unit-tflite. */
export interface TfliteLstmContext extends Omit<KernelContextBase, "kind"> {
  readonly kind: "tflite-lstm";
  readonly layer: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Columns of x and of [x | h], padding included. */
  readonly inputColumns: number;
  readonly columns: number;
  /** Four each, in the order of the gates. */
  readonly inputScalings: string;
  readonly hiddenScalings: string;
  readonly forgetScaling: string;
  readonly candidateScaling: string;
  readonly outputScaling: string;
  readonly cellArgument: string;
  /** 1..32768, the last one for a cell that is not clipped. */
  readonly cellClip: number;
  readonly zeroPoint: number;
  readonly from: string;
  readonly to: string;
}

/** A dense layer of the tflite formats. */
export interface TfliteDenseContext extends Omit<KernelContextBase, "kind"> {
  readonly kind: "tflite-dense";
  readonly layer: string;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly columns: number;
  readonly activation: "sigmoid" | "tanh" | "relu" | "linear";
  readonly parameters: string;
  readonly resultType: LineType;
  /** One a row, or one for all where `uniform`. */
  readonly scalings: readonly string[];
  readonly uniform: boolean;
  readonly scale: "scale" | "scale_wide";
  readonly zeroPoint: number;
  readonly least: number;
  readonly greatest: number;
  /** Its activation is a table of 256 results; else `argument` where it is computed, or neither. */
  readonly table: boolean;
  readonly argument: string | false;
  readonly from: string;
  readonly to: string;
}

export interface LayerNormKernelContext extends KernelContextBase {
  readonly kind: "layer-norm";
  readonly layer: string;
  readonly size: number;
  /** What the sum of squares starts from, a C literal of 64 bits; in float32 what is added to their mean. */
  readonly epsilon: string;
  /** Of integers: what a value is multiplied by, so that its mean has fraction bits. */
  readonly one?: number;
  readonly saturate?: "saturate8" | "saturate16";
  /** In float32, C literal: 1 / size. */
  readonly share?: string;
  readonly parameters: string;
  readonly resultType: LineType;
  readonly resultZero: number;
  readonly from: string;
  readonly to: string;
}

export interface SoftmaxKernelContext extends KernelContextBase {
  readonly kind: "softmax";
  readonly layer: string;
  readonly size: number;
  /** Of integers, as QuantizedSoftmax: what a difference adds to an exponent of 2; the first a C literal. */
  readonly multiplier?: string;
  readonly shift?: number;
  /** Of integers: bits of a share that go, the bit that rounds them, what is subtracted then, the largest result. */
  readonly bits?: number;
  readonly half?: number;
  readonly minus?: number;
  readonly greatest?: number;
  /** Of the tflite formats: the largest difference that counts. */
  readonly farthest?: number;
  readonly parameters: string;
  readonly resultType: LineType;
  readonly resultZero: number;
  readonly from: string;
  readonly to: string;
}

export type KernelContext =
  | EdgeKernelContext
  | LayerNormKernelContext
  | SoftmaxKernelContext
  | WindowKernelContext
  | LstmKernelContext
  | GruKernelContext
  | DenseKernelContext
  | TfliteLstmContext
  | TfliteDenseContext;
