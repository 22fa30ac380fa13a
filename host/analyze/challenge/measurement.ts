/**
 * Decides what a challenge knows of one variant: the medians of its frames, or why it does not count.
 * Running it is left to workflow/challenge.
 */

import { cyclesOf, instructionsOf, medianOf } from "../counts.ts";
import type { FrameCounts, MemoryUse, RunFacts } from "../facts.ts";
import { ratedBoard } from "../facts.ts";
import { cyclesPerInstruction } from "../iron-law.ts";
import { requireCount, requireFiniteIn } from "../number-limits.ts";
import type { Quantity } from "../quantity.ts";
import { counted, derive } from "../quantity.ts";
import { latencyOf, timingOf } from "../timing.ts";
import type { Variant } from "./variant.ts";
import { variantId, variantName } from "./variant.ts";

/** Numbers of the median frame; which of them are null is the same for every variant. */
export interface Counters {
  readonly instructions: Quantity;
  /** Null where no table charges this core's. */
  readonly cycles: Quantity | null;
  /** What a challenge makes smaller: cycles, or instructions where there are none. */
  readonly cost: Quantity;
  /** Instructions a cycle. */
  readonly ipc: Quantity | null;
  readonly loads: Quantity;
  readonly stores: Quantity;
  readonly bytesLoaded: Quantity;
  readonly bytesStored: Quantity;
  /** The three by class; null where nothing tells classes apart. */
  readonly multiplyAccumulates: Quantity | null;
  readonly branches: Quantity | null;
  readonly branchesTaken: Quantity | null;
}

export interface Identity {
  readonly id: string;
  readonly name: string;
  /** The compiler's flags, as far as they tell variants apart or the core. */
  readonly flags: string;
  readonly format: string;
  readonly variant: Variant;
}

/** A variant whose every value equals the twin's. */
export interface Measurement extends Identity {
  readonly state: "measured";
  /** As the firmware itself reports it. */
  readonly compiler: string;
  /** Frames counted, warm-up left out. */
  readonly frames: number;
  /** Values compared with the integer twin, all equal. */
  readonly comparedValues: number;
  /** Largest distance to the float64 reference [the output's unit]; null when none was computed. */
  readonly maxFloatError: number | null;
  readonly counters: Counters;
  /** Median frame on the rated board [ms]; null where no clock applies. */
  readonly timeMs: Quantity | null;
  readonly memory: MemoryUse;
}

/** A variant that does not count, and why. */
export interface Excluded extends Identity {
  readonly state: "excluded";
  readonly why: string;
}

export type Outcome = Measurement | Excluded;

export function identityOf(variant: Variant, format: string, flags: string): Identity {
  return { id: variantId(variant), name: variantName(variant), flags, format, variant };
}

/** A variant that could not be run. @throws AnalysisError TP-USE-242 */
export function excluded(identity: Identity, why: string): Excluded {
  requireFiniteIn("the variant", identity);
  return { state: "excluded", ...identity, why };
}

/**
 * One run of a variant.
 * @param warmUpFrames frames at the start that are compared but not counted
 * @throws AnalysisError TP-USE-242
 */
export function outcomeOf(variant: Variant, facts: RunFacts, warmUpFrames: number): Outcome {
  requireFiniteIn("the run", facts);
  requireCount("warmUpFrames", warmUpFrames, 0);
  const identity = identityOf(variant, facts.format, facts.build.flags);
  const { verify } = facts;
  if (verify === null) return excluded(identity, "its output was not compared with the twin");
  if (!verify.bitExact) {
    const why = `${verify.mismatches} of ${verify.comparedValues} values differ from the integer twin`;
    return excluded(identity, why);
  }
  const warm = { ...facts, frames: facts.frames.slice(warmUpFrames) };
  const counters = countersOf(warm);
  if (counters === null) return excluded(identity, "nothing counted its instructions");
  return {
    state: "measured",
    ...identity,
    compiler: facts.build.compiler,
    frames: warm.frames.length,
    comparedValues: verify.comparedValues,
    maxFloatError: verify.maxFloatError,
    counters,
    timeMs: timeOf(warm),
    memory: facts.memory,
  };
}

function countersOf(facts: RunFacts): Counters | null {
  const family = instructionsOf(facts);
  if (family === null) return null;
  const count = (unit: string, pick: (frame: FrameCounts) => number): Quantity =>
    counted(medianOf(facts, pick) ?? 0, unit, facts.counter);
  const hasClasses = facts.frames.every(({ classes }) => classes !== null);
  const ofClass = (name: string) =>
    hasClasses ? count("instruction", (frame) => frame.classes?.[name] ?? 0) : null;
  const instructions = counted(family.median, "instruction", family.source);
  const cycles = cycleQuantity(facts);
  return {
    instructions,
    cycles,
    cost: cycles ?? instructions,
    ipc: cycles === null ? null : instructionsPerCycle(instructions, cycles),
    loads: count("instruction", (frame) => frame.loads),
    stores: count("instruction", (frame) => frame.stores),
    bytesLoaded: count("byte", (frame) => frame.bytesLoaded),
    bytesStored: count("byte", (frame) => frame.bytesStored),
    multiplyAccumulates: ofClass("mac"),
    branches: ofClass("branch"),
    branchesTaken: ofClass("branchTaken"),
  };
}

function cycleQuantity(facts: RunFacts): Quantity | null {
  const family = cyclesOf(facts);
  if (family === null) return null;
  const { kind, source, median, interval } = family;
  return {
    ...{ value: median, unit: "cycle", kind, source },
    ...(interval === undefined ? {} : { interval }),
  };
}

function instructionsPerCycle(instructions: Quantity, cycles: Quantity): Quantity {
  const value = 1 / cyclesPerInstruction(cycles.value, instructions.value);
  const formula = "instructions / cycles of the median frame";
  return derive(value, "instruction/cycle", formula, [instructions, cycles]);
}

function timeOf(facts: RunFacts): Quantity | null {
  const timing = timingOf(facts, ratedBoard(facts), {});
  if (timing === null) return null;
  const { kind, source, p50 } = latencyOf(facts, timing);
  return { value: p50, unit: "ms", kind, source };
}
