/**
 * The `formula` verb: the list of formulas, or one with the numbers put in.
 * The formulas are left to analyze/formulas, their layout to report/formulas.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import { AnalysisError } from "../analyze/analysis-error.ts";
import type { Evaluation } from "../analyze/formulas/index.ts";
import {
  evaluate,
  findFormula,
  parseInputs,
  rangeText,
  THEMES,
} from "../analyze/formulas/index.ts";
import { formulaList, formulaText } from "../report/formulas.ts";
import type { VerbContext } from "./context.ts";

export interface FormulaOptions {
  /** Take the worked example's inputs where none are given. */
  readonly example?: boolean;
}

/**
 * @param words the formula's name, then its inputs as NAME=NUMBER; no words: the list
 * @throws UsageError TP-USE-200 to -208
 */
export async function formula(
  context: VerbContext,
  options: FormulaOptions,
  name: string,
  words: readonly string[],
): Promise<number> {
  if (name === "") {
    context.print(listDocument(), () => formulaList(THEMES));
    return 0;
  }
  try {
    const found = findFormula(name);
    const typed = parseInputs(found, words.slice(1));
    const given = options.example === true ? { ...found.example.inputs, ...typed } : typed;
    const evaluation = evaluate(found, given);
    context.print(evaluationDocument(evaluation), () => formulaText(evaluation));
    return 0;
  } catch (error) {
    if (!(error instanceof AnalysisError)) throw error;
    throw new UsageError(error.code, error.text, error.facts);
  }
}

/** One formula with its numbers; `kind` is modelled because the result follows from what was put in. */
function evaluationDocument({ formula, inputs, defaults, value, substituted }: Evaluation): object {
  return {
    schema: 1,
    name: formula.name,
    meaning: formula.meaning,
    inputs,
    inputUnits: Object.fromEntries(formula.inputs.map(({ name, unit }) => [name, unit])),
    defaults,
    value,
    unit: formula.unit,
    kind: "modelled",
    expression: formula.expression,
    substituted,
    source: formula.source,
  };
}

/** Every formula: what it takes, what it gives, its worked example. */
function listDocument(): object {
  const rows = THEMES.flatMap(({ title, formulas }) =>
    formulas.map(({ inputs, compute, ...rest }) => ({
      theme: title,
      ...rest,
      inputs: inputs.map(({ range, ...input }) => ({ ...input, range: rangeText(range) })),
    })),
  );
  return { schema: 1, rows };
}
