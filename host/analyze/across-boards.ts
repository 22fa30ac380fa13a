/**
 * Decides how the same program fares on every real board with the run's core: time, power, and the limits asked for.
 * The run's own verdicts are left to budgets.ts.
 */

import { carriedCycles, leftOutOn } from "./carried-cycles.ts";
import type { BoardFacts, RunFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { boardPower, clockHz, dutyCycle } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { modelled } from "./quantity.ts";
import type { Timing } from "./timing.ts";

/** One real board with the cycles of the run and its own clock, memories and currents. */
export interface BoardVerdict {
  readonly id: string;
  readonly name: string;
  /** Worst frame [ms]. */
  readonly latencyMs: Quantity;
  /** Average over the interval [mW]; null where the board file lacks a current. */
  readonly powerMw: Quantity | null;
  /** Whether the limits asked for hold; null: not asked, or not known. */
  readonly latencyMet: boolean | null;
  readonly powerMet: boolean | null;
  /** What of the board's own is in none of these numbers, in words; absent where nothing is. */
  readonly without?: string;
}

/** The rated board first, the others in order of the facts; boards without a clock are left out. @throws AnalysisError TP-USE-242 */
export function acrossBoards(
  facts: RunFacts,
  timing: Timing,
  rated: BoardFacts,
): readonly BoardVerdict[] {
  requireFiniteIn("the times", timing);
  const others = facts.otherBoards.filter(
    (board) => board.core === rated.core && board.id !== rated.id && !board.emulated,
  );
  return [rated, ...others].flatMap((board) => verdictOn(board, facts, timing, rated));
}

function verdictOn(
  board: BoardFacts,
  facts: RunFacts,
  timing: Timing,
  rated: BoardFacts,
): readonly BoardVerdict[] {
  if (board.clock === null) return [];
  const hz = clockHz(board.clock);
  const clock = quantityOf(board.clock);
  const milliseconds = (cycles: number): number =>
    ((board === rated ? cycles : carriedCycles(board, rated, timing, cycles)) / hz) * 1e3;
  const leftOut = board === rated ? null : leftOutOn(board, rated, timing);
  const waits = leftOut === null ? `on its ${board.chip}` : `on ${board.id}, without ${leftOut}`;
  const source = `cycles ${waits} / clock (${clock.source})`;
  const latencyMs =
    board === rated ? timing.worst : modelled(milliseconds(timing.worstCycles), "ms", source);
  const power = boardPower(board);
  const powerMw =
    "missing" in power
      ? null
      : modelled(
          dutyCycle(milliseconds(timing.meanCycles), timing.intervalMs, power).averageMw,
          "mW",
          `duty cycle with the currents of ${board.id}`,
        );
  const { latencyMs: limitMs, powerMw: limitMw } = facts.budgets;
  // Work that does not end before the next frame holds no power limit: it never sleeps and falls behind.
  const keepsUp = latencyMs.value <= timing.intervalMs;
  return [
    {
      id: board.id,
      name: board.name,
      latencyMs,
      powerMw,
      latencyMet: limitMs === null ? null : latencyMs.value <= limitMs,
      powerMet: limitMw === null || powerMw === null ? null : keepsUp && powerMw.value <= limitMw,
      ...(leftOut === null ? {} : { without: leftOut }),
    },
  ];
}
