/**
 * Decides the counted and cycled families of a run: median and max of its frames, and the median over useful MACs.
 * Turning cycles into time is left to timing.ts.
 */

import type { FrameCounts, RunFacts } from "./facts.ts";
import { ratedBoard } from "./facts.ts";
import { weightStalls } from "./memory-stalls.ts";
import { requireAtLeast0, requireFiniteIn, requirePositive } from "./number-limits.ts";
import type { Kind } from "./quantity.ts";
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

/** Cycles of modelled frames, in which the rated board waits for its weights. */
export interface CycleFamily extends CountFamily {
  /** The part of every modelled frame that is waiting for weights [cycle]; 0 in measured ones, which hold it already. */
  readonly weightStalls: number;
}

/**
 * Cycles of every frame in order: measured ones where the device has a counter, else modelled ones with their stalls;
 * none where the core has no timing table.
 */
export function cyclesPerFrame(facts: RunFacts): readonly number[] {
  if (facts.deviceCycles) return finite(facts.deviceCycles.perFrame);
  const stalls = stallsOf(facts);
  const modelled = facts.frames.map(({ cycles }) => cycles).filter((cycles) => cycles !== null);
  return finite(modelled.map((cycles) => cycles + stalls.cycles));
}

function finite(cycles: readonly number[]): readonly number[] {
  requireFiniteIn("the cycles", cycles);
  return cycles;
}

/** What the rated board's memories add to modelled cycles; nothing to measured ones. */
function stallsOf(facts: RunFacts): ReturnType<typeof weightStalls> {
  return weightStalls(facts.model.weightBytes, facts.deviceCycles ? null : ratedBoard(facts));
}

export function frameCount(facts: RunFacts): number {
  return Math.max(facts.frames.length, facts.deviceCycles?.perFrame.length ?? 0);
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
  const stalls = stallsOf(facts);
  const others = onDevice ? [] : otherMedians(facts.frames);
  // Low: no wait at all, as if every weight were prefetched. High: every wait, on the slowest of the models.
  const interval =
    others.length === 0 ? null : spread([p50 - stalls.cycles, ...others], stalls.cycles);
  const waiting = stalls.cycles > 0 ? ` + ${stalls.source}` : "";
  return {
    kind: onDevice ? "measured" : "modelled",
    source: facts.deviceCycles?.source ?? facts.cycleModel + waiting,
    median: p50,
    max,
    perMac: p50 / requirePositive("macs", facts.model.macs),
    weightStalls: stalls.cycles,
    ...(interval === null ? {} : { interval }),
  };
}

/** Medians of what else the model counted: its rules at their bounds, and a second rule. */
function otherMedians(frames: readonly FrameCounts[]): readonly number[] {
  const columns = [
    frames.map((frame) => frame.cyclesSimple ?? undefined),
    frames.map((frame) => frame.cyclesLow),
    frames.map((frame) => frame.cyclesHigh),
  ];
  return columns
    .map((column) => column.filter((cycles) => cycles !== undefined))
    .filter((column) => column.length > 0)
    .map((column) => percentile(column, 0.5));
}

function spread(models: readonly number[], stalls: number): readonly [number, number] {
  return [Math.min(...models), Math.max(...models) + stalls];
}

export function medianOf(facts: RunFacts, pick: (frame: FrameCounts) => number): number | null {
  return facts.frames.length === 0 ? null : percentile(facts.frames.map(pick), 0.5);
}

export function classesOf(facts: RunFacts): Readonly<Record<string, number>> | null {
  const median = medianOf(facts, (frame) => frame.instructions);
  return facts.frames.find((frame) => frame.instructions === median)?.classes ?? null;
}
