/**
 * Decides what a board allows a model: its memories, its clock and its power, with the budgets that were asked for.
 * Which sizes or bits hold them is left to analyze/sizing.
 */
import {
  availableBytes,
  type Board,
  findMeasured,
  loadBoard,
  weightsMemory,
  withCalibration,
} from "../../../codegen/index.ts";
import { boardFactsOf } from "../../analyze/board-facts.ts";
import { boardPower, clockHz } from "../../analyze/power.ts";
import type { SizeLimits } from "../../analyze/sizing/candidate.ts";
import type { SizeRating } from "../../analyze/sizing/judge.ts";

export interface Budgets {
  readonly budgetMs?: number;
  readonly budgetMw?: number;
}

/** A board by its id, with what it measured of itself. */
export function calibratedBoard(id: string): Board {
  const board = loadBoard(id);
  return withCalibration(board, findMeasured(board));
}

/** Budgets where they were given; the period is the longest time in any case. */
export function limitsOf(
  board: Board,
  { budgetMs, budgetMw }: Budgets,
  periodMs: number,
): SizeLimits {
  return {
    latencyMs: budgetMs ?? periodMs,
    powerMw: budgetMw ?? null,
    flashBytes: availableBytes(board, "flash"),
    ramBytes: ramLimit(board),
  };
}

/** Weights that lie in RAM may take its memory; what the program writes lies in the first. */
export function ramLimit(board: Board): number {
  const weights = weightsMemory(board);
  const first = board.memories.find(({ role }) => role === "ram");
  const memory = weights.role === "ram" ? weights : first;
  return memory === undefined ? 0 : memory.bytes.value - (memory.reservedBytes?.value ?? 0);
}

interface Rated {
  readonly rating: SizeRating;
  /** Why times or powers are not known; null where they are. */
  readonly missing: (asksPower: boolean) => string | null;
}

export function ratingOf(board: Board, periodMs: number): Rated {
  const facts = boardFactsOf(board);
  if (board.kind === "emulated" || facts.clock === null) {
    const why = `${board.id} is emulated and has no clock and no current of its own: name a real board`;
    return { rating: { clockHz: null, power: null, periodMs }, missing: () => why };
  }
  const power = boardPower(facts);
  const known = "missing" in power ? null : power;
  return {
    rating: { clockHz: clockHz(facts.clock), power: known, periodMs },
    missing: (asksPower) =>
      "missing" in power && asksPower ? `the file of ${board.id} has no ${power.missing}` : null,
  };
}
