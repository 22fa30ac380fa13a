/**
 * Predicts what a step waits for its weights and tables on a board, from the same hierarchy that the plugin simulates.
 * What code waits for is left to code-waits.ts, what a run waited for to the plugin.
 */
import type { Board } from "../board.ts";
import { lookUpsOf, valueBytes } from "../plan/cost.ts";
import type { Plan } from "../plan/plan.ts";
import {
  type Hierarchy,
  type HierarchyCache,
  type HierarchyMemory,
  hierarchyOf,
} from "./hierarchy.ts";
import { missedShares } from "./residence.ts";

export interface PredictedStalls {
  readonly kernel: string;
  /** Waiting for the stream of weights [cycle]. */
  readonly weights: number;
  /** Waiting for rows of activation tables beside the weights [cycle]. */
  readonly tables: number;
}

/** 512 words each of sigmoid and tanh; in floats 256 cubics that serve both [byte]. */
const TABLE_BYTES = 4096;

/** With warm caches, by residence.ts: weights that all stay wait for nothing. Code beside them is not in it. */
export function predictedReadStalls(plan: Plan, board: Board): readonly PredictedStalls[] {
  const waits = weightWaits(board);
  const { tableRow } = valueBytes(plan, plan.schedule);
  const lookUps = plan.kernels.map((kernel) => lookUpsOf(kernel, plan.streams));
  const missed = missedShares(waits, {
    weightBytes: plan.cost.weightBytes,
    tableBytes: TABLE_BYTES,
    lookUps: lookUps.reduce((sum, rows) => sum + rows, 0),
    codeBytes: 0,
  });
  return plan.kernels.map((kernel, index) => ({
    kernel: kernel.name,
    weights: missed.weights * waits.stallsOf(plan.cost.kernels[index]?.weightBytes ?? 0),
    tables: missed.lookUps * (lookUps[index] as number) * waits.stallsOf(tableRow),
  }));
}

/** What the memory of a board's weights makes a step wait. */
export interface WeightWaits {
  /** The cache between it and the core; null where none serves reads. */
  readonly cache: HierarchyCache | null;
  /** It serves the memory's instructions as well. */
  readonly servesCode: boolean;
  /** Weights up to so many are still there when the next step comes [byte]. */
  readonly residentBytes: number;
  /** Bytes that a miss fetches at once. */
  readonly partBytes: number;
  /** Of bytes one after the other that nothing holds yet [cycle]. */
  readonly stallsOf: (bytes: number) => number;
}

/**
 * @param hierarchy the board's memories, one value of which may be another
 * @throws RangeError when the board has no such memory
 */
export function weightWaits(board: Board, hierarchy: Hierarchy = hierarchyOf(board)): WeightWaits {
  const memory = hierarchy.memories.find(({ name }) => name === board.weights.memory);
  if (memory === undefined) throw new RangeError(`${board.id} has no ${board.weights.memory}`);
  const cache = memory.caches.read === null ? null : (hierarchy.caches[memory.caches.read] ?? null);
  const unit = unitOf(hierarchy, memory);
  return {
    cache,
    servesCode: cache !== null && memory.caches.fetch === memory.caches.read,
    residentBytes: cacheBytes(hierarchy, memory),
    partBytes: unit.bytes,
    stallsOf: (bytes) => Math.ceil(bytes / unit.bytes) * unit.stall,
  };
}

function cacheBytes({ caches }: Hierarchy, memory: HierarchyMemory): number {
  const cache = memory.caches.read === null ? undefined : caches[memory.caches.read];
  return cache === undefined ? 0 : cache.lineBytes * cache.ways * cache.sets;
}

/** What is fetched at once, and the cycles beyond the first that it takes. */
function unitOf({ caches }: Hierarchy, memory: HierarchyMemory) {
  const cache = memory.caches.read === null ? undefined : caches[memory.caches.read];
  const bytes = cache?.partBytes ?? memory.accessBytes;
  const accesses = Math.ceil(bytes / memory.accessBytes);
  return { bytes, stall: accesses * (memory.waits + 1) - 1 };
}
