/**
 * Decides the one number each track is judged by, and which candidate has the best one.
 * Where the parts come from is left to the records.
 */

import { byFormula, inUnit } from "./by-formula.ts";
import { typicalTime } from "./machine-analysis.ts";
import type { MachineRecord } from "./machine-record.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import { mfu } from "./utilization.ts";

export type Track = "cloud-titan" | "edge-guardian" | "mobile-nomad" | "tiny-pioneer";
export type UltimateMetric = "usdPerToken" | "p99Ms" | "framesPerJoule";

export interface TrackMetric {
  readonly track: Track;
  readonly metric: UltimateMetric;
  /** As people say it. */
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly why: string;
}

/** FPS/W is frames a joule. */
export const TRACK_METRICS: readonly TrackMetric[] = [
  {
    track: "cloud-titan",
    metric: "usdPerToken",
    name: "$/token",
    unit: "USD",
    better: "lower",
    why: "its goal is the most tokens served, and rent is what a token costs",
  },
  {
    track: "edge-guardian",
    metric: "p99Ms",
    name: "P99",
    unit: "ms",
    better: "lower",
    why: "its loop is safe only as long as the slowest answers are in time",
  },
  {
    track: "mobile-nomad",
    metric: "framesPerJoule",
    name: "FPS/W",
    unit: "frame/J",
    better: "higher",
    why: "heat decides which frame rate lasts",
  },
  {
    track: "tiny-pioneer",
    metric: "framesPerJoule",
    name: "FPS/W",
    unit: "frame/J",
    better: "higher",
    why: "once a frame is in time, its milliwatts are what is left to win",
  },
];

/** What a candidate offers; null where it is not known. */
export interface Candidate {
  readonly id: string;
  readonly usdPerToken: Quantity | null;
  readonly p99Ms: Quantity | null;
  readonly framesPerJoule: Quantity | null;
}

/**
 * A record's three numbers, for itself alone: no network, every moment of the rent used, one repetition a frame.
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function candidateOf(record: MachineRecord): Candidate {
  requireFiniteIn(`the record ${record.id}`, record);
  return {
    id: record.id,
    usdPerToken: usdPerToken(record),
    p99Ms: p99Of(record),
    framesPerJoule: framesPerJoule(record),
  };
}

export interface Ranking extends TrackMetric {
  /** Candidates with a value, best first; equals in the order given. */
  readonly ranked: readonly { readonly id: string; readonly value: Quantity }[];
  /** Ids of those without one. */
  readonly unknown: readonly string[];
}

/** Every candidate by the one metric of a track. */
export function rankBy(track: TrackMetric, candidates: readonly Candidate[]): Ranking {
  const ranked = candidates.flatMap((candidate) => {
    const value = candidate[track.metric];
    return value === null ? [] : [{ id: candidate.id, value }];
  });
  const sign = track.better === "lower" ? 1 : -1;
  ranked.sort((a, b) => sign * (a.value.value - b.value.value));
  return {
    ...track,
    ranked,
    unknown: candidates.filter((candidate) => candidate[track.metric] === null).map(({ id }) => id),
  };
}

/** Needs a rent and tokens a second; frames are no tokens. */
function usdPerToken({ metrics }: MachineRecord): Quantity | null {
  const { price, throughput } = metrics;
  if (price === undefined || throughput?.unit !== "token/s" || !(throughput.value > 0)) return null;
  const inputs = { usdPerHour: price.value, tokensPerSecond: throughput.value, tokens: 1 };
  return byFormula("cost-per-token", inputs, [price, throughput]);
}

function p99Of({ time }: MachineRecord): Quantity | null {
  if (time === null || time.p99 === null) return null;
  return { value: time.p99 * 1e3, unit: "ms", kind: time.kind, source: time.source };
}

/** By the energy of a repetition where it is known, else by power, else by a platform's design power at its MFU. */
function framesPerJoule(record: MachineRecord): Quantity | null {
  const { energyPerRun, power, thermalDesignPower } = record.metrics;
  if (energyPerRun !== undefined && energyPerRun.unit === "uJ" && energyPerRun.value > 0) {
    return derive(1e6 / energyPerRun.value, "frame/J", "1 / energy of a frame", [energyPerRun]);
  }
  const time = typicalTime(record);
  if (time === null) return null;
  const watts = power?.unit === "W" ? power : designPower(record, time, thermalDesignPower);
  if (watts === null || !(watts.value > 0)) return null;
  const rate = inUnit(derive(1 / time.value, "1/s", "1 / typical time", [time]), 1, "frame/s");
  const inputs = { framesPerSecond: rate.value, watts: watts.value };
  return byFormula("frames-per-watt", inputs, [rate, watts]);
}

function designPower(
  { workload, roofs }: MachineRecord,
  time: Quantity,
  tdp: Quantity | undefined,
): Quantity | null {
  const peak = roofs.find(({ limits }) => limits === "compute")?.peak;
  if (tdp === undefined || workload.ops === null || peak === undefined) return null;
  const used = mfu(workload.ops.value, time.value, peak.value);
  // A count or a roof that is off may put MFU above 1; no device draws more than its design power for long.
  const inputs = { tdpWatts: tdp.value, mfu: Math.min(1, used) };
  return byFormula("platform-power", inputs, [tdp, time, peak]);
}
