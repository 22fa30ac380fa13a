/**
 * Gathers the samples of a trace in columns that grow.
 * Their order and their meaning are left to loadgen/replay.ts.
 */
import type { RecordedSamples } from "../loadgen/replay.ts";
import type { TracedSample } from "./loadgen-lines.ts";
import { tooLarge } from "./refusals.ts";

/** Samples of one trace: 32 bytes each, 640 MB. */
const MOST_SAMPLES = 20_000_000;

type Columns = Readonly<Record<keyof TracedSample, Float64Array>>;

export class SampleColumns {
  readonly #file: string;
  #columns: Columns = columnsOf(1024);
  count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws AnalysisError TP-USE-288 for more than 20 million samples. */
  add(sample: TracedSample): void {
    if (this.count === MOST_SAMPLES) throw tooLarge(this.#file, "too many samples", MOST_SAMPLES);
    if (this.count === this.#columns.query.length) this.#grow();
    this.#columns.query[this.count] = sample.query;
    this.#columns.scheduledNs[this.count] = sample.scheduledNs;
    this.#columns.issueDelayNs[this.count] = sample.issueDelayNs;
    this.#columns.latencyNs[this.count] = sample.latencyNs;
    this.count++;
  }

  columns(): RecordedSamples {
    const { query, scheduledNs, issueDelayNs, latencyNs } = this.#columns;
    return {
      query: query.subarray(0, this.count),
      scheduledNs: scheduledNs.subarray(0, this.count),
      issueDelayNs: issueDelayNs.subarray(0, this.count),
      latencyNs: latencyNs.subarray(0, this.count),
    };
  }

  #grow(): void {
    const grown = columnsOf(Math.min(2 * this.count, MOST_SAMPLES));
    for (const name of Object.keys(grown) as (keyof TracedSample)[]) {
      grown[name].set(this.#columns[name]);
    }
    this.#columns = grown;
  }
}

function columnsOf(length: number): Columns {
  return {
    query: new Float64Array(length),
    scheduledNs: new Float64Array(length),
    issueDelayNs: new Float64Array(length),
    latencyNs: new Float64Array(length),
  };
}
