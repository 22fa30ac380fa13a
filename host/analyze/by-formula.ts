/**
 * Puts quantities into a named formula, so that a number of a report can be typed again.
 * The formulas are left to formulas/.
 */

import type { Values } from "./formulas/index.ts";
import { commandOf, evaluate, findFormula } from "./formulas/index.ts";
import { requireFinite } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";

/**
 * The formula's result in its own unit; its source is the command that computes it.
 * @param parts what the inputs came from, for the kind of the result
 * @throws AnalysisError TP-USE-203 to -208 for inputs the formula does not take
 */
export function byFormula(name: string, inputs: Values, parts: readonly Quantity[]): Quantity {
  const { formula, value } = evaluate(findFormula(name), inputs);
  return derive(value, formula.unit, commandOf(formula, inputs), parts);
}

/** The same quantity in another unit, `factor` times the number. @throws AnalysisError TP-USE-242 */
export function inUnit(quantity: Quantity, factor: number, unit: string): Quantity {
  const { interval, value } = quantity;
  return {
    ...quantity,
    value: requireFinite(`${quantity.source} in ${unit}`, value * factor),
    unit,
    ...(interval === undefined
      ? {}
      : { interval: [interval[0] * factor, interval[1] * factor] as const }),
  };
}
