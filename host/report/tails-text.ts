/**
 * Decides how a tail reads in a terminal: tables first, then both views as bars.
 * Words and tables are left to tails-tables.ts.
 */
import type { TailsDocument } from "../analyze/tails/document.ts";
import type { HistogramView } from "../analyze/tails/views.ts";
import { formatNumber, KIND_MARK } from "./format.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";
import type { Rows } from "./tails-tables.ts";
import {
  causeSentences,
  fleetRows,
  fleetWords,
  headline,
  limitText,
  omissionText,
  percentileRows,
  timeText,
  VIEW_WORDS,
} from "./tails-tables.ts";

const BAR_CELLS = 40;
/** Bars of a terminal's view; the document's are put together in groups. */
const BARS = 20;
const EIGHTHS = " ▏▎▍▌▋▊▉█";

export function tailsText(document: TailsDocument): string {
  const { recorded, corrected, views, limit, notes, cause } = document;
  const causes = causeSentences(document);
  const fleet = fleetWords(document);
  const lines = [
    headline(document),
    causes.length === 0 ? "no cause of lateness found" : "what made samples late:",
    ...causes.map((sentence) => `  ${sentence}`),
    `  ${cause.why}`,
    "",
    ...table(percentileRows("as recorded", recorded)),
    ...(corrected === null ? [] : ["", omissionText(corrected)]),
    ...(corrected === null || corrected.hidden === 0
      ? []
      : table(percentileRows("corrected", corrected))),
    "",
    ...table(fleetRows(document)),
    ...(fleet === "" ? [] : [fleet]),
    ...(limit === null ? [] : ["", limitText(limit)]),
    "",
    VIEW_WORDS.linear,
    ...bars(views.linear, (count, most) => count / most),
    "",
    VIEW_WORDS.log,
    ...bars(views.log, (count, most) => Math.log1p(count) / Math.log1p(most)),
    "",
    ...notes.map((note) => `note: ${note}`),
    `${KIND_MARK[recorded.kind]} ${recorded.kind}: ${recorded.source}`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function table(rows: Rows): readonly string[] {
  return textTable(rows).trimEnd().split("\n");
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
    timeText(low, view.unit),
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
