/**
 * Decides how a comparison reads as JUnit XML: a test case a number, a failure a regression, skipped what cannot be told.
 * Words and numbers are left to comparison-cells.ts.
 *
 * Source of the elements: the JUnit schema of the Jenkins xUnit plugin, which GitLab and GitHub actions read too.
 */
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import type { ComparisonRow } from "../analyze/comparison/judge.ts";
import { changeCell, quantityText, reasons, sideCell, verdictText } from "./comparison-cells.ts";
import { escapeXml } from "./svg.ts";

/** @param strict what cannot be told is a failure too */
export function comparisonJunit(document: ComparisonDocument, strict: boolean): string {
  const { rows, warnings } = document;
  const failures = rows.filter((row) => fails(row, strict)).length;
  const skipped = rows.filter((row) => row.verdict === "cannot tell").length;
  const counts = `tests="${rows.length}" failures="${failures}" errors="0" skipped="${strict ? 0 : skipped}"`;
  const name = `${document.candidate.name} against ${document.baseline.name}`;
  const notes = [verdictText(document), ...warnings.map(({ code, text }) => `${text} [${code}]`)];
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
<testsuite name="${text(name)}" ${counts}>
${rows.map((row) => testCase(row, document, strict)).join("\n")}
<system-out>${text(notes.join("\n"))}</system-out>
</testsuite>
</testsuites>
`;
}

function fails({ verdict }: ComparisonRow, strict: boolean): boolean {
  return verdict === "regression" || (strict && verdict === "cannot tell");
}

function testCase(row: ComparisonRow, document: ComparisonDocument, strict: boolean): string {
  const head = `<testcase classname="${text(row.machine)}" name="${text(`${row.workload}: ${quantityText(row)}`)}"`;
  const message = text(
    `${row.verdict}: ${sideCell(row.baseline)} -> ${sideCell(row.candidate)}, ${changeCell(row)}`,
  );
  const why = text(reasons(row, document).join("\n"));
  if (fails(row, strict)) {
    return `${head}><failure type="${row.verdict}" message="${message}">${why}</failure></testcase>`;
  }
  if (row.verdict === "cannot tell") return `${head}><skipped message="${message}"/></testcase>`;
  return `${head}><system-out>${message}\n${why}</system-out></testcase>`;
}

/** Characters that XML 1.0 cannot hold, even escaped, lone halves of pairs among them, become a visible mark. */
function text(foreign: string): string {
  const holdable = foreign
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, "\u00b7");
  return escapeXml(holdable);
}
