/**
 * Decides how a run reads in a terminal: one screen, every number with its unit and kind.
 * Which numbers appear is left to rows.ts, whether the terminal takes colour to the command line.
 */
import type { BudgetVerdict } from "../analyze/budgets.ts";
import type { Column } from "../analyze/compare.ts";
import type { RunDocument } from "../analyze/document.ts";
import { budgetName } from "./bars-svg.ts";
import { formatNumber, formatTick, formatValue, KIND_MARK, KIND_MEANING } from "./format.ts";
import { hearableRows } from "./hearable.ts";
import { profileLines } from "./profile.ts";
import { subjectOf, verdictOf } from "./report-input.ts";
import type { Line } from "./rows.ts";
import { isGap, proofRows, rooflineRows, sizeRows, speedRows } from "./rows.ts";
import { sparkline } from "./sparkline.ts";
import { fieldLines, sustainedLines } from "./sustained.ts";
import { termRows, whatIfLine } from "./what-if-rows.ts";

export interface TerminalOptions {
  /** Emit ANSI colours. */
  readonly color: boolean;
  /** Cycles of every frame, for a small plot; none where the terminal cannot show one. */
  readonly cycles?: readonly number[];
}

const NAME_WIDTH = 14;
const WRAP = 96;

/** The report as text, ending in a newline. */
export function renderTerminal(
  document: RunDocument,
  { color, cycles = [] }: TerminalOptions,
): string {
  const paint = painter(color);
  const lines: string[] = [
    paint.bold(subjectOf(document)),
    paint.dim(`${document.format}, ${document.app}, ${formatNumber(document.frames)} frames`),
    "",
    verdictOf(document),
  ];
  const section = (title: string, body: readonly string[]) => {
    if (body.length > 0) lines.push("", paint.bold(title), ...body);
  };
  section("Proof", rows(proofRows(document), paint));
  section("Speed and energy", [
    ...rows(speedRows(document), paint),
    ...framesLine(document, cycles, paint),
  ]);
  section("A hop of sound", hopLines(document, paint));
  section("Memory", rows(sizeRows(document), paint));
  section("Roofline", [
    ...rows(rooflineRows(document), paint),
    ...(document.roofline === null ? [] : indent(`${document.roofline.explanation}.`)),
  ]);
  section("Profile", document.profile === undefined ? [] : profileLines(document.profile));
  section("Time", document.roofline === null ? [] : rows(termRows(document.roofline.terms), paint));
  section(`What if  ${KIND_MARK.modelled} modelled`, whatIfs(document));
  section("Waterfalls", waterfalls(document));
  section("Sustained", document.sustained ? sustainedLines(document.sustained) : []);
  section("In the field", document.field ? fieldLines(document.field) : []);
  section("Budgets", budgets(document, paint));
  section("Boards with this core", boardLines(document, paint));
  section(
    "Elsewhere",
    document.comparison.map((column) => columnLine(column, paint)),
  );
  const kinds = (Object.keys(KIND_MARK) as (keyof typeof KIND_MARK)[]).map(
    (kind) => `  ${KIND_MARK[kind]} ${kind}: ${KIND_MEANING[kind]}`,
  );
  lines.push("", ...kinds.map(paint.dim));
  return `${lines.join("\n")}\n`;
}

interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

function painter(color: boolean): Painter {
  const wrap = (code: number) => (text: string) =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { bold: wrap(1), dim: wrap(2), good: wrap(32), bad: wrap(31) };
}

function rows(lines: readonly Line[], paint: Painter): readonly string[] {
  return lines.map((line) => {
    const name = `  ${line.name.padEnd(NAME_WIDTH)}`;
    return isGap(line)
      ? `${name}${paint.dim(`none: ${line.why}`)}`
      : `${name}${line.text}  ${paint.dim(`${KIND_MARK[line.kind]} ${line.kind}`)}`;
  });
}

/** What a whole hop holds, and what its power leaves out. */
function hopLines(document: RunDocument, paint: Painter): readonly string[] {
  const { hearable } = document;
  if (hearable === undefined) return [];
  return [
    ...rows(hearableRows(document), paint),
    ...named("left out", `${hearable.leftOut.join("; ")}.`),
  ];
}

/** The cycles of every frame in order, as a small plot; none of equal ones, which have nothing to show. */
function framesLine(
  { cycles: family }: RunDocument,
  cycles: readonly number[],
  paint: Painter,
): readonly string[] {
  const ends = cycles.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const,
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const,
  );
  if (family === null || !(ends[0] < ends[1])) return [];
  const [low, high] = ends.map((value) => formatNumber(value));
  return [
    `  ${"each frame".padEnd(NAME_WIDTH)}${sparkline(cycles)}  ${low} to ${high} cycles  ${paint.dim(`${KIND_MARK[family.kind]} ${family.kind}`)}`,
  ];
}

/** A line a change. */
function whatIfs({ roofline }: RunDocument): readonly string[] {
  return (roofline?.whatIfs ?? []).flatMap((row, index) => {
    const { name, text } = whatIfLine(row, index);
    return named(name, text);
  });
}

/** One sentence each; the bars are in the other reports. */
function waterfalls({ traffic, optimisation }: RunDocument): readonly string[] {
  return [traffic, optimisation].flatMap((waterfall) => {
    return waterfall === null ? [] : named(waterfall.id, `${waterfall.explanation}.`);
  });
}

function named(name: string, text: string): readonly string[] {
  const [first = "", ...more] = indent(text);
  return [`  ${name.padEnd(NAME_WIDTH)}${first.trimStart()}`, ...more];
}

function budgets(document: RunDocument, paint: Painter): readonly string[] {
  if (document.budgets === null) return [`  none: ${document.why.budgets ?? ""}`];
  return document.budgets.flatMap((budget) => [
    budgetLine(budget, paint),
    ...indent(`${budget.why}.`),
  ]);
}

function budgetLine(budget: BudgetVerdict, paint: Painter): string {
  const name = `  ${budgetName(budget.name).padEnd(NAME_WIDTH)}`;
  const limit = `${formatTick(budget.limit.value)} ${budget.limit.unit}`;
  if (budget.value === null || budget.margin === null) return `${name}${limit}: not known`;
  const value = formatValue(budget.value.value, budget.value.unit);
  const margin = `${formatNumber(Math.abs(budget.margin.value))} % ${budget.met ? "left" : "over"}`;
  const verdict = budget.met ? paint.good("holds") : paint.bad("missed");
  return `${name}${value} of ${limit}: ${verdict}, ${margin}  ${paint.dim(`${KIND_MARK[budget.value.kind]} ${budget.value.kind}`)}`;
}

/** A line a board; nothing when the run's own is the only one. */
function boardLines(document: RunDocument, paint: Painter): readonly string[] {
  const boards = document.boards ?? [];
  if (boards.length < 2) return [];
  const judged = (text: string, met: boolean | null) =>
    met === null ? text : met ? paint.good(`${text} holds`) : paint.bad(`${text} missed`);
  return boards.map(({ name, latencyMs, powerMw, latencyMet, powerMet, without }) => {
    const time = judged(formatValue(latencyMs.value, "ms"), latencyMet);
    const power = powerMw === null ? "power not known" : formatValue(powerMw.value, "mW");
    const leftOut = without === undefined ? "" : `, without ${without}`;
    return `  ${name.padEnd(28)}  ${time}, ${judged(power, powerMet)}${leftOut}  ${paint.dim(`${KIND_MARK[latencyMs.kind]} ${latencyMs.kind}`)}`;
  });
}

function columnLine(column: Column, paint: Painter): string {
  const { totalMs } = column;
  const range =
    totalMs.interval === undefined
      ? ""
      : ` (${formatNumber(totalMs.interval[0])} to ${formatNumber(totalMs.interval[1])})`;
  const name = column.name.padEnd(24).slice(0, 24);
  const time = `${formatValue(totalMs.value, "ms")}${range}`.padEnd(26);
  const verdict =
    column.inTime === null ? "" : column.inTime ? paint.good("in time") : paint.bad("too late");
  return `  ${name}  ${time}${verdict}  ${paint.dim(`${KIND_MARK[totalMs.kind]} ${totalMs.kind}`)}`;
}

/** Wraps a sentence under the values. */
function indent(text: string): readonly string[] {
  const room = WRAP - NAME_WIDTH - 2;
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1] ?? "";
    if (last !== "" && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line) => " ".repeat(NAME_WIDTH + 2) + line);
}
