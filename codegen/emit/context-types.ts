/**
 * Declares every field the templates print, with unit and shape; templates/README.md lists them for readers.
 * Filling them is left to context.ts.
 */
import type { Kernel } from "../lower/kernel-ir.ts";
import type { Scratch } from "../plan/layout.ts";
import type { Fusion } from "../plan/target.ts";
import type { Format } from "../quantize/params.ts";
import type { VariantText } from "./variant-text.ts";

/** The C types an activation has in a line. */
export type LineType = "int8_t" | "int16_t" | "uint8_t" | "float";

export interface TableContext {
  readonly name: "sigmoid" | "tanh";
  /** What a word holds, in two lines. */
  readonly comment: readonly [string, string];
  /** 64 rows of 8 words. */
  readonly rows: readonly string[];
}

export interface ArrayContext {
  readonly name: string;
  readonly comment: string;
  readonly elementType: "uint32_t" | LineType;
  /** Attributes after the declarator, with a leading space, or empty. */
  readonly attributes: string;
  readonly rows: readonly string[];
  readonly bytes: number;
}

export interface LineContext {
  readonly name: string;
  /** What its values are. */
  readonly comment: string;
  readonly copies: 1 | 2;
  /** There are two copies. */
  readonly again: boolean;
  /** Values in a copy. */
  readonly columns: number;
  /** One text a segment: first column, name, size, padding. */
  readonly segments: readonly string[];
}

interface KernelContextBase {
  readonly kind: Kernel["kind"];
  /** The template of the kernel's function. */
  readonly partial: string;
  /** The function's name without the prefix. */
  readonly name: string;
  /** What the step passes to it. */
  readonly arguments: string;
}

export interface EdgeKernelContext extends KernelContextBase {
  readonly kind: "load-input" | "store-output";
  /** Values at the edge. */
  readonly size: number;
  /** C expressions: the first value of a segment. */
  readonly to?: string;
  readonly from?: string;
}

export interface LstmKernelContext extends KernelContextBase {
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
  readonly from: string;
  readonly to: string;
}

export interface GruKernelContext extends KernelContextBase {
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

export interface DenseKernelContext extends KernelContextBase {
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

/** What a file of the tflite formats needs besides its kernels. */
export interface TfliteContext {
  readonly lstms: boolean;
  readonly denses: boolean;
  /** How an LSTM's sums are scaled. */
  readonly sumsScale: "scale" | "scale_wide";
  /** Which functions are used. */
  readonly scale: boolean;
  readonly wide: boolean;
  readonly sigmoid: boolean;
  readonly tanh: boolean;
  /** 256 points of sigmoid, rows of 12. */
  readonly points: readonly string[];
  /** The range of an activation. */
  readonly least: number;
  readonly greatest: number;
}

/** One loop over the steps, and what comes before it. */
export interface StepsSection {
  /** The LSTM whose input half is computed first, for all steps: columns of x and rows, padding included. */
  readonly ahead:
    | { readonly name: string; readonly columns: number; readonly rows: number }
    | false;
  /** Calls of a step, without the prefix. */
  readonly calls: readonly string[];
  /** What the next LSTM reads: C expression, and values with padding. */
  readonly keeps: { readonly from: string; readonly columns: number } | false;
}

/** NAME_steps, several time steps in a call. */
export interface StepsContext {
  readonly count: number;
  /** Activations of a step at most, of all steps, and rows at most. */
  readonly columns: number;
  readonly values: number;
  readonly rows: number;
  /** Bits of the columns of a vector; an activation has two bytes. */
  readonly vectorBits: number;
  readonly wideValues: boolean;
  /** What makes the rows, an LSTM's function, and what adds the halves where the rows' own function does not. */
  readonly partials: {
    readonly rows: string;
    /** Of rows that take two steps at a time: their sums, those in C, and what scales a pair's. */
    readonly sums?: string;
    readonly sumsPortable?: string;
    readonly scaled?: string;
    readonly lstm: string;
    readonly add: "add-input" | "add-input-high" | false;
  };
  readonly sections: readonly StepsSection[];
}

export type KernelContext =
  | EdgeKernelContext
  | LayerNormKernelContext
  | WindowKernelContext
  | LstmKernelContext
  | GruKernelContext
  | DenseKernelContext
  | TfliteLstmContext
  | TfliteDenseContext;

export interface CContext {
  /** First line of each file's comment. */
  readonly title: string;
  readonly prefix: string;
  /** The prefix in capitals, for macros. */
  readonly PREFIX: string;
  /** The type of the model's input and output. */
  readonly type: "int8_t" | "int16_t" | "float";
  /** Values stand for real ones by scale and zero point; false: they are real ones. */
  readonly quantized: boolean;
  /** Lines naming the licence of the weights. */
  readonly licence: readonly string[];
  /** Lines of the header's comment after its asterisk: line rule, padding, the picture of the streams. */
  readonly notes: readonly string[];
  readonly nameLiteral: string;
  /** 16 hexadecimal digits. */
  readonly digest: string;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly inputScale: string;
  readonly inputZeroPoint: number;
  readonly outputScale: string;
  readonly outputZeroPoint: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly valueBytes: 1 | 2 | 4;
  readonly stateBytes: number;
  /** What the macros of weights, tables and code stand for, with a leading space, or empty. */
  readonly weightsAttribute: string;
  readonly tablesAttribute: string;
  readonly codeAttribute: string;
  readonly lines: readonly LineContext[];
  /** The C type of what lies there. */
  readonly cellType: "int16_t" | "float";
  /** States beside the lines: cells, and in int8 a GRU's Q0.15 hidden state; whole blocks of units. */
  readonly cells: readonly { readonly name: string; readonly size: number }[];
  /** What GRUs that reset before their product share, or false. */
  readonly scratch: Pick<Scratch, "updateGates" | "resetHidden"> | false;
  /** Buffers between the passes of a layer; false where all is fused. */
  readonly passes: Pick<Scratch, "gates" | "sums"> | false;
  readonly fusion: Readonly<Record<Fusion, boolean>>;
  /** The function that makes all rows of a stream, without the prefix, where layers are made in passes. */
  readonly allRows: "all_rows" | "blocks";
  /** What a call for rows makes: pre-activations, or int32 sums where nothing is fused. */
  readonly rowsType: CContext["zType"];
  /** Rows whose multipliers follow their weights; C expression: words of a stream before them. */
  readonly multiplierRows: number;
  readonly multipliersAfter: string;
  /** Some of them have more than one byte. */
  readonly putsWords: boolean;
  /** What read_state writes: `put` is the statement for value i of `size`. */
  readonly states: readonly { readonly size: number; readonly put: string }[];
  readonly tables: readonly TableContext[];
  readonly arrays: readonly ArrayContext[];
  /** The C type of what a stream is read as. */
  readonly streamType: "uint32_t" | "float";
  /** In float32 [256][4] the cubics of tanh, or false where nothing needs them. */
  readonly pieces: readonly string[] | false;
  /** What a reset copies where: C expressions, `from` without the prefix, values. */
  readonly initialStates: readonly {
    readonly to: string;
    readonly from: string;
    readonly size: number;
  }[];
  /** The C type of an activation in a line. */
  readonly lineType: LineType;
  /** What stands for the activation 0 in a line. */
  readonly lineZero: number;
  /** Rows of a block of a stream, and the columns its loop takes at a time. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Units whose gates lie side by side. */
  readonly blockUnits: number;
  /** Where gate g of their first lies in z. */
  readonly gateAt: readonly number[];
  /** Sums of a GRU's block of units: where its reset gates begin, and the candidate's halves; how many there are. */
  readonly gruAt: readonly number[];
  /** The C type of a pre-activation. */
  readonly zType: "int16_t" | "int32_t" | "float";
  readonly zIsNarrow: boolean;
  /** What scales an accumulator before its multiplier [bit]. */
  readonly accumulatorShift: number;
  /** Partial of the high half of a product, for variants that need it. */
  readonly multiplyHigh: "multiply-high-wide" | "multiply-high-halves";
  /** The partials of the plan's kernel variant. */
  readonly rows: VariantText;
  readonly hidden: `${VariantText["hidden"]}-${Format}`;
  /** Partial that rounds to it where nothing is fused. */
  readonly rounded: `rounded-${Format}`;
  /** The hidden state's range, for update-unit's comment. */
  readonly hiddenRange: string;
  readonly results: {
    readonly partial: `results-${Format}`;
    readonly sigmoid: boolean;
    readonly tanh: boolean;
    readonly relu: boolean;
    readonly linear: boolean;
    /** Tables give values in the high halves of words. */
    readonly high: boolean;
  };
  readonly kernels: readonly KernelContext[];
  readonly lstms: readonly LstmKernelContext[];
  readonly grus: readonly GruKernelContext[];
  /** There are LSTMs or GRUs. */
  readonly recurrent: boolean;
  /** Which kinds of GRU there are, and whether their state has more bits than the line; false without any. */
  readonly gru:
    | { readonly after: boolean; readonly before: boolean; readonly wide: boolean }
    | false;
  /** In float32: some LSTM clips its cell. */
  readonly clipsCells: boolean;
  /** A kernel rounds products of two Q0.15 factors to the hidden state's type. */
  readonly roundsProducts: boolean;
  readonly denses: readonly DenseKernelContext[];
  /** Of the tflite formats alone, whose source has a template of its own; else false. */
  readonly tflite: TfliteContext | false;
  /** Partial that adds the halves of pre-activations, or false where no kernel needs it. */
  readonly addHalves: "add-halves" | "add-halves-high" | "add-halves-mve" | false;
  /** NAME_steps, or false where it is not asked for. */
  readonly steps: StepsContext | false;
  /** There are layer normalizations. */
  readonly normalizes: boolean;
}
