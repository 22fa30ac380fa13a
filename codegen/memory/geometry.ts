/**
 * Decides whether the sizes of a cache can be simulated.
 * What they mean for accesses is left to hierarchy.ts.
 */

/** The most parts of a line that the simulation tells apart. */
export const PART_LIMIT = 32;

/** Sizes [byte], as in a board file. */
export interface CacheSizes {
  readonly bytes: { readonly value: number };
  readonly lineBytes: { readonly value: number };
  readonly ways?: { readonly value: number };
  readonly fillBytes?: { readonly value: number };
}

/** More lines than any cache here, and what the plugin takes. */
const LINE_LIMIT = 2 ** 20;
const LINE_BYTES_LIMIT = 4096;

/** What of a cache's sizes cannot be simulated; empty when all can. */
export function geometryProblems(cache: CacheSizes): readonly string[] {
  const line = cache.lineBytes.value;
  const lines = cache.bytes.value / line;
  const ways = cache.ways?.value ?? lines;
  const parts = line / (cache.fillBytes?.value ?? line);
  return [
    ...(isPowerOfTwo(line) && line <= LINE_BYTES_LIMIT
      ? []
      : [`lineBytes is no power of two up to ${LINE_BYTES_LIMIT}`]),
    ...(Number.isInteger(ways) && isPowerOfTwo(lines / ways) && lines <= LINE_LIMIT
      ? []
      : ["bytes / (lineBytes * ways) is no power of two, or ways no whole number"]),
    ...(isPowerOfTwo(parts) && parts <= PART_LIMIT
      ? []
      : [`lineBytes / fillBytes is no power of two up to ${PART_LIMIT}`]),
  ];
}

function isPowerOfTwo(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value));
}
