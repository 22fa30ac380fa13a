/**
 * Reads the logs that LoadGen itself wrote and judges the test again.
 * What a line says is left to analyze/import/loadgen-log.ts, the rules to analyze/loadgen.
 */
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../codegen/index.ts";
import type { LoadgenLog } from "../analyze/import/loadgen-log.ts";
import { LoadgenLogReader } from "../analyze/import/loadgen-log.ts";
import type { ScenarioDocument } from "../analyze/loadgen/document.ts";
import { scenarioDocument } from "../analyze/loadgen/document.ts";
import { replay } from "../analyze/loadgen/replay.ts";
import type { ReportedResult } from "../analyze/loadgen/reported.ts";
import { resultInDetail, settingsOf } from "../analyze/loadgen/reported.ts";
import type { Scenario } from "../analyze/loadgen/settings.ts";
import type { ScenarioResult } from "../analyze/loadgen/verdict.ts";

/**
 * The document of a recorded test, judged here from its trace.
 * @throws UsageError TP-USE-230 for a file that cannot be read, TP-USE-227 for the log of another scenario;
 *   AnalysisError for logs that hold no whole test
 */
export async function judgeLog(
  scenario: Scenario,
  path: string,
  signal: AbortSignal,
): Promise<ScenarioDocument> {
  const log = await readLog(path, signal);
  const settings = settingsOf(log.detail);
  if (settings.scenario !== scenario) {
    throw new UsageError("TP-USE-227", {
      what: `${path} is the log of ${settings.scenario}, not of ${scenario}`,
      why: "each scenario is judged by its own rules",
      fix: `pioneer scenario ${settings.scenario} --detail-log ${path}`,
    });
  }
  const reported = resultInDetail(log.detail);
  const result = replay(settings, log.samples, log.ending);
  const origin = {
    kind: "measured",
    source: `LoadGen ${log.detail.get("loadgen_version") ?? ""}, ${basename(path)} and its trace`,
  } as const;
  return scenarioDocument(settings, result, origin, {
    reported: { valid: reported.valid, differences: differences(reported, result) },
  });
}

/** The detail log and the trace beside it, read piece by piece. */
async function readLog(path: string, signal: AbortSignal): Promise<LoadgenLog> {
  const reader = new LoadgenLogReader(basename(path));
  const trace = traceBeside(path);
  const found = await access(trace).then(
    () => true,
    () => false,
  );
  for (const file of found ? [path, trace] : [path]) {
    try {
      for await (const chunk of createReadStream(file, { encoding: "utf8", signal })) {
        reader.push(chunk as string);
      }
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw unreadable(file, error.message);
    }
    reader.endFile();
  }
  return reader.finish();
}

/** LoadGen names its files PREFIXdetailSUFFIX.txt and PREFIXtraceSUFFIX.json. */
function traceBeside(path: string): string {
  const name = basename(path)
    .replace("detail", "trace")
    .replace(/\.txt$/, ".json");
  return join(dirname(path), name);
}

function differences(reported: ReportedResult, result: ScenarioResult): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["valid", reported.valid, result.valid],
    ["conditions", reported.conditions, result.conditions],
    ["latencyNs", reported.latencyNs, result.latencyNs],
    ["queryCount", reported.queryCount, result.queryCount],
    ["earlyStopping.estimateNs", reported.estimateNs, result.earlyStopping.estimateNs],
  ];
  return pairs.flatMap(([name, theirs, ours]) =>
    theirs === null || sorted(theirs) === sorted(ours) ? [] : [name],
  );
}

/** The value as text, whatever the order of its fields. */
function sorted(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unreadable(path: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-230",
    {
      what: `${path} cannot be read`,
      why,
      fix: "name the mlperf_log_detail.txt of a finished test",
    },
    { path },
  );
}
