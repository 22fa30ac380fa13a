/**
 * Decides how the Iron Law and the what-ifs of several machines read: a line or a foldable table a row.
 * Cells and sentences are left to what-if-rows.ts, the table of one run to roofline-html.ts.
 */
import type { MachineRow } from "../analyze/machines-document.ts";
import { formatValue } from "./format.ts";
import type { Html } from "./html-parts.ts";
import { linesTable } from "./html-parts.ts";
import { changedRow } from "./machines-roofline-svg.ts";
import { printable } from "./printable.ts";
import { whatIfTable } from "./roofline-html.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";
import { speedUpText, termRows, whatIfLine } from "./what-if-rows.ts";

/** "fuse all kernels into one brings the most: 1.65x, 18.2 µs"; a reason when nothing gains. */
function bestText({ analysis }: MachineRow): string {
  const best = analysis.whatIfs.toSorted((a, b) => b.speedUp.value - a.speedUp.value)[0];
  if (best === undefined) return "nothing to change is known";
  const gain = speedUpText(best.speedUp.value);
  return gain === "none"
    ? "no single change gains"
    : `${best.change} brings the most: ${gain}, ${formatValue(best.newTime.value, best.newTime.unit)}`;
}

/** Lines for a terminal: each row's terms and best change, then all changes of the row with the arrows. */
export function whatIfLines(rows: readonly MachineRow[]): readonly string[] {
  const each = rows.flatMap((row, index) =>
    row.analysis.terms === null
      ? []
      : [`  ${index + 1}  ${printable(`${row.analysis.terms.explanation}; ${bestText(row)}`)}`],
  );
  const chosen = rows[changedRow(rows)]?.analysis.whatIfs ?? [];
  const changes = chosen.map((row, index) => {
    const { name, text } = whatIfLine(row, index);
    return `     ${name}  ${printable(text)}`;
  });
  const waterfalls = (rows[changedRow(rows)]?.detail?.waterfalls ?? []).map(
    ({ id, explanation }) => `     ${id}: ${printable(explanation)}`,
  );
  const heading = `  what if, of ${changedRow(rows) + 1}:`;
  return [...each, ...(changes.length === 0 ? [] : [heading, ...changes, ...waterfalls])];
}

/** Open for the row whose arrows are drawn, folded for the others; empty when no row has terms. */
export function whatIfSection(rows: readonly MachineRow[], sources: Sources): Html {
  const drawn = changedRow(rows);
  const parts = rows.flatMap((row, index) => {
    const { terms, whatIfs } = row.analysis;
    if (terms === null) return [];
    const open = index === drawn ? " open" : "";
    return [
      `<details${open}><summary><b>${index + 1} ${escapeXml(row.workload.name)}</b> on ${escapeXml(row.machine)}: ${escapeXml(bestText(row))}</summary>
<p>${escapeXml(terms.expression)}: ${escapeXml(terms.explanation)}.</p>
${linesTable(termRows(terms), sources)}
${whatIfTable(whatIfs, sources)}</details>`,
    ];
  });
  if (parts.length === 0) return "";
  return `<section id="what-if"><h2>Iron Law and what-ifs</h2>
${parts.join("\n")}</section>`;
}
