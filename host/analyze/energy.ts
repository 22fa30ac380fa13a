/**
 * Decides energy and average power of a run's frames on a board, with the currents they rest on named.
 * The formula is left to power.ts, judging to budgets.ts.
 */
import type { Family } from "./counts.ts";
import type { BoardFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import { notListed } from "./number-limits.ts";
import { boardPower, dutyCycle } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Timing } from "./timing.ts";

/** Computing one frame, and one whole interval with its sleep [uJ]. */
export interface EnergyFamily extends Family {
  readonly perFrame: number;
  readonly perInterval: number;
}

/** Average over the interval, while computing, asleep [mW]; share of the time computing [%]. */
export interface PowerFamily extends Family {
  readonly average: number;
  readonly active: number;
  readonly sleep: number;
  readonly dutyPercent: number;
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
  const { duty, activeUj, intervalUj } = dutyCycle(timing.mean.value, timing.intervalMs, power);
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
  return derive(averageMw, "mW", "duty cycle: P_active * d + P_sleep * (1 - d)", [
    timing.mean,
    ...powerSources(board),
  ]);
}

/** The board file's values behind its power, as quantities. */
function powerSources(board: BoardFacts): readonly Quantity[] {
  return [board.supply, board.activeCurrent, board.sleepCurrent]
    .filter((value) => value !== null)
    .map(quantityOf);
}
