/**
 * Decides what a step of a network whose LSTMs keep their sums will cost on a board, by the columns that they take in.
 * How many those are is measured, not foretold: it depends on the thresholds and the sound.
 */
import type { Board } from "../board.ts";
import { loadBoard } from "../board.ts";
import { weightsMemory } from "../board-facts.ts";
import { weightWaits } from "../memory/stalls.ts";
import { MOVED_BLOCK } from "../plan/rows/moved-columns.ts";
import { LINE_VALUES } from "../plan/rows/row-layout.ts";
import { schedule } from "../plan/schedule.ts";
import { targetOf } from "../plan/target.ts";
import { roundUp } from "./cache-line.ts";
import { fetchCounts } from "./fetches.ts";
import { footprintOfShape, type LayerFootprint, type NetworkFootprint } from "./footprint.ts";
import {
  fitKept,
  isFresh,
  type KeptCosts,
  type KeptMeasure,
  keptCore,
  keptCost,
  keptTermsOf,
  withoutLstms,
} from "./kept-costs.ts";
import type { NetworkShape } from "./network.ts";
import type { PredictedCycles } from "./predict.ts";
import { costOf, type StepCosts, stepCosts } from "./step-costs.ts";
import { termsOf } from "./terms.ts";
import { createWaitPredictor, type ReadRun, readsOf } from "./waits.ts";

/** Of a step whose LSTMs take in so many columns each. */
export interface KeptPrediction {
  readonly cycles: PredictedCycles;
  /** Multiply-accumulates done, without padding [MAC]. */
  readonly macs: number;
  readonly paddedMacs: number;
  /** Streams as stored [byte]. */
  readonly weightBytes: number;
  /** The part of them that is padding [byte]. */
  readonly paddedBytes: number;
  /** The part of them and the tables that a cache still holds a step later [byte]. */
  readonly residentBytes: number;
  /** Parts of the memory of the weights that a step touches. */
  readonly linesTouched: number;
  /** What a step reads of them, and what it fetches anew [byte]. */
  readonly readBytes: number;
  readonly streamedBytes: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
}

export interface KeptPredictor {
  /** Why nothing is foretold; null where something is. */
  readonly missing: string | null;
  /** @param moved columns of each LSTM, in order; a mean of many steps gives the mean of their cycles, or more where some take in nothing */
  readonly of: (shape: NetworkShape, moved: readonly number[]) => KeptPrediction;
  readonly source: string;
}

const SUM_BYTES = 4;
const ROW_FACT_BYTES = 4;
/** Larger parts hold columns beside the one that is fetched, of which nobody knows whether they moved. */
const COLUMN_BYTES = MOVED_BLOCK.rows;

/** Predicts int8 networks on one board. */
export function createKeptPredictor(board: Board): KeptPredictor {
  const costs = stepCosts(board.core, "int8");
  const kept = keptCosts(board, costs);
  const { partBytes } = weightWaits(board);
  if (costs === null || typeof kept === "string" || partBytes > COLUMN_BYTES) {
    const missing =
      typeof kept === "string"
        ? kept
        : `${board.id} fetches ${partBytes} B at once, and columns of ${COLUMN_BYTES} B move one by one`;
    return { missing, source: "", of: () => notForetold(missing) };
  }
  const target = targetOf(board);
  const scheduled = schedule("int8", target);
  const memory = weightsMemory(board);
  const waits = createWaitPredictor(board, fetchCounts(board.core, null));
  const valueBytes = LINE_VALUES[scheduled.activation].bytes;
  return {
    missing: null,
    source: `${kept.source}${waits.note === null ? "" : `; their ${waits.note}`}`,
    of(shape, moved) {
      const footprint = footprintOfShape(shape, target, "int8", scheduled);
      const work = workOf(footprint, moved);
      const counts = keptTermsOf(footprint, moved);
      const rest = termsOf(withoutLstms(footprint));
      const cost = (measure: KeptMeasure): number =>
        (costOf(costs.of[measure], rest) ?? Number.NaN) + keptCost(kept.of[measure], counts);
      const [value, low, high] = [cost("cycles"), cost("cyclesLow"), cost("cyclesHigh")];
      const reads = readsOf(footprint, work.weightBytes, keptRuns(moved));
      const waited = waits.of(reads, [termsOf(footprint)], value);
      const constants = work.weightBytes + footprint.tableBytes;
      const state = footprint.stateBytes + work.sumBytes + counts.compared * valueBytes;
      return {
        cycles: {
          value: value + waited.value,
          low: Math.min(value, low) * (1 - kept.worstError) + waited.low,
          high: Math.max(value, high) * (1 + kept.worstError) + waited.high,
          stalls: waited.value,
          codeStalls: waited.code,
        },
        macs: work.macs,
        paddedMacs: work.paddedMacs,
        weightBytes: work.weightBytes,
        paddedBytes: work.weightBytes - work.usefulBytes,
        residentBytes:
          waited.streamed === 1 ? 0 : Math.round(constants - waited.streamed * work.weightBytes),
        linesTouched: Math.ceil(work.readBytes / Math.min(partBytes, COLUMN_BYTES)),
        readBytes: work.readBytes,
        streamedBytes: Math.round(waited.streamed * work.readBytes),
        flashBytes: costs.programBytes + constants,
        ramBytes:
          state +
          footprint.edgeBytes +
          Math.max(costs.stackBytes, kept.stackBytes) +
          (memory.role === "ram" ? constants : 0),
      };
    },
  };
}

/** The fit of a core; in words why there is none. */
function keptCosts({ core, id }: Board, costs: StepCosts | null): KeptCosts | string {
  const counted = keptCore(core);
  const again = "npx tsx scripts/write-kept-costs.ts";
  if (counted === null || costs === null) {
    return `no steps that keep their sums were counted on ${core}, the core of ${id}: ${again}`;
  }
  if (!isFresh(counted))
    return `the rules of ${core} have changed since steps were counted: ${again}`;
  const target = targetOf(loadBoard(counted.board));
  const footprints = new Map<NetworkShape, NetworkFootprint>();
  const footprintOf = (shape: NetworkShape): NetworkFootprint => {
    const known = footprints.get(shape) ?? footprintOfShape(shape, target, "int8");
    footprints.set(shape, known);
    return known;
  };
  return fitKept(
    counted,
    ({ shape }, measure) =>
      costOf(costs.of[measure], termsOf(withoutLstms(footprintOf(shape)))) ?? Number.NaN,
    ({ shape, moved }) => keptTermsOf(footprintOf(shape), [moved]),
  );
}

function notForetold(missing: string): never {
  throw new RangeError(missing);
}

interface KeptWork {
  readonly macs: number;
  readonly paddedMacs: number;
  readonly weightBytes: number;
  readonly usefulBytes: number;
  readonly readBytes: number;
  readonly sumBytes: number;
}

/** Rows of an LSTM that keeps its sums, in whole blocks of eight. */
function rowsOf({ streams }: LayerFootprint): number {
  return roundUp(streams[0]?.paddedRows ?? 0, MOVED_BLOCK.rows);
}

function workOf({ layers }: NetworkFootprint, moved: readonly number[]): KeptWork {
  let lstm = 0;
  const parts = layers.map((layer): KeptWork => {
    const [stream] = layer.streams;
    if (layer.layer.kind !== "lstm" || stream === undefined) {
      const sum = (of: (one: LayerFootprint["streams"][number]) => number): number =>
        layer.streams.reduce((total, one) => total + of(one), 0);
      const bytes = sum((one) => one.bytes);
      return {
        macs: sum(({ rows, columns }) => rows * columns),
        paddedMacs: sum(({ paddedRows, paddedColumns }) => paddedRows * paddedColumns),
        weightBytes: bytes,
        usefulBytes: sum((one) => one.usefulBytes),
        readBytes: bytes,
        sumBytes: 0,
      };
    }
    const taken = moved[lstm++] ?? 0;
    const rows = rowsOf(layer);
    return {
      macs: stream.rows * taken,
      paddedMacs: rows * taken,
      usefulBytes: stream.rows * (2 * ROW_FACT_BYTES + stream.columns),
      weightBytes: rows * (2 * ROW_FACT_BYTES + stream.paddedColumns),
      readBytes: rows * (ROW_FACT_BYTES + taken),
      sumBytes: rows * SUM_BYTES,
    };
  });
  const total = (field: keyof KeptWork): number =>
    parts.reduce((sum, part) => sum + part[field], 0);
  return {
    macs: total("macs"),
    paddedMacs: total("paddedMacs"),
    weightBytes: total("weightBytes"),
    usefulBytes: total("usefulBytes"),
    readBytes: total("readBytes"),
    sumBytes: total("sumBytes"),
  };
}

/** What a layer reads: of an LSTM the rows' multipliers, and of each block the columns taken in. */
function keptRuns(moved: readonly number[]) {
  let lstm = 0;
  return (layer: LayerFootprint): readonly ReadRun[] | null => {
    if (layer.layer.kind !== "lstm") return null;
    const rows = rowsOf(layer);
    const taken = moved[lstm++] ?? 0;
    return [
      { bytes: rows * ROW_FACT_BYTES, times: 1 },
      { bytes: COLUMN_BYTES, times: taken * (rows / MOVED_BLOCK.rows) },
    ];
  };
}
