/**
 * Decides what a typed input means: "peakOpsPerSecond=312T" or "values=1,2,3".
 * Whether the formula can use it is left to evaluate.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { Formula, Value, Values } from "./formula.ts";
import { commandOf, labelOf } from "./text.ts";

const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([TGMkmuµnp]?)$/;

/** Powers of ten of the SI prefixes that may follow a number. */
const PREFIX_POWER: Readonly<Record<string, number>> = {
  T: 12,
  G: 9,
  M: 6,
  k: 3,
  "": 0,
  m: -3,
  u: -6,
  µ: -6,
  n: -9,
  p: -12,
};

/**
 * Inputs by name from texts like NAME=NUMBER; lists have commas.
 * @throws AnalysisError TP-USE-201 without "=", -202 for what is no number, -206 for an input that comes twice
 */
export function parseInputs(formula: Formula, texts: readonly string[]): Values {
  const found = new Map<string, Value>();
  for (const text of texts) {
    const split = text.indexOf("=");
    if (split < 1) throw notAnInput(formula, text);
    const name = text.slice(0, split);
    if (found.has(name)) throw givenTwice(formula, name);
    found.set(name, parseValue(formula, name, text.slice(split + 1)));
  }
  return Object.fromEntries(found);
}

function parseValue(formula: Formula, name: string, text: string): Value {
  const input = formula.inputs.find((each) => each.name === name);
  const isList = input !== undefined && "list" in input;
  const parts = isList ? text.split(",") : [text];
  const numbers = parts.map((part) => {
    const value = parseNumber(part.trim());
    if (value !== null) return value;
    const label = input === undefined ? name : labelOf(input);
    throw notANumber(formula, name, part, label, isList);
  });
  return isList ? numbers : (numbers[0] ?? Number.NaN);
}

/** "1e12", "312T", "40u"; null for anything else. */
function parseNumber(text: string): number | null {
  const [, digits, prefix = ""] = NUMBER.exec(text) ?? [];
  if (digits === undefined) return null;
  const power = PREFIX_POWER[prefix] ?? 0;
  if (power === 0) return Number(digits);
  // The power goes into the text, so that 40u is the double nearest to 40e-6.
  const [mantissa = "", exponent = "0"] = digits.toLowerCase().split("e");
  return Number(`${mantissa}e${Number(exponent) + power}`);
}

function notAnInput(formula: Formula, text: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-201",
    {
      what: `"${text}" is no input of ${formula.name}`,
      why: `inputs are typed NAME=NUMBER without spaces: ${formula.inputs.map(labelOf).join(", ")}`,
      fix: commandOf(formula, formula.example.inputs),
    },
    { formula: formula.name, text },
  );
}

function notANumber(
  formula: Formula,
  name: string,
  text: string,
  label: string,
  isList: boolean,
): AnalysisError {
  const examples = isList
    ? "numbers with commas between, like 1.2,3.1,1.4"
    : "like 0.05, 312e12, 312T or 40u";
  return new AnalysisError(
    "TP-USE-202",
    {
      what: `${name} of ${formula.name} was given "${text}"`,
      why: `${label} takes ${isList ? examples : `a number ${examples}`}`,
      fix: commandOf(formula, formula.example.inputs),
    },
    { formula: formula.name, input: name, text },
  );
}

function givenTwice(formula: Formula, name: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-206",
    {
      what: `${name} of ${formula.name} was given twice`,
      why: "one of the two would be ignored",
      fix: commandOf(formula, formula.example.inputs),
    },
    { formula: formula.name, input: name },
  );
}
