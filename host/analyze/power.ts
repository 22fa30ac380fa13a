/**
 * Decides energy and average power of work that wakes, computes and sleeps at a fixed interval.
 * Measured energy is left to host/power; radio, sensors and converters are not in this model.
 *
 * Source of the formula: the duty-cycle model P = P_active * d + P_sleep * (1 - d), d = t_active / T; the time in which a
 * processor falls asleep and wakes up counts as computing, t_active + t_wake in place of t_active.
 */

import type { BoardFacts, StatedValue } from "./facts.ts";
import { notListed, requireAtLeast0, requirePositive } from "./number-limits.ts";

/** Power of a board while it computes and while it sleeps [mW], and what it costs to sleep. */
export interface BoardPower {
  readonly activeMw: number;
  readonly sleepMw: number;
  /** What the board's documents call the sleep; absent where they have one alone. */
  readonly sleepName?: string;
  /** Into the sleep and out of it again, at activeMw [ms]; absent: 0. */
  readonly wakeMs?: number;
  /** Shorter sleeps are refused [ms]; absent: none is. */
  readonly shortestSleepMs?: number;
}

export interface DutyCycle {
  /** Share of the interval spent computing, 0..1; 1 when the work does not fit. */
  readonly duty: number;
  /** Share of it spent awake without computing: waking up, or all that is left where that is too short to sleep. */
  readonly waking: number;
  /** Whether anything is left to sleep in. */
  readonly sleeps: boolean;
  /** [mW] */
  readonly averageMw: number;
  /** Energy of the computation alone [uJ]. */
  readonly activeUj: number;
  /** Energy of the whole interval, sleep included [uJ]. */
  readonly intervalUj: number;
}

/**
 * Duty-cycled power over one interval.
 * @param activeMs time computing in every interval [ms], >= 0
 * @param intervalMs time between two starts [ms], > 0; work that takes longer runs back to back
 * @throws AnalysisError TP-USE-242
 */
export function dutyCycle(activeMs: number, intervalMs: number, power: BoardPower): DutyCycle {
  requireAtLeast0("activeMs", activeMs);
  requirePositive("intervalMs", intervalMs);
  requirePower(power);
  const { wakeMs = 0, shortestSleepMs = 0 } = power;
  const duty = Math.min(1, activeMs / intervalMs);
  const sleepMs = intervalMs - activeMs - wakeMs;
  const sleeps = sleepMs > 0 && sleepMs >= shortestSleepMs;
  const waking = sleeps ? wakeMs / intervalMs : 1 - duty;
  const awake = sleeps ? duty + waking : 1;
  const averageMw = power.activeMw * awake + power.sleepMw * (1 - awake);
  const periodMs = Math.max(activeMs, intervalMs);
  return {
    duty,
    waking,
    sleeps,
    averageMw,
    activeUj: power.activeMw * activeMs,
    intervalUj: averageMw * periodMs,
  };
}

/**
 * Longest computing time in every interval that keeps the average at or below a limit [ms]; null when sleeping and waking alone
 * exceed it.
 * @throws AnalysisError TP-USE-242
 */
export function longestActiveMs(
  limitMw: number,
  intervalMs: number,
  power: BoardPower,
): number | null {
  requireAtLeast0("limitMw", limitMw);
  requirePositive("intervalMs", intervalMs);
  requirePower(power);
  if (power.sleepMw > limitMw) return null;
  if (power.activeMw <= limitMw) return intervalMs;
  const { wakeMs = 0, shortestSleepMs = 0 } = power;
  const awakeMs = (intervalMs * (limitMw - power.sleepMw)) / (power.activeMw - power.sleepMw);
  const longest = Math.min(awakeMs, intervalMs - shortestSleepMs) - wakeMs;
  return longest < 0 ? null : longest;
}

function requirePower({ activeMw, sleepMw, wakeMs = 0, shortestSleepMs = 0 }: BoardPower): void {
  requireAtLeast0("wakeMs", wakeMs);
  requireAtLeast0("shortestSleepMs", shortestSleepMs);
  requireAtLeast0("activeMw", activeMw);
  requireAtLeast0("sleepMw", sleepMw);
}

/** Power of a board from its file, or which value is missing. @throws AnalysisError TP-USE-242, -243 for an unknown unit */
export function boardPower(board: BoardFacts): BoardPower | { readonly missing: string } {
  const { supply, activeCurrent, sleepCurrent, sleepName, wake, shortestSleep, clock } = board;
  if (supply === null) return { missing: "supply voltage" };
  if (activeCurrent === null) return { missing: "active current" };
  if (sleepCurrent === null) return { missing: "sleep current" };
  if (clock === null && activeCurrent.unit.endsWith("/MHz")) return { missing: "clock" };
  const hz = clock === null ? 0 : clockHz(clock);
  const power = {
    activeMw: supply.value * milliamps(activeCurrent, hz),
    sleepMw: supply.value * milliamps(sleepCurrent, hz),
    ...(sleepName === undefined ? {} : { sleepName }),
    ...(wake === undefined ? {} : { wakeMs: milliseconds(wake) }),
    ...(shortestSleep === undefined ? {} : { shortestSleepMs: milliseconds(shortestSleep) }),
  };
  requirePower(power);
  return power;
}

/** A clock in hertz. @throws AnalysisError TP-USE-242, -243 on another unit than Hz, kHz, MHz */
export function clockHz(clock: StatedValue): number {
  const factors: Readonly<Record<string, number>> = { Hz: 1, kHz: 1e3, MHz: 1e6 };
  const factor = factors[clock.unit];
  if (factor === undefined) throw unknownUnit("clock", clock.unit, factors);
  return requirePositive("the clock", clock.value * factor);
}

function milliamps(current: StatedValue, hz: number): number {
  const perMhz = current.unit.endsWith("/MHz");
  const unit = (perMhz ? current.unit.slice(0, -4) : current.unit).replace("µ", "u");
  const factors: Readonly<Record<string, number>> = { A: 1e3, mA: 1, uA: 1e-3, nA: 1e-6 };
  const factor = factors[unit];
  if (factor === undefined) throw unknownUnit("current", current.unit, factors);
  return current.value * factor * (perMhz ? hz / 1e6 : 1);
}

function milliseconds(time: StatedValue): number {
  const factors: Readonly<Record<string, number>> = { s: 1e3, ms: 1, us: 1e-3 };
  const factor = factors[time.unit];
  if (factor === undefined) throw unknownUnit("time", time.unit, factors);
  return time.value * factor;
}

function unknownUnit(what: string, unit: string, known: Readonly<Record<string, number>>) {
  return notListed(`a ${what} in ${unit}`, `it is read in ${Object.keys(known).join(", ")}`);
}
