import { describe, expect, it } from "vitest";
import { AnalysisError } from "../../host/analyze/analysis-error.ts";
import { carriedStreams, largestValidQps } from "../../host/analyze/loadgen/search.ts";
import { constantService, recordedService } from "../../host/analyze/loadgen/service.ts";
import type { Scenario, TestSettings } from "../../host/analyze/loadgen/settings.ts";
import { MLPERF_DEFAULTS } from "../../host/analyze/loadgen/settings.ts";
import { simulate } from "../../host/analyze/loadgen/simulate.ts";
import { finish } from "../../host/analyze/loadgen/steps.ts";

const settings = (scenario: Scenario, own: Partial<TestSettings> = {}): TestSettings => ({
  ...MLPERF_DEFAULTS[scenario],
  ...own,
});

describe("SingleStream", () => {
  it("issues until the duration is reached: 1 s of 300 us is 3335 queries", () => {
    // Issued at 0, 300 us, ...: the first issue at or after 1 s is the 3335th, at 1.0002 s.
    const test = settings("single-stream", { minDurationMs: 1000, expectedLatencyNs: 300e3 });
    const result = simulate(test, constantService(300e3));
    expect(result.queryCount).toBe(3335);
    expect(result.durationNs).toBe(1_000_200_000);
    expect(result.qps).toBeCloseTo(1e9 / 300e3, 9);
    expect(result.valid).toBe(true);
    expect(result.earlyStopping.estimateNs).toBe(300e3);
  });

  it("runs out of queries when it is more than twice as fast as expected", () => {
    const test = settings("single-stream", { minDurationMs: 1000, expectedLatencyNs: 1e6 });
    const result = simulate(test, constantService(300e3));
    // Twice 1 s at 1 ms, and the query at 2 s itself.
    expect(result.queryCount).toBe(2001);
    expect(result.facts.ending).toBe("ran-out");
    expect(result.conditions.minDuration).toBe(false);
    expect(result.reasons).toEqual([expect.stringContaining("prepared queries ran out")]);
  });

  it("estimates P90 by the t-th largest latency", () => {
    // 100 queries prove t = 3; the service times 1..100 us come once each.
    const times = Array.from({ length: 100 }, (_, index) => (index + 1) * 1000);
    const test = settings("single-stream", { minDurationMs: 0, expectedLatencyNs: 50e3 });
    const result = simulate(test, recordedService(times));
    expect(result.queryCount).toBe(100);
    expect(result.latencyNs.p90).toBe(91e3);
    expect(result.earlyStopping).toMatchObject({ estimateNs: 98e3, overBound: 2 });
  });

  it("stops at the largest number of queries and the longest duration", () => {
    const few = settings("single-stream", { maxQueryCount: 40, expectedLatencyNs: 1e6 });
    expect(simulate(few, constantService(1e6)).queryCount).toBe(40);
    const short = settings("single-stream", { maxDurationMs: 15, expectedLatencyNs: 1e6 });
    expect(simulate(short, constantService(1e6)).durationNs).toBe(16e6);
  });
});

describe("MultiStream", () => {
  it("takes a query to be as slow as its slowest sample", () => {
    const test = settings("multi-stream", { minDurationMs: 0, expectedLatencyNs: 8e6 });
    expect(simulate(test, constantService(1e6)).latencyNs.p99).toBe(8e6);
    expect(simulate(test, constantService(1e6, 3)).latencyNs.p99).toBe(3e6);
    expect(simulate(test, constantService(1e6, 8)).latencyNs.p99).toBe(1e6);
    const result = simulate(test, constantService(1e6));
    expect(result.queryCount).toBe(662);
    expect(result.sampleCount).toBe(662 * 8);
  });
});

describe("Server", () => {
  it("waits as long as the Pollaczek-Khinchine formula says", () => {
    // M/D/1 at load 0.3: mean latency = s + load s / (2 (1 - load)).
    const test = settings("server", { targetQps: 1000 });
    const { latencyNs, queryCount } = simulate(test, constantService(300e3));
    expect(queryCount).toBeGreaterThan(598_000);
    expect(Math.abs(latencyNs.mean / (300e3 + (0.3 * 300e3) / (2 * 0.7)) - 1)).toBeLessThan(0.002);
  });

  it("waits as long as Erlang C says with two servers and exponential service", () => {
    // M/M/2, load 0.6 a server: mean = s / (1 - 0.6^2).
    let state = 1;
    const times = Array.from({ length: 99_991 }, () => {
      state = (state * 48271) % 2147483647;
      return Math.max(1, -Math.log(state / 2147483647) * 1e6);
    });
    const test = settings("server", { targetQps: 1200, minDurationMs: 300_000 });
    const { latencyNs } = simulate(test, recordedService(times, 2));
    expect(Math.abs(latencyNs.mean / (1e6 / (1 - 0.36)) - 1)).toBeLessThan(0.03);
  });

  it("is judged by the bound, which itself passes", () => {
    const test = settings("server", { targetQps: 1, minDurationMs: 1000, minQueryCount: 500 });
    const at = simulate({ ...test, targetLatencyNs: 1000 }, constantService(1000));
    expect(at.valid).toBe(true);
    const below = simulate({ ...test, targetLatencyNs: 999 }, constantService(1000));
    expect(below.conditions.performance).toBe(false);
    expect(below.earlyStopping.overBound).toBe(below.queryCount);
  });

  it("gives the same result with the same seed and another with another", () => {
    const test = settings("server", { targetQps: 500, minDurationMs: 10_000 });
    const once = simulate(test, constantService(1e6));
    expect(simulate(test, constantService(1e6))).toEqual(once);
    expect(simulate({ ...test, scheduleSeed: 1n }, constantService(1e6))).not.toEqual(once);
  });

  it("is faster with more servers and slower with more load", () => {
    const mean = (targetQps: number, servers: number) =>
      simulate(
        settings("server", { targetQps, minDurationMs: 20_000 }),
        constantService(1e6, servers),
      ).latencyNs.mean;
    expect(mean(900, 1)).toBeGreaterThan(mean(500, 1));
    expect(mean(900, 1)).toBeGreaterThan(mean(900, 2));
    expect(mean(900, 2)).toBeGreaterThanOrEqual(mean(900, 3));
  });
});

describe("Offline", () => {
  it("makes a tenth more samples than its rate needs", () => {
    const test = settings("offline", { targetQps: 1000, minDurationMs: 10_000 });
    const result = simulate(test, constantService(1e6));
    expect(result.sampleCount).toBe(11_000);
    expect(result.queryCount).toBe(1);
    expect(result.qps).toBe(1000);
    expect(result.durationNs).toBe(11e9);
    expect(result.valid).toBe(true);
  });

  it("is too short when the system is faster than its rate", () => {
    const test = settings("offline", { targetQps: 1000, minDurationMs: 10_000 });
    expect(simulate(test, constantService(500e3)).conditions.minDuration).toBe(false);
  });
});

describe("the largest load", () => {
  it("is valid itself, and the system is not valid 1 % above it", () => {
    const test = settings("server", { minDurationMs: 60_000 });
    const system = constantService(1e6);
    const { load, result } = finish(largestValidQps(test, system));
    expect(load).toBeGreaterThan(500);
    expect(load).toBeLessThan(1000);
    expect(result.valid).toBe(true);
    expect(simulate({ ...test, targetQps: load * 1.01 }, system).valid).toBe(false);
  });

  it("is none when a sample alone takes longer than the bound", () => {
    const test = settings("server", { minDurationMs: 10_000, targetLatencyNs: 1e6 });
    expect(finish(largestValidQps(test, constantService(2e6)))).toMatchObject({ load: 0 });
  });

  it("of streams is what fits between two frames", () => {
    const test = settings("multi-stream", { minDurationMs: 10_000 });
    const streams = (serviceNs: number, servers = 1) =>
      finish(carriedStreams(test, constantService(serviceNs, servers), 10e6)).load;
    expect(streams(879e3)).toBe(11);
    expect(streams(10e6)).toBe(1);
    expect(streams(11e6)).toBe(0);
    expect(streams(879e3, 4)).toBe(44);
  });
});

describe("what cannot be simulated", () => {
  const code = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return error instanceof AnalysisError ? error.code : String(error);
    }
    return "none";
  };

  it.each([
    ["minDurationMs", -1],
    ["minDurationMs", 0.5],
    ["minQueryCount", 0],
    ["targetPercentile", 1],
    ["targetPercentile", Number.NaN],
    ["targetQps", 0],
    ["targetQps", Number.POSITIVE_INFINITY],
    ["expectedLatencyNs", 1],
  ])("%s of %d", (name, value) => {
    const test = settings("server", { [name]: value });
    expect(code(() => simulate(test, constantService(1000)))).toBe("TP-USE-220");
  });

  it("service times and servers that cannot be", () => {
    for (const serviceNs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 4e15]) {
      expect(code(() => constantService(serviceNs))).toBe("TP-USE-221");
      expect(code(() => recordedService([1000, serviceNs]))).toBe("TP-USE-221");
    }
    expect(code(() => recordedService([]))).toBe("TP-USE-221");
    expect(code(() => constantService(1000, 0))).toBe("TP-USE-221");
    expect(code(() => constantService(1000, 1.5))).toBe("TP-USE-221");
  });

  it("more latencies than counters hold", () => {
    const test = settings("server", { targetQps: 1e9, minDurationMs: 86_400_000 });
    expect(code(() => simulate(test, constantService(1000)))).toBe("TP-USE-225");
  });
});
