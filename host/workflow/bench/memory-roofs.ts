/**
 * Decides which array sizes stand for which memory of this computer, and gives each one's measured roof.
 * Moving the bytes is left to triad.ts.
 */
import type { Roof } from "../../analyze/board-roofline.ts";
import { measured } from "../../analyze/quantity.ts";
import { amount } from "../../analyze/wording.ts";
import type { Cache, Computer } from "./computer.ts";
import { spareMemory } from "./computer.ts";
import type { Bandwidth } from "./triad.ts";
import { measureBandwidth } from "./triad.ts";

/** Each array over the largest cache, as STREAM's rules ask. */
const STREAM_FACTOR = 4;
/** Of a cache that the three arrays fill: the rest is for whatever else is in it. */
const CACHE_SHARE = 0.5;
export const MAIN_MEMORY = "DRAM";

/** A memory and what was measured over it. */
export interface MemoryRoof {
  readonly roof: Roof;
  /** What fits one thread's part of it [byte]; infinite for main memory. */
  readonly holdsBytes: number;
}

export interface MemoryRoofs {
  /** Nearest first, main memory last. */
  readonly memories: readonly MemoryRoof[];
  /** Main memory by copying; no roof of a model, but what a compiler's library reaches. */
  readonly copy: Roof;
  readonly warnings: readonly string[];
}

/** Every cache and main memory on so many threads. */
export async function measureMemoryRoofs(
  computer: Computer,
  threads: number,
  seconds: number,
  signal: AbortSignal,
): Promise<MemoryRoofs> {
  const memories: MemoryRoof[] = [];
  for (const cache of computer.caches) {
    const perThread = bytesPerThread(cache, threads);
    const arrayBytes = (CACHE_SHARE * perThread * threads) / 3;
    const found = await measureBandwidth({ threads, arrayBytes, seconds, signal });
    memories.push({ roof: triadRoof(`L${cache.level}`, found), holdsBytes: perThread });
  }
  const wanted = STREAM_FACTOR * computer.lastLevelBytes;
  const arrayBytes = Math.min(wanted, spareMemory() / 3);
  const found = await measureBandwidth({ threads, arrayBytes, seconds, signal });
  memories.push({ roof: triadRoof(MAIN_MEMORY, found), holdsBytes: Number.POSITIVE_INFINITY });
  const { copy } = found;
  return {
    memories,
    copy: {
      name: `${MAIN_MEMORY} copy`,
      limits: "memory",
      peak: measured(copy, "byte/s", `STREAM copy, 16 byte an element, ${wordsOf(found)}`),
    },
    warnings:
      found.arrayBytes < wanted
        ? [
            `arrays of ${amount(found.arrayBytes, "byte")} where STREAM's rules ask for ${amount(wanted, "byte")}: the rate of ${MAIN_MEMORY} may hold some of the cache's`,
          ]
        : [],
  };
}

/** The nearest memory that holds so many bytes first, then the others from near to far. */
export function roofsFor(memories: readonly MemoryRoof[], bytes: number): readonly Roof[] {
  const holder = memories.find(({ holdsBytes }) => holdsBytes >= bytes);
  const others = memories.filter((memory) => memory !== holder);
  return [...(holder === undefined ? [] : [holder]), ...others].map(({ roof }) => roof);
}

/** A thread's part of a cache; those that share it take equal parts. */
export function bytesPerThread({ bytes, sharedBy }: Cache, threads: number): number {
  return bytes / Math.min(sharedBy, threads);
}

function triadRoof(name: string, found: Bandwidth): Roof {
  const source = `STREAM triad, 24 byte an element, ${wordsOf(found)}`;
  return { name, limits: "memory", peak: measured(found.triad, "byte/s", source) };
}

function wordsOf({ threads, arrayBytes }: Bandwidth): string {
  return `${threads} thread${threads === 1 ? "" : "s"}, arrays of ${amount(arrayBytes, "byte")}, fastest pass`;
}
