/**
 * Decides what part of a step's weights and table rows comes anew from their memory each step, from the cache before it.
 * What a fetch costs is left to stalls.ts, the code's own fetches to code-waits.ts.
 */
import type { WeightWaits } from "./stalls.ts";

/** What a step reads from the memory of its weights, and what shares their cache. */
export interface SteadyReads {
  /** Read once a step, one after the other [byte]. */
  readonly weightBytes: number;
  /** Activation tables, of which rows are read here and there [byte]. */
  readonly tableBytes: number;
  /** Rows that are read. */
  readonly lookUps: number;
  /** Code in the same memory; counts where one cache serves both [byte]. */
  readonly codeBytes: number;
}

/** Parts of what is read that a step fetches anew, 0 to 1. */
export interface MissedShares {
  readonly weights: number;
  readonly lookUps: number;
}

/**
 * Weights come round in the same order each step: a set of a cache that throws out what was used least recently keeps all
 * of its lines, or none of the weights. Weights, tables and code are taken to lie one behind the other, so that M lines fill
 * S sets with floor(M / S) or one more.
 * A row is still there when one of its part was read since weights last filled the cache, all parts being as likely:
 * missed = (1 - 1 / parts)^(look-ups in that time), an upper bound where values crowd in few parts.
 */
export function missedShares(waits: WeightWaits, reads: SteadyReads): MissedShares {
  const { cache, partBytes } = waits;
  if (cache === null) return { weights: 1, lookUps: 1 };
  const { lineBytes, sets, ways } = cache;
  const lines = Math.ceil(reads.weightBytes / lineBytes);
  if (lines === 0) return { weights: 0, lookUps: 0 };
  const beside = reads.tableBytes + (waits.servesCode ? reads.codeBytes : 0);
  const weights = overflowing(lines, Math.ceil(beside / lineBytes), sets, ways) / lines;
  const parts = Math.max(1, reads.tableBytes / partBytes);
  const between = reads.lookUps * Math.min(1, (sets * ways) / lines);
  return { weights, lookUps: weights * (1 - 1 / parts) ** between };
}

/** Of `lines` with `more` behind them, those in sets that hold more lines than ways. */
function overflowing(lines: number, more: number, sets: number, ways: number): number {
  const each = Math.floor((lines + more) / sets);
  if (each > ways) return lines;
  if (each < ways) return 0;
  // The first sets have one line too many; each has as many lines of weights as come round to it.
  const crowded = (lines + more) % sets;
  return crowded * Math.floor(lines / sets) + Math.min(crowded, lines % sets);
}
