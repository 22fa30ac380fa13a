/**
 * Decides how several machines read in a terminal and in Markdown: one table, then what binds each.
 * The numbers are left to analyze/machines-document.ts.
 */
import type { MachineRow, MachinesDocument } from "../analyze/machines-document.ts";
import type { Quantity } from "../analyze/quantity.ts";
import type { Waterfall } from "../analyze/waterfall.ts";
import { choiceBlocks } from "./choices-text.ts";
import { formatParts, KIND_MARK, KIND_MEANING } from "./format.ts";
import { boundText, summaryText, tailQuantity, timeQuantity } from "./machine-cells.ts";
import { whatIfLines } from "./machines-what-if.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";
import { amountText } from "./waterfall-svg.ts";

const HEAD = ["#", "machine", "workload", "time", "P99", "rate", "op/byte", "MFU", "MBU", "bound"];
const NAME_WIDTH = 34;

/** The document as text, ending in a newline. */
export function machinesText(document: MachinesDocument, colour: boolean): string {
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const { rows, notes } = document;
  const kinds = (Object.keys(KIND_MARK) as (keyof typeof KIND_MARK)[]).map(
    (kind) => `  ${KIND_MARK[kind]} ${kind}: ${KIND_MEANING[kind]}`,
  );
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", bold(title), ...lines];
  return `${[
    bold(printable(summaryText(rows))),
    "",
    textTable([HEAD, ...rows.map((row, index) => cells(row, index, NAME_WIDTH))]).trimEnd(),
    ...section(
      "What binds",
      together(rows, ({ analysis }) => [analysis.explanation]),
    ),
    ...section("Iron Law and what-ifs", whatIfLines(rows)),
    ...section("Waterfall", waterfallLines(document.waterfall)),
    ...choiceBlocks(document).flatMap(({ title, tables, words }) =>
      section(printable(title), [
        ...tables.flatMap((table) => [indented(table), ""]),
        ...words.map((text) => `  ${printable(text)}`),
      ]),
    ),
    ...section(
      "Warnings",
      together(rows, ({ warnings }) => warnings),
    ),
    ...section(
      "Notes",
      notes.map((note) => `  ${note}`),
    ),
    "",
    ...kinds.map(dim),
    dim("  pioneer analyze FILE... --explain rows.0.analysis.rate shows where a number comes from"),
  ].join("\n")}\n`;
}

/** The same table for GitHub and the like. */
export function machinesMarkdown(document: MachinesDocument): string {
  const { rows, notes } = document;
  const line = (fields: readonly string[]) =>
    `| ${fields.map((field) => harmless(field).replaceAll("|", "\\|")).join(" | ")} |`;
  const words = rows.map(
    ({ analysis }, index) => `${index + 1}. ${harmless(analysis.explanation)}`,
  );
  const table = ([head = [], ...others]: readonly (readonly string[])[]) =>
    [line(head), `|${head.map(() => "---").join("|")}|`, ...others.map(line)].join("\n");
  const choices = choiceBlocks(document).map(
    ({ title, tables, words: said }) =>
      `\n## ${harmless(title)}\n\n${[...tables.map(table), said.map((text) => `- ${harmless(text)}`).join("\n")].join("\n\n")}\n`,
  );
  return `# Machines side by side

${harmless(summaryText(rows))}

${table([HEAD, ...rows.map((row, index) => cells(row, index, Number.POSITIVE_INFINITY))])}

${Object.entries(KIND_MARK)
  .map(([kind, mark]) => `${mark} ${kind}`)
  .join(", ")}.

${words.join("\n")}
${markdownBlock("Iron Law and what-ifs", whatIfLines(rows))}${markdownBlock("Waterfall", waterfallLines(document.waterfall))}${choices.join("")}${notes.map((note) => `\n${note}\n`).join("")}`;
}

/** Lines of the terminal as a block of Markdown; nothing without lines. */
function markdownBlock(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const text = lines.map((line) => line.replaceAll("`", "'")).join("\n");
  return `\n## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}

/** A bar a line, then what it comes to. */
function waterfallLines(waterfall: Waterfall | undefined): readonly string[] {
  if (waterfall === undefined) return [];
  const bars = waterfall.bars.map((bar) => [
    bar.name,
    amountText(bar),
    `${KIND_MARK[bar.amount.kind]} ${bar.amount.kind}`,
    bar.words,
  ]);
  return [indented([["step", "time", "", ""], ...bars]), `  ${printable(waterfall.explanation)}`];
}

/** A table below a heading, its cells cut to what a terminal holds. */
function indented(table: readonly (readonly string[])[]): string {
  const shown = table.map((row) => row.map((text) => cut(text, NAME_WIDTH)));
  return textTable(shown).trimEnd().replaceAll(/^/gm, "  ");
}

/** Text that starts no tag where Markdown may hold HTML. */
function harmless(text: string): string {
  return printable(text).replaceAll("<", "&lt;");
}

/** Sentences by the rows they hold for: "  1, 3  text". */
function together(
  rows: readonly MachineRow[],
  sentences: (row: MachineRow) => readonly string[],
): readonly string[] {
  const numbers = new Map<string, number[]>();
  for (const [index, row] of rows.entries()) {
    for (const text of sentences(row).map(printable))
      numbers.set(text, [...(numbers.get(text) ?? []), index + 1]);
  }
  return [...numbers].map(([text, of]) => `  ${of.join(", ")}  ${text}`);
}

function cells(row: MachineRow, index: number, width: number): readonly string[] {
  const { analysis } = row;
  return [
    String(index + 1),
    cut(row.machine, width),
    cut(row.workload.name, width),
    cell(timeQuantity(row)),
    cell(tailQuantity(row)),
    cell(analysis.rate),
    cell(analysis.arithmeticIntensity),
    cell(analysis.mfu),
    cell(analysis.mbu),
    printable(boundText(row)),
  ];
}

function cell(quantity: Quantity | null): string {
  if (quantity === null) return "-";
  const { number, unit } = formatParts(quantity.value, quantity.unit);
  const shown = quantity.unit === "op/byte" ? number : `${number} ${unit}`;
  return `${KIND_MARK[quantity.kind]} ${shown}`;
}

function cut(text: string, width: number): string {
  const shown = printable(text);
  return shown.length <= width ? shown : `${shown.slice(0, width - 1)}…`;
}
