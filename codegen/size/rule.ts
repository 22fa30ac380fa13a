/**
 * Decides from a board file alone which hidden sizes suit a board, and why: line, SIMD width, register tile, what stays.
 * A layer's own padding is judged by cache-line.ts, whole networks by footprint.ts.
 */
import type { Board, BoardMemory } from "../board.ts";
import { weightsMemory } from "../board-facts.ts";
import { weightWaits } from "../memory/stalls.ts";
import { type KernelVariant, schedule } from "../plan/schedule.ts";
import { targetOf } from "../plan/target.ts";
import type { IntegerFormat } from "../quantize/params.ts";
import { columnGranule } from "./cache-line.ts";

/**
 * What decides the granule. data-cache-line: of a cache before the weights' memory inside the core. xip-line: of a cache before
 * an external or slow flash, which code shares. flash-line: of a flash accelerator. word: nothing holds a line of weights, so
 * the load that feeds the multiplier is all there is.
 */
export type GranuleRule = "data-cache-line" | "xip-line" | "flash-line" | "word";

export interface SizeRule {
  readonly rule: GranuleRule;
  readonly variant: KernelVariant;
  /** What is fetched together when weights are read [byte]. */
  readonly lineBytes: number;
  /** Columns that one pass of the kernel's loop takes: its SIMD width. */
  readonly simdColumns: number;
  /** Rows whose sums one pass keeps in registers, and the units whose gates they are. */
  readonly tileRows: number;
  readonly tileUnits: number;
  /** Input and hidden sizes of an LSTM that are multiples of this fill whole lines and passes. */
  readonly granule: number;
  /** The same of a GRU, whose gates fill whole tiles. */
  readonly gruGranule: number;
  /** Where the weights lie. */
  readonly memory: string;
  /** Weights up to so many are still in that memory's cache a step later; 0 where each step streams them [byte]. */
  readonly residentBytes: number;
  /** Waiting for each byte of a stream that does not stay [cycle/byte]. */
  readonly stallsPerByte: number;
  /** Line, granule, tile, residence: a sentence each. */
  readonly why: readonly [string, string, string, string];
}

export function sizeRule(board: Board, format: IntegerFormat = "int8"): SizeRule {
  const target = targetOf(board);
  const { variant, block } = schedule(format, target);
  const memory = weightsMemory(board);
  const rule = ruleOf(board);
  const granule = columnGranule(target.lineBytes, block);
  const gruGranule = Math.max(granule, block.rows);
  const waits = weightWaits(board);
  const served = board.caches.find(({ name }) => name === waits.cache?.name);
  const residentBytes = served === undefined ? 0 : waits.residentBytes;
  // Over a length that holds many lines, so that the rounding of one does not show.
  const stallsPerByte = waits.stallsOf(BYTES_OF_MANY_LINES) / BYTES_OF_MANY_LINES;
  return {
    rule,
    variant,
    lineBytes: target.lineBytes,
    simdColumns: block.columns,
    tileRows: block.rows,
    tileUnits: block.units,
    granule,
    gruGranule,
    memory: memory.name,
    residentBytes,
    stallsPerByte,
    why: [
      lineSentence(rule, board, memory, target.lineBytes),
      granuleSentence(granule, target.lineBytes, block),
      `${block.rows} sums stay in registers while the columns pass: ${block.units} units of an LSTM; a GRU's units are multiples of ${gruGranule}.`,
      residenceSentence(memory, served?.name ?? null, residentBytes, stallsPerByte),
    ],
  };
}

const BYTES_OF_MANY_LINES = 2 ** 16;

/** A cache before a memory that code shares and that lies outside the core's own bus is an XIP cache: it is unified. */
function ruleOf(board: Board): GranuleRule {
  if (board.weights.rule === "flash-line") return "flash-line";
  if (board.weights.rule !== "cache-line") return "word";
  const cache = board.caches.find(
    ({ purpose, memories }) => purpose !== "instruction" && memories.includes(board.weights.memory),
  );
  return cache?.purpose === "unified" ? "xip-line" : "data-cache-line";
}

const LINE_NAMES: Readonly<Record<Exclude<GranuleRule, "word">, string>> = {
  "data-cache-line": "a line of the data cache",
  "xip-line": "a line of the cache before the flash, which code shares",
  "flash-line": "a line of the flash accelerator",
};

function lineSentence(
  rule: GranuleRule,
  board: Board,
  memory: BoardMemory,
  lineBytes: number,
): string {
  if (rule !== "word") {
    return `Weights come ${lineBytes} B at a time, ${LINE_NAMES[rule]}: blocks of rows start and end on one.`;
  }
  const waits = memory.waitStates?.value ?? 0;
  const cost =
    waits > 0
      ? `each word of ${memory.name} costs ${waits} wait states, whichever row it belongs to`
      : `each word of ${memory.name} is a cycle away`;
  return `No data cache or line buffer serves the weights of ${board.id}: ${cost}; a line's length would only add padding.`;
}

function granuleSentence(
  granule: number,
  lineBytes: number,
  block: { readonly rows: number; readonly columns: number; readonly weightBytes: number },
): string {
  const { rows, columns, weightBytes } = block;
  const bytes = granule * rows * weightBytes;
  return granule === columns
    ? `Sizes are multiples of ${granule}, what one pass of the loop takes; over ${rows} rows that is ${bytes} B.`
    : `Sizes are multiples of ${granule}: ${bytes} B over ${rows} rows end on a line of ${lineBytes} B; the loop itself takes ${columns}.`;
}

function residenceSentence(
  memory: BoardMemory,
  cache: string | null,
  residentBytes: number,
  stallsPerByte: number,
): string {
  const rate = `waiting ${stallsPerByte.toFixed(2)} cycles a byte`;
  const unknown = `what ${memory.name} makes the core wait is not known and charged nothing`;
  if (cache !== null) {
    const cost = memory.waitStates === undefined ? unknown : rate;
    return `Up to ${residentBytes} B of weights stay in the ${cache} from step to step; more stream from ${memory.name} each step: ${cost}.`;
  }
  if (stallsPerByte > 0) {
    return `Nothing of the weights stays: each step streams all of them from ${memory.name}, ${rate}.`;
  }
  return memory.waitStates === undefined
    ? `No cache serves the weights: ${unknown}.`
    : `All weights stay in ${memory.name}, which makes the core wait for nothing.`;
}
