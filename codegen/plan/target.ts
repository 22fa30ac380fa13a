/**
 * Decides what the plan needs to know of a board: its instructions, its line for weights and their section.
 * Everything else a board is stays in codegen/board.ts.
 */
import type { Board, BoardMemory, Core, LineRule } from "../board.ts";
import { type PlacementRequest, placeOf, withWeightsIn } from "./placement.ts";

/**
 * What kernels are written for.
 * thumb-dsp: SMLAD, SXTB16, SSAT and SMMUL are there. thumb1: Thumb with a 32-bit MULS and
 * eight full registers. mve: Helium's integer vectors. rv32im: with mulh. xtensa: MULL, without MAC16 and loops. xtensa-mac16: with both. c11: nothing but the language.
 */
export type InstructionSet =
  | "thumb-dsp"
  | "thumb1"
  | "mve"
  | "rv32im"
  | "xtensa"
  | "xtensa-mac16"
  | "c11";

/**
 * How much of a layer one pass over its rows does before the next begins.
 * full: a few rows' sums, requantize, activations and elementwise part, in registers and on the stack.
 * partial: sums and requantize of all rows into a buffer of gates, then the rest unit by unit.
 * none: each operation is a pass of its own over buffers: sums, requantize, activations, cells, hidden states.
 */
export const FUSIONS = ["none", "partial", "full"] as const;
export type Fusion = (typeof FUSIONS)[number];

export interface Target {
  /** The board's id. */
  readonly id: string;
  readonly core: Board["core"];
  readonly instructions: InstructionSet;
  /** The core computes in single precision. */
  readonly floatUnit: boolean;
  /** Bytes a weight takes at rest: one, or two where a kernel is faster for it. */
  readonly storage: "narrow" | "wide";
  readonly fusion: Fusion;
  /** Time steps of one call of NAME_steps; 1 where there is no such function. */
  readonly steps: number;
  /** Tiles of weights that are all zero are not stored; absent: all are. */
  readonly sparse?: true;
  /** The core makes the high half of a 32 x 32 bit product. */
  readonly wideMultiply: boolean;
  /** What the memory or core takes at a time when it reads weights [byte]. */
  readonly lineBytes: number;
  readonly lineRule: LineRule;
  /** One sentence from the board file. */
  readonly lineWhy: string;
  /** Linker section for weights; empty: where the linker puts constants. */
  readonly weightsSection: string;
  /** For tables; absent: beside the weights. */
  readonly tablesSection?: string;
  /** Of a loop's code, what its memory gives without waits: a cache's size, 0 without one; null: as much as there is [byte]. */
  readonly loopBytes: number | null;
  /** For the functions of a step; absent or empty: where the linker puts functions. */
  readonly codeSection?: string;
}

const INSTRUCTIONS: Readonly<Partial<Record<Core, InstructionSet>>> = {
  "cortex-m4": "thumb-dsp",
  "cortex-m7": "thumb-dsp",
  "cortex-m33": "thumb-dsp",
  "cortex-m55": "mve",
  "cortex-m0plus": "thumb1",
  rv32imc: "rv32im",
  "xtensa-lx106": "xtensa",
  "xtensa-mac16": "xtensa-mac16",
};

/** Optional on each but the last, and there on every board that has a file. */
const FLOAT_UNITS: readonly Core[] = ["cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"];

/** The chips' LX6 and LX7 have the floating-point coprocessor, QEMU's core of the same instructions, de212, has none. */
function hasFloatUnit({ core, kind }: Board): boolean {
  return FLOAT_UNITS.includes(core) || (core === "xtensa-mac16" && kind === "real");
}

const NARROW_MULTIPLY: readonly Core[] = ["cortex-m0plus", "xtensa-lx106", "xtensa-mac16"];

export interface TargetOptions {
  /** Instead of the core's own: plain C on any board, to compare with. */
  readonly instructions?: InstructionSet;
  readonly storage?: Target["storage"];
  /** Instead of what the board gives a loop's code. */
  readonly loopBytes?: number;
  /** Full where it is not given. */
  readonly fusion?: Fusion;
  /** An even number: also makes NAME_steps, for so many steps of a sequence known ahead. */
  readonly steps?: number;
  /** Leave out of memory and loops the tiles of weights that are all zero; int8 alone. */
  readonly sparse?: number;
  /** Memories for weights, tables and code; the board's own choice where it is not given. */
  readonly placement?: PlacementRequest;
}

/** Of a memory that functions lie in. */
function loopBytesOf({ caches }: Board, { name, waitStates }: BoardMemory): number | null {
  if (waitStates?.value === 0) return null;
  const cache = caches.find(
    ({ purpose, memories }) => purpose !== "data" && memories.includes(name),
  );
  return cache?.bytes.value ?? 0;
}

/** @throws PlanError TP-PLAN-002 for a place that the board does not name */
export function targetOf(
  anyBoard: Board,
  { instructions, storage, loopBytes, fusion, steps, sparse, placement = {} }: TargetOptions = {},
): Target {
  const board = withWeightsIn(anyBoard, placement.weights);
  const sectionFor = (part: "tables" | "code"): string | undefined =>
    placement[part] === undefined ? undefined : placeOf(anyBoard, part, placement[part]).section;
  const tablesSection = sectionFor("tables");
  const codeSection = sectionFor("code");
  const code =
    placement.code === undefined
      ? anyBoard.memories.find(({ role }) => role === "flash")
      : placeOf(anyBoard, "code", placement.code).memory;
  return {
    id: board.id,
    core: board.core,
    instructions: instructions ?? INSTRUCTIONS[board.core] ?? "c11",
    floatUnit: hasFloatUnit(board),
    storage: storage ?? "narrow",
    fusion: fusion ?? "full",
    steps: steps ?? 1,
    ...(sparse === undefined ? {} : { sparse: true }),
    wideMultiply: !NARROW_MULTIPLY.includes(board.core),
    lineBytes: board.weights.line.value,
    lineRule: board.weights.rule,
    lineWhy: board.weights.why,
    weightsSection: board.weights.section,
    loopBytes: loopBytes ?? (code === undefined ? 0 : loopBytesOf(anyBoard, code)),
    ...(tablesSection === undefined ? {} : { tablesSection }),
    ...(codeSection === undefined ? {} : { codeSection }),
  };
}
