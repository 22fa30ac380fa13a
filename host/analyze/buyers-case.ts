/**
 * The buyer's case of the benchmarking lab as arithmetic: system A has twice the peak, system B twice the bandwidth.
 * Which of them is worth its price on the student's own model follows from its intensity; drawing it is left to report/.
 */

import { caseInWords } from "./buyers-case-words.ts";
import { quantityOf } from "./facts.ts";
import type { Workload } from "./machine-record.ts";
import { notListed, requireFiniteIn } from "./number-limits.ts";
import { platformRoofs } from "./platform-record.ts";
import type { Platform } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive, stated } from "./quantity.ts";
import { arithmeticIntensity, attainable, ridgePoint } from "./roofline.ts";

const SOURCE = "worked example of the benchmarking lab, at equal price and power";

/** A machine on offer. */
export interface OfferedSystem {
  readonly name: string;
  /** [op/s] and [byte/s] */
  readonly peak: Quantity;
  readonly bandwidth: Quantity;
  /** Rent [USD/h] and power at work [W]; null: equal to the other's. */
  readonly price: Quantity | null;
  readonly power: Quantity | null;
}

/** The sales figure: 400 Top/s at 1 TB/s. */
export const SYSTEM_A: OfferedSystem = {
  name: "A: high peak, low bandwidth",
  peak: stated(400e12, "op/s", SOURCE),
  bandwidth: stated(1e12, "byte/s", SOURCE),
  price: null,
  power: null,
};

/** Half the peak at twice the bandwidth. */
export const SYSTEM_B: OfferedSystem = {
  name: "B: low peak, high bandwidth",
  peak: stated(200e12, "op/s", SOURCE),
  bandwidth: stated(2e12, "byte/s", SOURCE),
  price: null,
  power: null,
};

/** A stated platform on offer, at its 16-bit rate. @param letter as the case speaks of it */
export function offered(platform: Platform, letter: "A" | "B"): OfferedSystem {
  const [compute] = platformRoofs(platform);
  const memory = platformRoofs(platform).find(({ limits }) => limits === "memory");
  if (compute === undefined || memory === undefined) {
    throw notListed(`no roof of ${platform.id}`, "the case weighs a peak against a bandwidth");
  }
  return {
    name: `${letter}: ${platform.name}`,
    peak: compute.peak,
    bandwidth: memory.peak,
    price: platform.price === null ? null : quantityOf(platform.price),
    power: quantityOf(platform.tdp),
  };
}

/** How one system fares with the model. */
export interface OfferedRun {
  readonly system: OfferedSystem;
  readonly ridgePoint: Quantity;
  /** Which roof binds the model there. */
  readonly bound: "compute" | "memory";
  /** The most its roofs allow at the model's intensity [op/s]. */
  readonly attainable: Quantity;
  /** attainable / peak [1]. */
  readonly shareOfPeak: Quantity;
  /** Least time of one repetition [s]. */
  readonly time: Quantity;
}

/** What B does over what A does, on the model [1]. */
export interface Advantage {
  readonly speed: Quantity;
  /** The same work for the same money; null when one of two rents is not known. */
  readonly perDollar: Quantity | null;
  readonly perJoule: Quantity | null;
}

export interface BuyersCase {
  readonly workload: string;
  readonly ops: Quantity;
  readonly bytesMoved: Quantity;
  readonly intensity: Quantity;
  /** A, then B. */
  readonly runs: readonly [OfferedRun, OfferedRun];
  /** What the data sheets say: peak of A over peak of B, bandwidth of B over that of A [1]. */
  readonly onPaper: { readonly peakOfA: Quantity; readonly bandwidthOfB: Quantity };
  readonly advantageOfB: Advantage;
  /** B is faster below this intensity, A above it [op/byte]; null when one is faster everywhere. */
  readonly evenAt: Quantity | null;
  /** The case, a sentence each; the last is the verdict. */
  readonly words: readonly string[];
}

/**
 * @returns null when the workload's operations or bytes are not known
 * @throws AnalysisError TP-USE-242 for a number that is not finite or a peak that is not above 0
 */
export function buyersCase(
  workload: Workload,
  a: OfferedSystem = SYSTEM_A,
  b: OfferedSystem = SYSTEM_B,
): BuyersCase | null {
  requireFiniteIn("the systems on offer", [a, b]);
  const { ops, bytesMoved } = workload;
  if (ops === null || bytesMoved === null || !(ops.value > 0 && bytesMoved.value > 0)) return null;
  const intensity = derive(
    arithmeticIntensity(ops.value, bytesMoved.value),
    "op/byte",
    "ops / bytesMoved of the workload",
    [ops, bytesMoved],
  );
  const onA = offeredRun(a, intensity, ops);
  const onB = offeredRun(b, intensity, ops);
  const speed = ratio(onB.attainable, onA.attainable, "attainable on B / attainable on A");
  const found = {
    workload: workload.name,
    ops,
    bytesMoved,
    intensity,
    runs: [onA, onB] as const,
    onPaper: {
      peakOfA: ratio(a.peak, b.peak, "peak of A / peak of B"),
      bandwidthOfB: ratio(b.bandwidth, a.bandwidth, "bandwidth of B / bandwidth of A"),
    },
    advantageOfB: {
      speed,
      perDollar: perUnit(speed, a.price, b.price, "rent of A / rent of B"),
      perJoule: perUnit(speed, a.power, b.power, "power of A / power of B"),
    },
    evenAt: crossing(a, b),
  };
  return { ...found, words: caseInWords(found) };
}

function offeredRun(system: OfferedSystem, intensity: Quantity, ops: Quantity): OfferedRun {
  const { peak, bandwidth } = system;
  const parts = [peak, bandwidth, intensity];
  const ridge = ridgePoint(peak.value, bandwidth.value);
  const rate = derive(
    attainable(intensity.value, peak.value, bandwidth.value),
    "op/s",
    "min(peak, intensity x bandwidth)",
    parts,
  );
  return {
    system,
    ridgePoint: derive(ridge, "op/byte", "peak / bandwidth", [peak, bandwidth]),
    bound: intensity.value < ridge ? "memory" : "compute",
    attainable: rate,
    shareOfPeak: derive(rate.value / peak.value, "1", "attainable / peak", [rate, peak]),
    time: derive(ops.value / rate.value, "s", "ops / attainable", [ops, rate]),
  };
}

/** Where B's flat roof crosses A's slope. */
function crossing(a: OfferedSystem, b: OfferedSystem): Quantity | null {
  if (!(a.peak.value > b.peak.value && b.bandwidth.value > a.bandwidth.value)) return null;
  return derive(b.peak.value / a.bandwidth.value, "op/byte", "peak of B / bandwidth of A", [
    b.peak,
    a.bandwidth,
  ]);
}

/** Equal where neither is stated, unknown where only one is. */
function perUnit(
  speed: Quantity,
  ofA: Quantity | null,
  ofB: Quantity | null,
  words: string,
): Quantity | null {
  if (ofA === null && ofB === null) return speed;
  if (ofA === null || ofB === null) return null;
  return derive((speed.value * ofA.value) / ofB.value, "1", `${speed.source} x ${words}`, [
    speed,
    ofA,
    ofB,
  ]);
}

function ratio(above: Quantity, below: Quantity, words: string): Quantity {
  return derive(above.value / below.value, "1", words, [above, below]);
}
