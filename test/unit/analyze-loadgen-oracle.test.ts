import { describe, expect, it } from "vitest";
import { PoissonArrivals } from "../../host/analyze/loadgen/arrivals.ts";
import { ExponentialGaps } from "../../host/analyze/loadgen/exponential-gaps.ts";
import { Mt19937, truncateSeed } from "../../host/analyze/loadgen/mt19937.ts";
import { replay } from "../../host/analyze/loadgen/replay.ts";
import { resultInDetail, resultInSummary } from "../../host/analyze/loadgen/reported.ts";
import { effectiveSettings, generatedQueries } from "../../host/analyze/loadgen/settings.ts";
import { columnsOf, exactSettings, RUNS, readLog } from "./loadgen-runs.ts";

/** LoadGen prints six digits. */
const PRINTED = 5e-6;
/** Time between LoadGen's start and its first query, of tests of 20 ms and more. */
const START = 0.01;

describe("LoadGen's own runs, judged again", () => {
  it("are at least 50, of every scenario, valid and not", () => {
    const kinds = new Set(
      RUNS.map(({ detail }) => {
        const { scenario, valid } = resultInDetail(readLog(detail).detail);
        return `${scenario} ${valid}`;
      }),
    );
    expect(RUNS.length).toBeGreaterThanOrEqual(50);
    expect(kinds.size).toBe(8);
  });

  it.each(RUNS.map((run) => [run.name, run] as const))("%s", (_name, run) => {
    const { detail, summary, ending } = readLog(run.detail, run.summary);
    const reported = resultInDetail(detail);
    const settings = exactSettings(run, detail);
    const result = replay(settings, columnsOf(run), ending);

    expect(result.conditions).toEqual(reported.conditions);
    expect(result.valid).toBe(reported.valid);
    expect(result.reasons.length === 0).toBe(reported.valid);
    expect(result.latencyNs).toEqual(reported.latencyNs);
    expect(result.queryCount).toBe(reported.queryCount);
    expect(result.earlyStopping.estimateNs).toBe(reported.estimateNs);
    expect(result.earlyStopping.estimateP99Ns).toBe(reported.estimateP99Ns);
    if (settings.scenario === "server") {
      expect(result.earlyStopping.overBound).toBe(reported.overBound);
    }
    if (reported.qps !== null && result.qps !== null) {
      const tolerance = settings.scenario === "single-stream" ? START : PRINTED;
      expect(Math.abs(result.qps / reported.qps - 1)).toBeLessThan(tolerance);
    }

    const inSummary = resultInSummary(summary);
    expect(inSummary).toMatchObject({
      scenario: reported.scenario,
      valid: reported.valid,
      conditions: reported.conditions,
      latencyNs: reported.latencyNs,
      estimateNs: reported.estimateNs,
      estimateP99Ns: reported.estimateP99Ns,
    });

    const words = detail.get("early_stopping_result") ?? "";
    const counted = (pattern: RegExp) => {
      const found = pattern.exec(words)?.[1];
      return found === undefined ? null : Number(found);
    };
    const { missingQueries, overBound } = result.earlyStopping;
    const more = counted(/at least (\d+) more queries/);
    const least = counted(/Need to process at least (\d+)/);
    const discarded = counted(/Would discard (\d+)/);
    if (more !== null) expect(missingQueries).toBe(more);
    if (least !== null) expect(missingQueries + result.queryCount).toBe(least);
    if (discarded !== null) expect(overBound).toBe(discarded);
  });

  it("prepares as many queries for SingleStream and MultiStream", () => {
    let compared = 0;
    for (const run of RUNS) {
      const { detail } = readLog(run.detail);
      const settings = exactSettings(run, detail);
      if (!settings.scenario.endsWith("stream")) continue;
      compared++;
      expect(generatedQueries(effectiveSettings(settings)), run.name).toBe(
        Number(detail.get("generated_query_count")),
      );
    }
    expect(compared).toBeGreaterThan(20);
  });

  it("schedules every Server query at the same nanosecond", () => {
    let compared = 0;
    for (const run of RUNS) {
      const { detail } = readLog(run.detail);
      const { scenario, targetQps, scheduleSeed } = exactSettings(run, detail);
      if (scenario !== "server") continue;
      const arrivals = new PoissonArrivals(
        new ExponentialGaps(targetQps, new Mt19937(truncateSeed(scheduleSeed))),
      );
      const times: number[] = [];
      const generated = Number(detail.get("generated_query_count"));
      while (times.length <= generated) times.push(...arrivals.next());
      expect(
        run.samples.map(([, scheduledNs]) => scheduledNs),
        run.name,
      ).toEqual(times.slice(0, run.samples.length));
      // Six digits are printed; the time is that of the first query that was not made.
      const after = Number(detail.get("generated_query_duration"));
      expect(Math.abs((times[generated] as number) / after - 1)).toBeLessThan(PRINTED);
      compared += run.samples.length;
    }
    expect(compared).toBeGreaterThan(3000);
  });

  it("sizes the Offline query alike", () => {
    for (const run of RUNS) {
      const { detail } = readLog(run.detail);
      const settings = exactSettings(run, detail);
      if (settings.scenario !== "offline") continue;
      const { querySamples } = effectiveSettings(settings);
      expect(querySamples, run.name).toBe(Number(detail.get("generated_samples_per_query")));
    }
  });

  it("reads the samples of whole traces", () => {
    const traced = RUNS.filter(({ trace }) => trace !== undefined);
    expect(traced.length).toBeGreaterThanOrEqual(4);
    for (const run of traced) {
      const { samples } = readLog(run.trace as string);
      const firstQuery = Math.min(...samples.query);
      const firstNs = Math.min(...samples.scheduledNs);
      const rows = [...samples.query].map((query, index) => [
        query - firstQuery,
        (samples.scheduledNs[index] as number) - firstNs,
        samples.issueDelayNs[index] as number,
        samples.latencyNs[index] as number,
      ]);
      const byRow = (a: readonly number[], b: readonly number[]) =>
        a.map((value, i) => value - (b[i] as number)).find((d) => d !== 0) ?? 0;
      expect(rows.sort(byRow), run.name).toEqual([...run.samples].sort(byRow));
    }
  });
});
