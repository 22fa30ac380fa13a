/**
 * Decides whether a run holds the limits asked for, by how much, why not, and on which other boards it would.
 * Choosing the limits and acting on a miss are left to the command line.
 */

import { carriedCycles, leftOutOn } from "./carried-cycles.ts";
import { averagePower } from "./energy.ts";
import type { BoardFacts } from "./facts.ts";
import { requireAtLeast0, requireFiniteIn } from "./number-limits.ts";
import { type BoardPower, boardPower, clockHz, dutyCycle, longestActiveMs } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { derive, stated } from "./quantity.ts";
import type { Timing } from "./timing.ts";
import { digits } from "./wording.ts";

export interface BudgetVerdict {
  readonly name: "latencyMs" | "powerMw";
  readonly limit: Quantity;
  /** null when the board file lacks a value; `why` names it. */
  readonly value: Quantity | null;
  readonly met: boolean | null;
  /** Share of the limit that is left; negative when missed [%]. */
  readonly margin: Quantity | null;
  /** The arithmetic, in words. */
  readonly why: string;
  /** Ids of other boards with the same core on which the limit would hold; empty when this one holds it. */
  readonly holdsOn: readonly string[];
}

/** Judges the worst frame: audio does not forgive a late one. @throws AnalysisError TP-USE-242 */
export function judgeLatency(
  limitMs: number,
  timing: Timing,
  board: BoardFacts,
  others: readonly BoardFacts[],
): BudgetVerdict {
  requireAtLeast0("the limit [ms]", limitMs);
  requireFiniteIn("the times", timing);
  const { worst } = timing;
  const met = worst.value <= limitMs;
  const hz = board.clock === null ? null : clockHz(board.clock);
  const arithmetic =
    hz === null
      ? `the worst frame takes ${digits(worst.value)} ms`
      : `the worst frame takes ${timing.worstCycles} cycles at ${digits(hz / 1e6)} MHz = ${digits(worst.value)} ms`;
  const needed = hz === null ? "" : `; ${Math.floor((limitMs * hz) / 1e3)} cycles would fit`;
  const holdsOn = met
    ? []
    : sameCore(board, others)
        .filter((other) => other.clock !== null)
        .filter(
          (other) =>
            timeMs(carriedCycles(other, board, timing, timing.worstCycles), other) <= limitMs,
        )
        .map((other) => other.id);
  return {
    name: "latencyMs",
    limit: stated(limitMs, "ms", "asked for"),
    value: worst,
    met,
    margin: marginOf(limitMs, worst),
    why: met ? arithmetic : `${arithmetic}${needed}${elsewhere(board, others, holdsOn, timing)}`,
    holdsOn,
  };
}

/** Judges the average power of computing every interval and sleeping in between. @throws AnalysisError TP-USE-242 */
export function judgePower(
  limitMw: number,
  timing: Timing,
  board: BoardFacts,
  others: readonly BoardFacts[],
): BudgetVerdict {
  requireAtLeast0("the limit [mW]", limitMw);
  requireFiniteIn("the times", timing);
  const limit = stated(limitMw, "mW", "asked for");
  const power = boardPower(board);
  if ("missing" in power) {
    const why = `the file of ${board.id} has no ${power.missing}, so its power is not known`;
    return { name: "powerMw", limit, value: null, met: null, margin: null, why, holdsOn: [] };
  }
  const value = averagePower(timing, board);
  const met = value.value <= limitMw;
  const { duty, waking, sleeps } = dutyCycle(timing.mean.value, timing.intervalMs, power);
  const awake =
    waking === 0 ? "" : ` and ${digits(waking * 100)} % ${sleeps ? "waking" : "waiting awake"}`;
  const arithmetic = `${digits(power.activeMw)} mW x ${digits(duty * 100)} % computing${awake} + ${digits(power.sleepMw)} mW x ${digits((1 - duty - waking) * 100)} % asleep = ${digits(value.value)} mW`;
  const holdsOn = met
    ? []
    : sameCore(board, others)
        .filter(holds)
        .map((other) => other.id);
  const needed = met
    ? ""
    : `; ${remedy(limitMw, timing, power)}${elsewhere(board, others, holdsOn, timing)}`;
  return {
    name: "powerMw",
    limit,
    value,
    met,
    margin: marginOf(limitMw, value),
    why: arithmetic + needed,
    holdsOn,
  };

  function holds(other: BoardFacts): boolean {
    const theirs = boardPower(other);
    if ("missing" in theirs || other.clock === null) return false;
    const ms = timeMs(carriedCycles(other, board, timing, timing.meanCycles), other);
    return ms <= timing.intervalMs && dutyCycle(ms, timing.intervalMs, theirs).averageMw <= limitMw;
  }
}

function remedy(limitMw: number, timing: Timing, power: BoardPower): string {
  const longest = longestActiveMs(limitMw, timing.intervalMs, power);
  if (longest === null) {
    const wakeMs = power.wakeMs ?? 0;
    if (wakeMs === 0) return `out of reach: asleep it already takes ${digits(power.sleepMw)} mW`;
    const { averageMw } = dutyCycle(0, timing.intervalMs, power);
    return `out of reach: falling asleep and waking every ${digits(timing.intervalMs)} ms it already takes ${digits(averageMw)} mW`;
  }
  const factor = timing.mean.value / longest;
  return `it would have to compute at most ${digits(longest)} ms of every ${digits(timing.intervalMs)} ms, ${digits(factor)} times faster`;
}

function sameCore(board: BoardFacts, others: readonly BoardFacts[]): readonly BoardFacts[] {
  return others.filter(
    (other) => other.core === board.core && other.id !== board.id && !other.emulated,
  );
}

function elsewhere(
  board: BoardFacts,
  others: readonly BoardFacts[],
  holdsOn: readonly string[],
  timing: Timing,
): string {
  const held = others.filter(({ id }) => holdsOn.includes(id));
  const named = held.map((other) => {
    const leftOut = leftOutOn(other, board, timing);
    return leftOut === null ? other.id : `${other.id} without ${leftOut}`;
  });
  if (named.length > 0) return `; it would hold on ${named.join(", ")}`;
  if (sameCore(board, others).length > 0)
    return `; no other ${board.core} board known here would hold it`;
  return `; no other ${board.core} board is known here, and cycles of one core say nothing about another`;
}

function timeMs(cycles: number, board: BoardFacts): number {
  return board.clock === null ? Number.POSITIVE_INFINITY : (cycles / clockHz(board.clock)) * 1e3;
}

function marginOf(limit: number, value: Quantity): Quantity {
  return derive(((limit - value.value) / limit) * 100, "%", "(limit - value) / limit", [value]);
}
