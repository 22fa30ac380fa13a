/**
 * Decides how a comparison's numbers and verdicts read: values, changes, power, the sentence of the whole.
 * Laying them out is left to comparison-text.ts, comparison-markdown.ts and comparison-junit.ts.
 */
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import type { ComparisonRow } from "../analyze/comparison/judge.ts";
import type { Quantity } from "../analyze/quantity.ts";
import type { Verdict } from "../analyze/statistics/gate.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";

/** A mark beside the word, so that colour alone tells nothing. */
export const VERDICT_MARK: Readonly<Record<Verdict, string>> = {
  regression: "✗",
  improvement: "✓",
  same: "=",
  "cannot tell": "?",
};

/** Digits that still show a change of a percent; exact numbers whole. */
const DIGITS = 4;

export function sideCell({ value, unit, kind }: Quantity): string {
  return `${KIND_MARK[kind]} ${formatValue(value, unit, DIGITS)}`;
}

/** "+1.23 %", "-0.004 %", "0 %"; "from 0" where there is no ratio. */
export function percent(change: number | null): string {
  if (change === null) return "from 0";
  const shown = formatNumber(change * 100);
  return `${change > 0 ? "+" : ""}${shown} %`;
}

/** The change with its interval. */
export function changeCell({ change, interval }: ComparisonRow): string {
  if (interval === null) return percent(change);
  return `${percent(change)} [${percent(interval[0])}, ${percent(interval[1])}]`;
}

const QUANTITY_WORDS: ReadonlyMap<string, string> = new Map([
  ["ram", "RAM"],
  ["siSdrGain", "SI-SDR gain"],
  ["mismatches", "differing values"],
]);

/** "energy per run" of "energyPerRun". */
export function quantityText({ quantity }: ComparisonRow): string {
  const words = QUANTITY_WORDS.get(quantity);
  if (words !== undefined) return words;
  return quantity.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What was compared on what: "time of hearable on nRF52840". */
export function subjectOf(row: ComparisonRow): string {
  const { workload, machine } = row;
  return `${quantityText(row)} of ${workload} on ${machine}`;
}

/** Why, and for statistics what they rest on and what they can see. */
export function reasons(row: ComparisonRow, document: ComparisonDocument): readonly string[] {
  const { statistics } = row;
  if (statistics === null) return [row.why];
  const { baseline, candidate, power, inflation, tail } = statistics;
  const unit = row.method === "runs" ? "runs" : "repetitions";
  const used = [baseline, candidate].map(({ used: kept, count }) =>
    kept === count ? `${count}` : `${kept} of ${count}`,
  );
  return [
    row.why,
    `${used.join(" against ")} ${unit}${used.some((text) => text.includes("of")) ? " after warm-up" : ""}`,
    ...(inflation > 1 ? [`${formatNumber(inflation)} neighbours count as one`] : []),
    ...(tail?.regressed === true
      ? [
          `as slow as the slowest percent: ${percentOf(tail.baselineShare)} before, ${percentOf(tail.candidateShare)} now, where ${percent(document.minEffect)} is allowed`,
        ]
      : []),
    ...(power === null
      ? ["no noise is seen, so the power is not known"]
      : [powerText(power, unit, (rise) => percent(asChange(row, rise)), document.minEffect)]),
  ];
}

function powerText(
  power: NonNullable<NonNullable<ComparisonRow["statistics"]>["power"]>,
  unit: string,
  change: (rise: number) => string,
  minEffect: number,
): string {
  const { ofMinEffect, samplesNeeded, planned, detectableRise } = power;
  const needed =
    samplesNeeded === null
      ? "no number of them shows it: the clock is too coarse"
      : `${formatNumber(samplesNeeded)} ${unit} a side give ${percentOf(planned)}`;
  const sees =
    detectableRise === null ? "" : `; what they see so is ${change(detectableRise)} or more`;
  return `power for ${change(minEffect)}: ${percentOf(ofMinEffect)}; ${needed}${sees}`;
}

/** A rise of a cost as the number itself moves: where more is better, its reciprocal is the cost. */
function asChange({ better }: ComparisonRow, rise: number): number {
  return better === "more" ? 1 / (1 + rise) - 1 : rise;
}

function percentOf(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

/** The whole in one line. */
export function verdictText(document: ComparisonDocument): string {
  const { verdict, rows, regressions, baseline, candidate } = document;
  const sides = `${candidate.name} against ${baseline.name}`;
  const of = (wanted: Verdict) => rows.filter((row) => row.verdict === wanted).length;
  const mark = VERDICT_MARK[verdict];
  switch (verdict) {
    case "regression":
      return `${mark} regression: ${sides}, ${regressions} of ${rows.length} numbers became worse`;
    case "improvement":
      return `${mark} improvement: ${sides}, ${of("improvement")} of ${rows.length} numbers became better, none worse`;
    case "cannot tell":
      return `${mark} cannot tell: ${sides}, ${of("cannot tell")} of ${rows.length} numbers need more runs; no regression is shown`;
    case "same":
      return `${mark} same: ${sides}, none of ${rows.length} numbers became worse`;
  }
}

/** The chances of error, in one line; empty where everything is exact. */
export function errorRates({ tests, falseAlarm, minEffect }: ComparisonDocument): string {
  if (tests === 0) return "";
  const shared = tests === 1 ? "1 test" : `${tests} tests together`;
  return `chance of a false regression: ${percentOf(falseAlarm)} in ${shared}; changes of measured numbers below ${percentOf(minEffect)} do not matter`;
}
