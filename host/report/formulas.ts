/**
 * Decides how formulas read: the list, one with numbers in it, and the reference page.
 * What they are and come to is left to analyze/formulas.
 */
import type { Evaluation, Formula, NamedInput, Theme, Value } from "../analyze/formulas/index.ts";
import {
  commandOf,
  exactNumber,
  labelOf,
  rangeText,
  roundedNumber,
} from "../analyze/formulas/index.ts";
import { KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

/** Units of results that read better with an SI prefix. */
const PREFIXED = new Set([
  "s",
  "J",
  "W",
  "byte",
  "byte/s",
  "bit/s",
  "op",
  "op/s",
  "MAC/s",
  "J/MAC",
  "J/bit",
]);

const PREFIXES: readonly (readonly [power: number, prefix: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
  [1e-12, "p"],
];

/** All formulas: name and unit, meaning, expression, source. */
export function formulaList(themes: readonly Theme[]): string {
  const count = themes.reduce((sum, theme) => sum + theme.formulas.length, 0);
  const blocks = themes.map(({ title, formulas }) => [
    title,
    ...formulas.flatMap((each) => [
      `  ${each.name}${unitLabel(each.unit)}: ${each.meaning}`,
      `      ${each.expression}`,
      `      ${each.source}`,
    ]),
    "",
  ]);
  return [
    ...blocks.flat(),
    `${count} formulas. pioneer formula NAME --example: one with its inputs and numbers.`,
    "pioneer formula NAME INPUT=NUMBER ...: with yours; 312e12 and 312T are the same number.",
  ].join("\n");
}

/** One formula with its numbers. */
export function formulaText({ formula, inputs, defaults, value, substituted }: Evaluation): string {
  const rows = formula.inputs.map((input) => [
    `  ${input.name}`,
    `${valueText(inputs[input.name])}${input.unit === "1" ? "" : ` ${input.unit}`}`,
    `${input.meaning}${defaults.includes(input.name) ? " (default)" : ""}`,
  ]);
  return [
    `${formula.name}: ${formula.meaning}`,
    "",
    textTable(rows),
    `  ${formula.expression}`,
    `  = ${substituted}`,
    `  = ${resultText(value, formula.unit)}   ${KIND_MARK.modelled} modelled`,
    "",
    `source: ${formula.source}`,
  ].join("\n");
}

/** The reference page, as Markdown: every formula under its own heading, so that it can be linked to. */
export function formulaPage(themes: readonly Theme[]): string {
  const count = themes.reduce((sum, theme) => sum + theme.formulas.length, 0);
  return [
    "# Formulas",
    "",
    `The ${count} formulas of the analyzer, as \`pioneer formula\` computes them. \`npx tsx scripts/write-formulas.ts\` writes this page.`,
    "",
    "A number may carry an SI prefix (312T, 40u); MB and GB are decimal. The unit 1 is a count or a share; x is a ratio. Results are modelled: they follow from what is put in.",
    "",
    ...themes.map(
      ({ title, formulas }) =>
        `- [${title}](#${anchor(title)}): ${formulas.map(({ name }) => `[${name}](#${name})`).join(", ")}`,
    ),
    ...themes.flatMap(({ title, formulas }) => ["", `## ${title}`, ...formulas.flatMap(section)]),
    "",
  ].join("\n");
}

function section(formula: Formula): readonly string[] {
  const { example, unit } = formula;
  return [
    "",
    `### ${formula.name}`,
    "",
    `${capitalized(formula.meaning)}${unitLabel(unit)}.`,
    "",
    "```",
    formula.expression,
    "```",
    "",
    ...formula.inputs.map((input) => `- ${inputText(input)}`),
    "",
    `\`npx ${commandOf(formula, example.inputs)}\` gives ${resultText(example.value, unit)}.`,
    "",
    `Source: ${formula.source}.`,
  ];
}

function inputText(input: NamedInput): string {
  const list = "list" in input ? `, list of ${input.atLeast} or more` : "";
  const fallback =
    input.default === undefined ? "" : `; ${exactNumber(input.default)} if not given`;
  return `\`${labelOf(input)}\` ${input.meaning} (${rangeText(input.range)}${list}${fallback})`;
}

/** "0.00477612 s (4.78 ms)"; whole numbers keep all their digits. */
function resultText(value: number, unit: string): string {
  const number = Number.isSafeInteger(value) ? exactNumber(value) : roundedNumber(value);
  const plain = unit === "1" ? number : `${number} ${unit}`;
  const short = PREFIXED.has(unit) ? prefixed(value) : null;
  return short === null ? plain : `${plain} (${short}${unit.replace("byte", "B")})`;
}

/** Three digits and the prefix that fits, "4.78 m"; null where none is needed or none fits. */
function prefixed(value: number): string | null {
  const rounded = Number(value.toPrecision(3));
  const magnitude = Math.abs(rounded) * (1 + 1e-12);
  const [power, prefix] = PREFIXES.find(([each]) => magnitude >= each) ?? [1, ""];
  if (prefix === "" || magnitude >= 1000 * power * (1 + 1e-9)) return null;
  return `${Number((rounded / power).toPrecision(3))} ${prefix}`;
}

function valueText(value: Value | undefined): string {
  if (value === undefined) return "-";
  return typeof value === "number" ? exactNumber(value) : value.map(exactNumber).join(", ");
}

function unitLabel(unit: string): string {
  return unit === "1" ? "" : ` [${unit}]`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The anchor that Markdown viewers give a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
