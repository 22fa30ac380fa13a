/**
 * Decides the latencies of frames with jitter injected: base times, noise, and sources as their sliders stand.
 * What a source adds is left to jitter-sources.ts. Same seed, same latencies; one source's slider moves no other's draws.
 */
import { AnalysisError } from "../analysis-error.ts";
import { outOfRange } from "../number-limits.ts";
import { Random } from "../statistics/random.ts";
import { requireSamples } from "../statistics/samples.ts";
import type { Delay, SourceFacts, SourceName } from "./jitter-sources.ts";
import { delayOf, JITTER_SOURCES, SOURCE_NAMES } from "./jitter-sources.ts";

/** Longest latency: 26 days [ns]. */
const LONGEST_NS = 2 ** 51 - 1;

/** A source and the values of its sliders, in the units of JITTER_SOURCES. */
export interface Injected {
  readonly source: SourceName;
  readonly values: Readonly<Record<string, number>>;
}

export interface JitterSettings {
  /** Time of a frame that nothing disturbs [ns], over and over when there are several. */
  readonly baseNs: ArrayLike<number>;
  /** Standard deviation of the normal noise on it, as a share of it. */
  readonly noise: number;
  /** Time between the starts of two frames [ns]; 0: each starts when the last is done. */
  readonly intervalNs: number;
  readonly injected: readonly Injected[];
  readonly seed: number;
}

/**
 * A source by its name with some sliders moved.
 * @throws AnalysisError TP-USE-301 for a source or slider that does not exist, -242 for a value out of range
 */
export function injection(name: string, moved: Readonly<Record<string, number>> = {}): Injected {
  const source = SOURCE_NAMES.find((known) => known === name);
  if (source === undefined) {
    throw unknown(`there is no source of jitter "${name}"`, `there are ${SOURCE_NAMES.join(", ")}`);
  }
  const { sliders }: SourceFacts = JITTER_SOURCES[source];
  const values: Record<string, number> = {};
  for (const [slider, { value }] of Object.entries(sliders)) values[slider] = value;
  for (const [slider, value] of Object.entries(moved)) {
    const known = sliders[slider];
    if (known === undefined) {
      const names = Object.entries(sliders).map(([of, { unit }]) => `${of} [${unit}]`);
      throw unknown(`${name} has no slider "${slider}"`, `it has ${names.join(", ")}`);
    }
    const isShare = known.unit === "1";
    const fits = isShare ? value > 0 && value < 1 : value > 0 && Number.isFinite(value);
    if (!fits) {
      const range = isShare ? "above 0 and below 1" : "finite and above 0";
      throw outOfRange(`${slider} of ${name}`, value, range);
    }
    values[slider] = value;
  }
  return { source, values };
}

/** Frames one after the other, for as long as they are asked for. */
export class JitterGenerator {
  readonly #settings: JitterSettings;
  readonly #noise: Random;
  readonly #delays: readonly Delay[];
  #startNs = 0;
  #frame = 0;

  /** @throws AnalysisError TP-USE-240 to -242 for base times, noise, interval or seed out of range */
  constructor(settings: JitterSettings) {
    const { baseNs, noise, intervalNs, injected, seed } = settings;
    requireSamples(baseNs, { name: "the base times", positive: true });
    if (!(noise >= 0 && noise < 1)) throw outOfRange("the noise", noise, "from 0 to below 1");
    if (!(intervalNs >= 0 && Number.isFinite(intervalNs))) {
      throw outOfRange("the interval", intervalNs, "finite and at least 0");
    }
    this.#settings = settings;
    this.#noise = new Random(seed);
    const streams = SOURCE_NAMES.map(() => new Random(this.#noise.word()));
    this.#delays = injected.map(({ source, values }) =>
      delayOf(source, values, streams[SOURCE_NAMES.indexOf(source)] as Random),
    );
  }

  /** Fills a block with the next latencies [ns], whole. @throws AnalysisError TP-USE-242 for one beyond 26 days */
  fill(block: Float64Array): void {
    const { baseNs, noise, intervalNs } = this.#settings;
    for (let i = 0; i < block.length; i++) {
      let duration = baseNs[this.#frame] as number;
      this.#frame = this.#frame + 1 === baseNs.length ? 0 : this.#frame + 1;
      if (noise > 0) duration *= Math.max(0, 1 + noise * this.#noise.normal());
      for (const delay of this.#delays) duration += delay(this.#startNs, duration);
      if (duration > LONGEST_NS) throw outOfRange("a latency [ns]", duration, "below 26 days");
      block[i] = Math.round(duration);
      this.#startNs += intervalNs === 0 ? duration : intervalNs;
    }
  }
}

function unknown(what: string, why: string): AnalysisError {
  return new AnalysisError("TP-USE-301", {
    what,
    why,
    fix: "--inject radio, or with sliders --inject radio:rate=2,length=50",
  });
}
