/**
 * Decides which templates spell a kernel variant, and when the compiler may take its assembler.
 * Which variant a target gets is left to plan/schedule.ts.
 */
import type { KernelVariant } from "../plan/schedule.ts";
import type { Arithmetic } from "../quantize/params.ts";

type IntegerArithmetic = Exclude<Arithmetic, "float32">;

export interface VariantText {
  /** Partials of the variant's own instructions; false: plain C only. */
  readonly native:
    | {
        /** Preprocessor condition under which a compiler has them. */
        readonly condition: string;
        readonly arithmetic: string;
        readonly rows: string;
        /** Partial of the loop over columns, where `rows` leaves it open. */
        readonly columns?: string;
      }
    | false;
  /** Partials of the same in C, with the same bits: the arithmetic, and what reads the stream. */
  readonly portableArithmetic:
    | "arithmetic-portable"
    | "arithmetic-dsp-portable"
    | "arithmetic-float32";
  readonly portable: string;
  /** Partial of what follows from either; empty: nothing. */
  readonly shared:
    | ""
    | "rows-lanes"
    | "rows-bytes"
    | "rows-wide"
    | "rows-mac16"
    | "rows-of-blocks"
    | "rows-nibbles"
    | "rows-sparse"
    | "sums-of-blocks";
  /** Partial of a table's value at z; -high: in the high half of a word. */
  readonly lookUp: "look-up" | "look-up-high";
  /** Partial of the elementwise part of one unit, for such values. */
  readonly updateUnit:
    | "update-unit"
    | "update-unit-high"
    | "update-unit-float32"
    | "update-four-units";
  /** Partial of its hidden state, less the format's name. */
  readonly hidden: "hidden" | "hidden-high";
  /** What is added to the names of the partials that load the input and store the output. */
  readonly edges: "" | "-fours" | "-float32" | "-four-float32";
  /** The rows of any number of blocks are made by one call. */
  readonly blocks: boolean;
  /** Partial of an LSTM's function. */
  readonly lstm: "lstm" | "lstm-blocks" | "lstm-eight-units" | "lstm-float32" | "lstm-four-units";
  /** Partial of a dense layer's function. */
  readonly dense: "dense" | "dense-blocks" | "dense-four-float32";
  /** Single precision takes four values at once. */
  readonly fours: boolean;
  /**
   * Partials of the elementwise part for several units at once, of its look-up, and of the passes of a kernel that fuses
   * nothing; false: unit by unit.
   */
  readonly units:
    | {
        readonly lookUp: string;
        readonly native: string;
        readonly portable: string;
        readonly apply: string;
        readonly requantize: string;
      }
    | false;
  /** Partial of how `units` stores the hidden state. */
  readonly storeHidden: "" | "store-hidden-mve-int8" | "store-hidden-mve-int16x8";
  /** The rows need the sum of a line's values. */
  readonly takesOffset: boolean;
  /** Partial of an LSTM's input half for several steps: two at a time in assembler, or one after the other. */
  readonly steps: "rows-of-steps" | "rows-of-steps-dsp" | "rows-of-steps-mve";
  /** Partials of a GRU that resets after its product or before it, of what its units need, of the units. */
  readonly gru: {
    readonly after: "gru" | "gru-blocks" | "gru-float32";
    readonly before: "gru-before" | "gru-before-blocks" | "gru-before-float32";
    readonly parts: "gru-parts" | "gru-parts-high" | "gru-parts-float32";
    /** Partial of the units one by one. */
    readonly each: "gru-units" | "gru-units-float32";
    /** Of several units at once; false: unit by unit. */
    readonly units: "gru-units-mve" | "gru-four-units-mve" | false;
  };
}

const SELF_CONTAINED = {
  portableArithmetic: "arithmetic-portable",
  shared: "",
  lookUp: "look-up",
  updateUnit: "update-unit",
  hidden: "hidden",
  edges: "",
  blocks: false,
  lstm: "lstm",
  dense: "dense",
  fours: false,
  units: false,
  storeHidden: "",
  takesOffset: false,
  steps: "rows-of-steps",
  gru: {
    after: "gru",
    before: "gru-before",
    parts: "gru-parts",
    each: "gru-units",
    units: false,
  },
} as const;

/** When a compiler has the instructions of a core without SIMD. */
const NARROW_CONDITIONS = {
  rv32: "defined(__riscv_mul) && __riscv_xlen == 32",
  thumb1: "defined(__thumb__)",
  xtensa: "defined(__XTENSA_CALL0_ABI__)",
} as const;

/** The loop in assembler, the rest in C. */
function narrow(
  instructions: keyof typeof NARROW_CONDITIONS,
  layout: "lanes" | "bytes" | "wide",
): VariantText {
  return {
    ...SELF_CONTAINED,
    native: {
      condition: NARROW_CONDITIONS[instructions],
      arithmetic: "arithmetic-portable",
      rows: `sum-rows-${instructions}-${layout}`,
    },
    portable: `sum-rows-${layout}-portable`,
    shared: `rows-${layout}`,
    takesOffset: true,
  };
}

/** Eight rows in assembler, as many blocks as there is room for z; gates in the high halves of words. */
function dsp(format: IntegerArithmetic, rows: string, columns: string): VariantText {
  return {
    ...SELF_CONTAINED,
    native: {
      condition: "defined(__ARM_FEATURE_DSP) && defined(__thumb2__)",
      arithmetic: "arithmetic-dsp",
      rows: `rows-dsp-${rows}`,
      columns: `columns-${columns}`,
    },
    portableArithmetic: "arithmetic-dsp-portable",
    portable: `rows-portable-${format}`,
    shared: "rows-of-blocks",
    lookUp: "look-up-high",
    updateUnit: "update-unit-high",
    hidden: "hidden-high",
    blocks: true,
    steps: "rows-of-steps-dsp",
    lstm: "lstm-blocks",
    dense: "dense-blocks",
    edges: "-fours",
    gru: {
      after: "gru-blocks",
      before: "gru-before-blocks",
      parts: "gru-parts-high",
      each: "gru-units",
      units: false,
    },
  };
}

/** Four bits a weight, the rest as in int8: four rows at a time, with the scales of their groups. */
function dspNibbles(columns: string): VariantText {
  return { ...dsp("int8", "nibbles", columns), portable: "rows-portable-nibbles" };
}

/** Four columns at a time, those that a list names. */
function dspSparse(columns: string): VariantText {
  return { ...dsp("int8", "sparse", columns), portable: "rows-portable-sparse" };
}

/** Eight rows' four bits in a word, taken apart in plain C or by the loop in assembler. */
function nibbles(rows?: string): VariantText {
  return {
    ...SELF_CONTAINED,
    native: rows !== undefined && {
      condition: NARROW_CONDITIONS.rv32,
      arithmetic: "arithmetic-portable",
      rows,
    },
    portable: "sum-rows-nibbles-portable",
    shared: "rows-nibbles",
  };
}

/** The same in plain C or by the loop in assembler: a byte a weight. */
function sparse(rows?: string): VariantText {
  return {
    ...SELF_CONTAINED,
    native: rows !== undefined && {
      condition: NARROW_CONDITIONS.rv32,
      arithmetic: "arithmetic-portable",
      rows,
    },
    portable: "sum-rows-sparse-portable",
    shared: "rows-sparse",
  };
}

/** The same sums without what follows them: TFLite's arithmetic is its own. */
function dspSums(columns: string): VariantText {
  return {
    ...dsp("int16x8", "rows", columns),
    portable: "sums-of-pairs-portable",
    shared: "sums-of-blocks",
  };
}

/** Vectors throughout. */
function mve(format: IntegerArithmetic): VariantText {
  return {
    ...SELF_CONTAINED,
    native: {
      condition: "defined(__ARM_FEATURE_MVE)",
      arithmetic: "arithmetic-portable",
      rows: `rows-mve-${format}`,
    },
    portable: "rows-portable-vectors",
    lstm: "lstm-eight-units",
    steps: "rows-of-steps-mve",
    units: {
      lookUp: "look-up-eight-mve",
      native: "update-units-mve",
      portable: "update-units-portable",
      apply: "apply-mve",
      requantize: "requantize-mve",
    },
    storeHidden: `store-hidden-mve-${format}`,
    gru: { ...SELF_CONTAINED.gru, units: "gru-units-mve" },
  };
}

/** Both formats: the accumulator is read whole, or its low word alone. */
const MAC16: VariantText = {
  ...SELF_CONTAINED,
  native: {
    condition: "defined(__XTENSA__)",
    arithmetic: "arithmetic-portable",
    rows: "sum-rows-mac16",
  },
  portable: "sum-rows-mac16-portable",
  shared: "rows-mac16",
  takesOffset: true,
};

/** When a compiler has instructions for single precision, and for vectors of it. */
const FLOAT_CONDITIONS = {
  vfp: "defined(__thumb2__) && defined(__ARM_FP) && (__ARM_FP & 4)",
  mve: "defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)",
} as const;

/** What reads the same streams in C. */
const FLOAT_PORTABLE = { c11: "plain", vfp: "columns", mve: "fused" } as const;

/** Single precision: sixteen rows side by side in assembler, or row after row in C. */
function float32(instructions: keyof typeof FLOAT_CONDITIONS | "c11", columns?: string) {
  return {
    ...SELF_CONTAINED,
    native: instructions !== "c11" && {
      condition: FLOAT_CONDITIONS[instructions],
      arithmetic: `arithmetic-float32-${instructions}`,
      rows: `rows-float32-${instructions}`,
      ...(columns === undefined ? {} : { columns }),
    },
    portableArithmetic: "arithmetic-float32",
    portable: `rows-float32-${FLOAT_PORTABLE[instructions]}`,
    updateUnit: "update-unit-float32",
    edges: "-float32",
    lstm: "lstm-float32",
    gru: {
      after: "gru-float32",
      before: "gru-before-float32",
      parts: "gru-parts-float32",
      each: "gru-units-float32",
      units: false,
    },
  } as const satisfies VariantText;
}

/** What follows the sums in vectors of four as well. */
const MVE_FLOAT32: VariantText = {
  ...float32("mve"),
  updateUnit: "update-four-units",
  edges: "-four-float32",
  lstm: "lstm-four-units",
  dense: "dense-four-float32",
  fours: true,
  gru: { ...float32("mve").gru, units: "gru-four-units-mve" },
};

export const VARIANT_TEXT: Readonly<Record<KernelVariant, VariantText>> = {
  "dsp-packed-pairs": dsp("int8", "packed-pairs", "packed-pairs"),
  "dsp-packed-pairs-grouped": dsp("int8", "packed-pairs", "packed-pairs-grouped"),
  "dsp-packed-pairs-dual": dsp("int8", "packed-pairs", "packed-pairs-dual"),
  "dsp-rows": dsp("int16x8", "rows", "rows"),
  "dsp-rows-grouped": dsp("int16x8", "rows", "rows-grouped"),
  "dsp-sums": dspSums("rows"),
  "dsp-sums-grouped": dspSums("rows-grouped"),
  "rv32-lanes": narrow("rv32", "lanes"),
  "thumb1-lanes": narrow("thumb1", "lanes"),
  "xtensa-lanes": narrow("xtensa", "lanes"),
  "rv32-wide": narrow("rv32", "wide"),
  "rv32-bytes": narrow("rv32", "bytes"),
  "thumb1-bytes": narrow("thumb1", "bytes"),
  "xtensa-bytes": narrow("xtensa", "bytes"),
  "xtensa-mac16": MAC16,
  "xtensa-mac16-int16x8": MAC16,
  "mve-int8": mve("int8"),
  "mve-int16x8": mve("int16x8"),
  "c11-int8-eights": { ...SELF_CONTAINED, native: false, portable: "rows-plain" },
  "c11-int8": { ...SELF_CONTAINED, native: false, portable: "rows-plain" },
  "vfp-float32": float32("vfp", "column-float32-mac"),
  "vfp-float32-apart": float32("vfp", "column-float32-apart"),
  "mve-float32": MVE_FLOAT32,
  "c11-float32": float32("c11"),
  "dsp-nibbles": dspNibbles("nibbles"),
  "dsp-nibbles-grouped": dspNibbles("nibbles-grouped"),
  "rv32-nibbles": nibbles("sum-rows-rv32-nibbles"),
  "c11-int4": nibbles(),
  "dsp-sparse": dspSparse("sparse"),
  "dsp-sparse-grouped": dspSparse("sparse-grouped"),
  "rv32-sparse": sparse("sum-rows-rv32-sparse"),
  "c11-sparse": sparse(),
  "c11-int16x8": { ...SELF_CONTAINED, native: false, portable: "rows-plain" },
  "c11-tflite-int8": { ...SELF_CONTAINED, native: false, portable: "sums-plain" },
  "c11-tflite-int16x8": { ...SELF_CONTAINED, native: false, portable: "sums-plain" },
};
