/**
 * Decides the counted and cycled families of a run: median and max of its frames, and the median over useful MACs.
 * Turning cycles into time is left to timing.ts.
 */
import type { FrameCounts, RunFacts } from "./facts.ts";
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
  /** [low, high] of the median, where two models disagree. */
  readonly interval?: readonly [number, number];
}

/** Cycles of every frame in order: measured ones where the device has a counter, else modelled ones. */
export function cyclesPerFrame(facts: RunFacts): readonly number[] {
  return facts.deviceCycles?.perFrame ?? facts.frames.map((frame) => frame.cycles);
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
    perMac: p50 / facts.model.macs,
  };
}

export function cyclesOf(facts: RunFacts): CountFamily | null {
  const perFrame = cyclesPerFrame(facts);
  if (perFrame.length === 0) return null;
  const { p50, max } = tailOf(perFrame);
  const onDevice = facts.deviceCycles !== null;
  const simple = facts.frames
    .map((frame) => frame.cyclesSimple)
    .filter((cycles) => cycles !== null);
  const other = !onDevice && simple.length > 0 ? percentile(simple, 0.5) : null;
  return {
    kind: onDevice ? "measured" : "modelled",
    source: facts.deviceCycles?.source ?? facts.cycleModel,
    median: p50,
    max,
    perMac: p50 / facts.model.macs,
    ...(other === null ? {} : { interval: [Math.min(p50, other), Math.max(p50, other)] as const }),
  };
}

export function medianOf(facts: RunFacts, pick: (frame: FrameCounts) => number): number | null {
  return facts.frames.length === 0 ? null : percentile(facts.frames.map(pick), 0.5);
}

export function classesOf(facts: RunFacts): Readonly<Record<string, number>> | null {
  const median = medianOf(facts, (frame) => frame.instructions);
  return facts.frames.find((frame) => frame.instructions === median)?.classes ?? null;
}
