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

/** One sample of a recorded test. */
export interface RecordedSample {
  /** Index of its query, from 0. */
  readonly query: number;
  /** When the query was to be issued, from the first query of the test [ns]. */
  readonly scheduledNs: number;
  /** How much later it was issued [ns]. */
  readonly issueDelayNs: number;
  /** From the schedule to the sample's end [ns]. */
  readonly latencyNs: number;
}

/** @throws AnalysisError TP-USE-223 for no samples, TP-USE-222 for latencies that cannot be. */
export function replay(
  settings: TestSettings,
  samples: readonly RecordedSample[],
  ending: Ending = "enough",
): ScenarioResult {
  const effective = effectiveSettings(settings);
  const queries = queriesOf(samples);
  const facts = factsOf(queries, samples.length, ending);
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
function queriesOf(samples: readonly RecordedSample[]): readonly RecordedQuery[] {
  const queries = new Map<number, RecordedQuery>();
  for (const { query, scheduledNs, issueDelayNs, latencyNs } of samples) {
    const known = queries.get(query);
    if (known) known.latencyNs = Math.max(known.latencyNs, latencyNs);
    else queries.set(query, { scheduledNs, issuedNs: scheduledNs + issueDelayNs, latencyNs });
  }
  return [...queries].sort(([a], [b]) => a - b).map(([, query]) => query);
}

function factsOf(queries: readonly RecordedQuery[], sampleCount: number, ending: Ending): RunFacts {
  const last = queries.at(-1);
  if (last === undefined) {
    throw new AnalysisError("TP-USE-223", {
      what: "the recorded test has no samples",
      why: "LoadGen writes them to its trace, and only when it is asked to",
      fix: "run it with enable_trace and give the trace beside the detail log",
    });
  }
  return {
    queryCount: queries.length,
    sampleCount,
    lastScheduledNs: last.scheduledNs,
    lastIssuedNs: last.issuedNs,
    lastDoneNs: last.scheduledNs + last.latencyNs,
    ending,
  };
}

function latenciesOf(
  settings: EffectiveSettings,
  queries: readonly RecordedQuery[],
  samples: readonly RecordedSample[],
): Float64Array {
  return settings.scenario === "multi-stream"
    ? Float64Array.from(queries, ({ latencyNs }) => latencyNs)
    : Float64Array.from(samples, ({ latencyNs }) => latencyNs);
}
