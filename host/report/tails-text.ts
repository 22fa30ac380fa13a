/**
 * Decides how a tail reads in a terminal: what made it first, then percentiles, views and fleets.
 * The numbers are left to analyze/tails.
 */

import type { TailsDocument } from "../analyze/tails/document.ts";
import { JITTER_SOURCES } from "../analyze/tails/jitter-sources.ts";
import type { LatencyTail } from "../analyze/tails/percentiles.ts";
import type { HistogramView } from "../analyze/tails/views.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";

const BAR_CELLS = 40;
/** Bars of a terminal's view; the document's are put together in groups. */
const BARS = 20;
const EIGHTHS = " ▏▎▍▌▋▊▉█";

export function tailsText(document: TailsDocument): string {
  const { recorded, corrected, views, limit, notes } = document;
  const lines = [
    ...heading(document),
    "",
    ...percentiles("as recorded", recorded),
    ...(corrected === null
      ? []
      : [
          "",
          `coordinated omission corrected: ${formatNumber(corrected.hidden)} samples hidden at one every ${shown(corrected.expectedInterval.value, corrected.unit)}`,
          ...(corrected.hidden === 0 ? [] : percentiles("corrected", corrected)),
        ]),
    "",
    ...fleet(document),
    ...(limit === null ? [] : ["", `limit ${limit.met ? "holds" : "MISSED"}: ${limit.why}`]),
    "",
    "linear view: bars as wide as each other, their length the count",
    ...bars(views.linear, (count, most) => count / most),
    "",
    "log view: bars wider by a factor, their length the logarithm of the count",
    ...bars(views.log, (count, most) => Math.log1p(count) / Math.log1p(most)),
    "",
    ...notes.map((note) => `note: ${note}`),
    `${KIND_MARK[recorded.kind]} ${recorded.kind}: ${recorded.source}`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function heading({ recorded, cause }: TailsDocument): readonly string[] {
  const found = cause.causes.map(({ source, share, confidence, evidence }) => {
    const sure = confidence > 0.9999 ? "over 99.99" : (confidence * 100).toFixed(2);
    return `  ${JITTER_SOURCES[source].words}, ${formatNumber(share * 100, 3)} % of the late time, ${sure} % sure: ${evidence}`;
  });
  const p99 = recorded.percentiles.find(({ name }) => name === "p99")?.value ?? recorded.max;
  return [
    `${formatNumber(recorded.count)} samples: P99 ${shown(p99, recorded.unit)}`,
    found.length === 0 ? "no cause of lateness found" : "what made samples late:",
    ...found,
    `  ${cause.why}`,
  ];
}

function percentiles(title: string, tail: LatencyTail): readonly string[] {
  const mark = KIND_MARK[tail.kind];
  const time = (value: number) => shown(value, tail.unit);
  const head = [
    title,
    `${mark} ${tail.kind}`,
    `${tail.confidence * 100} % interval`,
    "normal model",
  ];
  const rows = tail.percentiles.map(({ name, value, interval, normal, samplesToBound }) => {
    const [low, high] = interval;
    const range =
      low === null && high === null
        ? `not bounded below ${formatNumber(samplesToBound)} samples`
        : `${low === null ? "?" : time(low)} .. ${high === null ? `? below ${formatNumber(samplesToBound)} samples` : time(high)}`;
    return [name.replace("p", "P"), time(value), range, time(normal)];
  });
  return textTable([
    head,
    ...rows,
    ["mean", time(tail.mean), `deviation ${time(tail.deviation)}`],
    ["min, max", `${time(tail.min)}, ${time(tail.max)}`],
  ])
    .trimEnd()
    .split("\n");
}

function fleet({ fleet: { p99, late }, recorded }: TailsDocument): readonly string[] {
  const time = (value: number | null) => (value === null ? "?" : shown(value, recorded.unit));
  const rows = p99.map(({ devices, share, value, interval, samplesToBound }) => [
    formatNumber(devices),
    `P${Number((share * 100).toFixed(5))}`,
    time(value),
    interval[1] === null
      ? `${time(interval[0])} .. ? below ${formatNumber(samplesToBound)} samples`
      : `${time(interval[0])} .. ${time(interval[1])}`,
  ]);
  const table = textTable([["devices", "of each", "P99 of the slowest", "95 % interval"], ...rows]);
  const percent = (share: number) => `${formatNumber(share * 100, 3)} %`;
  const words =
    late === null
      ? []
      : [
          `${percent(late.lateShare)} of frames are over the limit (${late.lateInterval.map(percent).join(" .. ")}); of ${formatNumber(late.devices)} devices at least one is, with a chance of ${percent(late.anyLate)} (${late.anyInterval.map(percent).join(" .. ")})`,
        ];
  return [...table.trimEnd().split("\n"), ...words];
}

function bars(
  view: HistogramView,
  height: (count: number, most: number) => number,
): readonly string[] {
  const width = Math.ceil(view.bars.length / BARS);
  const groups = Array.from({ length: Math.ceil(view.bars.length / width) }, (_, i) =>
    view.bars.slice(i * width, (i + 1) * width),
  ).map((group) => ({
    low: group[0]?.low ?? 0,
    count: group.reduce((sum, { count }) => sum + count, 0),
  }));
  const most = Math.max(...groups.map(({ count }) => count));
  const rows = groups.map(({ low, count }) => [
    shown(low, view.unit),
    count === 0 ? "" : bar(height(count, most)),
    count === 0 ? "" : formatNumber(count),
  ]);
  const label = Math.max(...rows.map(([text = ""]) => text.length));
  return rows.map(([low = "", cells = "", count = ""]) =>
    `  ${low.padStart(label)} |${cells} ${count}`.trimEnd(),
  );
}

/** Eighths of a cell, one at least: a rare sample is seen. */
function bar(share: number): string {
  const eighths = Math.max(1, Math.round(share * BAR_CELLS * 8));
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "").trim();
}

/** A time with the prefix that fits, or cycles. */
function shown(value: number, unit: string): string {
  return unit === "ms" ? formatValue(value / 1e3, "s", 4) : formatValue(value, unit, 6);
}
