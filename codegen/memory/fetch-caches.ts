/**
 * Declares the instruction caches that a counted step is fetched through, so that what its code waits for on any board can be
 * told later: line by line, each size of line at each size of cache.
 * Counting is left to the plugin, what a fetched line costs on a board to code-waits.ts.
 */
import type { Board } from "../board.ts";
import { type HierarchyCache, hierarchyOf } from "./hierarchy.ts";
import type { Variant } from "./variants.ts";

/** [byte] */
export const FETCH_LINES = [8, 16, 32] as const;
export type FetchLine = (typeof FETCH_LINES)[number];
/** Caches of so many bytes, every line in any place, the least recently used thrown out; 0: the last line alone. */
export const FETCH_CAPACITIES = [0, 256, 512, 1024, 2048, 4096, 8192, 16384] as const;

/** Lines that a step fetches from the memory of its code, by FETCH_CAPACITIES. */
export type FetchedLines = Readonly<Record<FetchLine, readonly number[]>>;

/** 32 MB in eight ways: loads from any of the memories stay, and wait for nothing after the first step. */
const READS: HierarchyCache = {
  name: "reads",
  lineBytes: 4096,
  partBytes: 4096,
  ways: 8,
  sets: 1024,
  replacement: "lru",
  prefetches: false,
};

/** An emulated board's memories with each of these caches before them; a line that comes from a memory waits one cycle. */
export function fetchCaches(board: Board): readonly Variant[] {
  const own = hierarchyOf(board);
  return FETCH_LINES.flatMap((lineBytes) =>
    FETCH_CAPACITIES.map((bytes): Variant => {
      const fetched: HierarchyCache = {
        ...READS,
        name: "instructions",
        lineBytes,
        partBytes: lineBytes,
        ways: Math.max(1, bytes / lineBytes),
        sets: 1,
      };
      return {
        name: variantName(lineBytes, bytes),
        hierarchy: {
          caches: [fetched, READS],
          memories: own.memories.map((memory) => ({
            ...memory,
            waits: 1,
            accessBytes: lineBytes,
            caches: { fetch: 0, read: 1, write: null },
          })),
          waitsForWrites: false,
        },
      };
    }),
  );
}

/**
 * From the waits of each variant in one region.
 * @throws RangeError when one of them is missing
 */
export function fetchedLines(stalls: Readonly<Record<string, number>>): FetchedLines {
  const of = (lineBytes: FetchLine) =>
    FETCH_CAPACITIES.map((bytes) => {
      const count = stalls[variantName(lineBytes, bytes)];
      if (count === undefined) throw new RangeError(`no lines of ${lineBytes} B at ${bytes} B`);
      return count;
    });
  return { 8: of(8), 16: of(16), 32: of(32) };
}

function variantName(lineBytes: number, bytes: number): string {
  return `lines-${lineBytes}:${bytes}`;
}
