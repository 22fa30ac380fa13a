/**
 * The buyer's case of the benchmarking lab as arithmetic: system A has twice the peak, system B twice the bandwidth.
 * Which of them the student's own model runs better on follows from its intensity; drawing it is left to report/.
 */
import type { Roof } from "./board-roofline.ts";
import type { Workload } from "./machine-record.ts";
import type { Quantity } from "./quantity.ts";
import { derive, stated } from "./quantity.ts";
import { arithmeticIntensity, attainable, ridgePoint } from "./roofline.ts";
import { digits } from "./wording.ts";

const SOURCE = "worked example of the benchmarking lab, at equal price and power";

/** A machine on offer. */
export interface OfferedSystem {
  readonly id: "A" | "B";
  readonly name: string;
  /** [op/s] and [byte/s] */
  readonly peak: Quantity;
  readonly bandwidth: Quantity;
}

/** The sales figure: 400 Top/s at 1 TB/s. */
export const SYSTEM_A: OfferedSystem = {
  id: "A",
  name: "A: high peak, low bandwidth",
  peak: stated(400e12, "op/s", SOURCE),
  bandwidth: stated(1e12, "byte/s", SOURCE),
};

/** Half the peak at twice the bandwidth. */
export const SYSTEM_B: OfferedSystem = {
  id: "B",
  name: "B: low peak, high bandwidth",
  peak: stated(200e12, "op/s", SOURCE),
  bandwidth: stated(2e12, "byte/s", SOURCE),
};

/** How one system fares with the model. */
export interface OfferedRun {
  readonly system: OfferedSystem;
  readonly ridgePoint: Quantity;
  /** The most its roofs allow at the model's intensity [op/s]. */
  readonly attainable: Quantity;
  /** attainable / peak [1]. */
  readonly shareOfPeak: Quantity;
  /** Least time of one repetition [s]. */
  readonly time: Quantity;
}

export interface BuyersCase {
  readonly intensity: Quantity;
  readonly runs: readonly OfferedRun[];
  /** Attainable on B over that on A: work done for the same money and the same energy [1]. */
  readonly advantageOfB: Quantity;
  /** B does more below this intensity, A above it [op/byte]. */
  readonly evenAt: Quantity;
  readonly words: string;
}

/** @returns null when the workload's operations or bytes are not known */
export function buyersCase(
  workload: Workload,
  a: OfferedSystem = SYSTEM_A,
  b: OfferedSystem = SYSTEM_B,
): BuyersCase | null {
  const { ops, bytesMoved } = workload;
  if (ops === null || bytesMoved === null || !(ops.value > 0 && bytesMoved.value > 0)) return null;
  const intensity = derive(
    arithmeticIntensity(ops.value, bytesMoved.value),
    "op/byte",
    "ops / bytesMoved of the workload",
    [ops, bytesMoved],
  );
  const [onA, onB] = [a, b].map((system) => offeredRun(system, intensity, ops)) as [
    OfferedRun,
    OfferedRun,
  ];
  const advantageOfB = derive(
    onB.attainable.value / onA.attainable.value,
    "1",
    "attainable on B / attainable on A, at equal price and power",
    [onA.attainable, onB.attainable],
  );
  const evenAt = derive(
    b.peak.value / a.bandwidth.value,
    "op/byte",
    "peak of B / bandwidth of A: where B's flat roof crosses A's slope",
    [b.peak, a.bandwidth],
  );
  const better = advantageOfB.value > 1 ? "B" : "A";
  const ratio = better === "B" ? advantageOfB.value : 1 / advantageOfB.value;
  const verdict =
    ratio === 1
      ? "both do the same"
      : `${better} does ${digits(ratio)} times the work for the same money and energy`;
  return {
    intensity,
    runs: [onA, onB],
    advantageOfB,
    evenAt,
    words: `${workload.name} does ${digits(intensity.value)} op/byte: A reaches ${share(onA)} % of its peak, B ${share(onB)} %, so ${verdict}; A would need a model above ${digits(evenAt.value)} op/byte`,
  };
}

function offeredRun(system: OfferedSystem, intensity: Quantity, ops: Quantity): OfferedRun {
  const { peak, bandwidth } = system;
  const parts = [peak, bandwidth, intensity];
  const rate = derive(
    attainable(intensity.value, peak.value, bandwidth.value),
    "op/s",
    "min(peak, intensity x bandwidth)",
    parts,
  );
  return {
    system,
    ridgePoint: derive(ridgePoint(peak.value, bandwidth.value), "op/byte", "peak / bandwidth", [
      peak,
      bandwidth,
    ]),
    attainable: rate,
    shareOfPeak: derive(rate.value / peak.value, "1", "attainable / peak", [rate, peak]),
    time: derive(ops.value / rate.value, "s", "ops / attainable", [ops, rate]),
  };
}

/** The system's roofs, for a comparative roofline. */
export function offeredRoofs({ peak, bandwidth }: OfferedSystem): readonly Roof[] {
  return [
    { name: "arithmetic", limits: "compute", peak },
    { name: "memory", limits: "memory", peak: bandwidth },
  ];
}

function share({ shareOfPeak }: OfferedRun): string {
  return digits(shareOfPeak.value * 100);
}
