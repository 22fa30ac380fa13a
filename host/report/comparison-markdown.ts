/**
 * Decides how a comparison reads in Markdown: in a file, or in the summary of a GitHub job.
 * Words and numbers are left to comparison-cells.ts.
 */
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import type { ComparisonRow } from "../analyze/comparison/judge.ts";
import {
  changeCell,
  errorRates,
  quantityText,
  reasons,
  sideCell,
  subjectOf,
  VERDICT_MARK,
  verdictText,
} from "./comparison-cells.ts";
import { printable } from "./printable.ts";

/** A job's summary holds 1 MiB: rows beyond are counted, those that matter come first. */
const MOST_ROWS = 200;
const ORDER = ["regression", "cannot tell", "improvement", "same"];

export function comparisonMarkdown(document: ComparisonDocument): string {
  const { changed, warnings } = document;
  const sorted = [...document.rows].sort(
    (a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict),
  );
  const rows = sorted.slice(0, MOST_ROWS);
  const left = sorted.length - rows.length;
  const rates = errorRates(document);
  return `## ${harmless(verdictText(document))}

${rates === "" ? "" : `${harmless(rates)}.\n\n`}| | workload | machine | number | baseline | candidate | change |
|---|---|---|---|---|---|---|
${rows.map(tableLine).join("\n")}
${left > 0 ? `\nand ${left} more numbers.\n` : ""}
<details><summary>Why</summary>

${rows.map((row) => `- ${harmless(subjectOf(row))}: ${harmless(reasons(row, document).join("; "))}`).join("\n")}

</details>
${list(
  "What changed beside the numbers",
  changed.map(
    ({ workload, name, baseline, candidate }) =>
      `${workload}, ${name}: ${baseline ?? "-"} → ${candidate ?? "-"}`,
  ),
)}${list(
  "Warnings",
  warnings.map(({ code, text }) => `${text} [${code}]`),
)}`;
}

function tableLine(row: ComparisonRow): string {
  const cells = [
    `${VERDICT_MARK[row.verdict]} ${row.verdict}`,
    row.workload,
    row.machine,
    quantityText(row),
    sideCell(row.baseline),
    sideCell(row.candidate),
    changeCell(row),
  ];
  return `| ${cells.map(harmless).join(" | ")} |`;
}

function list(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(0, MOST_ROWS).map((line) => `- ${harmless(line)}`);
  return `\n### ${title}\n\n${shown.join("\n")}\n`;
}

/** Foreign text as text: no tag, link, mention, code or table cell begins in it. */
function harmless(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_{}[\]#|~!@$]/g, (character) => `&#${character.charCodeAt(0)};`);
}
