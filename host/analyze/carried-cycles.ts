/**
 * Decides what the cycles of a run become on another board of the same core, and what of that board they leave out.
 * Its time and power are left to across-boards.ts, limits asked for to budgets.ts.
 */
import type { BoardFacts } from "./facts.ts";
import { clockHz } from "./power.ts";
import { cyclesOn, type Timing } from "./timing.ts";

/** The same chip at the same clock waits for the same memories. */
function waitsAlike(board: BoardFacts, rated: BoardFacts): boolean {
  if (board.chip === undefined || board.chip !== rated.chip) return false;
  return (
    board.clock !== null && rated.clock !== null && clockHz(board.clock) === clockHz(rated.clock)
  );
}

/**
 * `cycles` of the run on `rated` as `board` takes them: all of them on the same chip; else with its own waits for weights.
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function carriedCycles(
  board: BoardFacts,
  rated: BoardFacts,
  { stalls, weightBytes }: Timing,
  cycles: number,
): number {
  return waitsAlike(board, rated) ? cycles : cyclesOn(board, cycles, stalls, weightBytes);
}

/** What the board's own memories add and nothing here knows, in words; null where all is in the cycles. */
export function leftOutOn(board: BoardFacts, rated: BoardFacts, timing: Timing): string | null {
  if (waitsAlike(board, rated)) return null;
  return timing.worst.kind === "measured"
    ? `its own waits, with those of ${rated.id}`
    : "its waits for code";
}
