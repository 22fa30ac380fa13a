/**
 * Decides what stands between a board's core and each of its memories: waits, accesses, the caches of a cause.
 * Simulating it is left to firmware/qemu/memory.h, predicting it to stalls.ts, varying unsure values to variants.ts.
 */
import type { Board, BoardCache, BoardMemory } from "../board.ts";
import { PART_LIMIT } from "./geometry.ts";

/** What an access is for. */
export const CAUSES = ["fetch", "read", "write"] as const;
export type Cause = (typeof CAUSES)[number];

export interface HierarchyCache {
  readonly name: string;
  readonly lineBytes: number;
  /** What a miss fetches, at most a line. */
  readonly partBytes: number;
  readonly ways: number;
  /** A power of two. */
  readonly sets: number;
  readonly replacement: "lru" | "fifo" | "random";
  /** The next part of straight code is fetched ahead. */
  readonly prefetches: boolean;
}

export interface HierarchyMemory {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  /** Granule in which touched lines are counted: the largest line of its caches, or an access. */
  readonly lineBytes: number;
  /** Cycles beyond the first of an access; 0 where no source gives them. */
  readonly waits: number;
  /** Bytes of one access. */
  readonly accessBytes: number;
  /** The cache before it by cause, an index into caches; null: none. */
  readonly caches: Readonly<Record<Cause, number | null>>;
}

export interface Hierarchy {
  readonly memories: readonly HierarchyMemory[];
  readonly caches: readonly HierarchyCache[];
  /** Stores wait like loads; else they go to a buffer that never fills. */
  readonly waitsForWrites: boolean;
}

/**
 * A cache without a stated number of ways holds any address in any line; without a stated replacement it throws out the
 * line that was used least recently; without fillBytes a miss fetches what the memory gives in one access.
 * A memory that waits and that no cache serves keeps its last access, as flash interfaces do.
 */
export function hierarchyOf(board: Pick<Board, "memories" | "caches">): Hierarchy {
  const caches = board.caches.map((cache) => cacheOf(cache, board.memories));
  const memories = board.memories.map((memory): HierarchyMemory => {
    const before = (purposes: readonly BoardCache["purpose"][]): number | null => {
      const index = board.caches.findIndex(
        (cache) => purposes.includes(cache.purpose) && cache.memories.includes(memory.name),
      );
      return index < 0 ? null : index;
    };
    const accessBytes = powerOfTwo(memory.lineBytes.value);
    const waits = Math.round(memory.waitStates?.value ?? 0);
    let read = before(["data", "unified"]);
    const lines = [before(["instruction", "unified"]), read].flatMap((index) =>
      index === null ? [] : [(caches[index] as HierarchyCache).lineBytes],
    );
    if (read === null && waits > 0 && accessBytes > 4) {
      read = caches.push(lastAccess(memory.name, accessBytes)) - 1;
    }
    return {
      name: memory.name,
      address: memory.address.value,
      bytes: memory.bytes.value,
      lineBytes: Math.max(accessBytes, ...lines),
      waits,
      accessBytes,
      caches: {
        fetch: before(["instruction", "unified"]),
        read,
        write: memory.role === "ram" ? before(["data", "unified"]) : null,
      },
    };
  });
  return { memories, caches, waitsForWrites: false };
}

function cacheOf(cache: BoardCache, memories: readonly BoardMemory[]): HierarchyCache {
  const lineBytes = cache.lineBytes.value;
  const lines = cache.bytes.value / lineBytes;
  const served = memories.filter(({ name }) => cache.memories.includes(name));
  const access = Math.min(...served.map((memory) => powerOfTwo(memory.lineBytes.value)));
  const ways = cache.ways?.value ?? lines;
  // A cache in front of several memories fills whole lines: their accesses differ.
  const fill = cache.fillBytes?.value ?? (served.length === 1 ? access : lineBytes);
  return {
    name: cache.name,
    lineBytes,
    partBytes: Math.min(lineBytes, Math.max(fill, lineBytes / PART_LIMIT)),
    ways,
    sets: lines / ways,
    replacement: cache.replacement?.value ?? "lru",
    prefetches: cache.prefetch?.value ?? false,
  };
}

function lastAccess(memory: string, bytes: number): HierarchyCache {
  return {
    name: `last access of ${memory}`,
    lineBytes: bytes,
    partBytes: bytes,
    ways: 1,
    sets: 1,
    replacement: "lru",
    prefetches: false,
  };
}

function powerOfTwo(value: number): number {
  return 2 ** Math.round(Math.log2(value));
}
