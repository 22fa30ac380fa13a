/**
 * Decides which templates spell a kernel variant, and when the compiler may take its assembler.
 * Which variant a target gets is left to plan/schedule.ts.
 */
import type { KernelVariant } from "../plan/schedule.ts";

export interface VariantText {
  /** Partials of the variant's own instructions; null: plain C only. */
  readonly native: {
    /** Preprocessor condition under which a compiler has them. */
    readonly condition: string;
    readonly arithmetic: string;
    readonly rows: string;
  } | null;
  /** Partial that reads the same stream in C, with the same bits. */
  readonly portable: string;
}

const DSP = "defined(__ARM_FEATURE_DSP) && defined(__thumb2__)";

export const VARIANT_TEXT: Readonly<Record<KernelVariant, VariantText>> = {
  "dsp-packed-pairs": {
    native: { condition: DSP, arithmetic: "arithmetic-dsp", rows: "rows-dsp-packed-pairs" },
    portable: "rows-portable-int8",
  },
  "dsp-rows": {
    native: { condition: DSP, arithmetic: "arithmetic-dsp", rows: "rows-dsp-rows" },
    portable: "rows-portable-int16x8",
  },
  "portable-int8": { native: null, portable: "rows-portable-int8" },
  "portable-int16x8": { native: null, portable: "rows-portable-int16x8" },
};
