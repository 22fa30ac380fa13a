/**
 * Decides which values of a board's file its power rests on.
 * The power itself is left to power.ts.
 */
import type { BoardFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import type { Quantity } from "./quantity.ts";

/** Supply, currents and waking, as far as the file has them. */
export function powerSources(board: BoardFacts): readonly Quantity[] {
  return [board.supply, board.activeCurrent, board.sleepCurrent, board.wake, board.shortestSleep]
    .filter((value) => value !== null && value !== undefined)
    .map(quantityOf);
}
