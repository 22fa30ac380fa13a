/**
 * Decides what a round of each loop of a step costs on a core: least squares over counted steps of reference networks,
 * none of whose rounds costs less than nothing, so that a network smaller than all of them has a cost, too.
 * Counting them is scripts/write-step-costs.ts's, with the core's own timing table; what a network has of each is terms.ts's.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Core } from "../board.ts";
import { BOARDS_DIRECTORY } from "../board.ts";
import { FETCH_CAPACITIES, type FetchedLines, type FetchLine } from "../memory/fetch-caches.ts";
import { canonicalJson } from "../plan/canonical-json.ts";
import type { IntegerFormat } from "../quantize/params.ts";
import { LAP_COLUMNS } from "./footprint.ts";
import type { NetworkShape } from "./network.ts";
import { nonNegativeLeastSquares } from "./non-negative.ts";
import { TERMS, type Term, type TermCounts } from "./terms.ts";

/** What is counted a step. Cycles by the core's table at zero wait states, low and high by its rules' bounds. */
export const MEASURES = [
  "cycles",
  "cyclesLow",
  "cyclesHigh",
  "instructions",
  "bytesLoaded",
  "bytesStored",
] as const;
export type Measure = (typeof MEASURES)[number];

/** What steps were counted in: a format, or int8 with tiles of weights left out. */
export type CountedFormat = IntegerFormat | "int8-sparse";

/** One reference network, counted: averages a step. */
export interface CountedStep extends Readonly<Record<Measure, number>> {
  readonly shape: NetworkShape;
  /** Part of its tiles of weights that was left out [%]; absent: none. */
  readonly sparse?: number;
  readonly terms: TermCounts;
  /** Lines of its code that come from their memory through caches of many sizes; absent where nobody counted them. */
  readonly fetched?: FetchedLines;
  /** Deepest use of the stack [byte]. */
  readonly stackBytes: number;
  /** Code and constants of the program, without streams and tables [byte]. */
  readonly programBytes: number;
}

/** codegen/size/steps/CORE.json */
export interface CountedCore {
  readonly schema: 1;
  readonly core: Core;
  /** SHA-256 of the rules that charged the cycles: boards/cores/CORE.json. */
  readonly rulesDigest: string;
  /** The same of their bounds, which made cyclesLow and cyclesHigh. */
  readonly boundsDigest: string;
  /** The same of what applied them: the timing plugin's sources for that core's instructions. */
  readonly pluginDigest: string;
  readonly compiler: string;
  readonly flags: string;
  readonly formats: Readonly<
    Partial<
      Record<CountedFormat, { readonly variant: string; readonly steps: readonly CountedStep[] }>
    >
  >;
}

export interface StepCosts {
  readonly core: Core;
  readonly format: CountedFormat;
  /** Cost of one round of each term; null where no reference network has it. */
  readonly of: Readonly<Record<Measure, Readonly<Record<Term, number | null>>>>;
  /** Largest distance of a reference network's cycles from the fit, relative to them. */
  readonly worstError: number;
  /**
   * Lines of code that a round of each term fetches anew through a cache of so many bytes, one of FETCH_CAPACITIES; null
   * where no fetch was counted.
   */
  readonly fetched: (
    line: FetchLine,
    capacity: number,
  ) => Readonly<Record<Term, number | null>> | null;
  /** The most that a reference network used, and that its program took [byte]. */
  readonly stackBytes: number;
  readonly programBytes: number;
  /** Whether cyclesLow and cyclesHigh rest on the bounds that the core's rules have now. */
  readonly isBounded: boolean;
  /** In words: what charged and counted. */
  readonly source: string;
}

export const STEPS_DIRECTORY = fileURLToPath(new URL("steps", import.meta.url));

/** By which counted steps know that they are stale: SHA-256 of a core's model and rules, and of the rules' bounds. */
export interface RulesDigests {
  readonly rulesDigest: string;
  readonly boundsDigest: string;
}

/** Null for a core without a table. */
export function rulesDigests(core: Core): RulesDigests | null {
  const file = join(BOARDS_DIRECTORY, "cores", `${core}.json`);
  if (!existsSync(file)) return null;
  const { model, issueWidth, predictor, rules } = JSON.parse(readFileSync(file, "utf8"));
  const entries = Object.entries(rules as Record<string, { value: number; interval?: number[] }>);
  const digest = (facts: unknown): string =>
    createHash("sha256").update(canonicalJson(facts)).digest("hex");
  const values = entries.map(([name, { value }]) => [name, value]);
  const bounds = entries.map(([name, { value, interval }]) => [name, interval ?? [value, value]]);
  return {
    rulesDigest: digest({ model, width: issueWidth?.value, predictor: predictor?.value, values }),
    boundsDigest: digest(bounds),
  };
}

/** What was counted on a core; null where nothing was, because it has no timing table or nobody has run it. */
export function countedCore(core: Core, directory: string = STEPS_DIRECTORY): CountedCore | null {
  const file = join(directory, `${core}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CountedCore) : null;
}

const fitted = new Map<string, StepCosts | null>();

/** Costs on a core in a format; null where nothing was counted. */
export function stepCosts(core: Core, format: CountedFormat): StepCosts | null {
  const key = `${core} ${format}`;
  const known = fitted.get(key);
  if (known !== undefined) return known;
  const counted = countedCore(core);
  const steps = counted?.formats[format]?.steps ?? [];
  const costs = counted === null || steps.length === 0 ? null : fitSteps(counted, format, steps);
  fitted.set(key, costs);
  return costs;
}

/** @throws RangeError with fewer steps than terms */
export function fitSteps(
  { core, compiler, boundsDigest }: Pick<CountedCore, "core" | "compiler" | "boundsDigest">,
  format: CountedFormat,
  steps: readonly CountedStep[],
): StepCosts {
  const costsOf = (measure: Measure) =>
    fitTerms(
      steps,
      steps.map((step) => step[measure]),
      steps.map((step) => step[measure]),
    );
  const of = Object.fromEntries(
    MEASURES.map((measure) => [measure, costsOf(measure)]),
  ) as StepCosts["of"];
  const errors = steps.map(({ terms, cycles }) =>
    Math.abs((costOf(of.cycles, terms) ?? Number.NaN) / cycles - 1),
  );
  return {
    core,
    format,
    of,
    worstError: Math.max(...errors),
    fetched: fetchedFits(steps),
    stackBytes: Math.max(...steps.map(({ stackBytes }) => stackBytes)),
    programBytes: Math.max(...steps.map(({ programBytes }) => programBytes)),
    isBounded: rulesDigests(core)?.boundsDigest === boundsDigest,
    source: `loops of ${steps.length} reference networks counted with boards/cores/${core}.json, ${compiler}`,
  };
}

/** Each fitted when it is first asked for. */
function fetchedFits(steps: readonly CountedStep[]): StepCosts["fetched"] {
  const known = new Map<string, ReturnType<StepCosts["fetched"]>>();
  return (line, capacity) => {
    const key = `${line} ${capacity}`;
    const fit = known.get(key);
    if (fit !== undefined) return fit;
    const at = (FETCH_CAPACITIES as readonly number[]).indexOf(capacity);
    const lines = steps.flatMap(({ fetched }) => fetched?.[line][at] ?? []);
    // What a line more or less is worth is seen in the step's cycles: in relation to those.
    const wholes = steps.map(({ cycles }) => cycles);
    const found = lines.length < steps.length ? null : fitTerms(steps, lines, wholes);
    known.set(key, found);
    return found;
  };
}

/**
 * The cost of one round of each term, none below zero, by least squares of what each sum is off in relation to its whole:
 * so small networks weigh as much as large ones.
 */
function fitTerms(
  steps: readonly CountedStep[],
  sums: readonly number[],
  wholes: readonly number[],
): Readonly<Record<Term, number | null>> {
  const present = TERMS.filter((term) => steps.some(({ terms }) => terms[term] > 0));
  const part = (value: number, i: number): number => value / (wholes[i] as number);
  const rows = steps.map(({ terms }, i) => present.map((term) => part(roundsOf(term, terms), i)));
  const found = nonNegativeLeastSquares(rows, sums.map(part));
  const none = Object.fromEntries(TERMS.map((term) => [term, null]));
  const costs: Record<string, number> = Object.fromEntries(
    present.map((term, i) => [term, found[i] as number]),
  );
  // A lap's columns are counted among the columns as well: what they cost alone is in the lap's own cost.
  if (costs.laps !== undefined) costs.laps -= LAP_COLUMNS * (costs.columns as number);
  return { ...none, ...costs } as Record<Term, number | null>;
}

/** How often a term's loop goes round by itself: of the columns, those outside of laps. */
function roundsOf(term: Term, terms: TermCounts): number {
  return term === "columns" ? terms.columns - LAP_COLUMNS * terms.laps : terms[term];
}

/** What a step costs in some measures at once; null where one of the terms has no cost. */
export type TermCosting = (terms: TermCounts) => Float64Array | null;

/** The same sums as costOf, measure by measure, in one pass over the terms of thousands of networks. */
export function costingOf({ of }: StepCosts, measures: readonly Measure[]): TermCosting {
  const width = measures.length;
  const costs = Float64Array.from(
    TERMS.flatMap((term) => measures.map((measure) => of[measure][term] ?? Number.NaN)),
  );
  return (terms) => {
    const sums = new Float64Array(width);
    for (let at = 0; at < TERMS.length; at++) {
      const count = terms[TERMS[at] as Term];
      if (count === 0) continue;
      for (let k = 0; k < width; k++) {
        sums[k] = (sums[k] as number) + count * (costs[at * width + k] as number);
      }
    }
    return sums.some(Number.isNaN) ? null : sums;
  };
}

/** The sum over all terms; null where one of them has no cost. */
export function costOf(
  costs: Readonly<Record<Term, number | null>>,
  terms: TermCounts,
): number | null {
  let sum = 0;
  for (const term of TERMS) {
    if (terms[term] === 0) continue;
    const cost = costs[term];
    if (cost === null) return null;
    sum += cost * terms[term];
  }
  return sum;
}
