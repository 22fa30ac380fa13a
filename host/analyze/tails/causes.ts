/**
 * Decides which source of jitter made the samples of a trace late, from the trace alone, with evidence.
 * Which samples are late is left to late-samples.ts, regular distances to spectrum.ts.
 *
 * What one test explains is taken away before the next: a drifting level, then a regular distance, then runs, then steps
 * of one size or of many that stand apart from the work's own tail. Each test alone is wrong once in 1 / ALPHA traces
 * of independent samples.
 */
import { binomialCdf } from "../loadgen/binomial.ts";
import { normalCdf } from "../statistics/normal.ts";
import { requireSamples } from "../statistics/samples.ts";
import { ascending, median } from "../statistics/summary.ts";
import type { SourceName } from "./jitter-sources.ts";
import type { LateSample, Level } from "./late-samples.ts";
import {
  aboveLevel,
  lateDistance,
  lateFrom,
  lateSamples,
  levelOf,
  robustDeviation,
} from "./late-samples.ts";
import type { Periodicity } from "./spectrum.ts";
import { periodicity } from "./spectrum.ts";

/** Chance of each test to find something where nothing is. */
export const ALPHA = 1e-3;
/** Longest trace that is looked at; of a longer one, its beginning. */
export const LONGEST_TRACE = 2 ** 17;
/** Fewer samples show no cause. */
const SHORTEST_TRACE = 200;
/** Fewer late samples have no order. */
const FEWEST_LATE = 10;
/** Samples from this share of the distance on are counted as between the bulk and the late ones: 4 deviations. */
const BETWEEN = 2 / 3;
/** Fewer late samples cannot stand apart: BETWEEN^17 is above ALPHA. */
const FEWEST_APART = 18;
/** A level drifts when its medians spread over so many times what noise explains. */
const DRIFT_SPREAD = 2;
/** Late samples so close to the phase of a regular distance belong to it [period]. */
const IN_PHASE = 0.12;
/** Steps are of one size when they spread over less than this share of it. */
const ONE_SIZE = 0.2;

/** A source that was found in a trace. */
export interface Cause {
  readonly source: SourceName;
  /** Chance that independent samples show such evidence. */
  readonly chance: number;
  /** 1 - chance. */
  readonly confidence: number;
  /** Of the time that samples are above the level, what this source explains, 0..1. */
  readonly share: number;
  /** What in the trace says so, with its numbers; times in the unit of the trace. */
  readonly evidence: string;
}

export interface CauseReport {
  /** The one that explains most first; none when nothing was found. */
  readonly causes: readonly Cause[];
  readonly traceSamples: number;
  readonly lateSamples: number;
  /** A sample is late from so much above the level on. */
  readonly lateFrom: number;
  /** The answer in words. */
  readonly why: string;
}

export interface TraceOptions {
  /** Time between the starts of two samples, in the unit of the trace; 0 when each starts as the last ends. */
  readonly interval?: number;
  /** How a time of the trace is shown. */
  readonly show?: (time: number) => string;
}

/** @throws AnalysisError TP-USE-240 for a trace without samples, -241 for one not finite */
export function causesOf(samples: ArrayLike<number>, options: TraceOptions = {}): CauseReport {
  requireSamples(samples, { name: "the trace" });
  const trace = Float64Array.from({ length: Math.min(samples.length, LONGEST_TRACE) }, (_, i) =>
    Number(samples[i]),
  );
  if (trace.length < SHORTEST_TRACE) {
    const why = `${trace.length} samples; a cause shows in ${SHORTEST_TRACE} or more`;
    return { causes: [], traceSamples: trace.length, lateSamples: 0, lateFrom: 0, why };
  }
  return new Search(trace, options).report();
}

class Search {
  readonly #trace: Float64Array;
  readonly #interval: number;
  readonly #show: (time: number) => string;
  readonly #level: Level;
  /** Of samples that follow each other without a pause, in mean samples. */
  readonly #starts: Float64Array;
  #from: number;
  readonly #causes: Cause[] = [];

  constructor(trace: Float64Array, options: TraceOptions) {
    this.#trace = trace;
    this.#interval = options.interval ?? 0;
    this.#show = options.show ?? ((time) => String(Number(time.toPrecision(3))));
    this.#level = levelOf(trace);
    this.#from = lateFrom(this.#level);
    this.#starts = this.#interval > 0 ? new Float64Array(0) : startsOf(trace);
  }

  report(): CauseReport {
    const fixed = aboveLevel(this.#trace, this.#level, false);
    const drift = this.#drift();
    const above = drift === null ? fixed : aboveLevel(this.#trace, this.#level, true);
    // Between two medians the level is not known; what it does there is noise.
    if (drift !== null) this.#from = Math.max(this.#from, lateDistance(robustDeviation(above)));
    const all = lateSamples(above, this.#from);
    const between = lateSamples(above, BETWEEN * this.#from).length - all.length;
    // What the level adds on top of its usual height counts as the drift's own.
    const drifted = drift === null ? 0 : Math.max(0, upperQuarter(fixed) - excessOf(all));
    const total = Math.max(excessOf(all) + drifted, Number.MIN_VALUE);
    if (drift !== null) this.#add({ ...drift, share: drifted / total });
    let late = all;
    const take = (found: Finding | null): boolean => {
      if (found === null) return false;
      const { source, chance, evidence } = found;
      this.#add({ source, chance, evidence, share: excessOf(found.late) / total });
      const gone = new Set(found.late);
      late = late.filter((sample) => !gone.has(sample));
      return true;
    };
    // What a moving level leaves behind lies in rows too, but does not stand apart.
    if (drift === null || standsApart(late.length, between) < ALPHA) {
      take(this.#regular(late));
      const runs = runsOf(late).filter(({ length }) => length > 1).length;
      // A burst may leave a sample alone, which must not look like another source.
      if (take(this.#runs(late)) && late.length <= runs) late = [];
      if (take(this.#steps(late, between))) take(this.#steps(late, between));
    }
    this.#causes.sort((a, b) => b.share - a.share);
    return {
      causes: this.#causes,
      traceSamples: this.#trace.length,
      lateSamples: all.length,
      lateFrom: this.#from,
      why: this.#why(all),
    };
  }

  #why(late: readonly LateSample[]): string {
    const from = `more than ${this.#show(this.#from)} above the level`;
    if (this.#causes.length > 0) return `${late.length} of ${this.#trace.length} samples ${from}`;
    if (late.length === 0) return `none of ${this.#trace.length} samples is ${from}`;
    if (late.length < FEWEST_APART) {
      return `${late.length} of ${this.#trace.length} samples ${from}: too few to tell why`;
    }
    return `${late.length} of ${this.#trace.length} samples ${from}, without order and without a gap to the others: the tail is the work's own`;
  }

  #add(cause: Omit<Cause, "confidence">): void {
    this.#causes.push({ ...cause, confidence: 1 - cause.chance, share: Math.min(1, cause.share) });
  }

  /** Background load: a level that moves. */
  #drift(): Omit<Cause, "confidence" | "share"> | null {
    const { z, spread, medians, block } = this.#level;
    const chance = normalCdf(z);
    if (chance >= ALPHA || spread <= DRIFT_SPREAD) return null;
    const range = [Math.min(...medians), Math.max(...medians)].map(this.#show).join(" to ");
    const evidence = `the level drifts: medians of ${block} samples wander from ${range}, ${spread.toFixed(1)} times what noise explains, each like the one before (Bartels z ${z.toFixed(1)})`;
    return { source: "load", chance, evidence };
  }

  /** Interrupts: late samples, or runs of them, that begin at a regular distance. */
  #regular(late: readonly LateSample[]): Finding | null {
    if (late.length < FEWEST_LATE) return null;
    const runs = runsOf(late);
    const positions = this.#positions(runs.map(([first]) => first));
    const found = periodicity(positions, this.#trace.length);
    if (found === null || found.chance >= ALPHA) return null;
    const belongs = (samples: readonly LateSample[]) => {
      const own = this.#positions(samples);
      return samples.filter((_, i) => inPhaseOf(own[i] as number, found));
    };
    // All of a run that begins in phase; of another one what is in phase itself.
    const inPhase = runs.flatMap((run, i) =>
      inPhaseOf(positions[i] as number, found) ? run : belongs(run),
    );
    const { period, chance, concentration } = found;
    const time = this.#interval === 0 ? "" : ` (${this.#show(period * this.#interval)})`;
    const evidence = `${inPhase.length} of ${late.length} late samples come in phase every ${Number(period.toPrecision(4))} samples${time}, concentration ${concentration.toFixed(2)}`;
    return { source: "interrupts", chance, late: inPhase, evidence };
  }

  /** Where samples lie in time, in mean samples. */
  #positions(late: readonly LateSample[]): Float64Array {
    if (this.#interval > 0) return Float64Array.from(late, ({ index }) => index);
    const starts = this.#starts;
    return Float64Array.from(late, ({ index }) => starts[index] as number);
  }

  /** Radio: late samples in a row. */
  #runs(late: readonly LateSample[]): Finding | null {
    if (late.length < FEWEST_LATE) return null;
    const all = runsOf(late);
    const runs = all.filter(({ length }) => length > 1);
    const inRuns = runs.flat();
    const trials = late.length - 1;
    const pairs = late.length - all.length;
    const share = trials / (this.#trace.length - 1);
    // By chance each late sample follows another with this probability: P(X >= pairs), from the other end.
    const chance = share === 1 ? 1 : binomialCdf(trials - pairs, trials, 1 - share);
    if (chance >= ALPHA) return null;
    const evidence = `${inRuns.length} of ${late.length} late samples come in ${runs.length} runs of ${(inRuns.length / runs.length).toFixed(1)} on average; ${pairs} follow another, by chance ${(share * trials).toFixed(1)} would`;
    return { source: "radio", chance, late: inRuns, evidence };
  }

  /** Evictions: independent steps of one size. Switches: of many sizes. Both stand apart from the work's own tail. */
  #steps(late: readonly LateSample[], between: number): Finding | null {
    if (late.length < FEWEST_APART) return null;
    const chance = standsApart(late.length, between);
    if (chance >= ALPHA) return null;
    const sizes = late.map(({ excess }) => excess);
    const size = median(sizes);
    const spread = robustDeviation(sizes);
    const apart = `${late.length} late samples apart from each other, ${between} between them and the bulk`;
    const width = Math.max(2 * this.#level.noise, ONE_SIZE * size);
    if (spread <= width) {
      const alike = late.filter(({ excess }) => Math.abs(excess - size) <= 3 * width);
      const evidence = `${apart}; ${alike.length} of one size, ${this.#show(size)} give or take ${this.#show(spread)}`;
      return { source: "evictions", chance, late: alike, evidence };
    }
    const evidence = `${apart}, of many sizes: half above ${this.#show(size)}, the longest ${this.#show(Math.max(...sizes))}`;
    return { source: "switches", chance, late, evidence };
  }
}

interface Finding extends Pick<Cause, "source" | "chance" | "evidence"> {
  /** What the source explains. */
  readonly late: readonly LateSample[];
}

function startsOf(trace: Float64Array): Float64Array {
  const starts = new Float64Array(trace.length);
  let time = 0;
  for (const [index, value] of trace.entries()) {
    starts[index] = time;
    time += value;
  }
  const last = trace.length - 1;
  return starts.map((start) => (time > 0 ? Math.min(last, (start / time) * trace.length) : 0));
}

/** Late samples that follow each other without a gap. */
function runsOf(late: readonly LateSample[]): readonly [LateSample, ...LateSample[]][] {
  const runs: [LateSample, ...LateSample[]][] = [];
  for (const sample of late) {
    const run = runs.at(-1);
    if (run?.at(-1)?.index === sample.index - 1) run.push(sample);
    else runs.push([sample]);
  }
  return runs;
}

/**
 * Chance of so many late samples and so few just below them in one tail that falls off from the bulk, even as slowly as
 * a Pareto tail without a mean, where a share 1 - BETWEEN of the samples from there on are between: P(X <= between).
 */
function standsApart(late: number, between: number): number {
  return late === 0 ? 1 : binomialCdf(between, late + between, 1 - BETWEEN);
}

function inPhaseOf(position: number, { period, phase }: Periodicity): boolean {
  const distance = (((position / period - phase) % 1) + 1.5) % 1;
  return Math.abs(distance - 0.5) <= IN_PHASE;
}

function excessOf(late: readonly LateSample[]): number {
  return late.reduce((sum, { excess }) => sum + excess, 0);
}

/** The sum of what lies above the upper quartile. */
function upperQuarter(above: Float64Array): number {
  const from = ascending(above)[Math.trunc(above.length * 0.75)] as number;
  return above.reduce((sum, excess) => (excess > from ? sum + excess : sum), 0);
}
