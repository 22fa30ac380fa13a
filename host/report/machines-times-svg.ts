/**
 * Decides how the times of several machines look: smallest to largest as a line, the median as a mark, P99 as a tick.
 * Statistics are left to the analyzer.
 */
import type { MachineRow } from "../analyze/machines-document.ts";
import { formatTickValue, formatValue } from "./format.ts";
import { timeQuantity } from "./machine-cells.ts";
import { kindShape, machineStyles } from "./machines-roofline-svg.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";
import { levelWhisker } from "./whisker-svg.ts";

const WIDTH = 760;
const LEFT = 250;
const RIGHT = WIDTH - 96;
const TOP = 12;
const ROW_HEIGHT = 30;
/** Rows that one plot shows; the table has all. */
const MOST_ROWS = 40;
const LONGEST_NAME = 36;

/** Null when no row has a time above 0. */
export function machinesTimes(rows: readonly MachineRow[]): Picture | null {
  const styles = machineStyles(rows);
  const timed = rows.flatMap((row, index) => {
    const typical = timeQuantity(row);
    if (typical === null || row.time === null) return [];
    const { min, p99, max } = row.time;
    const low = min !== null && min > 0 ? min : typical.value;
    return [{ row, index, typical, low, p99, high: max ?? p99 ?? typical.value }];
  });
  const shown = timed.slice(0, MOST_ROWS);
  if (shown.length === 0) return null;
  const bottom = TOP + shown.length * ROW_HEIGHT + 6;
  const least = Math.min(...shown.map(({ low, typical }) => Math.min(low, typical.value)));
  const most = Math.max(...shown.map(({ high, typical }) => Math.max(high, typical.value)));
  const x = logScale([least / 1.6, most * 1.6], [LEFT, RIGHT]);
  const y = Object.assign((value: number) => value, {
    domain: [TOP, bottom] as const,
    range: [bottom, TOP] as const,
  });
  const lines = shown.map(({ row, index, typical, low, p99, high }, line) => {
    const middle = TOP + line * ROW_HEIGHT + ROW_HEIGHT / 2;
    const style = styles.get(row.machine) ?? 0;
    const tick =
      p99 === null || p99 <= 0
        ? ""
        : `<path class="tp-limit" d="M${at(x(p99))} ${middle - 7}V${middle + 7}"><title>P99 ${escapeXml(formatValue(p99, "s"))}</title></path>`;
    return `<text x="${LEFT - 12}" y="${middle - 1}" text-anchor="end">${escapeXml(short(`${index + 1}  ${row.workload.name}`))}</text>
<text class="tp-note" x="${LEFT - 12}" y="${middle + 11}" text-anchor="end">${escapeXml(short(row.machine))}</text>
<path class="tp-span tp-s${style}" d="M${at(x(low))} ${middle}H${at(x(high))}"/>${tick}
${levelWhisker(typical.interval, middle, x)}${kindShape(typical.kind, x(typical.value), middle, style)}
<text class="tp-note" x="${RIGHT + 8}" y="${middle + 4}">${escapeXml(formatValue(typical.value, "s"))}</text>`;
  });
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "time of one repetition",
        format: (seconds) => formatTickValue(seconds, "s"),
      },
      { scale: y, ticks: [], label: "", format: String },
    ),
    ...lines,
  ].join("\n");
  const left = timed.length - shown.length;
  return {
    id: "machines-times",
    title: "Time of one repetition",
    description: `Median with its smallest, largest and 99th percentile for ${shown.length} workloads${left > 0 ? `; ${left} more stand in the table` : ""}.`,
    width: WIDTH,
    height: bottom + 46,
    body,
  };
}

function short(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 1)}…`;
}
