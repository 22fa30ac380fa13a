import { describe, expect, it } from "vitest";
import { Random } from "../../host/analyze/statistics/random.ts";
import { causesOf } from "../../host/analyze/tails/causes.ts";
import type { JitterSettings } from "../../host/analyze/tails/jitter.ts";
import { injection, JitterGenerator } from "../../host/analyze/tails/jitter.ts";
import type { SourceName } from "../../host/analyze/tails/jitter-sources.ts";
import { JITTER_SOURCES, SOURCE_NAMES } from "../../host/analyze/tails/jitter-sources.ts";
import { periodicity } from "../../host/analyze/tails/spectrum.ts";
import { codeOf } from "./import-text.ts";

const FRAMES = 10_000;
const PERIOD_NS = 10e6;
const QUIET: JitterSettings = {
  baseNs: [900e3],
  noise: 0.02,
  intervalNs: PERIOD_NS,
  injected: [],
  seed: 1,
};

function frames(settings: Partial<JitterSettings>, count = FRAMES): Float64Array {
  const block = new Float64Array(count);
  new JitterGenerator({ ...QUIET, ...settings }).fill(block);
  return block;
}

/** A source with every slider somewhere between 3/4 and 4/3 of where it stands. */
function slid(source: SourceName, random: Random) {
  const moved = Object.entries(JITTER_SOURCES[source].sliders).map(([name, { value }]) => [
    name,
    value * random.between(0.75, 4 / 3),
  ]);
  return injection(source, Object.fromEntries(moved) as Record<string, number>);
}

describe("the cause of late samples", () => {
  const SEEDS = 20;

  it.each([
    ["paced every 10 ms", PERIOD_NS],
    ["one after the other", 0],
  ])("is found again in at least 95 of 100 traces, %s", (_, intervalNs) => {
    const matrix: Record<string, Record<string, number>> = {};
    for (const source of SOURCE_NAMES) {
      const row: Record<string, number> = {};
      for (let seed = 1; seed <= SEEDS; seed++) {
        const injected = [slid(source, new Random(1000 + seed))];
        const { causes } = causesOf(frames({ seed, intervalNs, injected }), {
          interval: intervalNs,
        });
        const found = causes[0]?.source ?? "none";
        row[found] = (row[found] ?? 0) + 1;
      }
      matrix[source] = row;
    }
    const right = SOURCE_NAMES.reduce((sum, source) => sum + (matrix[source]?.[source] ?? 0), 0);
    expect(right / (SEEDS * SOURCE_NAMES.length), JSON.stringify(matrix)).toBeGreaterThanOrEqual(
      0.95,
    );
    // Nothing is ever taken for another source by more than one trace in ten.
    for (const source of SOURCE_NAMES) {
      const { [source]: own = 0, none = 0, ...wrong } = matrix[source] ?? {};
      expect(own, source).toBeGreaterThanOrEqual(0.8 * SEEDS);
      const others = Object.values(wrong).reduce((sum, count) => sum + count, 0);
      expect(others, `${source} ${none}`).toBeLessThanOrEqual(0.1 * SEEDS);
    }
  });

  it("is none in traces of independent samples, whatever their distribution", () => {
    const laws: Readonly<Record<string, (random: Random) => number>> = {
      constant: () => 900,
      uniform: (random) => random.between(900, 1000),
      normal: (random) => 900 * (1 + 0.02 * random.normal()),
      rounded: (random) => Math.round(9 * (1 + 0.1 * random.normal())),
      lognormal: (random) => 900 * Math.exp(0.3 * random.normal()),
      exponential: (random) => random.exponential(900),
      pareto: (random) => 900 * (1 - random.uniform()) ** (-1 / 1.5),
    };
    let [alarms, traces] = [0, 0];
    for (const law of Object.values(laws)) {
      for (let seed = 1; seed <= 30; seed++, traces++) {
        const random = new Random(seed);
        const trace = Float64Array.from({ length: 2000 }, () => law(random));
        if (causesOf(trace, { interval: 1e4 }).causes.length > 0) alarms++;
      }
    }
    // Four tests that are each wrong once in 1000 traces: of 210 traces at most 4, but for one run in 1000.
    expect(traces).toBe(210);
    expect(alarms).toBeLessThanOrEqual(4);
  });

  it("names two sources at once, the one that costs most first", () => {
    const injected = [injection("switches", { length: 12 }), injection("evictions")];
    const { causes } = causesOf(frames({ injected }, 20_000), { interval: PERIOD_NS });
    expect(causes.map(({ source }) => source)).toEqual(["switches", "evictions"]);
    expect(causes.every(({ confidence }) => confidence > 0.999)).toBe(true);
    expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it("says what in the trace shows it", () => {
    const evidence = (source: string) =>
      causesOf(frames({ injected: [injection(source)] }, 20_000), {
        interval: PERIOD_NS,
        show: (ns) => `${(ns / 1e6).toFixed(1)} ms`,
      }).causes[0]?.evidence;
    // 31 interrupts a second and 100 frames: one every 3.226 frames; those that meet a frame come in phase.
    expect(evidence("interrupts")).toMatch(/in phase every 3\.226 samples \(32\.3 ms\)/);
    // Bursts of 80 ms hold 8 frames.
    expect(evidence("radio")).toMatch(/runs of (7\.[5-9]|8\.[0-9]) on average/);
    expect(evidence("evictions")).toMatch(/of one size, 0\.2 ms give or take 0\.0 ms/);
    expect(evidence("switches")).toMatch(/of many sizes/);
    expect(evidence("load")).toMatch(/the level drifts: medians of 78 samples/);
  });

  it("needs enough samples, and ten late ones", () => {
    const few = causesOf(frames({}, 100));
    expect(few).toMatchObject({ causes: [], why: "100 samples; a cause shows in 200 or more" });
    const trace = frames({}, 1000);
    for (const at of [100, 333, 517]) trace[at] = 5e6;
    expect(causesOf(trace).why).toMatch(/^3 of 1000 .* too few to tell why$/);
    expect(codeOf(() => causesOf([]))).toBe("TP-USE-240");
    expect(codeOf(() => causesOf([1, Number.NaN]))).toBe("TP-USE-241");
    expect(causesOf(new Float64Array(500)).causes).toEqual([]);
  });
});

describe("regular distances", () => {
  it("are found between events, also where some are missing and others are by chance", () => {
    const random = new Random(5);
    const positions = Array.from({ length: 200 }, (_, i) => 17.3 * i).filter(
      () => random.uniform() < 0.7,
    );
    const noise = Array.from({ length: 60 }, () => random.between(0, 3460));
    const found = periodicity(
      [...positions, ...noise].sort((a, b) => a - b),
      3460,
    );
    expect(found?.period).toBeCloseTo(17.3, 1);
    expect(found?.chance).toBeLessThan(1e-9);
  });

  it("are not found between events by chance but once in a thousand times", () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const positions = Array.from({ length: 60 }, () => random.between(0, 2000)).sort(
        (a, b) => a - b,
      );
      if ((periodicity(positions, 2000)?.chance ?? 1) < 1e-3) alarms++;
    }
    // 0.2 are expected; more than 3 come once in 10^4 times.
    expect(alarms).toBeLessThanOrEqual(3);
    expect(periodicity([1], 1000)).toBeNull();
  });
});

describe("injected jitter", () => {
  it("is the same for the same seed, and another for another", () => {
    const injected = [injection("radio"), injection("switches")];
    expect(frames({ injected, seed: 7 })).toEqual(frames({ injected, seed: 7 }));
    expect(frames({ injected, seed: 7 })).not.toEqual(frames({ injected, seed: 8 }));
  });

  it("is the same in blocks of any size", () => {
    const injected = SOURCE_NAMES.map((name) => injection(name));
    const whole = frames({ injected }, 1000);
    const generator = new JitterGenerator({ ...QUIET, injected });
    const pieces = [1, 99, 900].map((size) => {
      const block = new Float64Array(size);
      generator.fill(block);
      return [...block];
    });
    expect(pieces.flat()).toEqual([...whole]);
  });

  it("of one source does not move another's draws", () => {
    const quiet = { noise: 0, baseNs: [1e6] };
    const alone = frames({ ...quiet, injected: [injection("evictions")] });
    const both = frames({ ...quiet, injected: [injection("evictions"), injection("radio")] });
    const late = (trace: Float64Array) =>
      [...trace.keys()].filter((i) => (trace[i] as number) > 1e6);
    const inBoth = new Set(late(both));
    expect(late(alone).every((i) => inBoth.has(i))).toBe(true);
  });

  it("takes what its sliders say", () => {
    const added = (source: string, sliders: Record<string, number>) => {
      const injected = [injection(source, sliders)];
      const trace = frames({ noise: 0, baseNs: [1e6], intervalNs: 0, injected }, 100_000);
      return { trace, mean: trace.reduce((sum, value) => sum + value - 1e6, 0) / 100_000 };
    };
    // 0.01 x 200 us = 2 us a frame; 1000 expected, standard deviation 31.
    const evictions = added("evictions", { probability: 0.01, length: 200 });
    expect(new Set(evictions.trace)).toEqual(new Set([1e6, 1.2e6]));
    expect(evictions.mean).toBeGreaterThan(1.75e3);
    expect(evictions.mean).toBeLessThan(2.25e3);
    // A third of the time 50 us: 10 interrupts a second in frames of 1 ms: 1 % of frames.
    const interrupts = added("interrupts", { rate: 10, length: 50 });
    const hit = interrupts.trace.filter((value) => value > 1e6).length;
    expect(hit).toBeGreaterThan(990);
    expect(hit).toBeLessThan(1010);
    // 20 switches a second of 2 ms: 2 % of the frames' own time, 40 us a frame of 1 ms; deviation 0.06 x 40 / sqrt(2).
    const switches = added("switches", { rate: 20, length: 2 });
    expect(switches.mean).toBeGreaterThan(33e3);
    expect(switches.mean).toBeLessThan(47e3);
    // Half of the processor at most: never more than twice as long.
    const load = added("load", { share: 0.5, length: 1 });
    expect(Math.max(...load.trace)).toBeLessThanOrEqual(2e6);
    expect(Math.min(...load.trace)).toBeGreaterThanOrEqual(1e6);
    // While the radio takes half, a frame that starts in a burst takes up to twice as long.
    const radio = added("radio", { rate: 1, length: 50, share: 0.5 });
    expect(Math.max(...radio.trace)).toBe(2e6);
  });

  it.each([
    [() => injection("sun"), "TP-USE-301"],
    [() => injection("radio", { size: 1 }), "TP-USE-301"],
    [() => injection("radio", { rate: 0 }), "TP-USE-242"],
    [() => injection("radio", { share: 1 }), "TP-USE-242"],
    [() => injection("radio", { rate: Number.NaN }), "TP-USE-242"],
    [() => frames({ baseNs: [] }), "TP-USE-240"],
    [() => frames({ baseNs: [0] }), "TP-USE-242"],
    [() => frames({ noise: 1 }), "TP-USE-242"],
    [() => frames({ intervalNs: -1 }), "TP-USE-242"],
    [() => frames({ seed: 0.5 }), "TP-USE-242"],
    [() => frames({ baseNs: [1e17] }), "TP-USE-242"],
  ])("refuses %s", (work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});
