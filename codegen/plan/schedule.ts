/**
 * Decides which variant of the multiply-accumulate kernel a program gets on a target.
 * The variant's text is left to templates/, the stream it reads to packing.ts.
 */
import type { Format } from "../quantize/params.ts";
import type { Target } from "./target.ts";

/**
 * dsp-packed-pairs: two int8 rows in each 16-bit lane, separated by SXTB16 (int8 activations).
 * dsp-rows: two rows' bytes in each word, widened by SXTB16, two SMLADs (int16 activations).
 * portable: the same streams read in plain C.
 */
export type KernelVariant = "dsp-packed-pairs" | "dsp-rows" | "portable";

export interface Schedule {
  readonly variant: KernelVariant;
  /** Rows with an accumulator in a register. */
  readonly rowsPerBlock: 8;
  /** Columns in one lap of the unrolled loop; what is left goes four at a time. */
  readonly columnsPerLap: 16;
  readonly why: string;
}

export function schedule(format: Format, target: Target): Schedule {
  const common = { rowsPerBlock: 8, columnsPerLap: 16 } as const;
  if (!target.dsp) {
    return { ...common, variant: "portable", why: `${target.core} has no DSP instructions` };
  }
  return format === "int8"
    ? {
        ...common,
        variant: "dsp-packed-pairs",
        why: "4 MACs for one loaded word, one SXTB16 and two SMLADs; loads in pairs take the fewest instructions",
      }
    : {
        ...common,
        variant: "dsp-rows",
        why: "a 32-bit accumulator has no room for the packed pairs' factor of 256 with int16 activations",
      };
}
