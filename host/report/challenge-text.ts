/**
 * Decides how the optimisation challenge reads in a terminal: the verdict first, then its sections.
 * What they say is left to challenge-sections.ts.
 */
import type { ChallengeDocument } from "../analyze/challenge/document.ts";
import type { Kind } from "../analyze/quantity.ts";
import type { Cell } from "./challenge-sections.ts";
import { challengeSections, verdictText } from "./challenge-sections.ts";
import { formatParts, KIND_MARK, KIND_MEANING } from "./format.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";

const WIDTH = 96;

/** The document as text, ending in a newline. */
export function challengeText(document: ChallengeDocument, colour: boolean): string {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  const sections = challengeSections(document).flatMap(({ title, lines, table, listing }) => [
    "",
    bold(printable(title)),
    ...lines.flatMap((line) => wrap(printable(line), WIDTH)),
    ...(table === null
      ? []
      : indented([table.head, ...table.rows.map((row) => row.map(cellText))])),
    ...listing.map((line) => dim(`    ${printable(line)}`)),
  ]);
  const kinds = (Object.keys(KIND_MARK) as Kind[]).map((kind) =>
    dim(`  ${KIND_MARK[kind]} ${kind}: ${KIND_MEANING[kind]}`),
  );
  return `${[bold(printable(verdictText(document))), ...sections, "", ...kinds].join("\n")}\n`;
}

/** A cell as text: a quantity behind the mark of its kind. */
export function cellText(cell: Cell): string {
  if (typeof cell === "string") return printable(cell);
  const { number, unit } = formatParts(cell.value, cell.unit);
  return `${KIND_MARK[cell.kind]} ${number} ${unit}`.trimEnd();
}

function indented(rows: readonly (readonly string[])[]): readonly string[] {
  return textTable(rows)
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
}

/** Lines of at most `width` characters, indented by two. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > width && line.trim() !== "") {
      lines.push(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
