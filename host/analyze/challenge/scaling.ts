/**
 * Decides what more cores bring: speed-up, efficiency and the parallel share that Amdahl's law sees.
 * Timing the threads is left to workflow/challenge.
 */
import { AnalysisError } from "../analysis-error.ts";
import { byFormula } from "../by-formula.ts";
import type { Quantity } from "../quantity.ts";
import { derive, measured } from "../quantity.ts";

/** Trials of the same total work, split between so many threads. */
export interface ThreadTrials {
  readonly threads: number;
  /** True when each thread was kept on a core of its own. */
  readonly pinned: boolean;
  /** Wall time of each trial, warm-up left out [s]. */
  readonly seconds: readonly number[];
}

export interface ScalingRow {
  readonly threads: number;
  readonly pinned: boolean;
  /** Fastest of the trials, because others on the same cores only add; fastest to slowest as interval [s]. */
  readonly time: Quantity;
  readonly framesPerSecond: Quantity;
  /** Fastest time of one thread / fastest time [x]. */
  readonly speedUp: Quantity;
  /** Speed-up / threads. */
  readonly efficiency: Quantity;
}

export interface Scaling {
  readonly rows: readonly ScalingRow[];
  /** Parallel share p of S(n) = 1 / (1 - p + p / n), by least squares on 1 / S, kept in 0..1; null with one row. */
  readonly parallelShare: Quantity | null;
  /** 1 / (1 - p) [x]; null where the fit sees no serial part. */
  readonly limit: Quantity | null;
}

/**
 * @param frames frames of the whole work
 * @param source what was timed
 * @throws AnalysisError TP-USE-353 without a row of one thread, or for counts and times that are not usable
 */
export function scalingOf(
  trials: readonly ThreadTrials[],
  frames: number,
  source: string,
): Scaling {
  for (const { threads, seconds } of trials) {
    const usable = seconds.length > 0 && seconds.every((s) => Number.isFinite(s) && s > 0);
    if (!usable || !Number.isInteger(threads) || threads < 1) throw unusable("times", threads);
  }
  const single = trials.find(({ threads }) => threads === 1);
  if (single === undefined) throw unusable("a trial with one thread", 1);
  const one = timeOf(single, source);
  const rows = trials.map((trial): ScalingRow => {
    const { threads, pinned } = trial;
    const time = timeOf(trial, source);
    const speedUp = derive(one.value / time.value, "x", "time of one thread / time", [one, time]);
    const efficiency = derive(speedUp.value / threads, "1", "speed-up / threads", [speedUp]);
    const rate = derive(frames / time.value, "frame/s", "frames / time", [time]);
    return { threads, pinned, time, framesPerSecond: rate, speedUp, efficiency };
  });
  const parallelShare = amdahlFit(rows);
  const limit =
    parallelShare === null || parallelShare.value >= 1
      ? null
      : byFormula("amdahl-limit", { parallelShare: parallelShare.value }, [parallelShare]);
  return { rows, parallelShare, limit };
}

/** 1 - 1/S = p (1 - 1/n), a line through the origin: p = sum(x y) / sum(x^2). */
function amdahlFit(rows: readonly ScalingRow[]): Quantity | null {
  const points = rows
    .filter(({ threads }) => threads > 1)
    .map(({ threads, speedUp }) => ({ x: 1 - 1 / threads, y: 1 - 1 / speedUp.value }));
  if (points.length === 0) return null;
  const products = points.reduce((sum, { x, y }) => sum + x * y, 0);
  const squares = points.reduce((sum, { x }) => sum + x * x, 0);
  const share = Math.min(1, Math.max(0, products / squares));
  return derive(
    share,
    "1",
    "Amdahl's law by least squares on 1 / speed-up, kept in 0..1",
    rows.map(({ speedUp }) => speedUp),
  );
}

function timeOf({ seconds }: ThreadTrials, source: string): Quantity {
  const interval = [Math.min(...seconds), Math.max(...seconds)] as const;
  return measured(interval[0], "s", source, interval);
}

function unusable(what: string, threads: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-353",
    {
      what: `there are no usable ${what} for ${threads} thread${threads === 1 ? "" : "s"}`,
      why: "scaling needs finite times above 0, of one thread and of several",
      fix: "time the threads again",
    },
    { threads },
  );
}
