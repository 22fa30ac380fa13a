/**
 * The data behind `pioneer boards [ID]`: the board files with every value marked as stated, and what follows from them.
 * Reading the files is left to codegen, laying the data out to the command line and the report.
 */
import {
  activeMilliamps,
  activeMilliwatts,
  availableBytes,
  type Board,
  findMeasured,
  listBoards,
  loadBoard,
  packedInt8MacsPerSecond,
  peakMacsPerSecond,
  readBytesPerSecond,
  type SizeRule,
  type StatedValue,
  sizeRule,
  sleepMilliwatts,
  weightsMemory,
  withCalibration,
} from "../../codegen/index.ts";
import type { Quantity } from "../analyze/quantity.ts";

/** A board's value as reports show it; its confidence tells a data sheet (S) from memory (M). */
export type BoardQuantity<U extends string = string> = Quantity<"stated", U> & {
  readonly confidence: "S" | "M";
};

/** One board in the list. */
export interface BoardRow {
  readonly id: string;
  readonly name: string;
  readonly kind: "real" | "emulated";
  readonly chip: string;
  readonly core: string;
  /** Null on an emulator, which has no clock of its own. */
  readonly clockHz: BoardQuantity<"Hz"> | null;
  /** What a program may use of all memories of that role [byte]. */
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** The line that weights see. */
  readonly weightsLineBytes: BoardQuantity<"byte">;
  readonly peakMacsPerSecond: BoardQuantity<"MAC/s"> | null;
  readonly activeMilliwatts: BoardQuantity<"mW"> | null;
  /** The emulated board that runs its code; null on an emulator. */
  readonly emulatedBy: string | null;
  /** PlatformIO's id; null on an emulator and where PlatformIO has no environment. */
  readonly platformioBoard: string | null;
}

export interface BoardList {
  readonly schema: 1;
  readonly rows: readonly BoardRow[];
}

/** All boards, real ones first, ordered by id. Throws UsageError TP-USE-102 when a board file is broken. */
export function boardList(directory?: string): BoardList {
  const boards = [...listBoards(directory)];
  boards.sort((a, b) => b.kind.localeCompare(a.kind) || a.id.localeCompare(b.id));
  return { schema: 1, rows: boards.map(rowOf) };
}

function rowOf(board: Board): BoardRow {
  const real = board.kind === "real" ? board : null;
  return {
    id: board.id,
    name: board.name,
    kind: board.kind,
    chip: board.chip,
    core: board.core,
    clockHz: real && quantityOf(real.clockHz),
    flashBytes: availableBytes(board, "flash"),
    ramBytes: availableBytes(board, "ram"),
    weightsLineBytes: quantityOf(board.weights.line),
    peakMacsPerSecond: real && quantityOf(peakMacsPerSecond(real)),
    activeMilliwatts: real && orNull(activeMilliwatts(real)),
    emulatedBy: real?.emulatedBy ?? null,
    platformioBoard: real?.platformio?.board ?? null,
  };
}

/** The whole board file with its values marked as stated, and `facts` computed from it; facts is null on an emulator. */
export interface BoardDetails {
  readonly schema: 1;
  readonly id: string;
  readonly facts: Readonly<Record<string, BoardQuantity | null>> | null;
  /** Which hidden sizes suit it in int8, and why: by arithmetic from the file. */
  readonly sizing: SizeRule;
  readonly [field: string]: unknown;
}

/** One board. Throws UsageError TP-USE-101 for an unknown id, TP-USE-102 for a broken file. */
export function boardDetails(id: string, directory?: string): BoardDetails {
  const stated = loadBoard(id, directory);
  const measured = directory === undefined ? findMeasured(stated) : null;
  const board = withCalibration(stated, measured);
  const marked = markStated(board) as Readonly<Record<string, unknown>>;
  return { ...marked, schema: 1, id: board.id, facts: factsOf(board), sizing: sizeRule(board) };
}

function factsOf(board: Board): BoardDetails["facts"] {
  if (board.kind === "emulated") return null;
  return {
    peakMacsPerSecond: quantityOf(peakMacsPerSecond(board)),
    packedInt8MacsPerSecond: quantityOf(packedInt8MacsPerSecond(board)),
    weightsBytesPerSecond: orNull(readBytesPerSecond(board, weightsMemory(board))),
    activeMilliamps: orNull(activeMilliamps(board)),
    activeMilliwatts: orNull(activeMilliwatts(board)),
    sleepMilliwatts: orNull(sleepMilliwatts(board)),
  };
}

function quantityOf<U extends string>(stated: StatedValue<U>): BoardQuantity<U> {
  const { value, unit, source, confidence, interval } = stated;
  return { value, unit, kind: "stated", source, confidence, ...(interval ? { interval } : {}) };
}

function orNull<U extends string>(stated: StatedValue<U> | null): BoardQuantity<U> | null {
  return stated && quantityOf(stated);
}

/** The same tree with `kind` on every stated value; `$schema` belongs to the file only. */
function markStated(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(markStated);
  if (typeof node !== "object" || node === null) return node;
  if (isStatedValue(node)) return quantityOf(node);
  const fields = Object.entries(node).filter(([name]) => name !== "$schema");
  return Object.fromEntries(fields.map(([name, value]) => [name, markStated(value)]));
}

function isStatedValue(node: object): node is StatedValue {
  return "value" in node && "unit" in node && "source" in node && "confidence" in node;
}
