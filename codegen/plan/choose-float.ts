/**
 * Decides which kernel variant single precision gets on a target.
 * What each variant is, and those of integers, stands in schedule.ts.
 */
import type { Target } from "./target.ts";

type FloatVariant = "vfp-float32" | "vfp-float32-apart" | "mve-float32" | "c11-float32";

/**
 * Sixteen rows of four columns, 64 MACs: 8 VLDMs of 8 weights, one of 4 activations, compare and branch make 11
 * instructions, 81 cycles on the Cortex-M4 (N words take N + 1, a taken branch 3).
 *   products and sums   instructions    cycles on the M4
 *   VMLA                75 (1.172)      273 (4.266): it takes three
 *   VMUL and VADD       139 (2.172)     209 (3.266): one each, eight apart, so that none waits
 * The floor is 1 + 1/16 instructions, or 3 cycles: a weight loaded, a product, a sum. VFMA would round once where the
 * others round twice, and takes as long as VMLA.
 */
export function chooseFloat(target: Target): readonly [FloatVariant, string] {
  if (target.instructions === "mve") {
    return [
      "mve-float32",
      "four vectors of rows share each activation; VFMA makes four MACs, rounding each once",
    ];
  }
  if (target.instructions !== "thumb-dsp") {
    return ["c11-float32", `no kernel of its own for ${target.core}`];
  }
  return target.core === "cortex-m4"
    ? [
        "vfp-float32-apart",
        "VMUL and VADD take two cycles, VMLA three; sixteen rows share each activation",
      ]
    : [
        "vfp-float32",
        "one VMLA a MAC; sixteen rows share each activation and hide the unit's latency",
      ];
}
