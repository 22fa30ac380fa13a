/**
 * Decides a SingleStream or MultiStream test that really runs: which query is its last, and what all of them have shown.
 * Issuing the queries and reading the clock are left to the caller.
 */
import { AnalysisError } from "../analysis-error.ts";
import { replay } from "./replay.ts";
import type { Ending } from "./run-facts.ts";
import type { EffectiveSettings, TestSettings } from "./settings.ts";
import { effectiveSettings } from "./settings.ts";
import { endingOf } from "./streams.ts";
import type { ScenarioResult } from "./verdict.ts";

/** Nothing is prepared ahead, so a device that is faster than expected does not run out of queries. */
const PREPARED = Number.POSITIVE_INFINITY;

export class StreamTest {
  readonly #settings: EffectiveSettings;
  readonly #query: number[] = [];
  readonly #issuedNs: number[] = [];
  readonly #latencyNs: number[] = [];
  #issued = 0;
  #ending: Ending | null = null;

  /** @throws AnalysisError TP-USE-220 for a setting out of its range, TP-USE-414 for another scenario. */
  constructor(settings: TestSettings) {
    const { scenario } = settings;
    if (scenario !== "single-stream" && scenario !== "multi-stream") {
      throw new AnalysisError(
        "TP-USE-414",
        {
          what: `the ${scenario} scenario is not run live`,
          why: "its queries wait in a queue, and a device computes one frame after the other",
          fix: `record the device's times and simulate the queue: pioneer scenario ${scenario} --capture FILE`,
        },
        { scenario },
      );
    }
    this.#settings = effectiveSettings(settings);
  }

  /** Samples of one query, issued together. */
  get querySamples(): number {
    return this.#settings.querySamples;
  }

  /** Samples that the test issues at least. */
  get leastSamples(): number {
    return this.#settings.neededSamples;
  }

  get queryCount(): number {
    return this.#issued;
  }

  /** Set as soon as the last query is issued: none may follow. */
  get ended(): boolean {
    return this.#ending !== null;
  }

  /** A query is being issued [ns since the start of the test]; LoadGen decides now whether it is the last. */
  issue(issuedNs: number): void {
    this.#issued++;
    this.#issuedNs.push(issuedNs);
    this.#ending = endingOf(this.#issued, issuedNs, PREPARED, this.#settings);
  }

  /** The samples of the query issued last are done: how long each took since its issue [ns], whole. */
  complete(latenciesNs: readonly number[]): void {
    for (const latencyNs of latenciesNs) {
      this.#query.push(this.#issued - 1);
      this.#latencyNs.push(latencyNs);
    }
  }

  /** The verdict. @throws AnalysisError as replay does */
  result(): ScenarioResult {
    const query = Float64Array.from(this.#query);
    const samples = {
      query,
      scheduledNs: query.map((number) => this.#issuedNs[number] as number),
      issueDelayNs: new Float64Array(query.length),
      latencyNs: Float64Array.from(this.#latencyNs),
    };
    return replay(this.#settings, samples, this.#ending ?? "enough");
  }
}
