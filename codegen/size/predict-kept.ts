/**
 * Decides what a step of a network whose LSTMs keep their sums will cost on a board, by the columns that they take in.
 * How many those are is measured, not foretold: it depends on the thresholds and the sound.
 */
import type { Board } from "../board.ts";
import { loadBoard } from "../board.ts";
import { weightsMemory } from "../board-facts.ts";
import { type WeightWaits, weightWaits } from "../memory/stalls.ts";
import { waitEnds } from "../memory/variants.ts";
import { MOVED_BLOCK } from "../plan/rows/moved-columns.ts";
import { LINE_VALUES } from "../plan/rows/row-layout.ts";
import { schedule } from "../plan/schedule.ts";
import { targetOf } from "../plan/target.ts";
import { roundUp } from "./cache-line.ts";
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
import { type PredictedCycles, stallsOfLayers, withWaits } from "./predict.ts";
import { costOf, type StepCosts, stepCosts } from "./step-costs.ts";
import { termsOf } from "./terms.ts";

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
  /** What a step fetches of them [byte]. */
  readonly readBytes: number;
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
  const waits = weightWaits(board);
  if (costs === null || typeof kept === "string" || waits.partBytes > COLUMN_BYTES) {
    const missing =
      typeof kept === "string"
        ? kept
        : `${board.id} fetches ${waits.partBytes} B at once, and columns of ${COLUMN_BYTES} B move one by one`;
    return { missing, source: "", of: () => notForetold(missing) };
  }
  const target = targetOf(board);
  const scheduled = schedule("int8", target);
  const memory = weightsMemory(board);
  const ends = waitEnds(memory).map((value) => weightWaits(withWaits(board, memory, value)));
  const valueBytes = LINE_VALUES[scheduled.activation].bytes;
  return {
    missing: null,
    source: kept.source,
    of(shape, moved) {
      const footprint = footprintOfShape(shape, target, "int8", scheduled);
      const work = workOf(footprint, moved);
      const counts = keptTermsOf(footprint, moved);
      const rest = termsOf(withoutLstms(footprint));
      const cost = (measure: KeptMeasure): number =>
        (costOf(costs.of[measure], rest) ?? Number.NaN) + keptCost(kept.of[measure], counts);
      const stalls = [waits, ...ends].map((one) => stallsOfKept(footprint, moved, one, work));
      const [own = 0] = stalls;
      const [value, low, high] = [cost("cycles"), cost("cyclesLow"), cost("cyclesHigh")];
      const constants = work.weightBytes + footprint.tableBytes;
      const state = footprint.stateBytes + work.sumBytes + counts.compared * valueBytes;
      return {
        cycles: {
          value: value + own,
          low: Math.min(value, low) * (1 - kept.worstError) + Math.min(...stalls),
          high: Math.max(value, high) * (1 + kept.worstError) + Math.max(...stalls),
          stalls: own,
        },
        macs: work.macs,
        paddedMacs: work.paddedMacs,
        weightBytes: work.weightBytes,
        paddedBytes: work.weightBytes - work.usefulBytes,
        residentBytes: work.weightBytes <= waits.residentBytes ? constants : 0,
        linesTouched: Math.ceil(work.readBytes / Math.min(waits.partBytes, COLUMN_BYTES)),
        readBytes: work.readBytes,
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

/** As predict.ts has it, with multipliers and the columns taken in in place of all weights of an LSTM. */
function stallsOfKept(
  footprint: NetworkFootprint,
  moved: readonly number[],
  waits: WeightWaits,
  { weightBytes }: KeptWork,
): number {
  if (weightBytes <= waits.residentBytes) return 0;
  let lstm = 0;
  return stallsOfLayers(footprint, waits, (layer) => {
    if (layer.layer.kind !== "lstm") return null;
    const rows = rowsOf(layer);
    const taken = moved[lstm++] ?? 0;
    return (
      waits.stallsOf(rows * ROW_FACT_BYTES) +
      taken * (rows / MOVED_BLOCK.rows) * waits.stallsOf(COLUMN_BYTES)
    );
  });
}
