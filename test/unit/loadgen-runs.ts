/**
 * The runs of MLPerf LoadGen that scripts/record-loadgen-vectors.py recorded.
 * What they prove is left to the tests.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { LoadgenLog } from "../../host/analyze/import/loadgen-log.ts";
import { LoadgenLogReader } from "../../host/analyze/import/loadgen-log.ts";
import type { RecordedSamples } from "../../host/analyze/loadgen/replay.ts";
import { settingsOf } from "../../host/analyze/loadgen/reported.ts";
import type { TestSettings } from "../../host/analyze/loadgen/settings.ts";

export interface RecordedRun {
  readonly name: string;
  /** As given to LoadGen, in full precision. */
  readonly settings: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly detail: string;
  /** [query, scheduled ns, issue delay ns, latency ns] */
  readonly samples: readonly (readonly [number, number, number, number])[];
  readonly trace?: string;
}

export const RUNS: readonly RecordedRun[] = gunzipSync(
  readFileSync("test/vectors/loadgen/runs.jsonl.gz"),
)
  .toString()
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

export function columnsOf(run: RecordedRun): RecordedSamples {
  const column = (index: 0 | 1 | 2 | 3) => Float64Array.from(run.samples, (row) => row[index]);
  return {
    query: column(0),
    scheduledNs: column(1),
    issueDelayNs: column(2),
    latencyNs: column(3),
  };
}

/** The log's settings, with the rate that it rounds to six digits as it was given. */
export function exactSettings(run: RecordedRun, detail: LoadgenLog["detail"]): TestSettings {
  const rate = run.settings.server_target_qps ?? run.settings.offline_expected_qps;
  return { ...settingsOf(detail), ...(rate === undefined ? {} : { targetQps: Number(rate) }) };
}

export function readLog(...texts: readonly string[]): LoadgenLog {
  const reader = new LoadgenLogReader("test");
  for (const text of texts) {
    reader.push(text);
    reader.endFile();
  }
  return reader.finish();
}
