/**
 * Declares every field of a file that the templates print, with unit and shape; templates/README.md lists them for readers.
 * Those of its kernels are left to kernel-context-types.ts, filling them to context.ts.
 */
import type { Scratch } from "../plan/layout.ts";
import type { Fusion } from "../plan/target.ts";
import type { Arithmetic } from "../quantize/params.ts";
import type {
  DenseKernelContext,
  GruKernelContext,
  KernelContext,
  LineType,
  LstmKernelContext,
} from "./kernel-context-types.ts";
import type { VariantText } from "./variant-text.ts";

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
  readonly elementType: "uint32_t" | "int32_t" | "uint16_t" | LineType;
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

/** What LSTMs that keep their sums need of the file. */
export interface DeltaContext {
  /** There is a kernel in assembler; the high half of a product has no function yet. */
  readonly native: boolean;
  readonly multiplyHigh: boolean;
  /** What lies in the state: rows of sums and columns seen, padding included. */
  readonly layers: readonly {
    readonly name: string;
    /** The layer's name in the model, safe in a comment. */
    readonly layer: string;
    readonly rows: number;
    readonly columns: number;
  }[];
}

export interface PowerContext {
  /** Differences from here on give 0. */
  readonly end: string;
  readonly log2e: string;
  /** ln 2 in two parts, whose multiples by the first are exact. */
  readonly ln2High: string;
  readonly ln2Low: string;
  /** Coefficients of e^-r, highest power first: the first, and the others. */
  readonly first: string;
  readonly series: readonly string[];
}

/** Rows of 4-bit weights in a program whose other rows are bytes. */
export interface NibblesContext {
  /** Of names, and of macros. */
  readonly prefix: string;
  readonly PREFIX: string;
  /** The partials of their own kernel variant. */
  readonly rows: VariantText;
  /** Partial of what follows from its sums; empty: nothing. */
  readonly shared: "" | "rows-nibbles-beside";
  /** The other rows do not bring the high half of a product. */
  readonly multiplyHigh: boolean;
}

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
  /** Columns of a lap of the loop over them; more than its usual 32. */
  readonly lapColumns: number;
  readonly longLaps: boolean;
  readonly hidden: `${VariantText["hidden"]}-${Arithmetic}`;
  /** Partial that rounds to it where nothing is fused. */
  readonly rounded: `rounded-${Arithmetic}`;
  /** The hidden state's range, for update-unit's comment. */
  readonly hiddenRange: string;
  readonly results: {
    readonly partial: `results-${Arithmetic}` | "results-four-float32";
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
  /** What makes rows of 4-bit weights beside those of bytes; false where all are alike. */
  readonly nibbles: NibblesContext | false;
  /** Some kernel makes rows block by block. */
  readonly usesRows: boolean;
  /** LSTMs that keep their sums, or false without any. */
  readonly delta: DeltaContext | false;
  /** When a step repeats the last result, as SkipRule; false: never. */
  readonly skip: { readonly level: number; readonly frames: number } | false;
  /** A step tells the program when each kernel is done. */
  readonly stamps: boolean;
  /** There are layer normalizations. */
  readonly normalizes: boolean;
  /** There are softmaxes. */
  readonly softmax: boolean;
  /** In float32 what a power of e is computed with, C literals; false where there is no softmax. */
  readonly power: PowerContext | false;
}
