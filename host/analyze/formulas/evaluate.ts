/**
 * Decides whether given inputs suit a formula, and computes it.
 * Reading inputs from a command line or a page is left to them, layout to report/.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { Formula, NamedInput, Range, Value, Values } from "./formula.ts";
import { missingInputs, noResult, outOfRange, unknownInput } from "./refusals.ts";
import { rangeText, substituted } from "./text.ts";

/** A formula with numbers in it. */
export interface Evaluation {
  readonly formula: Formula;
  /** Every input, defaults included. */
  readonly inputs: Values;
  /** Inputs that took their default. */
  readonly defaults: readonly string[];
  /** In the formula's unit; finite. */
  readonly value: number;
  /** The expression with the numbers in place of the names. */
  readonly substituted: string;
}

/**
 * @throws AnalysisError TP-USE-203 for an input the formula does not have, -204 for one that is missing, -205 for one
 * out of its range, -207 when the result is not a finite number, -208 when inputs contradict each other
 */
export function evaluate(formula: Formula, given: Values): Evaluation {
  const known = new Set(formula.inputs.map(({ name }) => name));
  for (const name of Object.keys(given)) if (!known.has(name)) throw unknownInput(formula, name);
  const all = new Map<string, Value>();
  const missing: NamedInput[] = [];
  for (const input of formula.inputs) {
    const value = Object.hasOwn(given, input.name) ? given[input.name] : input.default;
    if (value === undefined) missing.push(input);
    else all.set(input.name, value);
  }
  if (missing.length > 0) throw missingInputs(formula, missing);
  for (const input of formula.inputs) check(formula, input, all.get(input.name) ?? Number.NaN);
  const inputs = Object.fromEntries(all);
  return {
    formula,
    inputs,
    defaults: [...known].filter((name) => !Object.hasOwn(given, name)),
    value: compute(formula, inputs),
    substituted: substituted(formula.expression, inputs),
  };
}

function compute(formula: Formula, inputs: Values): number {
  let value: number;
  try {
    value = formula.compute(inputs);
  } catch (error) {
    if (error instanceof AnalysisError && error.code !== "TP-USE-242") throw error;
    if (!(error instanceof RangeError)) throw error;
    // An intermediate result left the range of a double.
    throw noResult(formula, error.message);
  }
  if (!Number.isFinite(value)) throw noResult(formula, `it comes to ${value}`);
  return value;
}

function check(formula: Formula, input: NamedInput, value: Value): void {
  const isList = "list" in input;
  if (isList === (typeof value === "number")) {
    const [found, allowed] = isList ? ["one number", "a list"] : ["a list", "one number"];
    throw outOfRange(formula, input, found, allowed);
  }
  const values = typeof value === "number" ? [value] : value;
  if (isList && values.length < input.atLeast) {
    throw outOfRange(formula, input, `${values.length} long`, `${input.atLeast} values or more`);
  }
  const outside = values.find((each) => !inRange(each, input.range));
  if (outside === undefined) return;
  const unit = input.unit === "1" ? "" : ` ${input.unit}`;
  throw outOfRange(formula, input, `${outside}${unit}`, rangeText(input.range));
}

function inRange(value: number, { min, max, minOpen, maxOpen, whole }: Range): boolean {
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) return false;
  return (minOpen ? value > min : value >= min) && (maxOpen ? value < max : value <= max);
}
