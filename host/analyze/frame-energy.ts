/**
 * Decides the energy of the windows that a digital input marks, and the average over whole periods, in one pass.
 * Where currents come from is left to host/power, judging against a budget to the command line.
 *
 * E = V * sum(i) * dt: each sample stands for the time until the next. An edge is known to one sample.
 */
import type { CurrentBlock } from "../power/monitor.ts";
import { requirePositive } from "./number-limits.ts";

/** Fewest windows for an interval by the normal distribution. */
const FEWEST_FOR_INTERVAL = 30;
/** Normal quantile of a two-sided 95 %. */
const Z_95 = 1.96;

export interface Mean {
  readonly count: number;
  readonly mean: number;
  /** 95 % interval of the mean, normal distribution; null below 30 values. */
  readonly interval: readonly [number, number] | null;
}

export interface Spread extends Mean {
  readonly min: number;
  readonly max: number;
}

export interface FrameEnergy {
  /** All samples that came, whatever the input says [A]. */
  readonly averageA: number;
  readonly peakA: number;
  /** Measured time, lost samples not counted [s]. */
  readonly measuredS: number;
  /** Charge of the measured time [C]. */
  readonly chargeC: number;
  /** null where the input never rose and fell: nothing says when a frame was computed. */
  readonly windows: {
    /** Whole windows, and those among them that are void because a sample of their period is lost. */
    readonly whole: number;
    readonly void: number;
    /** Input high [J], and what lies above the baseline of it [J]; null when every window is void. */
    readonly energyJ: Spread | null;
    readonly aboveBaselineJ: Mean | null;
    readonly activeS: Spread | null;
    /** From one rise to the next, sleep included [W]: what a budget of average power is judged by. */
    readonly periodPowerW: Spread | null;
    readonly periodS: Spread | null;
    /** Average current while the input is low [A]. */
    readonly baselineA: number;
    /** How far each end of a window may lie from the true edge [s]. */
    readonly edgeUncertaintyS: number;
  } | null;
}

export interface WindowOptions {
  /** [V], above 0 */
  readonly supplyV: number;
  readonly sampleRateHz: number;
  /** Digital input that is high while a frame is computed, 0..7. */
  readonly pin: number;
}

/** A window from its rise on. */
interface Period {
  chargeSum: number;
  samples: number;
  activeSum: number;
  activeSamples: number;
  hasFallen: boolean;
  isVoid: boolean;
}

/** Adds blocks one at a time in memory that does not grow. @throws AnalysisError TP-USE-242 for a supply or rate that is not above 0 */
export class FrameEnergyMeter {
  readonly #options: WindowOptions;
  #nextSample: number | undefined;
  #sum = 0;
  #samples = 0;
  #peakA = Number.NEGATIVE_INFINITY;
  #lowSum = 0;
  #lowSamples = 0;
  /** undefined before the first sample and after a loss: the next level is then no edge. */
  #isHigh: boolean | undefined;
  #period: Period | undefined;
  #whole = 0;
  #void = 0;
  readonly #energySum = new Running();
  readonly #activeSamples = new Running();
  readonly #periodMean = new Running();
  readonly #periodSamples = new Running();
  /** What the energy above the baseline needs once that is known. */
  readonly #both = new Together();

  constructor(options: WindowOptions) {
    requirePositive("the supply [V]", options.supplyV);
    requirePositive("the rate of samples [1/s]", options.sampleRateHz);
    this.#options = options;
  }

  add(block: CurrentBlock): void {
    if (this.#nextSample !== undefined && block.firstSample !== this.#nextSample) this.#lose();
    this.#nextSample = block.firstSample + block.currentsA.length;
    const mask = 1 << this.#options.pin;
    for (const [index, currentA] of block.currentsA.entries()) {
      const isHigh = ((block.digital[index] ?? 0) & mask) !== 0;
      if (isHigh && this.#isHigh === false) this.#rise();
      if (!isHigh && this.#isHigh === true && this.#period) this.#period.hasFallen = true;
      this.#isHigh = isHigh;
      this.#sum += currentA;
      this.#samples++;
      if (currentA > this.#peakA) this.#peakA = currentA;
      if (!isHigh) {
        this.#lowSum += currentA;
        this.#lowSamples++;
      }
      const period = this.#period;
      if (!period) continue;
      period.chargeSum += currentA;
      period.samples++;
      if (isHigh) {
        period.activeSum += currentA;
        period.activeSamples++;
      }
    }
  }

  /** null without a sample. */
  finish(): FrameEnergy | null {
    if (this.#samples === 0) return null;
    const stepS = 1 / this.#options.sampleRateHz;
    const joules = this.#options.supplyV * stepS;
    const baselineA = this.#lowSamples === 0 ? 0 : this.#lowSum / this.#lowSamples;
    return {
      averageA: this.#sum / this.#samples,
      peakA: this.#peakA,
      measuredS: this.#samples * stepS,
      chargeC: this.#sum * stepS,
      windows:
        this.#whole === 0
          ? null
          : {
              whole: this.#whole,
              void: this.#void,
              energyJ: this.#energySum.spread(joules),
              aboveBaselineJ: this.#both.less(baselineA, joules),
              activeS: this.#activeSamples.spread(stepS),
              periodPowerW: this.#periodMean.spread(this.#options.supplyV),
              periodS: this.#periodSamples.spread(stepS),
              baselineA,
              edgeUncertaintyS: stepS,
            },
    };
  }

  /** A gap: the period around it is void, and the level behind it is nobody's edge. */
  #lose(): void {
    if (this.#period) this.#period.isVoid = true;
    this.#isHigh = undefined;
  }

  #rise(): void {
    const period = this.#period;
    if (period?.isVoid) {
      this.#whole++;
      this.#void++;
    } else if (period?.hasFallen) {
      this.#whole++;
      this.#energySum.add(period.activeSum);
      this.#activeSamples.add(period.activeSamples);
      this.#periodMean.add(period.chargeSum / period.samples);
      this.#periodSamples.add(period.samples);
      this.#both.add(period.activeSum, period.activeSamples);
    }
    this.#period = {
      chargeSum: 0,
      samples: 0,
      activeSum: 0,
      activeSamples: 0,
      hasFallen: false,
      isVoid: false,
    };
  }
}

/** Mean and deviation in one pass. Source: Welford, Technometrics 4(3), 1962. */
class Running {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#count++;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** In units of `scale` of what was added; null without a value. */
  spread(scale: number): Spread | null {
    if (this.#count === 0) return null;
    const mean = this.#mean * scale;
    return {
      count: this.#count,
      mean,
      min: this.#min * scale,
      max: this.#max * scale,
      interval: intervalOf(mean, this.#squares, this.#count, scale),
    };
  }
}

/**
 * Mean and deviation of a - factor b, where the factor is known only after the last pair: their means, variances and
 * covariance in one pass. Source: Welford's recurrence for a pair (Chan, Golub and LeVeque, 1983).
 */
class Together {
  #count = 0;
  #meanA = 0;
  #meanB = 0;
  #squaresA = 0;
  #squaresB = 0;
  #products = 0;

  add(a: number, b: number): void {
    this.#count++;
    const beforeA = a - this.#meanA;
    const beforeB = b - this.#meanB;
    this.#meanA += beforeA / this.#count;
    this.#meanB += beforeB / this.#count;
    this.#squaresA += beforeA * (a - this.#meanA);
    this.#squaresB += beforeB * (b - this.#meanB);
    this.#products += beforeA * (b - this.#meanB);
  }

  less(factor: number, scale: number): Mean | null {
    if (this.#count === 0) return null;
    const mean = (this.#meanA - factor * this.#meanB) * scale;
    const squares = this.#squaresA - 2 * factor * this.#products + factor * factor * this.#squaresB;
    return { count: this.#count, mean, interval: intervalOf(mean, squares, this.#count, scale) };
  }
}

function intervalOf(
  mean: number,
  squares: number,
  count: number,
  scale: number,
): readonly [number, number] | null {
  if (count < FEWEST_FOR_INTERVAL) return null;
  // Rounding may leave a little less than nothing.
  const deviation = Math.sqrt(Math.max(0, squares) / (count - 1)) * scale;
  const half = (Z_95 * deviation) / Math.sqrt(count);
  return [mean - half, mean + half];
}
