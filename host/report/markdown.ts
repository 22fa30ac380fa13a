/**
 * Decides how a run reads as Markdown: tables that GitHub renders, every number with its kind and source.
 * Which numbers appear is left to rows.ts.
 */
import type { RunDocument } from "../analyze/document.ts";
import type { Kind } from "../analyze/quantity.ts";
import { budgetName } from "./bars-svg.ts";
import { formatNumber, formatTick, formatValue, KIND_MARK } from "./format.ts";
import { hearableRows } from "./hearable.ts";
import { subjectOf, verdictOf } from "./report-input.ts";
import type { Line } from "./rows.ts";
import { isGap, proofRows, provenanceRows, rooflineRows, sizeRows, speedRows } from "./rows.ts";
import { Sources } from "./sources.ts";
import { amountText } from "./waterfall-svg.ts";
import { limitText, newBoundText, speedUpText } from "./what-if-rows.ts";

/** The report as Markdown, ending in a newline. */
export function renderMarkdown(document: RunDocument): string {
  const lines = [`# ${cell(subjectOf(document))}`, "", cell(verdictOf(document)), ""];
  const sources = new Sources();
  const numbers = [
    ...proofRows(document),
    ...speedRows(document),
    ...hearableRows(document),
    ...sizeRows(document),
    ...rooflineRows(document),
  ];
  lines.push(
    ...table(
      ["", "value", "kind", "source"],
      numbers.map((line) => lineCells(line, sources)),
    ),
  );
  if (document.roofline !== null) lines.push(`${cell(document.roofline.explanation)}.`, "");
  lines.push(...whatIfTable(document, sources), ...waterfallTables(document, sources));
  lines.push("## Budgets", "");
  if (document.budgets === null) lines.push(`None: ${cell(document.why.budgets ?? "")}.`, "");
  else if (document.budgets.length === 0) lines.push("None was asked for.", "");
  else
    lines.push(
      ...table(["budget", "limit", "value", "verdict", "why"], budgetCells(document, sources)),
    );
  lines.push(...boardsTable(document, sources));
  lines.push("## Elsewhere", "");
  if (document.comparison.length === 0 && document.why.comparison) {
    lines.push(`None: ${cell(document.why.comparison)}.`, "");
  } else
    lines.push(
      ...table(
        ["machine", "compute", "network", "total", "in time", "rent", "kind", "sources"],
        document.comparison.map((column) => [
          column.name,
          formatValue(column.computeMs.value, "ms"),
          column.networkMs === null ? "none" : range(column.networkMs),
          range(column.totalMs),
          column.inTime === null ? "not known" : column.inTime ? "yes" : "no",
          column.price === null ? "none" : `${formatNumber(column.price.value)} USD/h`,
          `${KIND_MARK[column.totalMs.kind]} ${column.totalMs.kind}`,
          [column.computeMs, column.networkMs, column.price]
            .filter((quantity) => quantity !== null)
            .map((quantity) => sources.cite(quantity))
            .join(", "),
        ]),
      ),
    );
  lines.push("## Provenance", "", ...table(["", ""], provenanceRows(document)));
  lines.push("## Sources", "");
  for (const note of sources.notes) {
    lines.push(`${note.number}. ${KIND_MARK[note.kind]} ${note.kind}: ${cell(note.source)}`);
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function lineCells(line: Line, sources: Sources): readonly string[] {
  return isGap(line)
    ? [line.name, `none: ${line.why}`, "", ""]
    : [line.name, line.text, `${KIND_MARK[line.kind]} ${line.kind}`, String(sources.cite(line))];
}

function budgetCells(document: RunDocument, sources: Sources): readonly (readonly string[])[] {
  return (document.budgets ?? []).map((budget) => [
    budgetName(budget.name),
    `${formatTick(budget.limit.value)} ${budget.limit.unit}`,
    budget.value === null
      ? "not known"
      : `${formatValue(budget.value.value, budget.value.unit)}, ${budget.value.kind} (${sources.cite(budget.value)})`,
    budget.met === null ? "not known" : budget.met ? "holds" : "missed",
    budget.why,
  ]);
}

function whatIfTable({ roofline }: RunDocument, sources: Sources): readonly string[] {
  if (roofline === null) return [];
  const { terms, whatIfs } = roofline;
  const kindOf = (from: { readonly kind: Kind; readonly source: string }) =>
    `${KIND_MARK[from.kind]} ${from.kind} (${sources.cite(from)})`;
  const rows = whatIfs.map((row) => [
    row.change,
    `${formatValue(row.newTime.value, row.newTime.unit)}, ${kindOf(row.newTime)}`,
    speedUpText(row.speedUp.value),
    speedUpText(row.roofSpeedUp.value),
    newBoundText(row),
    row.arithmetic,
    limitText(row),
  ]);
  const heads = ["change", "new time", "speed-up", "by the roofs", "new bound", "roofs", "limit"];
  return [
    "## Iron Law and what-ifs",
    "",
    `${cell(`${terms.expression}: ${terms.explanation}`)}.`,
    "",
    ...table(heads, rows),
  ];
}

function waterfallTables(
  { traffic, optimisation }: RunDocument,
  sources: Sources,
): readonly string[] {
  return [traffic, optimisation].flatMap((waterfall) => {
    if (waterfall === null) return [];
    const rows = waterfall.bars.map((bar) => [
      bar.name,
      amountText(bar),
      `${KIND_MARK[bar.amount.kind]} ${bar.amount.kind} (${sources.cite(bar.amount)})`,
      bar.words,
    ]);
    return [
      `## ${waterfall.title}`,
      "",
      `${cell(waterfall.explanation)}.`,
      "",
      ...table(["bar", "amount", "kind", "what it is"], rows),
    ];
  });
}

function boardsTable(document: RunDocument, sources: Sources): readonly string[] {
  const boards = document.boards ?? [];
  if (boards.length < 2) return [];
  const verdict = (met: boolean | null) => (met === null ? "not judged" : met ? "holds" : "missed");
  const rows = boards.map(({ name, latencyMs, powerMw, latencyMet, powerMet, without }) => [
    without === undefined ? name : `${name}, without ${without}`,
    `${formatValue(latencyMs.value, "ms")} (${sources.cite(latencyMs)})`,
    verdict(latencyMet),
    powerMw === null
      ? "not known"
      : `${formatValue(powerMw.value, "mW")} (${sources.cite(powerMw)})`,
    verdict(powerMet),
    `${KIND_MARK[latencyMs.kind]} ${latencyMs.kind}`,
  ]);
  const heads = ["board", "worst frame", "time", "average power", "power", "kind"];
  return ["## Boards with this core", "", ...table(heads, rows)];
}

function range(quantity: {
  readonly value: number;
  readonly unit: string;
  readonly interval?: readonly [number, number];
}): string {
  const value = formatValue(quantity.value, quantity.unit);
  if (quantity.interval === undefined) return value;
  const [low, high] = quantity.interval;
  return `${value} (${formatNumber(low)} to ${formatNumber(high)})`;
}

function table(heads: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [row(heads), `|${" --- |".repeat(heads.length)}`, ...body.map(row), ""];
}

/** Text that cannot end a table cell or start markup. */
function cell(text: string): string {
  return text
    .replace(/[\r\n]+/g, " ")
    .replace(/[\\|*_`[\]]/g, (character) => `\\${character}`)
    .replaceAll("<", "&lt;");
}
