/**
 * Decides how an MLPerf test reads in a terminal: the verdict first, then what it rests on.
 * The numbers are left to analyze/loadgen.
 */
import type { ScenarioDocument } from "../analyze/loadgen/document.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";
import { textTable } from "./tables.ts";

const PERCENTILES = ["p50", "p90", "p95", "p97", "p99", "p999"] as const;

export function scenarioText(document: ScenarioDocument): string {
  const { latencyNs, earlyStopping, qps } = document;
  const mark = KIND_MARK[latencyNs.kind];
  const rate = qps === null ? "no rate" : `${formatNumber(qps.value, 6)} ${qps.unit}`;
  const heading = `${document.scenario}: ${document.valid ? "VALID" : "INVALID"}, ${mark} ${rate}`;
  const rows = [
    ["latency", `${mark} ${latencyNs.kind}`],
    ...PERCENTILES.map((name) => [name.replace("p999", "p99.9"), time(latencyNs[name])]),
    ["mean", time(latencyNs.mean)],
    ["min", time(latencyNs.min)],
    ["max", time(latencyNs.max)],
  ];
  const lines = [
    heading,
    ...document.reasons.map((reason) => `  not valid: ${reason}`),
    ...foundLines(document),
    ...reportedLines(document),
    ...liveLines(document),
    "",
    textTable(rows).trimEnd(),
    "",
    `${formatNumber(document.queryCount)} queries, ${formatNumber(document.sampleCount)} samples, ${formatValue(document.durationNs / 1e9, "s", 6)}`,
    earlyStoppingLine(document),
    `${mark} ${latencyNs.kind}: ${latencyNs.source}`,
  ];
  if (earlyStopping.estimateP99Ns !== null && document.targetPercentile !== 0.99) {
    lines.splice(-1, 0, `P99 with 99 % confidence: ${time(earlyStopping.estimateP99Ns)}`);
  }
  return `${lines.join("\n")}\n`;
}

function liveLines({ live, simulated }: ScenarioDocument): readonly string[] {
  if (live === null) return [];
  const { verify, device } = live;
  const board = live.as === null ? live.board : `${live.board} for ${live.as}`;
  const answers = verify.bitExact
    ? `all ${formatNumber(verify.comparedFrames)} answers equal the host twin`
    : `${formatNumber(verify.differingFrames)} of ${formatNumber(verify.comparedFrames)} answers differ from the host twin`;
  const alone = device?.latencyNs;
  return [
    `  ${live.model}, ${live.format}, live on ${board}: ${answers}`,
    ...(simulated ? ["  simulated: the times below are the emulator's, not the board's"] : []),
    alone === undefined
      ? `  the board alone: not known, ${live.why ?? "nothing counted"}`
      : `  the board alone, without the link: ${KIND_MARK[alone.kind]} ${alone.kind}, P50 ${time(alone.p50)}, P90 ${time(alone.p90)}, P99 ${time(alone.p99)}`,
  ];
}

function foundLines({ found }: ScenarioDocument): readonly string[] {
  if (found === null) return [];
  const { value } = found.load;
  const unit = found.what === "qps" ? found.load.unit : `stream${value === 1 ? "" : "s"}`;
  const what = found.what === "qps" ? "largest valid rate" : "most streams carried";
  const answer = value === 0 ? "none" : `${formatNumber(value, 5)} ${unit}`;
  return [`  ${what}: ${answer}, found in ${found.tests} tests`];
}

function reportedLines({ reported }: ScenarioDocument): readonly string[] {
  if (reported === null) return [];
  const verdict = reported.valid ? "VALID" : "INVALID";
  const agreement =
    reported.differences.length === 0
      ? "every field agrees"
      : `differs here in ${reported.differences.join(", ")}`;
  return [`  LoadGen said ${verdict}: ${agreement}`];
}

function earlyStoppingLine(document: ScenarioDocument): string {
  const { met, estimateNs, missingQueries } = document.earlyStopping;
  const percentile = `P${Number((document.targetPercentile * 100).toPrecision(12))}`;
  if (!met) return `early stopping: not met, ${formatNumber(missingQueries)} queries missing`;
  if (estimateNs === null) return "early stopping: met";
  return `early stopping: met; ${percentile} with 99 % confidence: ${time(estimateNs)}`;
}

/** A time with the prefix that fits. */
function time(ns: number): string {
  return formatValue(ns / 1e9, "s", 6);
}
