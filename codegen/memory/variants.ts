/**
 * Decides to what each unsure value of a board's memories is varied, one at a time.
 * What follows for a run's interval is left to the host's analyzer.
 */
import type { Board, BoardCache, BoardMemory, StatedValue } from "../board.ts";
import { type Hierarchy, hierarchyOf } from "./hierarchy.ts";

/** A board with one value changed. */
export interface Variant {
  /** The field, with the name of its memory or cache, then what it is varied to: "flash.waitStates:2". */
  readonly name: string;
  readonly hierarchy: Hierarchy;
}

type Described = Pick<Board, "memories" | "caches">;

/**
 * A value with an interval goes to its ends. One from memory (M) without: waits to half and one and a half times, a
 * cache's bytes to half and twice. Ways from memory or unknown go to two and to all lines, an unknown replacement to FIFO
 * and random, an unknown fill to whole lines, prefetch from memory to its opposite. Stores may wait like loads.
 */
export function variantsOf(board: Described): readonly Variant[] {
  const memories = board.memories.flatMap((memory, index) =>
    waitEnds(memory).map((value) => ({
      name: `${slug(memory.name)}.waitStates:${value}`,
      board: withMemory(board, index, { waitStates: changed(memory.waitStates, value, "cycle") }),
    })),
  );
  const caches = board.caches.flatMap((cache, index) =>
    cacheChanges(cache, board).map(({ field, value, change }) => ({
      name: `${slug(cache.name)}.${field}:${value}`,
      board: withCache(board, index, change),
    })),
  );
  const stores = { ...hierarchyOf(board), waitsForWrites: true };
  return [
    ...[...memories, ...caches].map(({ name, board }) => ({ name, hierarchy: hierarchyOf(board) })),
    { name: "stores.wait:1", hierarchy: stores },
  ];
}

/** The other values that a memory's wait states may have: ends of its interval, or what memory alone is worth; none where it is sure. */
export function waitEnds({ waitStates }: BoardMemory): readonly number[] {
  if (waitStates === undefined) return [];
  const { value, interval, confidence } = waitStates;
  const ends =
    interval ?? (confidence === "M" ? [Math.floor(value / 2), Math.ceil(value * 1.5)] : []);
  return [...new Set(ends.map(Math.round))].filter((end) => end !== value);
}

interface Change {
  readonly field: "bytes" | "ways" | "replacement" | "fillBytes" | "prefetch";
  readonly value: number | string;
  readonly change: Partial<BoardCache>;
}

const GUESS = { source: "varied", confidence: "M" } as const;

function cacheChanges(cache: BoardCache, board: Described): readonly Change[] {
  const lines = cache.bytes.value / cache.lineBytes.value;
  const stated = hierarchyOf(board).caches.find(({ name }) => name === cache.name);
  const bytes =
    cache.bytes.confidence === "M" ? [cache.bytes.value / 2, cache.bytes.value * 2] : [];
  const ways =
    cache.ways?.interval ?? (cache.ways?.confidence === "S" ? [] : [Math.min(2, lines), lines]);
  const replacements =
    cache.replacement?.confidence === "S" ? [] : (["lru", "fifo", "random"] as const);
  const fills = cache.fillBytes === undefined ? [cache.lineBytes.value] : [];
  const prefetches = cache.prefetch?.confidence === "M" ? [!cache.prefetch.value] : [];
  return [
    ...bytes
      .filter((value) => value >= cache.lineBytes.value * (cache.ways?.value ?? 1))
      .map(
        (value): Change => ({
          field: "bytes",
          value,
          change: { bytes: changed(cache.bytes, value, "byte") },
        }),
      ),
    ...[...new Set(ways)]
      .filter((value) => value !== stated?.ways && Number.isInteger(Math.log2(lines / value)))
      .map(
        (value): Change => ({
          field: "ways",
          value,
          change: { ways: { value, unit: "way", ...GUESS } },
        }),
      ),
    ...replacements
      .filter((value) => value !== stated?.replacement)
      .map(
        (value): Change => ({
          field: "replacement",
          value,
          change: { replacement: { value, ...GUESS } },
        }),
      ),
    ...fills
      .filter((value) => value !== stated?.partBytes)
      .map(
        (value): Change => ({
          field: "fillBytes",
          value,
          change: { fillBytes: { value, unit: "byte", ...GUESS } },
        }),
      ),
    ...prefetches.map(
      (value): Change => ({
        field: "prefetch",
        value: value ? 1 : 0,
        change: { prefetch: { value, ...GUESS } },
      }),
    ),
  ];
}

function changed<U extends string>(
  stated: StatedValue<U> | undefined,
  value: number,
  unit: U,
): StatedValue<U> {
  return { ...(stated ?? { unit, ...GUESS }), value };
}

function withMemory(board: Described, index: number, change: Partial<BoardMemory>): Described {
  return {
    ...board,
    memories: board.memories.map((m, i) => (i === index ? { ...m, ...change } : m)),
  };
}

function withCache(board: Described, index: number, change: Partial<BoardCache>): Described {
  return { ...board, caches: board.caches.map((c, i) => (i === index ? { ...c, ...change } : c)) };
}

/** A name of a board file as one word. */
function slug(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, "-");
}
