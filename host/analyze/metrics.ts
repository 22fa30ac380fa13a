/**
 * Decides what places and machines may be weighed by, and who is not beaten on two of those metrics at once.
 * Where their numbers come from is left to places.ts and machine-choice.ts.
 */
import type { ParetoAxis } from "./pareto.ts";
import { paretoFront } from "./pareto.ts";
import type { Quantity } from "./quantity.ts";

/** Somewhere that work may be done; null where a number is not known. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  /** Until a typical frame is back [ms]. */
  readonly latencyMs: Quantity | null;
  /** 99 of 100 frames are back by then [ms]. */
  readonly p99Ms: Quantity | null;
  /** Energy on the wearable a frame: computing it, or sending it and receiving the answer [uJ]. */
  readonly wearableUj: Quantity | null;
  /** Rent, every moment used, and egress [USD]. */
  readonly usdPerMillionFrames: Quantity | null;
  /** [USD] */
  readonly usdPerToken: Quantity | null;
  /** Frames a second a watt of the computer itself [frame/J]. */
  readonly framesPerJoule: Quantity | null;
  /** Of the wearer's sound, away from the wearable [byte/s]. */
  readonly leaves: Quantity | null;
}

/** The names that --pareto takes. */
export const METRIC_NAMES = [
  "latency",
  "p99",
  "energy",
  "cost",
  "token",
  "efficiency",
  "exposure",
] as const;

export type Metric = (typeof METRIC_NAMES)[number];

export interface MetricAxis extends ParetoAxis<Contender> {
  readonly unit: string;
  quantity(contender: Contender): Quantity | null;
}

export const METRICS: Readonly<Record<Metric, MetricAxis>> = {
  latency: axis("latency", "ms", "lower", ({ latencyMs }) => latencyMs),
  p99: axis("P99", "ms", "lower", ({ p99Ms }) => p99Ms),
  energy: axis("energy on the wearable a frame", "uJ", "lower", ({ wearableUj }) => wearableUj),
  cost: axis("cost of a million frames", "USD", "lower", (of) => of.usdPerMillionFrames),
  token: axis("$/token", "USD", "lower", ({ usdPerToken }) => usdPerToken),
  efficiency: axis("FPS/W", "frame/J", "higher", ({ framesPerJoule }) => framesPerJoule),
  exposure: axis("sound that leaves", "byte/s", "lower", ({ leaves }) => leaves),
};

/** Who is not beaten on two metrics at once, by id. */
export interface ParetoIds {
  readonly by: readonly [Metric, Metric];
  /** Best first metric first. */
  readonly front: readonly string[];
  /** Each with one of the front that is at least as good on both and better on one. */
  readonly beaten: readonly { readonly id: string; readonly by: string }[];
  /** One of the two metrics is not known. */
  readonly unplaced: readonly string[];
}

/** @throws AnalysisError TP-USE-261 without a contender */
export function paretoIds(
  contenders: readonly Contender[],
  by: readonly [Metric, Metric],
): ParetoIds {
  const { front, beaten, unplaced } = paretoFront(contenders, METRICS[by[0]], METRICS[by[1]]);
  return {
    by,
    front: front.map(({ id }) => id),
    beaten: beaten.map(({ item, by: better }) => ({ id: item.id, by: better.id })),
    unplaced: unplaced.map(({ id }) => id),
  };
}

function axis(
  name: string,
  unit: string,
  better: "lower" | "higher",
  quantity: (contender: Contender) => Quantity | null,
): MetricAxis {
  return {
    name,
    unit,
    better,
    quantity,
    value: (contender) => quantity(contender)?.value ?? null,
  };
}
