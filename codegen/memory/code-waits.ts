/**
 * Predicts what a step's code waits for on a board, from the lines that its fetches took through caches of many sizes.
 * Those lines are counted by the plugin on reference networks, and told of others by size/step-costs.ts.
 */
import type { Board, BoardMemory } from "../board.ts";
import { FETCH_CAPACITIES, FETCH_LINES, type FetchLine } from "./fetch-caches.ts";
import { type Hierarchy, type HierarchyMemory, hierarchyOf } from "./hierarchy.ts";

/** What stands between a core and its code. */
export interface CodeWaits {
  /** Which counted lines tell what is fetched: their size, and that of the cache, not more than there is [byte]. */
  readonly line: FetchLine;
  readonly capacity: number;
  /** Waiting for so many of those lines [cycle]. */
  readonly stallsOf: (lines: number, step: StepPace) => number;
}

/** How fast straight code is used up. */
export interface StepPace {
  /** At zero wait states [cycle]. */
  readonly cycles: number;
  /** Of code that passes in them [byte]. */
  readonly fetchedBytes: number;
}

/** Where a board has its code. */
export function codeMemoryOf({ memories }: Pick<Board, "memories">): BoardMemory | null {
  const named = memories.find(({ sections }) => sections?.code === "");
  return named ?? memories.find(({ role }) => role === "flash") ?? null;
}

/**
 * A line of code that the cache lacks is fetched in parts, each 1 + wait states an access, the first cycle of which is the
 * core's own. Where straight code is fetched ahead, a part takes what is missing of that when the part before it is used up.
 * Code that fits the cache is taken to stay there, whatever weights stream through beside it. Null where code never waits.
 * @param hierarchy the board's memories, one value of which may be another
 */
export function codeWaits(
  board: Pick<Board, "memories" | "caches">,
  hierarchy: Hierarchy = hierarchyOf(board),
): CodeWaits | null {
  const memory = codeMemoryOf(board);
  const { caches, memories } = hierarchy;
  const own = memories.find(({ name }) => name === memory?.name);
  if (own === undefined || own.waits === 0) return null;
  const cache = own.caches.fetch === null ? null : (caches[own.caches.fetch] ?? null);
  const lineBytes = cache?.lineBytes ?? own.accessBytes;
  const line = FETCH_LINES.findLast((bytes) => bytes <= lineBytes) ?? FETCH_LINES[0];
  const cacheBytes = cache === null ? 0 : cache.lineBytes * cache.ways * cache.sets;
  const capacity = FETCH_CAPACITIES.findLast((bytes) => bytes <= cacheBytes) ?? 0;
  const partBytes = cache?.partBytes ?? own.accessBytes;
  const needed = cyclesOf(own, partBytes);
  return {
    line,
    capacity,
    stallsOf: (lines, { cycles, fetchedBytes }) => {
      const parts = (lines * line) / partBytes;
      const meanwhile = cache?.prefetches ? (cycles / fetchedBytes) * partBytes : 1;
      return parts * Math.max(0, needed - meanwhile);
    },
  };
}

/** Of a part, from its request to its last byte. */
function cyclesOf({ accessBytes, waits }: HierarchyMemory, partBytes: number): number {
  return Math.ceil(partBytes / accessBytes) * (waits + 1);
}
