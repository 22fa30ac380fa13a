/**
 * Decides how the terms of the Iron Law and the what-ifs read: names, letters of arrows, cells and sentences.
 * Their numbers are left to analyze/time-terms.ts, laying them out to the reports.
 */
import type { TimeTerms, WhatIfRow } from "../analyze/time-terms.ts";
import { formatParts, formatValue } from "./format.ts";
import type { Row } from "./rows.ts";

/** A change that moves its point by less is drawn without an arrow. */
const LEAST_ARROW = 1.005;

/** A letter a change: the arrow's in the plot, the row's in the table. */
export function letterOf(index: number): string {
  return String.fromCharCode(97 + index);
}

/** Whether the roofs rise or the work moves under them. */
export function hasArrow({ from, to }: WhatIfRow): boolean {
  const factor = (a: number, b: number) => Math.max(a / b, b / a);
  return (
    factor(to.attainable, from.attainable) >= LEAST_ARROW ||
    factor(to.arithmeticIntensity, from.arithmeticIntensity) >= LEAST_ARROW
  );
}

/** "1.33x", or "none". */
export function speedUpText(value: number): string {
  return value > 1 / LEAST_ARROW && value < LEAST_ARROW
    ? "none"
    : `${formatParts(value, "x").number}x`;
}

/** The limit with what it supposes, in one sentence. */
export function limitText({ limit, condition }: WhatIfRow): string {
  return condition === "" ? limit : `${limit}; ${condition}`;
}

/** The new bound with its roof: "memory (flash)". */
export function newBoundText({ newBound, newRoof }: WhatIfRow): string {
  return `${newBound} (${newRoof})`;
}

/** The terms as rows, the largest named. */
export function termRows(terms: TimeTerms): readonly Row[] {
  const { data, arithmetic, wait, overhead, utilisation, largest } = terms;
  const mark = (term: TimeTerms["largest"]) => (term === largest ? ", the largest" : "");
  const waits =
    wait === null ? "" : `, of which the core waits ${formatValue(wait.value, wait.unit)}`;
  const row = (name: string, text: string, from: { kind: Row["kind"]; source: string }): Row => ({
    name,
    text,
    kind: from.kind,
    source: from.source,
  });
  return [
    row("data", `${formatValue(data.value, data.unit)}${waits}${mark("data")}`, data),
    row(
      "arithmetic",
      `${formatValue(arithmetic.value, arithmetic.unit)} at ${formatValue(utilisation.value, "1")} of the peak${mark("arithmetic")}`,
      arithmetic,
    ),
    row("overhead", `${formatValue(overhead.value, overhead.unit)}${mark("overhead")}`, overhead),
  ];
}

/** A what-if in one line. */
export function whatIfLine(row: WhatIfRow, index: number): Row {
  const gain = speedUpText(row.speedUp.value);
  const roofs = speedUpText(row.roofSpeedUp.value);
  const time = `${formatValue(row.newTime.value, row.newTime.unit)}, ${gain === "none" ? "no gain" : gain}`;
  return {
    name: letterOf(index),
    text: `${row.change}: ${time}${roofs === gain ? "" : ` (by the roofs ${roofs})`}; ${row.limit}`,
    kind: row.newTime.kind,
    source: row.arithmetic,
  };
}
