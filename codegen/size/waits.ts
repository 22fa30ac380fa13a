/**
 * Decides what a step of a network waits for on a board before anything is generated: weights, tables and code.
 * How a board's memories answer is left to codegen/memory, what a step takes without waits to predict.ts.
 */
import type { Board } from "../board.ts";
import { type CodeWaits, codeMemoryOf, codeWaits, type StepPace } from "../memory/code-waits.ts";
import { FETCH_CAPACITIES } from "../memory/fetch-caches.ts";
import { type Hierarchy, hierarchyOf } from "../memory/hierarchy.ts";
import { missedShares, type SteadyReads } from "../memory/residence.ts";
import { type WeightWaits, weightWaits } from "../memory/stalls.ts";
import { variantsOf } from "../memory/variants.ts";
import { GATES } from "../model/types.ts";
import type { FetchCounts, StepTerms } from "./fetches.ts";
import type { LayerFootprint, NetworkFootprint } from "./footprint.ts";

export interface PredictedWaits {
  /** For weights, tables and code [cycle]. */
  readonly value: number;
  /**
   * With every unsure value of the memories at its better and at its worse end, and where the fetches are another kernel's
   * with the next larger and the next smaller cache before the code; their effects taken to add up.
   */
  readonly low: number;
  readonly high: number;
  /** The part of value that is waiting for code. */
  readonly code: number;
  /** The part of the weights that comes anew each step, 0 to 1. */
  readonly streamed: number;
}

export interface WaitPredictor {
  /** In words: what is not in it, or is another kernel's; null where everything is the step's own. */
  readonly note: string | null;
  /** Whether waits for code are in it. */
  readonly hasCode: boolean;
  /**
   * @param terms of the loops that the fetches were counted of
   * @param cycles that the step takes without waits
   */
  readonly of: (reads: NetworkReads, terms: StepTerms, cycles: number) => PredictedWaits;
}

/** Rows of activation tables that a unit reads. */
const LOOK_UPS = { lstm: 5, gru: 3 } as const;
const TABLE_ROW_BYTES = 4;

/** @param fetches what tells the lines of code; null where nobody counted them */
export function createWaitPredictor(board: Board, fetches: FetchCounts | null): WaitPredictor {
  const stated = memoriesOf(board, hierarchyOf(board));
  const own = waitsOf(stated, fetches);
  // What an unsure value leaves as it is needs no second sum.
  const variants = variantsOf(board).flatMap(({ name, hierarchy }) => {
    const varied = memoriesOf(board, hierarchy);
    if (varied.signature === stated.signature) return [];
    return [{ field: name.slice(0, name.lastIndexOf(":")), waits: waitsOf(varied, fetches) }];
  });
  const { code } = stated;
  const { servesCode } = stated.weights;
  if (fetches?.isBorrowed && code !== null) {
    for (const capacity of besides(code.capacity)) {
      const moved = { ...stated, code: { ...code, capacity } };
      variants.push({ field: "counts", waits: waitsOf(moved, fetches) });
    }
  }
  const where = `waits for code in ${codeMemoryOf(board)?.name}`;
  return {
    note:
      code === null
        ? null
        : fetches === null
          ? `${where} not included`
          : fetches.of && `${where} are ${fetches.of}`,
    hasCode: code === null || fetches !== null,
    of: (network, terms, cycles) => {
      const codeBytes = servesCode && fetches !== null ? codeBytesOf(fetches, terms) : 0;
      const reads = { ...network, codeBytes };
      const { total, code, streamed } = own(reads, terms, cycles);
      const widest = new Map<string, readonly [number, number]>();
      for (const { field, waits } of variants) {
        const moved = waits(reads, terms, cycles).total - total;
        const [down, up] = widest.get(field) ?? [0, 0];
        widest.set(field, [Math.min(down, moved), Math.max(up, moved)]);
      }
      const sum = (end: 0 | 1) => [...widest.values()].reduce((all, ends) => all + ends[end], 0);
      const low = Math.max(0, total + sum(0));
      return { value: total, low, high: total + sum(1), code, streamed };
    },
  };
}

/** The next smaller and the next larger of the counted caches; of none there is neither. */
function besides(capacity: number): readonly number[] {
  const at = (FETCH_CAPACITIES as readonly number[]).indexOf(capacity);
  if (capacity === 0) return [];
  return [at - 1, at + 1].flatMap((index) => FETCH_CAPACITIES[index] ?? []);
}

interface Memories {
  readonly weights: WeightWaits;
  readonly code: CodeWaits | null;
  /** Equal where every wait is. */
  readonly signature: string;
}

function memoriesOf(board: Board, hierarchy: Hierarchy): Memories {
  const weights = weightWaits(board, hierarchy);
  const code = codeWaits(board, hierarchy);
  const { cache, servesCode, partBytes, stallsOf } = weights;
  const signature = JSON.stringify([
    [cache?.lineBytes, cache?.sets, cache?.ways, servesCode, partBytes, stallsOf(partBytes)],
    [code?.line, code?.capacity],
    // Two paces tell what is fetched ahead from what is not.
    [1, 2].map((cycles) => code?.stallsOf(1, { cycles, fetchedBytes: 8 })),
  ]);
  return { weights, code, signature };
}

/** Bytes that lie one behind the other, and how often a step reads as many. */
export interface ReadRun {
  readonly bytes: number;
  readonly times: number;
}

/** What a network reads, whatever the memories are. */
export interface NetworkReads {
  /** All that is stored [byte]. */
  readonly weightBytes: number;
  readonly tableBytes: number;
  /** Rows of tables. */
  readonly lookUps: number;
  readonly runs: readonly ReadRun[];
}

/**
 * @param weightBytes as stored
 * @param runsOf what a layer reads of its weights; null where it reads all of them, one after the other
 */
export function readsOf(
  { tableBytes, layers }: Pick<NetworkFootprint, "tableBytes" | "layers">,
  weightBytes: number,
  runsOf: (layer: LayerFootprint) => readonly ReadRun[] | null = () => null,
): NetworkReads {
  const lookUps = layers.reduce((sum, { layer, streams }) => {
    if (layer.kind === "dense") {
      const byTable = layer.activation === "sigmoid" || layer.activation === "tanh";
      return sum + (byTable ? layer.outputSize : 0);
    }
    const padded = (streams[0]?.paddedRows ?? 0) / GATES.length;
    return sum + (layer.kind === "lstm" ? padded : layer.hiddenSize) * LOOK_UPS[layer.kind];
  }, 0);
  const runs = layers.flatMap((one) => {
    const bytes = one.streams.reduce((sum, stream) => sum + stream.bytes, 0);
    return runsOf(one) ?? [{ bytes, times: 1 }];
  });
  return { weightBytes, tableBytes, lookUps, runs };
}

function waitsOf({ weights, code }: Memories, fetches: FetchCounts | null) {
  const row = weights.stallsOf(TABLE_ROW_BYTES);
  return (reads: NetworkReads & SteadyReads, terms: StepTerms, cycles: number) => {
    const missed = missedShares(weights, reads);
    const streams = reads.runs.reduce(
      (sum, { bytes, times }) => sum + times * weights.stallsOf(bytes),
      0,
    );
    const lines =
      code === null || fetches === null ? 0 : fetches.lines(code.line, code.capacity, terms);
    const codeStalls =
      code === null || fetches === null || lines === 0
        ? 0
        : code.stallsOf(lines, paceOf(fetches, terms, cycles));
    return {
      total: missed.weights * streams + missed.lookUps * reads.lookUps * row + codeStalls,
      code: codeStalls,
      streamed: missed.weights,
    };
  };
}

/** The longest counted lines. */
const LONG = 32;
/** The shortest, which tell best how much of the code passes. */
const SHORT = 8;

/** All that is fetched while control moves on. */
function paceOf({ lines }: FetchCounts, terms: StepTerms, cycles: number): StepPace {
  return { cycles, fetchedBytes: SHORT * lines(SHORT, 0, terms) };
}

/** Code of a step: between the largest cache that it does not fit and the smallest that it fits [byte]. */
function codeBytesOf({ lines }: FetchCounts, terms: StepTerms): number {
  const at = FETCH_CAPACITIES.findLastIndex((bytes) => lines(LONG, bytes, terms) >= 1);
  const full = FETCH_CAPACITIES[at];
  return full === undefined ? 0 : (full + (FETCH_CAPACITIES[at + 1] ?? full)) / 2;
}
