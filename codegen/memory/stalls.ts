/**
 * Predicts what a step waits for its weights and tables on a board, from the same hierarchy that the plugin simulates.
 * Code is not predicted before it is compiled; what a run waited for is left to the plugin.
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

export interface PredictedStalls {
  readonly kernel: string;
  /** Waiting for the stream of weights [cycle]. */
  readonly weights: number;
  /** Waiting for rows of activation tables beside the weights [cycle]. */
  readonly tables: number;
}

/**
 * Warm caches: a memory whose weights fit the cache before it waits for nothing; a larger stream throws itself out before it
 * comes round again, and the tables with it, so that each part and each row is missed once.
 */
export function predictedReadStalls(plan: Plan, board: Board): readonly PredictedStalls[] {
  const waits = weightWaits(board);
  const fits = plan.cost.weightBytes <= waits.residentBytes;
  const { tableRow } = valueBytes(plan, plan.schedule);
  return plan.kernels.map((kernel, index) => {
    const cost = plan.cost.kernels[index];
    const streamed = cost?.weightBytes ?? 0;
    return {
      kernel: kernel.name,
      weights: fits ? 0 : waits.stallsOf(streamed),
      tables: fits ? 0 : lookUpsOf(kernel, plan.streams) * waits.stallsOf(tableRow),
    };
  });
}

/** What the memory of a board's weights makes a step wait. */
export interface WeightWaits {
  /** The cache between it and the core; null where none serves reads. */
  readonly cache: HierarchyCache | null;
  /** Weights up to so many are still there when the next step comes [byte]. */
  readonly residentBytes: number;
  /** Bytes that a miss fetches at once. */
  readonly partBytes: number;
  /** Of bytes one after the other that nothing holds yet [cycle]. */
  readonly stallsOf: (bytes: number) => number;
}

/** @throws RangeError when the board has no such memory */
export function weightWaits(board: Board): WeightWaits {
  const hierarchy = hierarchyOf(board);
  const memory = hierarchy.memories.find(({ name }) => name === board.weights.memory);
  if (memory === undefined) throw new RangeError(`${board.id} has no ${board.weights.memory}`);
  const cache = memory.caches.read === null ? null : (hierarchy.caches[memory.caches.read] ?? null);
  const unit = unitOf(hierarchy, memory);
  return {
    cache,
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
