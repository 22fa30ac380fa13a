/**
 * Decides where each kernel of a run lies on its roofline: its own intensity, and its share of the run's time.
 * The run's own dot is left to board-roofline.ts.
 */
import type { Dot } from "./board-roofline.ts";
import { formInstructions, kernelForm } from "./kernel-instructions.ts";
import type { KernelWork } from "./kernel-work.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, modelled } from "./quantity.ts";

/**
 * A dot a kernel that computes. The marks of the firmware count whole steps, so a kernel's time is modelled: the run's
 * time shared out by the instructions that kernels of this form take, a MAC and a row.
 * @param time of the median frame, in seconds or cycles
 */
export function kernelDots(
  work: readonly KernelWork[],
  core: string,
  model: string,
  time: Quantity,
  per: "s" | "cycle",
): readonly Dot[] {
  const computing = work.filter(({ macs, traffic }) => macs > 0 && traffic.weights > 0);
  const form = kernelForm(core, "packed") ?? { perMac: 1, perRow: 0 };
  const weight = ({ paddedMacs, rows }: KernelWork) => formInstructions(form, paddedMacs, rows);
  const all = computing.reduce((sum, kernel) => sum + weight(kernel), 0);
  return computing.map((kernel) => {
    const share = weight(kernel) / all;
    const ops = 2 * kernel.macs;
    const bytes = counted(kernel.traffic.weights, "byte", `weights of ${kernel.name} as planned`);
    const shared = modelled(
      share * time.value,
      per,
      `${(share * 100).toFixed(1)} % of the frame, shared out by multiply-accumulates and rows`,
    );
    return {
      name: kernel.name,
      partOf: model,
      arithmeticIntensity: derive(
        ops / bytes.value,
        "op/byte",
        `2 x macs / weight bytes of ${kernel.name}`,
        [bytes],
      ),
      rate: derive(ops / shared.value, `op/${per}`, `2 x macs / its time: ${shared.source}`, [
        shared,
        time,
      ]),
      share: modelled(share, "1", shared.source),
    };
  });
}
