/**
 * Reads a LoadGen summary or detail log as one record: a system under test with its latencies and its rate.
 * Judging the test again is left to loadgen/replay.ts.
 */

import type { ReportedResult } from "../loadgen/reported.ts";
import { resultInDetail, resultInSummary } from "../loadgen/reported.ts";
import type { Scenario } from "../loadgen/settings.ts";
import type { MachineRecord, TimeStatistics } from "../machine-record.ts";
import type { Quantity } from "../quantity.ts";
import { measured } from "../quantity.ts";
import { slug } from "./fields.ts";
import type { Importer, ImportFormat } from "./importer.ts";
import type { LoadgenLog } from "./loadgen-log.ts";
import { LoadgenLogReader } from "./loadgen-log.ts";

const NAME = "MLPerf LoadGen log";
const NANOSECONDS = 1e-9;

export const loadgenLog: ImportFormat = {
  name: NAME,
  detect: (head) => head.startsWith(":::MLLOG") || head.includes("MLPerf Results Summary"),
  open: (file) => new LoadgenImporter(file),
};

class LoadgenImporter implements Importer {
  readonly #file: string;
  readonly #reader: LoadgenLogReader;

  constructor(file: string) {
    this.#file = file;
    this.#reader = new LoadgenLogReader(file);
  }

  push(chunk: string): void {
    this.#reader.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    const log = this.#reader.finish();
    const inDetail = log.detail.size > 0;
    const result = inDetail ? resultInDetail(log.detail) : resultInSummary(log.summary);
    const origin = { format: NAME, file: this.#file, records: "the whole test" };
    return [recordOf(result, log, origin)];
  }
}

function recordOf(
  result: ReportedResult,
  log: LoadgenLog,
  origin: MachineRecord["origin"],
): MachineRecord {
  const machine = log.detail.get("sut_name") ?? log.summary.get("sut name") ?? "unknown system";
  const source = `LoadGen, ${origin.file}`;
  const version = log.detail.get("loadgen_version");
  return {
    id: slug(machine, result.scenario),
    machine,
    machineClass: "unknown",
    workload: { name: WORKLOADS[result.scenario], ops: null, bytesMoved: null },
    time: timeOf(result, source),
    samples: [],
    metrics: metricsOf(result, source),
    roofs: [],
    origin,
    setup: {
      scenario: result.scenario,
      validity: result.valid ? "VALID" : "INVALID",
      ...(version === undefined ? {} : { loadgen: version }),
    },
    warnings: warningsOf(result, log),
  };
}

const WORKLOADS: Readonly<Record<Scenario, string>> = {
  "single-stream": "a query of SingleStream",
  "multi-stream": "a query of MultiStream",
  server: "a query of Server, waiting included",
  offline: "a sample of Offline, waiting included",
};

function timeOf({ latencyNs, queryCount, scenario }: ReportedResult, source: string) {
  if (latencyNs === null) return null;
  const seconds = (ns: number) => ns * NANOSECONDS;
  const time: TimeStatistics = {
    kind: "measured",
    source,
    unit: "s",
    count: scenario === "offline" ? null : queryCount,
    min: seconds(latencyNs.min),
    mean: seconds(latencyNs.mean),
    p50: seconds(latencyNs.p50),
    p90: seconds(latencyNs.p90),
    p99: seconds(latencyNs.p99),
    max: seconds(latencyNs.max),
    relativeError: 0,
  };
  return time;
}

function metricsOf(result: ReportedResult, source: string): Record<string, Quantity> {
  const { qps, estimateNs, scenario } = result;
  const unit = scenario === "offline" ? "sample/s" : "query/s";
  return {
    ...(qps === null ? {} : { throughput: measured(qps, unit, source) }),
    ...(estimateNs === null
      ? {}
      : {
          earlyStoppingEstimate: measured(
            estimateNs * NANOSECONDS,
            "s",
            `${source}: judged percentile with 99 % confidence`,
          ),
        }),
  };
}

function warningsOf(result: ReportedResult, log: LoadgenLog): readonly string[] {
  const names = {
    performance: "the latency is over its bound",
    minDuration: "the test was too short",
    minQueries: "too few queries ran",
    earlyStopping: "too few queries to prove the percentile",
  };
  const unmet = Object.entries(result.conditions)
    .filter(([, met]) => met === false)
    .map(([name]) => names[name as keyof typeof names]);
  const errors = Number(log.detail.get("num_errors") ?? 0);
  return [
    ...(result.valid ? [] : [`LoadGen calls the test INVALID: ${unmet.join(", ")}`]),
    ...(errors > 0 ? [`LoadGen met ${errors} errors`] : []),
    ...(log.discardedLines > 0 ? [`${log.discardedLines} lines were no entries`] : []),
  ];
}
