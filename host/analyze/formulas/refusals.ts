/**
 * The errors of formulas that cannot be computed, each with the units of what is asked for.
 * Finding out that one is due is left to evaluate.ts and to the formulas.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { Formula, NamedInput } from "./formula.ts";
import { nearest } from "./suggest.ts";
import { commandOf, labelOf } from "./text.ts";

export function unknownFormula(typed: string, names: readonly string[]): AnalysisError {
  const close = nearest(typed, names);
  return new AnalysisError(
    "TP-USE-200",
    {
      what: `there is no formula "${typed}"`,
      why:
        close.length === 0
          ? `none of the ${names.length} formulas has such a name`
          : `the nearest of ${names.length} names: ${close.join(", ")}`,
      fix: close[0] === undefined ? "pioneer formula" : `pioneer formula ${close[0]} --example`,
    },
    { name: typed, nearest: close },
  );
}

export function unknownInput(formula: Formula, typed: string): AnalysisError {
  const names = formula.inputs.map((input) => input.name);
  const [close] = nearest(typed, names, 1);
  return new AnalysisError(
    "TP-USE-203",
    {
      what: `${formula.name} has no input "${typed}"`,
      why: `its inputs are ${formula.inputs.map(labelOf).join(", ")}`,
      fix: close === undefined ? commandOf(formula, formula.example.inputs) : `${close}=NUMBER`,
    },
    { formula: formula.name, input: typed, inputs: names },
  );
}

export function missingInputs(formula: Formula, missing: readonly NamedInput[]): AnalysisError {
  return new AnalysisError(
    "TP-USE-204",
    {
      what: `${formula.name} needs ${missing.map(labelOf).join(", ")}`,
      why: missing.map(({ name, meaning }) => `${name}: ${meaning}`).join("; "),
      fix: `put your numbers into ${commandOf(formula, formula.example.inputs)}`,
    },
    { formula: formula.name, missing: missing.map(({ name }) => name) },
  );
}

/** `found` and `allowed` in words: "2 op/s", "above 0". */
export function outOfRange(
  formula: Formula,
  input: NamedInput,
  found: string,
  allowed: string,
): AnalysisError {
  return new AnalysisError(
    "TP-USE-205",
    {
      what: `${input.name} of ${formula.name} is ${found}`,
      why: `${labelOf(input)}, ${input.meaning}: ${allowed}`,
      fix: commandOf(formula, formula.example.inputs),
    },
    { formula: formula.name, input: input.name, unit: input.unit, range: input.range },
  );
}

export function noResult(formula: Formula, why: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-207",
    {
      what: `${formula.name} has no finite result for these inputs`,
      why: `${formula.expression}: ${why}`,
      fix: "check the powers of ten of the inputs; numbers reach from 5e-324 to 1.8e308",
    },
    { formula: formula.name },
  );
}

/** Inputs that are each in range and yet cannot hold together. */
export function contradiction(what: string, why: string): AnalysisError {
  return new AnalysisError("TP-USE-208", {
    what,
    why,
    fix: "change one of the two",
  });
}
