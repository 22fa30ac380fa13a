/**
 * Decides what an inference costs in MLPerf Tiny's energy mode: the energy between a trial's last two timestamps, and the median.
 * Where currents come from is left to host/power, asking the device to the workflow.
 *
 * Source of the rules: the open runner of mlcommons/tiny: exactly 5 trials of at least 10 s, the median of energy / inferences;
 * of more than two falling edges in a trial the last two count.
 */
import type { CurrentBlock } from "../../power/monitor.ts";
import { requirePositive } from "../number-limits.ts";
import { median } from "../statistics/summary.ts";
import { LOOP_SECONDS, LOOPS } from "./score.ts";

/** More timestamps than any trial has; later ones push out the earliest. */
const KEPT_EDGES = 64;
/** Milliseconds kept of a trial for the session's files: half an hour. */
const MOST_MILLISECONDS = 1_800_000;

/** What flowed in a trial. */
export interface TrialWindow {
  readonly elapsedS: number;
  readonly energyJ: number;
  /** Of the whole trial, a millisecond each [J]. */
  readonly millisecondsJ: readonly number[];
  /** Running number of each timestamp of the trial, and the millisecond it came in. */
  readonly timestamps: readonly (readonly [number, number])[];
}

export interface TrialOptions {
  /** [V], above 0 */
  readonly supplyV: number;
  /** [1/s], above 0 */
  readonly sampleRateHz: number;
  /** Digital input that falls at a timestamp, 0..7. */
  readonly pin: number;
}

interface Edge {
  readonly sample: number;
  /** Of all samples before it [A]. */
  readonly sumA: number;
  readonly lost: number;
}

/** Takes a monitor's blocks and cuts trials out of them. @throws AnalysisError TP-USE-242 for a supply or rate that is not above 0 */
export class TrialMeter {
  readonly #options: TrialOptions;
  #next = 0;
  #sumA = 0;
  #lost = 0;
  #isHigh: boolean | undefined;
  /** Sample that the trial began with. */
  #origin = 0;
  #edges: Edge[] = [];
  #millisecondsJ: number[] = [];

  constructor(options: TrialOptions) {
    requirePositive("the supply [V]", options.supplyV);
    requirePositive("the rate of samples [1/s]", options.sampleRateHz);
    this.#options = options;
  }

  /** The monitor's time, lost samples counted [s]. */
  get seconds(): number {
    return this.#next / this.#options.sampleRateHz;
  }

  add(block: CurrentBlock): void {
    const gap = block.firstSample - this.#next;
    if (gap > 0) {
      this.#lost += gap;
      this.#isHigh = undefined;
    }
    this.#next = block.firstSample;
    const falls = [...(block.falls ?? [])];
    for (const [index, currentA] of block.currentsA.entries()) {
      if (block.falls) {
        for (; falls[0] !== undefined && falls[0] <= this.#next; falls.shift()) this.#fall();
      } else this.#look(((block.digital[index] ?? 0) & (1 << this.#options.pin)) !== 0);
      this.#take(currentA);
    }
    for (const _ of falls) this.#fall();
  }

  /** A trial begins: timestamps of before are none of its. */
  begin(): void {
    this.#edges = [];
    this.#millisecondsJ = [];
    this.#origin = this.#next;
  }

  /** What flowed between the last two timestamps of the trial, or why nobody can tell. */
  end(): TrialWindow | { readonly why: string } {
    const { sampleRateHz, supplyV } = this.#options;
    const [start, stop] = this.#edges.slice(-2);
    if (!start || !stop) {
      return { why: `${this.#edges.length} timestamps reached the monitor, two are needed` };
    }
    const lost = stop.lost - start.lost;
    if (lost > 0) return { why: `${lost} samples between its timestamps are missing` };
    return {
      elapsedS: (stop.sample - start.sample) / sampleRateHz,
      energyJ: ((stop.sumA - start.sumA) * supplyV) / sampleRateHz,
      millisecondsJ: this.#millisecondsJ,
      timestamps: this.#edges.map(({ sample }, number) => [number, this.#millisecondOf(sample)]),
    };
  }

  #look(isHigh: boolean): void {
    if (this.#isHigh === true && !isHigh) this.#fall();
    this.#isHigh = isHigh;
  }

  #fall(): void {
    this.#edges.push({ sample: this.#next, sumA: this.#sumA, lost: this.#lost });
    if (this.#edges.length > KEPT_EDGES) this.#edges.shift();
  }

  #take(currentA: number): void {
    const millisecond = this.#millisecondOf(this.#next);
    if (millisecond < MOST_MILLISECONDS) {
      while (this.#millisecondsJ.length <= millisecond) this.#millisecondsJ.push(0);
      const { supplyV, sampleRateHz } = this.#options;
      this.#millisecondsJ[millisecond] =
        (this.#millisecondsJ[millisecond] as number) + (currentA * supplyV) / sampleRateHz;
    }
    this.#sumA += currentA;
    this.#next++;
  }

  #millisecondOf(sample: number): number {
    return Math.floor(((sample - this.#origin) * 1000) / this.#options.sampleRateHz);
  }
}

export interface EnergyTrial {
  /** At least 1. */
  readonly inferences: number;
  readonly window: TrialWindow | { readonly why: string };
}

export interface EnergyScore {
  /** Median over the trials that say something [J]; null when none does. */
  readonly perInferenceJ: number | null;
  /** Median of their average power [W]. */
  readonly powerW: number | null;
  /** Why it is no valid score; empty when it is one. */
  readonly reasons: readonly string[];
}

/** @throws AnalysisError TP-USE-242 for a trial without inferences */
export function energyScore(trials: readonly EnergyTrial[]): EnergyScore {
  const good = trials.flatMap(({ inferences, window }) => {
    requirePositive("the inferences of a trial", inferences);
    return "why" in window ? [] : [{ inferences, ...window }];
  });
  const short = good.filter(({ elapsedS }) => elapsedS < LOOP_SECONDS).length;
  const of = (values: readonly number[]) => (values.length === 0 ? null : median(values));
  return {
    perInferenceJ: of(good.map(({ energyJ, inferences }) => energyJ / inferences)),
    powerW: of(good.flatMap(({ energyJ, elapsedS }) => (elapsedS > 0 ? [energyJ / elapsedS] : []))),
    reasons: [
      ...(trials.length === LOOPS ? [] : [`${trials.length} trials, the rules ask for ${LOOPS}`]),
      ...trials.flatMap(({ window }, index) =>
        "why" in window ? [`trial ${index + 1} is void: ${window.why}`] : [],
      ),
      ...(short === 0 ? [] : [`${short} trials are shorter than ${LOOP_SECONDS} s`]),
    ],
  };
}
