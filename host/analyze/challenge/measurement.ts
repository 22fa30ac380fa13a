/**
 * Decides what a challenge knows of one variant: the medians of its frames, or why it does not count.
 * Running it is left to workflow/challenge.
 */
import { cyclesOf, instructionsOf, medianOf } from "../counts.ts";
import type { MemoryUse, RunFacts } from "../facts.ts";
import { ratedBoard } from "../facts.ts";
import { cyclesPerInstruction } from "../iron-law.ts";
import type { Quantity } from "../quantity.ts";
import { counted, derive } from "../quantity.ts";
import { latencyOf, timingOf } from "../timing.ts";
import type { Variant } from "./variant.ts";
import { variantId, variantName } from "./variant.ts";

/** Numbers of the median frame; the same for every variant. */
export interface Counters {
  readonly instructions: Quantity;
  readonly cycles: Quantity;
  /** Instructions a cycle. */
  readonly ipc: Quantity;
  readonly loads: Quantity;
  readonly stores: Quantity;
  readonly bytesLoaded: Quantity;
  readonly bytesStored: Quantity;
  readonly multiplyAccumulates: Quantity;
  readonly branches: Quantity;
  readonly branchesTaken: Quantity;
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

/** A variant that could not be run. */
export function excluded(identity: Identity, why: string): Excluded {
  return { state: "excluded", ...identity, why };
}

/**
 * One run of a variant.
 * @param warmUpFrames frames at the start that are compared but not counted
 */
export function outcomeOf(variant: Variant, facts: RunFacts, warmUpFrames: number): Outcome {
  const identity = identityOf(variant, facts.format, facts.build.flags);
  const { verify } = facts;
  if (verify === null) return excluded(identity, "its output was not compared with the twin");
  if (!verify.bitExact) {
    const why = `${verify.mismatches} of ${verify.comparedValues} values differ from the integer twin`;
    return excluded(identity, why);
  }
  const warm = { ...facts, frames: facts.frames.slice(warmUpFrames) };
  const counters = countersOf(warm);
  if (counters === null) return excluded(identity, "nothing counted its instructions by class");
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
  const cycleFamily = cyclesOf(facts);
  const instructionFamily = instructionsOf(facts);
  if (cycleFamily === null || instructionFamily === null) return null;
  if (facts.frames.some(({ classes }) => classes === null)) return null;
  const { kind, source, median, interval } = cycleFamily;
  const cycles: Quantity = {
    ...{ value: median, unit: "cycle", kind, source },
    ...(interval === undefined ? {} : { interval }),
  };
  const count = (unit: string, pick: Parameters<typeof medianOf>[1]): Quantity =>
    counted(medianOf(facts, pick) ?? 0, unit, facts.counter);
  const ofClass = (name: string) => count("instruction", (frame) => frame.classes?.[name] ?? 0);
  const instructions = counted(instructionFamily.median, "instruction", instructionFamily.source);
  return {
    instructions,
    cycles,
    ipc: derive(
      1 / cyclesPerInstruction(median, instructions.value),
      "instruction/cycle",
      "instructions / cycles of the median frame",
      [instructions, cycles],
    ),
    loads: count("instruction", (frame) => frame.loads),
    stores: count("instruction", (frame) => frame.stores),
    bytesLoaded: count("byte", (frame) => frame.bytesLoaded),
    bytesStored: count("byte", (frame) => frame.bytesStored),
    multiplyAccumulates: ofClass("mac"),
    branches: ofClass("branch"),
    branchesTaken: ofClass("branchTaken"),
  };
}

function timeOf(facts: RunFacts): Quantity | null {
  const timing = timingOf(facts, ratedBoard(facts), {});
  if (timing === null) return null;
  const { kind, source, p50 } = latencyOf(facts, timing);
  return { value: p50, unit: "ms", kind, source };
}
