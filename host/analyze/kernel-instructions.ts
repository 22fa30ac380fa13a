/**
 * Instructions that known forms of an LSTM cell take on each core: a cost a multiply-accumulate and a cost a row.
 * Where they apply is left to kernel-dots.ts and optimisation-waterfall.ts.
 */
import { requireAtLeast0, requireFinite } from "./number-limits.ts";

/** instructions = perMac x macs + perRow x rows. */
export interface KernelForm {
  readonly perMac: number;
  readonly perRow: number;
}

/** naiveFloat: C loops. naiveInt8: the same in integers. rows: rows share loads (CMSIS-NN). packed: this project's. */
export type FormName = "naiveFloat" | "naiveInt8" | "rows" | "packed";

export const FORM_SOURCE =
  "instructions a MAC counted in QEMU 7.2, GCC 12.2 -O3, I/H = 64/64 and 128/128, as a cost a MAC and a cost a row";

/** Columns of the two shapes that the costs are fitted to: input and hidden size together. */
const COLUMNS = [128, 256] as const;

/** Instructions a MAC at I/H = 64/64 and 128/128; every row of a cell has I + H columns. */
const COUNTED: Readonly<
  Record<string, Readonly<Partial<Record<FormName, readonly [number, number]>>>>
> = {
  "cortex-m4": {
    naiveFloat: [5.84, 5.44],
    naiveInt8: [5.9, 5.45],
    rows: [3.005, 2.428],
    packed: [1.296, 1.114],
  },
  "cortex-m7": { naiveInt8: [5.89, 5.45], rows: [3.005, 2.428], packed: [1.299, 1.115] },
  "cortex-m55": { naiveInt8: [5.02, 4.52], rows: [0.984, 0.713], packed: [0.266, 0.207] },
  rv32imc: { naiveInt8: [7.84, 7.42], rows: [6.086, 5.546], packed: [3.619, 3.354] },
  "xtensa-lx106": { naiveInt8: [12.6, 11.8], rows: [9.881, 8.763], packed: [4.157, 3.688] },
};

/** The cost of a form on a core: a line through both counts over 1 / columns; null where nobody counted. */
export function kernelForm(core: string, form: FormName): KernelForm | null {
  const counted = COUNTED[core]?.[form];
  if (counted === undefined) return null;
  const [small, large] = counted;
  const perRow = (small - large) / (1 / COLUMNS[0] - 1 / COLUMNS[1]);
  return { perMac: small - perRow / COLUMNS[0], perRow };
}

/** Instructions of matrices of so many multiply-accumulates and rows. @throws AnalysisError TP-USE-242 */
export function formInstructions(form: KernelForm, macs: number, rows: number): number {
  requireAtLeast0("macs", macs);
  requireAtLeast0("rows", rows);
  return requireFinite("instructions", form.perMac * macs + form.perRow * rows);
}
