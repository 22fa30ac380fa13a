/**
 * Decides what a frame waits for on a real board's memories: the interval of it, and which unsure value matters most.
 * Simulating the memories is left to the emulator's plugin.
 */

import { requireFiniteIn } from "./number-limits.ts";
import { byWidth, type Sensitivity } from "./sensitivity.ts";
import { percentile } from "./tail.ts";

export type MemoryCause = "fetch" | "read" | "write";

/** One memory's part of a frame. */
export interface MemoryPart {
  readonly memory: string;
  readonly cause: MemoryCause;
  readonly accesses: number;
  /** Accesses that a cache did not serve. */
  readonly misses: number;
  /** Moved from or to the memory [byte]. */
  readonly bytes: number;
  /** [cycle] */
  readonly stalls: number;
}

/** What a real board's memories would have done in one frame; counted by simulation, repeatable. */
export interface MemoryFrame {
  /** Cycles that the core waits, all causes [cycle]. */
  readonly stalls: number;
  readonly fetchStalls: number;
  readonly readStalls: number;
  readonly writeStalls: number;
  /** Accesses that no cache served. */
  readonly misses: number;
  /** [byte] */
  readonly bytesMoved: number;
  readonly parts: readonly MemoryPart[];
  /** Distinct lines touched, by memory. */
  readonly lines: Readonly<Record<string, number>>;
  /** Stalls with one value of the board changed, "field:value" [cycle]; empty after the first frames. */
  readonly variants: Readonly<Record<string, number>>;
}

/** The waiting of a run's median frame. */
export interface MemoryFamily extends Omit<MemoryFrame, "variants"> {
  /** All unsure values at their better and at their worse end [cycle]. */
  readonly interval: readonly [number, number];
  /** The widest first. */
  readonly sensitivities: readonly Sensitivity[];
}

/**
 * Values are varied one at a time in the run's first frames; their effects are taken to add up. They are measured on the
 * last frame that has them, when caches are warm.
 */
export function memoryFamilyOf(frames: readonly MemoryFrame[]): MemoryFamily | null {
  if (frames.length === 0) return null;
  requireFiniteIn("the memories", frames);
  const stalls = percentile(
    frames.map((frame) => frame.stalls),
    0.5,
  );
  const varied = frames.findLast(({ variants }) => Object.keys(variants).length > 0);
  const sensitivities = varied === undefined ? [] : sensitivitiesOf(varied);
  const stated = varied?.stalls ?? stalls;
  const less = sensitivities.reduce((sum, { low }) => sum + stated - low, 0);
  const more = sensitivities.reduce((sum, { high }) => sum + high - stated, 0);
  const { variants: _, ...median } =
    frames.find((frame) => frame.stalls === stalls) ?? last(frames);
  return {
    ...median,
    stalls,
    interval: [Math.max(0, stalls - less), stalls + more],
    sensitivities,
  };
}

function last(frames: readonly MemoryFrame[]): MemoryFrame {
  return frames.at(-1) as MemoryFrame;
}

function sensitivitiesOf({ stalls, variants }: MemoryFrame): readonly Sensitivity[] {
  const fields = new Map<string, { low: number; high: number }>();
  for (const [name, value] of Object.entries(variants)) {
    const field = name.slice(0, name.lastIndexOf(":"));
    const known = fields.get(field) ?? { low: stalls, high: stalls };
    fields.set(field, { low: Math.min(known.low, value), high: Math.max(known.high, value) });
  }
  return [...fields]
    .map(([field, range]) => ({ field, ...range }))
    .filter(({ low, high }) => high > low)
    .sort(byWidth);
}
