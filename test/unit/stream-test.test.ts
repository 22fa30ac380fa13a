import { describe, expect, it } from "vitest";
import { AnalysisError } from "../../host/analyze/analysis-error.ts";
import { MLPERF_DEFAULTS } from "../../host/analyze/loadgen/settings.ts";
import { StreamTest } from "../../host/analyze/loadgen/stream-test.ts";

const settings = (
  scenario: "single-stream" | "multi-stream",
  seconds: number,
  queries: number,
) => ({
  ...MLPERF_DEFAULTS[scenario],
  minDurationMs: seconds * 1000,
  minQueryCount: queries,
});

describe("a test that really runs", () => {
  it("issues queries until both the time and the number are reached, the last one after the time", () => {
    // 10 ms a query, 1 s and 64 queries: issues at 0, 10, ... 1000 ms, which is the 101st.
    const test = new StreamTest(settings("single-stream", 1, 64));
    let nowNs = 0;
    while (!test.ended) {
      test.issue(nowNs);
      test.complete([10e6]);
      nowNs += 10e6;
    }
    const result = test.result();
    expect(result).toMatchObject({ valid: true, queryCount: 101, durationNs: 1e9 });
    // 100 intervals in 1 s; every latency is 10 ms.
    expect(result.qps).toBe(100);
    expect(result.latencyNs).toMatchObject({ p50: 10e6, p90: 10e6, p999: 10e6, mean: 10e6 });
    // n = 101 at P90: the table of LoadGen gives t = 3, so the third largest of equal values.
    expect(result.earlyStopping).toMatchObject({ met: true, estimateNs: 10e6 });
  });

  it("goes on for the number where the time is over first, and says when 64 prove P90 no more", () => {
    const test = new StreamTest(settings("single-stream", 0.001, 20));
    for (let query = 0; !test.ended; query++) {
      test.issue(query * 1e6);
      test.complete([1e6]);
    }
    const result = test.result();
    expect(result.queryCount).toBe(20);
    // At least 64 = h(1) + 1 queries are needed at P90.
    expect(result).toMatchObject({
      valid: false,
      earlyStopping: { met: false, missingQueries: 44 },
    });
  });

  it("takes a query of several samples for as slow as its slowest", () => {
    const test = new StreamTest({ ...settings("multi-stream", 1, 2), samplesPerQuery: 3 });
    expect(test.querySamples).toBe(3);
    expect(test.leastSamples).toBe(6);
    for (let query = 0; !test.ended; query++) {
      test.issue(query * 0.6e9);
      test.complete([1e6, 7e6, 3e6]);
    }
    expect(test.result()).toMatchObject({
      queryCount: 3,
      sampleCount: 9,
      latencyNs: { min: 7e6, max: 7e6, mean: 7e6 },
    });
  });

  it("refuses scenarios whose queries queue, settings out of range, and a test without queries", () => {
    const codeOf = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        return error instanceof AnalysisError ? error.code : String(error);
      }
      return "nothing";
    };
    expect(codeOf(() => new StreamTest(MLPERF_DEFAULTS.server))).toBe("TP-USE-414");
    expect(codeOf(() => new StreamTest(MLPERF_DEFAULTS.offline))).toBe("TP-USE-414");
    expect(codeOf(() => new StreamTest(settings("single-stream", -1, 1)))).toBe("TP-USE-220");
    expect(codeOf(() => new StreamTest(settings("single-stream", 1, 1)).result())).toBe(
      "TP-USE-223",
    );
  });
});
