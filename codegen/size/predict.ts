/**
 * Decides what a step of a network will cost on a board before anything is generated: cycles, waits, bytes by memory.
 * Time, energy and which size to take are left to the host's analyzer, waits to waits.ts.
 */
import type { Board } from "../board.ts";
import { weightsMemory } from "../board-facts.ts";
import { weightWaits } from "../memory/stalls.ts";
import { schedule } from "../plan/schedule.ts";
import { targetOf } from "../plan/target.ts";
import type { IntegerFormat } from "../quantize/params.ts";
import { fetchCounts, type StepTerms } from "./fetches.ts";
import { footprintOfShape, type NetworkFootprint } from "./footprint.ts";
import { mixedTerms, NIBBLE_CODE_BYTES } from "./mixed-costs.ts";
import type { NetworkShape } from "./network.ts";
import { sparseFootprint } from "./sparse-footprint.ts";
import {
  type CountedFormat,
  costingOf,
  rulesDigests,
  type StepCosts,
  stepCosts,
  type TermCosting,
} from "./step-costs.ts";
import { type TermCounts, termsOf } from "./terms.ts";
import { createWaitPredictor, type PredictedWaits, readsOf } from "./waits.ts";

export interface PredictedCycles {
  /** Of a step, waits included. */
  readonly value: number;
  /** By the bounds of the core's rules, the fit's own error, and the ends of unsure values of the memories. */
  readonly low: number;
  readonly high: number;
  /** The part of value that is waiting for weights, tables and code. */
  readonly stalls: number;
  /** The part of stalls that is waiting for code; 0 where the predictor's source says that it is not included. */
  readonly codeStalls: number;
}

/** Where what lies [byte]. */
export interface WorkingSet {
  /** In the memory of the weights; padding included. */
  readonly weightBytes: number;
  readonly tableBytes: number;
  /** The part of both that is still in a cache a step later; nothing where all weights stream through. */
  readonly residentBytes: number;
  /** What each step fetches anew from the memory of the weights. */
  readonly streamedBytes: number;
  /** State struct. */
  readonly stateBytes: number;
}

export interface Prediction {
  readonly footprint: NetworkFootprint;
  readonly workingSet: WorkingSet;
  /** Lines of the weights' memory that a step touches. */
  readonly linesTouched: number;
  /** Null where the core has no counted steps, or a layer has none. */
  readonly cycles: PredictedCycles | null;
  readonly instructions: number | null;
  /** Weights, tables, and code as the reference programs have it; in RAM where the weights lie there. */
  readonly flashBytes: number;
  /** State, one frame in and out, stack as the reference programs used it at most; weights that lie in RAM. */
  readonly ramBytes: number;
}

export interface Predictor {
  readonly board: Board;
  readonly format: IntegerFormat;
  /** What charged and counted, and what is not foretold. */
  readonly source: string;
  /** Whether waits for code are in the cycles. */
  readonly hasCodeWaits: boolean;
  /** Why there are no cycles; null where there are. */
  readonly missing: string | null;
  readonly of: (shape: NetworkShape) => Prediction;
}

/**
 * Predicts steps of networks on one board.
 * @param fourBits of int8: indices of the layers with 4-bit weights, some, but not all
 * @param sparse of int8: the part of the tiles of weights that is left out, 0..99 [%]; all are stored where it is not given
 * @throws PlanError TP-PLAN-040 for a format or core without kernels that leave any out
 */
export function createPredictor(
  board: Board,
  format: IntegerFormat,
  fourBits: readonly number[] = [],
  sparse?: number,
): Predictor {
  const target = targetOf(board, sparse === undefined ? {} : { sparse });
  const isMixed = fourBits.length > 0;
  const scheduled = schedule(format, target, isMixed);
  const own: CountedFormat = sparse === undefined ? format : "int8-sparse";
  const formats: readonly CountedFormat[] = isMixed ? [own, "int4"] : [own];
  const costs = pricesOf(formats.map((one) => stepCosts(board.core, one)));
  // Code and stack are about the format's own, whether or not the other one was counted.
  const used = costs ?? stepCosts(board.core, format);
  const costings = costs === null ? null : costs.all.map((one) => costingOf(one, FORETOLD));
  const memory = weightsMemory(board);
  const fetches = fetchCounts(board.core, costs?.all ?? null);
  const waits = createWaitPredictor(board, fetches);
  const dense = targetOf(board);
  const denseSchedule = schedule("int8", dense);
  const lineBytes = Math.max(target.lineBytes, weightWaits(board).partBytes);
  const inRam = memory.role === "ram";

  const workOf = (footprint: NetworkFootprint): Work => {
    if (!isMixed) return { terms: [termsOf(footprint)], offsets: 0 };
    const { bytes, nibbles, offsets } = mixedTerms(footprint, target, fourBits);
    return { terms: [bytes, nibbles], offsets };
  };
  const of = (shape: NetworkShape): Prediction => {
    const footprint =
      sparse === undefined
        ? footprintOfShape(shape, target, format, scheduled, fourBits)
        : sparseFootprint(shape, target, sparse);
    const { weightBytes, tableBytes, stateBytes, edgeBytes } = footprint;
    const constants = weightBytes + tableBytes;
    const work = workOf(footprint);
    const sums = costings && sumsOf(costings, work);
    const fetched = fetches?.isOfInt8
      ? [termsOf(footprintOfShape(shape, dense, "int8", denseSchedule))]
      : work.terms;
    const waited = waits.of(readsOf(footprint, weightBytes), fetched, sums?.[0] ?? 0);
    const streamedBytes = Math.round(waited.streamed * weightBytes);
    const program = used?.programBytes ?? 0;
    return {
      footprint,
      workingSet: {
        weightBytes,
        tableBytes,
        residentBytes: waited.streamed === 1 ? 0 : constants - streamedBytes,
        streamedBytes,
        stateBytes,
      },
      linesTouched: Math.ceil(weightBytes / lineBytes),
      ...cyclesOf(costs, sums, waited),
      flashBytes: program + constants,
      ramBytes: stateBytes + edgeBytes + (used?.stackBytes ?? 0) + (inRam ? constants : 0),
    };
  };
  const unwaited =
    memory.waitStates === undefined
      ? `; ${memory.name}'s wait states are unknown, charged as 0`
      : "";
  return {
    board,
    format,
    source:
      costs === null
        ? ""
        : `${costs.source}${costs.isBounded ? "" : ", whose bounds have changed since and are not in the interval"}; waits of ${memory.name} by boards/${board.id}.json${unwaited}${waits.note === null ? "" : `; ${waits.note}`}`,
    hasCodeWaits: waits.hasCode,
    missing:
      costs === null
        ? missingCosts(board, formats.find((one) => stepCosts(board.core, one) === null) ?? format)
        : null,
    of,
  };
}

/** Loops of a step, for each of the costs, and instructions that no counted step has, of a cycle each. */
interface Work {
  readonly terms: StepTerms;
  readonly offsets: number;
}

/** Costs of loops in the formats of a network's layers, and what a program has of all of them. */
interface Prices
  extends Pick<StepCosts, "worstError" | "stackBytes" | "programBytes" | "isBounded" | "source"> {
  readonly all: readonly StepCosts[];
}

/** Null where one of the formats was not counted. */
function pricesOf(found: readonly (StepCosts | null)[]): Prices | null {
  const all = found.filter((one) => one !== null);
  const [first] = all;
  if (first === undefined || all.length < found.length) return null;
  const most = (of: (one: StepCosts) => number): number => Math.max(...all.map(of));
  return {
    all,
    worstError: most(({ worstError }) => worstError),
    stackBytes: most(({ stackBytes }) => stackBytes),
    programBytes: first.programBytes + (all.length > 1 ? NIBBLE_CODE_BYTES : 0),
    isBounded: all.every(({ isBounded }) => isBounded),
    source: all.length > 1 ? `${first.source}, in each layer's own format` : first.source,
  };
}

/** What all loops of a step cost together, by each measure that is foretold; null where one of them has no cost. */
function sumsOf(
  costings: readonly TermCosting[],
  { terms, offsets }: Work,
): ArrayLike<number> | null {
  const [first] = terms;
  if (costings.length === 1 && first !== undefined) return costings[0]?.(first) ?? null;
  const sums = costings.map((costing, index) => costing(terms[index] as TermCounts));
  return sums.reduce<readonly number[] | null>(
    (all, one) => all && one && all.map((sum, measure) => sum + (one[measure] as number)),
    FORETOLD.map(() => offsets),
  );
}

function missingCosts(board: Board, format: CountedFormat): string {
  return rulesDigests(board.core) === null
    ? `no timing table boards/cores/${board.core}.json charges the cycles of ${board.core}`
    : `no steps of ${board.core} were counted in ${format}: npx tsx scripts/write-step-costs.ts --boards ${board.kind === "real" ? board.emulatedBy : board.id} --formats ${format}`;
}

const UNKNOWN = { cycles: null, instructions: null } as const;
const FORETOLD = ["cycles", "cyclesLow", "cyclesHigh", "instructions"] as const;

function cyclesOf(
  costs: Prices | null,
  sums: ArrayLike<number> | null,
  waits: PredictedWaits,
): Pick<Prediction, "cycles" | "instructions"> {
  if (costs === null || sums === null) return UNKNOWN;
  const [value = 0, low = 0, high = 0, instructions = 0] = Array.from(sums);
  const { worstError, isBounded } = costs;
  const [least, most] = isBounded ? [Math.min(value, low), Math.max(value, high)] : [value, value];
  return {
    cycles: {
      value: value + waits.value,
      low: least * (1 - worstError) + waits.low,
      high: most * (1 + worstError) + waits.high,
      stalls: waits.value,
      codeStalls: waits.code,
    },
    instructions,
  };
}
