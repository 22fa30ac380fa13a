/**
 * Decides the counted and cycled families of a run: median and max of its frames, and the median over useful MACs.
 * Turning cycles into time is left to timing.ts, what a frame waits for to memory-frame.ts.
 */

import type { FrameCounts, RunFacts } from "./facts.ts";
import { ratedBoard } from "./facts.ts";
import type { MemoryFamily } from "./memory-frame.ts";
import { memoryFamilyOf } from "./memory-frame.ts";
import { weightStalls } from "./memory-stalls.ts";
import { requireAtLeast0, requireFiniteIn, requirePositive } from "./number-limits.ts";
import type { Kind } from "./quantity.ts";
import { ruleFamilyOf } from "./rule-sensitivity.ts";
import { byWidth, type Sensitivity } from "./sensitivity.ts";
import { percentile, tailOf } from "./tail.ts";

/** Where a family of numbers comes from; its fields carry their unit in their name or in the family's. */
export interface Family {
  readonly kind: Kind;
  readonly source: string;
}

/** Median and max a frame, and the median over the model's useful MACs. */
export interface CountFamily extends Family {
  readonly median: number;
  readonly max: number;
  readonly perMac: number;
  /** [low, high] of the median, by the bounds of the model's rules or where two models disagree. */
  readonly interval?: readonly [number, number];
}

/** Cycles of modelled frames, in which the rated board waits for its memories. */
export interface CycleFamily extends CountFamily {
  /**
   * The part of the median modelled frame that is waiting [cycle]: for code, data and stores where the board's memories were
   * simulated, else for weights; 0 in measured frames, which hold it already.
   */
  readonly weightStalls: number;
  /** Where the board's memories were simulated. */
  readonly memory?: MemoryFamily;
  /** What each unsure rule of the core and each unsure value of the board makes of the median, alone; the widest first. */
  readonly sensitivities?: readonly Sensitivity[];
}

/**
 * Cycles of every frame in order: measured ones where the device has a counter, else modelled ones with their stalls;
 * none where the core has no timing table.
 */
export function cyclesPerFrame(facts: RunFacts): readonly number[] {
  if (facts.deviceCycles) return finite(facts.deviceCycles.perFrame);
  const { ofFrame } = waitingOf(facts);
  return finite(
    facts.frames.flatMap((frame) => (frame.cycles === null ? [] : [frame.cycles + ofFrame(frame)])),
  );
}

function finite(cycles: readonly number[]): readonly number[] {
  requireFiniteIn("the cycles", cycles);
  return cycles;
}

/** What the rated board's memories add to modelled cycles; nothing to measured ones. */
export interface Waiting {
  /** In the median frame [cycle]. */
  readonly cycles: number;
  /** From no unsure wait to every one [cycle]. */
  readonly interval: readonly [number, number];
  readonly source: string;
  readonly memory: MemoryFamily | null;
  readonly ofFrame: (frame: FrameCounts) => number;
}

/** Simulated where the emulator did, else by the rates of the memory that holds the weights. */
export function waitingOf(facts: RunFacts): Waiting {
  const rated = facts.deviceCycles ? null : ratedBoard(facts);
  const simulated = facts.frames.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  const memory =
    rated !== null && simulated.length === facts.frames.length ? memoryFamilyOf(simulated) : null;
  if (memory !== null && rated !== null) {
    return {
      cycles: memory.stalls,
      interval: memory.interval,
      source: `memories of ${rated.id}, simulated access by access`,
      memory,
      ofFrame: (frame) => frame.memory?.stalls ?? 0,
    };
  }
  const { cycles, source } = weightStalls(facts.model.weightBytes, rated);
  return { cycles, interval: [0, cycles], source, memory: null, ofFrame: () => cycles };
}

export function frameCount(facts: RunFacts): number {
  const { frames, deviceCycles, answeredFrames = 0 } = facts;
  return Math.max(frames.length, deviceCycles?.perFrame.length ?? 0, answeredFrames);
}

export function instructionsOf(facts: RunFacts): CountFamily | null {
  if (facts.frames.length === 0) return null;
  const { p50, max } = tailOf(facts.frames.map((frame) => frame.instructions));
  return {
    kind: "counted",
    source: facts.counter,
    median: p50,
    max,
    perMac: requireAtLeast0("instructions", p50) / requirePositive("macs", facts.model.macs),
  };
}

export function cyclesOf(facts: RunFacts): CycleFamily | null {
  const perFrame = cyclesPerFrame(facts);
  if (perFrame.length === 0) return null;
  const { p50, max } = tailOf(perFrame);
  const onDevice = facts.deviceCycles !== null;
  const waiting = waitingOf(facts);
  const others = onDevice ? [] : otherMedians(facts.frames);
  const sensitivities = onDevice ? [] : sensitivitiesOf(facts.frames, p50, waiting);
  // Low: the fastest of the models and the fewest waits. High: the slowest and all that may be.
  const interval =
    others.length === 0 ? null : spread([p50 - waiting.cycles, ...others], waiting.interval);
  const plus = waiting.cycles > 0 ? ` + ${waiting.source}` : "";
  return {
    kind: facts.deviceCycles?.kind ?? "modelled",
    source: facts.deviceCycles?.source ?? facts.cycleModel + plus,
    median: p50,
    max,
    perMac: p50 / requirePositive("macs", facts.model.macs),
    weightStalls: waiting.cycles,
    ...(waiting.memory === null ? {} : { memory: waiting.memory }),
    ...(interval === null ? {} : { interval }),
    ...(sensitivities.length === 0 ? {} : { sensitivities }),
  };
}

/** Rules and memories alike, as cycles of the median frame. */
function sensitivitiesOf(
  frames: readonly FrameCounts[],
  median: number,
  { memory }: Waiting,
): readonly Sensitivity[] {
  const rules = ruleFamilyOf(frames);
  const moved = (all: readonly Sensitivity[], stated: number) =>
    all.map(({ field, low, high }) => ({
      field,
      low: median + low - stated,
      high: median + high - stated,
    }));
  return [
    ...moved(rules?.sensitivities ?? [], rules?.stated ?? 0),
    ...moved(memory?.sensitivities ?? [], memory?.stalls ?? 0),
  ].sort(byWidth);
}

/** What else the model counted: medians with its rules at their bounds and by a second rule, and its rules one by one. */
function otherMedians(frames: readonly FrameCounts[]): readonly number[] {
  const columns = [
    frames.map((frame) => frame.cyclesSimple ?? undefined),
    frames.map((frame) => frame.cyclesLow),
    frames.map((frame) => frame.cyclesHigh),
  ];
  return [
    ...columns
      .map((column) => column.filter((cycles) => cycles !== undefined))
      .filter((column) => column.length > 0)
      .map((column) => percentile(column, 0.5)),
    ...(ruleFamilyOf(frames)?.interval ?? []),
  ];
}

function spread(
  models: readonly number[],
  [less, more]: readonly [number, number],
): readonly [number, number] {
  return [Math.min(...models) + less, Math.max(...models) + more];
}

export function medianOf(facts: RunFacts, pick: (frame: FrameCounts) => number): number | null {
  return facts.frames.length === 0 ? null : percentile(facts.frames.map(pick), 0.5);
}

export function classesOf(facts: RunFacts): Readonly<Record<string, number>> | null {
  const median = medianOf(facts, (frame) => frame.instructions);
  return facts.frames.find((frame) => frame.instructions === median)?.classes ?? null;
}
