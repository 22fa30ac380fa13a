/**
 * Decides what is stated about a platform and a network path, and how their values are looked up.
 * The numbers are left to platforms/, how a frame's time follows from them to compare.ts.
 */
import type { Confidence, StatedValue } from "./facts.ts";
import { ACCELERATORS } from "./platforms/accelerators.ts";
import { PROCESSORS } from "./platforms/processors.ts";

/** A stated value and the date of what states it. */
export interface DatedValue extends StatedValue {
  /** Day or month of the source, as YYYY-MM-DD or YYYY-MM; null when it gives none. */
  readonly date: string | null;
}

/** An accelerator or processor that somebody rents or sells. Decimal units; dense rates. */
export interface Platform {
  readonly id: string;
  readonly name: string;
  /** cloud: reached over a network. edge: a computer that may lie nearby. */
  readonly place: "cloud" | "edge";
  readonly machineClass: "accelerator" | "computer";
  /** Highest rate in 32-bit floats [TFLOP/s]. */
  readonly fp32: DatedValue;
  /** Highest dense rate at which 16-bit floats are worked on, as 32-bit ones where nothing else is stated [TFLOP/s]. */
  readonly fp16: DatedValue;
  /** Highest dense rate in 8-bit integers [TOP/s]. */
  readonly int8: DatedValue | null;
  /** [GB/s] */
  readonly bandwidth: DatedValue;
  /** Memory behind that bandwidth, the largest sold [GB]; null for processors whose memory is the server's. */
  readonly capacity: DatedValue | null;
  /** Last-level cache [MB]. */
  readonly lastLevelCache: DatedValue | null;
  /** Time of one call with nothing in it [us]. */
  readonly callOverhead: DatedValue;
  /** Rent of one whole device [USD/h]; null for hardware one buys. */
  readonly price: DatedValue | null;
  /** Power of the device at work [W]. */
  readonly tdp: DatedValue;
  /** Power without work [W]. */
  readonly idle: DatedValue | null;
}

/** Round trip to a region nearby, and how much worse its 99th percentile is. */
export interface NetworkPath {
  readonly id: string;
  readonly name: string;
  /** Typical round trip, [low, high] [ms]. */
  readonly roundTripMs: readonly [number, number];
  /** 99th percentile over typical, [low, high]. */
  readonly p99Factor: readonly [number, number];
  readonly source: string;
  readonly confidence: Confidence;
}

export const PLATFORMS: readonly Platform[] = [...ACCELERATORS, ...PROCESSORS];
export { EFFICIENCY, LAYER_OVERHEAD } from "./platforms/efficiency.ts";
export { FRAME_UPLINK_UJ, NETWORKS } from "./platforms/networks.ts";
