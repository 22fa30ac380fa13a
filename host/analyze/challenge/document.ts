/**
 * Decides the document of a challenge: what was tried, what it brought, what is recommended, and whether it is enough.
 * Measuring is left to workflow/challenge, layout to report/.
 */
import { requireFiniteIn } from "../number-limits.ts";
import type { Kind, Quantity } from "../quantity.ts";

import type { Step } from "./climb.ts";
import type { Ablation, ChallengeVerdict, LogEntry } from "./effects.ts";
import { ablations, judge, optimisationLog } from "./effects.ts";
import type { FinalRow } from "./final-table.ts";
import { finalTable } from "./final-table.ts";
import type { FormatResult } from "./formats.ts";
import type { Measurement, Outcome } from "./measurement.ts";
import type { Proof } from "./proof.ts";
import { recommend } from "./recommend.ts";
import type { Scaling } from "./scaling.ts";
import type { Variant } from "./variant.ts";
import { variantId, variantName } from "./variant.ts";

/** One line of the system's description. */
export interface SystemFact {
  readonly name: string;
  readonly text: string;
  readonly source: string;
}

/** A number that could not be had here, and how to get it. */
export interface Absent {
  readonly name: string;
  readonly why: string;
  /** What to type where it can be had; null where nothing helps. */
  readonly command: string | null;
}

/** A variant run several times from a fresh start. */
export interface Trials {
  readonly measurement: Measurement;
  /** Cost of the median frame of each trial, in the unit of the measurement's. */
  readonly costs: readonly number[];
  readonly instructions: readonly number[];
  /** True when every trial gave the same counts: then one is as good as any number. */
  readonly repeatExactly: boolean;
}

/** One counter of this computer, or why it has none. */
export type HostCounter =
  | { readonly name: string; readonly value: Quantity }
  | { readonly name: string; readonly value: null; readonly why: string };

export interface ChallengeFacts {
  readonly model: { readonly name: string; readonly digest: string; readonly macs: number };
  readonly board: string;
  readonly as: string | null;
  readonly format: string;
  readonly warmUpFrames: number;
  readonly system: readonly SystemFact[];
  readonly baseline: Trials;
  readonly optimised: Trials;
  readonly steps: readonly Step[];
  /** Every variant that was tried, in order. */
  readonly outcomes: readonly Outcome[];
  readonly proof: Proof;
  readonly formats: readonly FormatResult[];
  readonly absentCounters: readonly Absent[];
  readonly hostCounters: readonly HostCounter[];
  readonly scaling: {
    readonly host: Scaling | null;
    readonly absent: readonly Absent[];
  };
}

/** What the costs of one line share. */
export interface CostFamily {
  /** Id of the build they belong to. */
  readonly variant: string;
  /** Of costs; shares and factors of them have none. */
  readonly unit: string;
  readonly kind: Kind;
}

export interface ChallengeDocument extends Omit<ChallengeFacts, "steps" | "outcomes"> {
  readonly schema: 1;
  readonly verdict: ChallengeVerdict & { readonly kind: Kind; readonly source: string };
  /** Every variant that was tried, in order; excluded ones with the reason. */
  readonly rows: readonly Outcome[];
  readonly log: readonly (Omit<LogEntry, "from" | "to"> & CostFamily)[];
  readonly ablation: readonly (Omit<Ablation, "variant"> & CostFamily)[];
  readonly table: readonly FinalRow[];
  readonly recommendations: readonly string[];
}

/** @throws AnalysisError TP-USE-242 for a number that is not finite, TP-USE-352 for a cost that is no finite number above 0 */
export function challengeDocument(facts: ChallengeFacts): ChallengeDocument {
  requireFiniteIn("the challenge", facts);
  const { steps, outcomes, ...rest } = facts;
  const baseline = facts.baseline.measurement;
  const optimised = facts.optimised.measurement;
  const costOf = (variant: Variant): number | null => {
    const id = variantId(variant);
    const found = outcomes.find((outcome) => outcome.id === id);
    return found?.state === "measured" ? found.counters.cost.value : null;
  };
  const { unit, kind, source } = baseline.counters.cost;
  const finalCost = optimised.counters.cost.value;
  const ablation = ablations(baseline.variant, optimised.variant, finalCost, costOf);
  const verdict = judge(baseline.counters.cost.value, finalCost);
  return {
    schema: 1,
    ...rest,
    verdict: {
      ...verdict,
      kind,
      source: `${unit}s of the median frame, ${variantName(baseline.variant)} against ${variantName(optimised.variant)}: ${source}`,
    },
    rows: outcomes,
    log: optimisationLog(steps).map(({ from: _, to, ...entry }) => ({
      ...entry,
      variant: variantId(to),
      unit,
      kind,
    })),
    ablation: ablation.map(({ variant, ...entry }) => ({
      ...entry,
      variant: variantId(variant),
      unit,
      kind,
    })),
    table: finalTable(baseline, optimised),
    recommendations: recommend({ ...facts, ablation, verdict }),
  };
}

/** Trials of one variant as one value. @param all the same variant, from separate starts; at least one */
export function trialsOf(first: Measurement, all: readonly Measurement[]): Trials {
  requireFiniteIn("the trials", [first, all]);
  const costs = all.map(({ counters }) => counters.cost.value);
  const instructions = all.map(({ counters }) => counters.instructions.value);
  const same = (values: readonly number[]): boolean => values.every((v) => v === values[0]);
  return {
    measurement: first,
    costs,
    instructions,
    repeatExactly: same(costs) && same(instructions),
  };
}
