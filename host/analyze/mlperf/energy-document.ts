/**
 * The numbers of a test in energy mode with unit, kind and mark: trials, energy of an inference, average power, verdict.
 * Energy is left to energy.ts, the rest of the document to document.ts.
 */
import type { MonitorFacts, SampleTotals } from "../../power/monitor.ts";
import { judgePower, type PowerBudget } from "../power-document.ts";
import type { Quantity } from "../quantity.ts";
import { counted, measured } from "../quantity.ts";
import type { EnergyScore, EnergyTrial } from "./energy.ts";

export interface EnergyNumbers {
  readonly monitor: MonitorFacts;
  readonly simulated: boolean;
  readonly lostSamples: Quantity;
  readonly trials: readonly {
    readonly inferences: Quantity;
    /** By the monitor's clock; null, as the others, for a void trial. */
    readonly elapsed: Quantity | null;
    readonly energy: Quantity | null;
    readonly perInference: Quantity | null;
    readonly averagePower: Quantity | null;
    /** Why it is void; null when it is not. */
    readonly void: string | null;
  }[];
  /** Median over the trials that say something. */
  readonly perInference: Quantity | null;
  readonly averagePower: Quantity | null;
  readonly budgets: readonly PowerBudget[];
}

/** A simulated monitor makes no score: that is the first reason. */
export function energyNumbers(
  facts: MonitorFacts,
  totals: SampleTotals,
  trials: readonly EnergyTrial[],
  score: EnergyScore,
  budgetMw: number | undefined,
): { readonly numbers: EnergyNumbers; readonly reasons: readonly string[] } {
  const { simulated } = facts;
  const source = `${facts.name}${simulated ? " (simulated)" : ""}`;
  const mark = (quantity: Quantity): Quantity =>
    simulated ? { ...quantity, simulated: true } : quantity;
  const read = (value: number | null, unit: string): Quantity | null =>
    value === null ? null : mark(measured(value, unit, source));
  const averagePower = read(score.powerW === null ? null : score.powerW * 1e3, "mW");
  const isVoid = trials.some(({ window }) => "why" in window);
  const numbers: EnergyNumbers = {
    monitor: facts,
    simulated,
    lostSamples: mark(counted(totals.lost + totals.lostByClock, "sample", source)),
    trials: trials.map(({ inferences, window }) => {
      const good = "why" in window ? null : window;
      const power = good && good.elapsedS > 0 ? (good.energyJ / good.elapsedS) * 1e3 : null;
      return {
        inferences: counted(inferences, "inference", "asked for"),
        elapsed: read(good === null ? null : good.elapsedS, "s"),
        energy: read(good && good.energyJ * 1e6, "uJ"),
        perInference: read(good && (good.energyJ * 1e6) / inferences, "uJ"),
        averagePower: read(power, "mW"),
        void: "why" in window ? window.why : null,
      };
    }),
    perInference: read(score.perInferenceJ === null ? null : score.perInferenceJ * 1e6, "uJ"),
    averagePower,
    budgets: budgetMw === undefined ? [] : [judgePower(budgetMw, averagePower, simulated, isVoid)],
  };
  const noScore = simulated ? ["the monitor is simulated: nothing was measured"] : [];
  return { numbers, reasons: [...noScore, ...score.reasons] };
}
