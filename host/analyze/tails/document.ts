/**
 * Decides the document of a tail: percentiles as recorded and corrected, views, fleets, and why samples were late.
 * Taking samples is left to workflow/tails, the look to report/.
 */
import type { Kind, Quantity } from "../quantity.ts";
import { stated } from "../quantity.ts";
import type { CauseReport } from "./causes.ts";
import { causesOf } from "./causes.ts";
import type { FleetPercentile, FleetTail } from "./fleet.ts";
import { fleetPercentile, fleetTail } from "./fleet.ts";
import type { Injected } from "./jitter.ts";
import type { LatencyCounts } from "./latency-counts.ts";
import type { LatencyTail } from "./percentiles.ts";
import { latencyTail } from "./percentiles.ts";
import type { HistogramView } from "./views.ts";
import { histogramView } from "./views.ts";

/** Sizes of fleets whose percentile is shown. */
const FLEETS = [1, 10, 100, 1000, 10_000];

export interface TailViews {
  readonly linear: HistogramView;
  readonly log: HistogramView;
}

export interface TailsDocument {
  readonly schema: 1;
  readonly recorded: LatencyTail;
  readonly views: TailViews;
  /** Coordinated omission corrected; null without an expected interval. */
  readonly corrected:
    | (LatencyTail & {
        readonly expectedInterval: Quantity;
        /** Samples that the correction added. */
        readonly hidden: number;
        readonly views: TailViews;
      })
    | null;
  /** Devices taken as independent and alike; with coordinated omission corrected where it is. */
  readonly fleet: {
    readonly kind: "modelled";
    readonly unit: string;
    readonly source: string;
    /** P99 of the slowest of N devices. */
    readonly p99: readonly FleetPercentile[];
    /** Frames over the limit; null without a limit. */
    readonly late: FleetTail | null;
  };
  /** The limit that P99, corrected where it is, is held against; null without one. */
  readonly limit: { readonly value: Quantity; readonly met: boolean; readonly why: string } | null;
  readonly cause: CauseReport & {
    readonly kind: "modelled";
    readonly unit: string;
    readonly source: string;
  };
  readonly jitter: JitterFacts | null;
  /** Why a field is null, by field. */
  readonly why: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** What was injected. */
export interface JitterFacts {
  readonly base: string;
  /** Deviation of the noise as a share of the base time. */
  readonly noise: number;
  readonly injected: readonly Injected[];
  readonly seed: number;
}

/** Samples as they were taken; all times in ticks. */
export interface TakenSamples {
  readonly recorded: LatencyCounts;
  readonly corrected: LatencyCounts | null;
  readonly hidden: number;
  /** The first samples in their order. */
  readonly trace: ArrayLike<number>;
  /** Between two intended starts; 0 when not known. */
  readonly interval: number;
  readonly intervalSource: string;
  readonly unit: "ms" | "cycle";
  readonly ticksPerUnit: number;
  readonly kind: Kind;
  readonly source: string;
}

export interface TailsQuestion {
  /** What P99 is held against, in ticks; 0 for none. */
  readonly limit: number;
  readonly limitSource: string;
  readonly devices: number;
  readonly confidence: number;
  readonly jitter: JitterFacts | null;
  readonly notes: readonly string[];
}

/** @throws AnalysisError TP-USE-240 to -242 */
export function tailsDocument(taken: TakenSamples, question: TailsQuestion): TailsDocument {
  const { recorded, corrected, unit, ticksPerUnit, kind, source, interval } = taken;
  const { limit, devices, confidence } = question;
  const options = { kind, source, unit, ticksPerUnit, confidence };
  const shown = (ticks: number) => ticks / ticksPerUnit;
  const viewsOf = (counts: LatencyCounts): TailViews => ({
    linear: histogramView(counts, "linear", { unit, ticksPerUnit }),
    log: histogramView(counts, "log", { unit, ticksPerUnit }),
  });
  const why: Record<string, string> = {};
  if (corrected === null) why.corrected = "no expected interval is known: --interval-ms gives one";
  if (limit === 0) {
    why.limit = "no limit was given: --limit-ms gives one";
    why["fleet.late"] = why.limit;
  }
  const tail = latencyTail(recorded, options);
  const correctedTail =
    corrected === null
      ? null
      : latencyTail(corrected, {
          ...options,
          kind: "modelled",
          source: `${source}; with the samples that stalls hid`,
        });
  // What somebody who waits meets: a stall that kept frames from starting made them late too.
  const met = corrected ?? recorded;
  return {
    schema: 1,
    recorded: tail,
    views: viewsOf(recorded),
    corrected:
      corrected === null || correctedTail === null
        ? null
        : {
            ...correctedTail,
            expectedInterval: stated(shown(interval), unit, taken.intervalSource),
            hidden: taken.hidden,
            views: viewsOf(corrected),
          },
    fleet: {
      kind: "modelled",
      unit,
      source: `independent devices, each as ${(correctedTail ?? tail).source}`,
      p99: [...new Set([...FLEETS, devices])]
        .sort((a, b) => a - b)
        .map((size) => inUnit(fleetPercentile(met, size), shown)),
      late: limit === 0 ? null : fleetTail(met, limit, devices),
    },
    limit:
      limit === 0
        ? null
        : judged(
            correctedTail ?? tail,
            taken.hidden,
            stated(shown(limit), unit, question.limitSource),
          ),
    cause: inCauseUnit(taken),
    jitter: question.jitter,
    why,
    notes: question.notes,
  };
}

function inUnit(fleet: FleetPercentile, shown: (ticks: number) => number): FleetPercentile {
  const [low, high] = fleet.interval;
  return {
    ...fleet,
    value: shown(fleet.value),
    interval: [low === null ? null : shown(low), high === null ? null : shown(high)],
  };
}

function judged(tail: LatencyTail, hidden: number, value: Quantity): TailsDocument["limit"] {
  const p99 = tail.percentiles.find(({ name }) => name === "p99")?.value ?? tail.max;
  const met = p99 <= value.value;
  const digits = (number: number) => Number(number.toPrecision(4));
  const relation = met ? "within" : "over";
  const corrected = hidden === 0 ? "" : " with the samples that stalls hid";
  const why = `P99${corrected} is ${digits(p99)} ${value.unit}, ${relation} ${digits(value.value)} ${value.unit}`;
  return { value, met, why };
}

/** Three digits, with the prefix that fits a time. */
function inWords(time: number, unit: TakenSamples["unit"]): string {
  const [factor, prefixed] =
    unit === "cycle" || time >= 1 || time === 0
      ? [1, unit]
      : time >= 1e-3
        ? [1e3, "us"]
        : [1e6, "ns"];
  return `${Number((time * factor).toPrecision(3))} ${prefixed}`;
}

function inCauseUnit(taken: TakenSamples): TailsDocument["cause"] {
  const { trace, interval, unit, ticksPerUnit, source } = taken;
  const values = Float64Array.from(trace, (ticks) => ticks / ticksPerUnit);
  const report = causesOf(values, {
    interval: interval / ticksPerUnit,
    show: (time) => inWords(time, unit),
  });
  const looked = report.traceSamples;
  return { ...report, kind: "modelled", unit, source: `the first ${looked} samples: ${source}` };
}
