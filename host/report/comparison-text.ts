/**
 * Decides how a comparison reads in a terminal.
 * Words and numbers are left to comparison-cells.ts.
 */
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import {
  changeCell,
  errorRates,
  quantityText,
  reasons,
  sideCell,
  VERDICT_MARK,
  verdictText,
} from "./comparison-cells.ts";
import { KIND_MARK } from "./format.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";

const HEAD = ["", "", "workload", "machine", "number", "baseline", "candidate", "change"];
const NAME_WIDTH = 30;

/** The document as text, ending in a newline. */
export function comparisonText(document: ComparisonDocument, colour: boolean): string {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  const { rows, changed, warnings } = document;
  const kinds = [...new Set(rows.map(({ baseline }) => baseline.kind))];
  return `${[
    bold(printable(verdictText(document))),
    ...(document.tests === 0 ? [] : [errorRates(document)]),
    "",
    textTable([
      HEAD,
      ...rows.map((row, index) => [
        String(index + 1),
        `${VERDICT_MARK[row.verdict]} ${row.verdict}`,
        cut(row.workload),
        cut(row.machine),
        cut(quantityText(row)),
        sideCell(row.baseline),
        sideCell(row.candidate),
        changeCell(row),
      ]),
    ]).trimEnd(),
    "",
    ...together(document),
    ...(changed.length === 0 ? [] : ["", bold("What changed beside the numbers")]),
    ...changed.map(({ workload, name, baseline, candidate }) =>
      printable(`  ${workload}, ${name}: ${baseline ?? "-"} -> ${candidate ?? "-"}`),
    ),
    ...(warnings.length === 0 ? [] : ["", bold("Warnings")]),
    ...warnings.map(({ code, text }) => printable(`  ${text} [${code}]`)),
    "",
    dim(`  ${kinds.map((kind) => `${KIND_MARK[kind]} ${kind}`).join(", ")}`),
  ].join("\n")}\n`;
}

/** Reasons, each with the rows it holds for: "  1, 3  text", further sentences below it. */
function together(document: ComparisonDocument): readonly string[] {
  const numbers = new Map<string, number[]>();
  for (const [index, row] of document.rows.entries()) {
    const text = reasons(row, document).map(printable).join("\n     ");
    numbers.set(text, [...(numbers.get(text) ?? []), index + 1]);
  }
  return [...numbers].map(([text, of]) => `  ${of.join(", ")}  ${text}`);
}

function cut(text: string): string {
  const shown = printable(text);
  return shown.length <= NAME_WIDTH ? shown : `${shown.slice(0, NAME_WIDTH - 1)}…`;
}
