/**
 * Decides the words and tables of a tail: verdict, causes, percentiles, fleets; the same in a terminal and on a page.
 * The numbers are left to analyze/tails, the layout to tails-text.ts, tails-html.ts and tails-markdown.ts.
 */
import type { TailsDocument } from "../analyze/tails/document.ts";
import { JITTER_SOURCES } from "../analyze/tails/jitter-sources.ts";
import type { LatencyTail } from "../analyze/tails/percentiles.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";

/** Cells of plain text; the first row names the columns. */
export type Rows = readonly (readonly string[])[];

export const VIEW_WORDS = {
  linear: "linear view: bars as wide as each other, their length the count",
  log: "log view: bars wider by a factor, their length the logarithm of the count",
} as const;

/** A time with the prefix that fits, or cycles. */
export function timeText(value: number, unit: string): string {
  return unit === "ms" ? formatValue(value / 1e3, "s", 4) : formatValue(value, unit, 6);
}

export function p99Of({ percentiles, max }: LatencyTail): number {
  return percentiles.find(({ name }) => name === "p99")?.value ?? max;
}

/** "20,000 samples: P99 1.302 ms". */
export function headline({ recorded }: TailsDocument): string {
  return `${formatNumber(recorded.count)} samples: P99 ${timeText(p99Of(recorded), recorded.unit)}`;
}

/** One sentence a cause, the likeliest first; empty when none was found. */
export function causeSentences({ cause }: TailsDocument): readonly string[] {
  return cause.causes.map(({ source, share, confidence, evidence }) => {
    const sure = confidence > 0.9999 ? "over 99.99" : (confidence * 100).toFixed(2);
    return `${JITTER_SOURCES[source].words}, ${formatNumber(share * 100, 3)} % of the late time, ${sure} % sure: ${evidence}`;
  });
}

/** "coordinated omission corrected: 9,999 samples hidden at one every 10 ms". */
export function omissionText(corrected: NonNullable<TailsDocument["corrected"]>): string {
  const { hidden, expectedInterval, unit } = corrected;
  return `coordinated omission corrected: ${formatNumber(hidden)} samples hidden at one every ${timeText(expectedInterval.value, unit)}`;
}

/** "limit MISSED: P99 is 98.01 s, over 10 ms". */
export function limitText(limit: NonNullable<TailsDocument["limit"]>): string {
  return `limit ${limit.met ? "holds" : "MISSED"}: ${limit.why}`;
}

/** Percentiles with their intervals beside the normal model's, then mean, deviation and extremes. */
export function percentileRows(title: string, tail: LatencyTail): Rows {
  const time = (value: number) => timeText(value, tail.unit);
  const head = [
    title,
    `${KIND_MARK[tail.kind]} ${tail.kind}`,
    `${tail.confidence * 100} % interval`,
    "normal model",
  ];
  const rows = tail.percentiles.map(({ name, value, interval, normal, samplesToBound }) => [
    name.replace("p", "P"),
    time(value),
    intervalText(interval, samplesToBound, time),
    time(normal),
  ]);
  return [
    head,
    ...rows,
    ["mean", time(tail.mean), `deviation ${time(tail.deviation)}`],
    ["min, max", `${time(tail.min)}, ${time(tail.max)}`],
  ];
}

/** P99 of the slowest of N devices. */
export function fleetRows({ fleet, recorded }: TailsDocument): Rows {
  const time = (value: number) => timeText(value, fleet.unit);
  const rows = fleet.p99.map(({ devices, share, value, interval, samplesToBound }) => [
    formatNumber(devices),
    `P${Number((share * 100).toFixed(5))}`,
    time(value),
    intervalText(interval, samplesToBound, time),
  ]);
  const interval = `${recorded.confidence * 100} % interval`;
  return [["devices", "of each", "P99 of the slowest", interval], ...rows];
}

/** How likely the limit is missed somewhere in the fleet; empty without a limit. */
export function fleetWords({ fleet: { late } }: TailsDocument): string {
  if (late === null) return "";
  const percent = (share: number) => `${formatNumber(share * 100, 3)} %`;
  const range = (interval: readonly number[]) => interval.map(percent).join(" .. ");
  return `${percent(late.lateShare)} of frames are over the limit (${range(late.lateInterval)}); of ${formatNumber(late.devices)} devices at least one is, with a chance of ${percent(late.anyLate)} (${range(late.anyInterval)})`;
}

function intervalText(
  [low, high]: readonly [number | null, number | null],
  samplesToBound: number,
  time: (value: number) => string,
): string {
  const needed = `below ${formatNumber(samplesToBound)} samples`;
  if (low === null && high === null) return `not bounded ${needed}`;
  return `${low === null ? "?" : time(low)} .. ${high === null ? `? ${needed}` : time(high)}`;
}
