/**
 * Decides how the explanation of one number reads in a terminal.
 * Finding it and its arithmetic is left to analyze/explain.ts.
 */
import type { ExplainedField, Explanation } from "../analyze/explain.ts";
import type { Kind } from "../analyze/quantity.ts";
import { KIND_MARK, KIND_MEANING } from "./format.ts";
import { printable } from "./printable.ts";
import { textTable } from "./tables.ts";

/** Digits that tell two doubles of one computation apart without showing their last bits. */
const DIGITS = 12;

/** Value, unit, kind, source, arithmetic, inputs and records, a line each. */
export function explanationText(explanation: Explanation): string {
  const { path, kind, source, interval, expression, again, inputs, records } = explanation;
  const lines: (readonly [string, string])[] = [["value", valueText(explanation)]];
  if (interval !== null) {
    const ends = interval.map((end) => (end === null ? "not bounded" : plain(end)));
    lines.push(["interval", ends.join(" to ")]);
  }
  if (kind !== null) {
    lines.push(["kind", `${markOf(kind)}${kind}: ${KIND_MEANING[kind as Kind] ?? "not known"}`]);
  }
  if (source !== null) lines.push(["source", source]);
  if (expression !== null) lines.push(["computed as", expression]);
  if (again !== null) lines.push(["again", `${plain(again)} from the values below`]);
  if (records !== null) lines.push(["records", records]);
  const head = lines.map(([name, text]) => `  ${name.padEnd(11)}  ${printable(text)}`).join("\n");
  return `${path}\n${head}\n${inputsText(inputs)}`;
}

function inputsText(inputs: readonly ExplainedField[]): string {
  if (inputs.length === 0) return "";
  const rows = inputs.map((input) => [
    `  ${input.path}`,
    valueText(input),
    input.kind === null ? "" : `${markOf(input.kind)}${input.kind}`,
    printable(input.source ?? ""),
  ]);
  return `\n${textTable([["  from", "value", "kind", "source"], ...rows])}`;
}

function markOf(kind: string): string {
  const mark = KIND_MARK[kind as Kind];
  return mark === undefined ? "" : `${mark} `;
}

function valueText({ value, unit }: ExplainedField): string {
  const text = typeof value === "number" ? plain(value) : printable(String(value));
  return unit === null || unit === "1" ? text : `${text} ${unit}`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}
