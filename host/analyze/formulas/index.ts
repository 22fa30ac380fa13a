/**
 * The registry of formulas: every theme, and how a formula is found by name.
 * Computing them is left to evaluate.ts.
 */
import { AUDIO } from "./audio.ts";
import { COST } from "./cost.ts";
import { ENERGY } from "./energy.ts";
import type { Formula, Theme } from "./formula.ts";
import { LAYERS } from "./layers.ts";
import { MACHINE_BALANCE } from "./machine-balance.ts";
import { MEMORY } from "./memory.ts";
import { NETWORK } from "./network.ts";
import { NUMBER_FORMATS } from "./number-formats.ts";
import { unknownFormula } from "./refusals.ts";
import { RELIABILITY } from "./reliability.ts";
import { SCALING } from "./scaling.ts";
import { SERVING } from "./serving.ts";
import { STATISTICS } from "./statistics.ts";
import { TRAINING } from "./training.ts";

export { type Evaluation, evaluate } from "./evaluate.ts";
export type { Example, Formula, NamedInput, Range, Theme, Value, Values } from "./formula.ts";
export { parseInputs } from "./parse.ts";
export { commandOf, exactNumber, labelOf, rangeText, roundedNumber } from "./text.ts";

/** Every formula, by theme, in the order lists show. */
export const THEMES: readonly Theme[] = [
  MACHINE_BALANCE,
  LAYERS,
  SCALING,
  MEMORY,
  SERVING,
  NUMBER_FORMATS,
  TRAINING,
  ENERGY,
  NETWORK,
  COST,
  STATISTICS,
  RELIABILITY,
  AUDIO,
];

const BY_NAME: ReadonlyMap<string, Formula> = new Map(
  THEMES.flatMap((theme) => theme.formulas).map((each) => [each.name, each]),
);

/** @throws AnalysisError TP-USE-200 for an unknown name, with the nearest ones */
export function findFormula(name: string): Formula {
  const found = BY_NAME.get(name);
  if (found === undefined) throw unknownFormula(name, [...BY_NAME.keys()]);
  return found;
}
