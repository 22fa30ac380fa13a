/**
 * Reads the logs of MLPerf LoadGen line by line: summary, detail and trace, any of them, in any order.
 * Judging the test again is left to loadgen/replay.ts, a machine's record to loadgen-format.ts.
 */
import type { RecordedSamples } from "../loadgen/replay.ts";
import type { Ending } from "../loadgen/run-facts.ts";
import type { LogEntry } from "./loadgen-lines.ts";
import { detailEntry, summaryRow, tracedSample } from "./loadgen-lines.ts";
import { malformed, tooLarge } from "./refusals.ts";
import { SampleColumns } from "./sample-columns.ts";
import { TextLines } from "./text-lines.ts";

/** Keys and rows kept of one log. */
const MOST_ENTRIES = 2000;

/** What the logs of one test say. */
export interface LoadgenLog {
  /** Entries of the detail log by key; the last one where a key comes again. Empty without a detail log. */
  readonly detail: ReadonlyMap<string, string>;
  /** Rows of the summary by name in lower case. Empty without a summary. */
  readonly summary: ReadonlyMap<string, string>;
  /** Samples of the trace in the order of their completion; none without a trace. */
  readonly samples: RecordedSamples;
  /** How the test ended, by the errors in the detail log. */
  readonly ending: Ending;
  /** Lines of the detail log that are no entries, and lines of any log too long to be read. */
  readonly discardedLines: number;
}

const ENDINGS: readonly (readonly [string, Ending])[] = [
  ["Ran out of generated queries", "ran-out"],
  ["Max query count reached", "max-queries"],
  ["Max test duration reached", "max-duration"],
  ["Too many outstanding queries", "too-many-outstanding"],
];

export class LoadgenLogReader {
  readonly #file: string;
  readonly #detail = new Map<string, string>();
  readonly #summary = new Map<string, string>();
  readonly #samples: SampleColumns;
  #lines = new TextLines((line) => this.#read(line));
  #ending: Ending = "enough";
  #discarded = 0;

  /** @param file its name, for messages */
  constructor(file: string) {
    this.#file = file;
    this.#samples = new SampleColumns(file);
  }

  /** The next piece of any of the logs, cut anywhere. @throws AnalysisError TP-USE-288 for more than fits. */
  push(chunk: string): void {
    this.#lines.push(chunk);
  }

  /** One log is whole; another one may follow. */
  endFile(): void {
    this.#lines.finish();
    this.#discarded += this.#lines.longLines;
    this.#lines = new TextLines((line) => this.#read(line));
  }

  /** @throws AnalysisError TP-USE-282 when nothing pushed was of LoadGen. */
  finish(): LoadgenLog {
    this.endFile();
    const known = this.#detail.has("loadgen_version") || this.#summary.has("result is");
    if (!known && this.#samples.count === 0) {
      throw malformed(this.#file, "its end", "no line of it is LoadGen's");
    }
    return {
      detail: this.#detail,
      summary: this.#summary,
      samples: this.#samples.columns(),
      ending: this.#ending,
      discardedLines: this.#discarded,
    };
  }

  #read(line: string): void {
    if (line.startsWith(":::MLLOG")) {
      const entry = detailEntry(line);
      if (entry === undefined) this.#discarded++;
      else this.#keepDetail(entry);
      return;
    }
    if (line.startsWith("{")) {
      const sample = tracedSample(line);
      if (sample !== undefined) this.#samples.add(sample);
      return;
    }
    const row = summaryRow(line);
    if (row !== undefined) this.#keep(this.#summary, row);
  }

  #keepDetail(entry: LogEntry): void {
    this.#keep(this.#detail, entry);
    if (!entry.error) return;
    const ending = ENDINGS.find(([words]) => entry.value.includes(words));
    if (ending !== undefined) this.#ending = ending[1];
  }

  #keep(entries: Map<string, string>, { key, value }: LogEntry): void {
    if (entries.size >= MOST_ENTRIES && !entries.has(key)) {
      throw tooLarge(this.#file, "more different entries than LoadGen writes", MOST_ENTRIES);
    }
    entries.set(key, value);
  }
}
