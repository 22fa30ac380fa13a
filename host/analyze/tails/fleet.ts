/**
 * Decides what a rare slow frame on one device means for a fleet of many: how often one of them is late, and the
 * percentile of the slowest. The same as formulas with names is left to ../formulas/reliability.ts.
 *
 * Devices are taken as independent and alike. Source: Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
 */
import { outOfRange, requireCount, requireShare } from "../number-limits.ts";
import type { LatencyCounts } from "./latency-counts.ts";
import { quantileRanks, samplesToBound, shareInterval } from "./quantile-interval.ts";

/** Frames over a limit, on one device and on any of a fleet. */
export interface FleetTail {
  readonly devices: number;
  /** Share of late frames on one device, and its exact 95 % interval. */
  readonly lateShare: number;
  readonly lateInterval: readonly [number, number];
  /** Chance that at least one device is late with one frame: 1 - (1 - p)^N. */
  readonly anyLate: number;
  readonly anyInterval: readonly [number, number];
  /** Devices that are late with one frame, on average. */
  readonly lateDevices: number;
  /** Devices from which it is more likely than not that one is late; null when none is ever late. */
  readonly halfAt: number | null;
}

/** 1 - (1 - p)^N, without losing the digits of a small p. @throws AnalysisError TP-USE-242 */
export function anyOf(p: number, devices: number): number {
  requireCount("the number of devices", devices);
  if (!(p >= 0 && p <= 1)) throw outOfRange("the share of late frames", p, "from 0 to 1");
  return p === 1 ? 1 : -Math.expm1(devices * Math.log1p(-p));
}

/**
 * The percentile that one device has to keep so that a whole fleet keeps `share`: share^(1 / N).
 * @throws AnalysisError TP-USE-242
 */
export function sharePerDevice(share: number, devices: number): number {
  requireShare("the share of the fleet", share);
  requireCount("the number of devices", devices);
  return share ** (1 / devices);
}

/**
 * @param limit in the ticks of the counts
 * @throws AnalysisError TP-USE-242 for a number of devices below 1
 */
export function fleetTail(counts: LatencyCounts, limit: number, devices: number): FleetTail {
  const late = counts.countAbove(limit);
  const lateShare = late / counts.count;
  const lateInterval = shareInterval(late, counts.count);
  return {
    devices,
    lateShare,
    lateInterval,
    anyLate: anyOf(lateShare, devices),
    anyInterval: [anyOf(lateInterval[0], devices), anyOf(lateInterval[1], devices)],
    lateDevices: devices * lateShare,
    halfAt: halfAt(lateShare),
  };
}

function halfAt(lateShare: number): number | null {
  if (lateShare === 0) return null;
  return lateShare >= 0.5 ? 1 : Math.ceil(Math.log(0.5) / Math.log1p(-lateShare));
}

/** The slowest of N devices. */
export interface FleetPercentile {
  readonly devices: number;
  /** Percentile of one device that is the fleet's: share^(1 / N). */
  readonly share: number;
  /** In the ticks of the counts. */
  readonly value: number;
  /** [low, high] of 95 %; a side is null where there are too few samples to bound it. */
  readonly interval: readonly [number | null, number | null];
  /** Samples from which both sides are bounded. */
  readonly samplesToBound: number;
}

/**
 * The percentile of the slowest frame of a fleet: of one device's distribution at share^(1 / N).
 * @throws AnalysisError TP-USE-242
 */
export function fleetPercentile(
  counts: LatencyCounts,
  devices: number,
  share = 0.99,
): FleetPercentile {
  const own = sharePerDevice(share, devices);
  // Beyond 2^53 devices a share is 1 and no sample bounds it.
  requireShare("the share of one device", own);
  const { low, high } = quantileRanks(counts.count, own);
  return {
    devices,
    share: own,
    value: counts.valueAtRank(Math.min(counts.count - 1, Math.trunc(counts.count * own))),
    interval: counts.valuesBetween(low, high),
    samplesToBound: samplesToBound(own),
  };
}
