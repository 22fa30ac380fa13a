/**
 * Decides what a recorded test has shown, from the samples of its trace, by the same rules as a simulated one.
 * Reading the files is left to import/loadgen-log.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import { bringAll } from "./latencies.ts";
import type { Ending, RunFacts } from "./run-facts.ts";
import type { EffectiveSettings, TestSettings } from "./settings.ts";
import { effectiveSettings } from "./settings.ts";
import { finish } from "./steps.ts";
import type { ScenarioResult } from "./verdict.ts";
import { judgeTest } from "./verdict.ts";

/** The samples of a recorded test, one column a property. */
export interface RecordedSamples {
  /** Number of the sample's query; queries are issued in this order. */
  readonly query: Float64Array;
  /** When the query was to be issued, from any origin [ns]. */
  readonly scheduledNs: Float64Array;
  /** How much later it was issued [ns]. */
  readonly issueDelayNs: Float64Array;
  /** From the schedule to the sample's end [ns]. */
  readonly latencyNs: Float64Array;
}

/**
 * The start of the test is taken to be its first query's schedule; LoadGen's own is microseconds earlier.
 * @throws AnalysisError TP-USE-223 for no samples, TP-USE-222 for latencies that cannot be.
 */
export function replay(
  settings: TestSettings,
  samples: RecordedSamples,
  ending: Ending = "enough",
): ScenarioResult {
  const effective = effectiveSettings(settings);
  const queries = queriesOf(samples);
  const facts = factsOf(queries, samples.query.length, ending);
  const bring = bringAll(latenciesOf(effective, queries, samples));
  return finish(
    judgeTest(effective, function* (take) {
      yield* bring(take);
      return facts;
    }),
  );
}

interface RecordedQuery {
  readonly scheduledNs: number;
  readonly issuedNs: number;
  latencyNs: number;
}

/** The queries in the order of their issue, each as slow as its slowest sample. */
function queriesOf(samples: RecordedSamples): readonly RecordedQuery[] {
  const queries = new Map<number, RecordedQuery>();
  for (const [index, query] of samples.query.entries()) {
    const scheduledNs = samples.scheduledNs[index] as number;
    const latencyNs = samples.latencyNs[index] as number;
    const known = queries.get(query);
    if (known) {
      known.latencyNs = Math.max(known.latencyNs, latencyNs);
    } else {
      const issuedNs = scheduledNs + (samples.issueDelayNs[index] as number);
      queries.set(query, { scheduledNs, issuedNs, latencyNs });
    }
  }
  return [...queries].sort(([a], [b]) => a - b).map(([, query]) => query);
}

function factsOf(queries: readonly RecordedQuery[], sampleCount: number, ending: Ending): RunFacts {
  const [first, last] = [queries[0], queries.at(-1)];
  if (first === undefined || last === undefined) {
    throw new AnalysisError("TP-USE-223", {
      what: "the recorded test has no samples",
      why: "LoadGen writes them to its trace, and only when it is asked to",
      fix: "run it with enable_trace and keep mlperf_log_trace.json beside the detail log",
    });
  }
  const startNs = first.scheduledNs;
  return {
    queryCount: queries.length,
    sampleCount,
    lastScheduledNs: last.scheduledNs - startNs,
    lastIssuedNs: last.issuedNs - startNs,
    lastDoneNs: last.scheduledNs + last.latencyNs - startNs,
    ending,
  };
}

function latenciesOf(
  settings: EffectiveSettings,
  queries: readonly RecordedQuery[],
  samples: RecordedSamples,
): Float64Array {
  return settings.scenario === "multi-stream"
    ? Float64Array.from(queries, ({ latencyNs }) => latencyNs)
    : samples.latencyNs;
}
