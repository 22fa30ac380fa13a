/**
 * Decides energy and average power of a run's frames on a board, with the currents they rest on named.
 * The formula is left to power.ts, judging to budgets.ts.
 */
import type { Family } from "./counts.ts";
import type { BoardFacts } from "./facts.ts";
import { notListed } from "./number-limits.ts";
import { type BoardPower, boardPower, dutyCycle } from "./power.ts";
import { powerSources } from "./power-sources.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Timing } from "./timing.ts";
import { digits } from "./wording.ts";

/** Computing one frame, and one whole interval with its sleep [uJ]. */
export interface EnergyFamily extends Family {
  readonly perFrame: number;
  readonly perInterval: number;
}

/** Average over the interval, while computing, asleep [mW]; shares of the time [%]. */
export interface PowerFamily extends Family {
  readonly average: number;
  readonly active: number;
  readonly sleep: number;
  readonly dutyPercent: number;
  /** Awake without computing: waking up, or all that is left where that is too short to sleep [%]. */
  readonly wakingPercent: number;
  /** Which sleep the rest is spent in, in words. */
  readonly sleepMode: string;
}

/** Energy and power, or null with the reason put under both names of `why`. */
export function powerOf(
  timing: Timing,
  rated: BoardFacts,
  why: Record<string, string>,
): { readonly energyUj: EnergyFamily; readonly powerMw: PowerFamily } | null {
  const power = boardPower(rated);
  if ("missing" in power) {
    why.energyUj = `the file of ${rated.id} has no ${power.missing}`;
    why.powerMw = why.energyUj;
    return null;
  }
  const { duty, waking, sleeps, activeUj, intervalUj } = dutyCycle(
    timing.mean.value,
    timing.intervalMs,
    power,
  );
  const average = averagePower(timing, rated);
  const currents = powerSources(rated)
    .map((value) => `${value.value} ${value.unit} (${value.source})`)
    .join(", ");
  return {
    energyUj: {
      kind: average.kind,
      source: `E = P_active * t_active from ${currents}`,
      perFrame: activeUj,
      perInterval: intervalUj,
    },
    powerMw: {
      kind: average.kind,
      source: `${average.source} from ${currents}`,
      average: average.value,
      active: power.activeMw,
      sleep: power.sleepMw,
      dutyPercent: duty * 100,
      wakingPercent: waking * 100,
      sleepMode: sleepModeOf(power, sleeps),
    },
  };
}

/**
 * Average power of a board over one interval [mW].
 * @throws AnalysisError TP-USE-243 when the board file lacks a value; ask boardPower first
 */
export function averagePower(timing: Timing, board: BoardFacts): Quantity {
  const power = boardPower(board);
  if ("missing" in power) {
    throw notListed(`no average power of ${board.id}`, `its file has no ${power.missing}`);
  }
  const { averageMw } = dutyCycle(timing.mean.value, timing.intervalMs, power);
  const formula =
    board.wake === undefined
      ? "duty cycle: P_active * d + P_sleep * (1 - d)"
      : "duty cycle: P_active * (d + w) + P_sleep * (1 - d - w), w of the time waking";
  return derive(averageMw, "mW", formula, [timing.mean, ...powerSources(board)]);
}

/** The sleep that is reckoned with, and what it costs. */
function sleepModeOf(power: BoardPower, sleeps: boolean): string {
  const { sleepName = "asleep", wakeMs, shortestSleepMs = 0 } = power;
  if (!sleeps) return "none: the rest of the interval is too short";
  if (wakeMs === undefined)
    return `${sleepName}; waking is charged as nothing, for no source gives its time`;
  const shortest = shortestSleepMs > 0 ? `, at least ${digits(shortestSleepMs)} ms asleep` : "";
  return `${sleepName}, ${digits(wakeMs)} ms to fall asleep and wake${shortest}`;
}
