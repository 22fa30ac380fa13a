/**
 * Decides how budgets and machines look side by side: bars against a limit, times on a log axis against a deadline.
 * Whether a limit holds is left to the analyzer.
 */
import type { BudgetVerdict } from "../analyze/budgets.ts";
import type { Column } from "../analyze/compare.ts";
import { formatNumber, formatTick, formatValue, KIND_MARK } from "./format.ts";
import type { Picture } from "./svg.ts";
import { at, axes, escapeXml, linearScale, logScale, logTicks } from "./svg.ts";
import { levelWhisker } from "./whisker-svg.ts";

const WIDTH = 760;

const BUDGET_NAMES: Readonly<Record<BudgetVerdict["name"], string>> = {
  latencyMs: "worst frame",
  powerMw: "average power",
};

/** The name of a budget as people say it. */
export function budgetName(name: BudgetVerdict["name"]): string {
  return BUDGET_NAMES[name];
}

/** One bar a budget, its limit as a mark; budgets without a value are left out. */
export function budgetsPicture(budgets: readonly BudgetVerdict[]): Picture {
  const known = budgets.filter((budget) => budget.value !== null);
  const left = 120;
  const right = WIDTH - 20;
  const rowHeight = 62;
  const body = known.map((budget, row) => {
    const value = budget.value?.value ?? 0;
    const limit = budget.limit.value;
    const most = Math.max(value, ...(budget.value?.interval ?? []));
    const x = linearScale([0, Math.max(limit * 1.3, most * 1.1)], [left, right]);
    const top = row * rowHeight + 22;
    const limitX = x(limit);
    const verdict = budget.met ? "holds" : "missed";
    const words = `${formatValue(value, budget.limit.unit)}, ${verdict}`;
    return `<text x="${left - 12}" y="${top + 16}" text-anchor="end">${escapeXml(budgetName(budget.name))}</text>
<rect class="tp-track" x="${left}" y="${top}" width="${right - left}" height="24" rx="4"/>
<rect class="${budget.met ? "tp-good" : "tp-bad"}" x="${left}" y="${top}" width="${at(Math.max(2, x(value) - left))}" height="24" rx="4"/>
${levelWhisker(budget.value?.interval, top + 12, x)}<path class="tp-limit" d="M${at(limitX)} ${top - 7}V${top + 31}"/>
<text class="tp-note" x="${at(limitX + 6)}" y="${top - 2}">limit ${escapeXml(`${formatTick(limit)} ${budget.limit.unit}`)}</text>
<text class="tp-strong" x="${left}" y="${top - 5}">${escapeXml(words)}</text>`;
  });
  return {
    id: "budgets",
    title: "Budgets",
    description: known.map((budget) => `${budgetName(budget.name)}: ${budget.why}.`).join(" "),
    width: WIDTH,
    height: known.length * rowHeight + 4,
    body: body.join("\n"),
  };
}

/** Time until a frame is back, a row a machine, on a log axis; ranges are drawn, the deadline crosses all rows. */
export function comparisonPicture(columns: readonly Column[], deadlineMs: number): Picture {
  const left = 190;
  const right = WIDTH - 96;
  const top = 26;
  const rowHeight = 34;
  const bottom = top + columns.length * rowHeight;
  const ends = columns.flatMap((column) => [
    column.computeMs.value,
    ...(column.totalMs.interval ?? [column.totalMs.value]),
  ]);
  const low = 10 ** Math.floor(Math.log10(Math.min(deadlineMs, ...ends) / 1.01));
  const high = 10 ** Math.ceil(Math.log10(Math.max(deadlineMs, ...ends) * 1.01));
  const x = logScale([low, high], [left, right]);
  const y = linearScale([0, columns.length], [bottom, top]);
  const rows = columns.map((column, row) => {
    const middle = top + (row + 0.5) * rowHeight;
    const total = column.totalMs;
    const late = column.inTime === false;
    const whisker = levelWhisker(total.interval, middle, x);
    const compute =
      column.networkMs === null
        ? ""
        : `<circle class="tp-main" cx="${at(x(column.computeMs.value))}" cy="${at(middle)}" r="4"/>\n<path class="tp-drop" d="M${at(x(column.computeMs.value))} ${at(middle)}H${at(x(total.value))}"/>\n`;
    return `<text class="${row === 0 ? "tp-strong" : ""}" x="${left - 12}" y="${at(middle + 4)}" text-anchor="end">${escapeXml(column.name)}</text>
${compute}${whisker}<circle class="${late ? "tp-bad" : "tp-good"}" cx="${at(x(total.value))}" cy="${at(middle)}" r="6"/>
<text class="tp-note" x="${right + 10}" y="${at(middle + 4)}">${KIND_MARK[total.kind]} ${escapeXml(formatValue(total.value, "ms"))}</text>`;
  });
  const deadline = at(x(deadlineMs));
  const body = [
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "time until one frame is back [ms]; small dot: computing alone, line: range",
        format: formatTick,
      },
      { scale: y, ticks: [], label: "", format: String },
    ),
    `<path class="tp-limit" d="M${deadline} ${top - 8}V${bottom}"/>`,
    `<text class="tp-note" x="${deadline}" y="${top - 12}" text-anchor="middle">deadline ${escapeXml(formatNumber(deadlineMs))} ms</text>`,
    ...rows,
  ].join("\n");
  return {
    id: "comparison",
    title: "Time until a frame is back, on the board and elsewhere",
    description: columns
      .map((column) => `${column.name}: ${formatValue(column.totalMs.value, "ms")}. ${column.why}.`)
      .join(" "),
    width: WIDTH,
    height: bottom + 50,
    body,
  };
}
