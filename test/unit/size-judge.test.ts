import { describe, expect, test } from "vitest";
import { answerOf, type OtherFormat, periodFor } from "../../host/analyze/sizing/answer.ts";
import type { Quality, SizeCandidate, SizeLimits } from "../../host/analyze/sizing/candidate.ts";
import { type JudgedSize, judgeSizes, type SizeRating } from "../../host/analyze/sizing/judge.ts";
import { qualityAt } from "../../host/analyze/sizing/quality.ts";
import { sizesBetween } from "../../host/analyze/sizing/sizes.ts";

/** 1 MHz: a cycle is a microsecond. Computing takes 10 mW, sleeping 0.1. */
const RATING: SizeRating = { clockHz: 1e6, power: { activeMw: 10, sleepMw: 0.1 }, periodMs: 10 };
const LIMITS: SizeLimits = { latencyMs: 10, powerMw: null, flashBytes: 1e6, ramBytes: 1e5 };

const heard = (value: number, kind: Quality["kind"] = "measured"): Quality => ({
  metric: "SI-SDR gain",
  unit: "dB",
  value,
  kind,
  source: "a test",
});

/** A size of `units` whose step takes 100 cycles a unit. */
function candidate(units: number, more: Partial<SizeCandidate> = {}): SizeCandidate {
  const cycles = 100 * units;
  return {
    hiddenSizes: [units],
    method: "retrain",
    macs: 100 * units,
    paddedMacs: 100 * units,
    weightBytes: 100 * units,
    paddedBytes: 0,
    residentBytes: 0,
    streamedBytes: 100 * units,
    linesTouched: 0,
    flashBytes: 100 * units,
    ramBytes: 10 * units,
    cycles: { value: cycles, low: cycles, high: cycles, stalls: 0 },
    quality: null,
    ...more,
  };
}

describe("judging", () => {
  test("time, energy and average power follow from cycles by hand", () => {
    const [one] = judgeSizes([candidate(20)], LIMITS, RATING);
    // 2000 us of 10 ms: 2 ms * 10 mW = 20 uJ; 0.2 * 10 mW + 0.8 * 0.1 mW = 2.08 mW.
    expect(one).toMatchObject({ latencyMs: 2, energyUj: 20, verdict: "chosen", bound: "compute" });
    expect(one?.powerMw).toBeCloseTo(2.08, 12);
  });

  test("without a quality the largest that holds every budget is chosen", () => {
    const sizes = [10, 20, 30].map((units) => candidate(units));
    const judged = judgeSizes(sizes, { ...LIMITS, powerMw: 2.08 }, RATING);
    expect(judged.map(({ hiddenSizes, verdict }) => [hiddenSizes[0], verdict])).toEqual([
      [20, "chosen"],
      [10, "fits"],
      [30, "over"],
    ]);
    expect(judged[2]).toMatchObject({ misses: ["power"], binding: "power" });
  });

  test("a size that another beats in quality and cycles is dominated, bound by quality", () => {
    const sizes = [
      candidate(32, { quality: heard(6) }),
      candidate(64, { quality: heard(6.6) }),
      candidate(96, { quality: heard(6.1) }),
    ];
    const judged = judgeSizes(sizes, LIMITS, RATING);
    expect(judged.map(({ hiddenSizes, verdict }) => [hiddenSizes[0], verdict])).toEqual([
      [64, "chosen"],
      [32, "fits"],
      [96, "dominated"],
    ]);
    expect(judged[2]?.binding).toBe("quality");
  });

  test("a padded size of the same cycles as a larger one is dominated", () => {
    const sizes = [candidate(61, { cycles: candidate(64).cycles }), candidate(64)];
    const judged = judgeSizes(sizes, LIMITS, RATING);
    expect(judged.map(({ verdict }) => verdict)).toEqual(["chosen", "dominated"]);
  });

  test.each([
    ["flash", { flashBytes: 2e6 }],
    ["RAM", { ramBytes: 2e5 }],
    ["latency", { cycles: { value: 10_001, low: 0, high: 0, stalls: 0 } }],
  ])("%s binds what does not fit it", (constraint, more) => {
    const [one] = judgeSizes([candidate(8, more)], LIMITS, RATING);
    expect(one).toMatchObject({ verdict: "over", misses: [constraint], binding: constraint });
  });

  test("where no budget is near, waiting or computing binds", () => {
    const waiting = { value: 100, low: 100, high: 100, stalls: 60 };
    const [one] = judgeSizes([candidate(1, { cycles: waiting })], LIMITS, RATING);
    expect(one).toMatchObject({ binding: "bandwidth", bound: "bandwidth" });
  });

  test("what is not known is not judged", () => {
    const [one] = judgeSizes([candidate(8, { cycles: null })], LIMITS, RATING);
    expect(one).toMatchObject({ verdict: "unknown", latencyMs: null, powerMw: null });
    const noPower = { ...RATING, power: null };
    expect(judgeSizes([candidate(8)], { ...LIMITS, powerMw: 1 }, noPower)[0]?.verdict).toBe(
      "unknown",
    );
  });

  test("more budget never chooses less quality, fewer units or none", () => {
    const sizes = Array.from({ length: 90 }, (_, i) =>
      candidate(i + 1, { quality: heard(6 + Math.sin(i / 9), "modelled") }),
    );
    let before = Number.NEGATIVE_INFINITY;
    for (let powerMw = 0.1; powerMw < 12; powerMw += 0.17) {
      const [best] = judgeSizes(sizes, { ...LIMITS, powerMw }, RATING);
      const value = best?.verdict === "chosen" ? (best.quality?.value ?? 0) : -1;
      expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
    expect(before).toBeCloseTo(7, 2);
  });
});

describe("quality between trained sizes", () => {
  const trained = [
    { hiddenSize: 64, quality: { ...heard(6.6), interval: [6, 7] as const } },
    { hiddenSize: 32, quality: { ...heard(6), interval: [5.5, 6.5] as const } },
  ];

  test("lies on the line between the two, and says that it is modelled", () => {
    const found = qualityAt(trained, 40);
    expect(found).toMatchObject({ kind: "modelled" });
    // A quarter of the way from 6 to 6.6.
    expect(found?.value).toBeCloseTo(6.15, 12);
    expect(found?.interval?.[0]).toBeCloseTo(5.625, 12);
  });

  test("is the measurement at a trained size, and nothing outside", () => {
    expect(qualityAt(trained, 64)).toMatchObject({ value: 6.6, kind: "measured" });
    expect(qualityAt(trained, 31)).toBeNull();
    expect(qualityAt(trained, 65)).toBeNull();
    expect(qualityAt([], 64)).toBeNull();
  });
});

describe("the sizes asked about", () => {
  test("are all of one layer, and the model's own", () => {
    expect(sizesBetween(null, { lowest: 3, highest: 5, granule: 4 })).toEqual([[3], [4], [5]]);
    expect(sizesBetween([64], { lowest: 1, highest: 2, granule: 4 })).toEqual([[1], [2], [64]]);
  });

  test("of a stack are multiples of the granule, at most 5,000", () => {
    const grid = sizesBetween([8, 8], { lowest: 4, highest: 8, granule: 4 });
    expect(grid).toEqual([
      [4, 4],
      [4, 8],
      [8, 4],
      [8, 8],
    ]);
    const large = sizesBetween([8, 8, 8], { lowest: 1, highest: 4096, granule: 4 });
    expect(large.length).toBeLessThanOrEqual(5001);
    expect(large).toContainEqual([8, 8, 8]);
  });

  test.each([
    [0, 10],
    [10, 9],
    [1, 4097],
    [1.5, 3],
    [1, Number.POSITIVE_INFINITY],
    [Number.NaN, 4],
  ])("from %d to %d are refused", (lowest, highest) => {
    expect(() => sizesBetween(null, { lowest, highest, granule: 4 })).toThrow("TP-USE-270");
  });
});

describe("the answer", () => {
  const request = (powerMw: number, otherFormats: readonly OtherFormat[] = [], format = "int8") => {
    const limits = { ...LIMITS, powerMw };
    const sizes = judgeSizes([candidate(10), candidate(20)], limits, RATING);
    const common = { board: "a-board", limits, rating: RATING, missing: null, trained: [] };
    return answerOf({ ...common, sizes, format, otherFormats, otherBoards: ["another"] });
  };
  /** Of sizes 5 and 10, in a format of its own. */
  const inFormat = (
    format: string,
    powerMw: number,
    missing: string | null = null,
  ): OtherFormat => {
    const sizes = judgeSizes([candidate(5), candidate(10)], { ...LIMITS, powerMw }, RATING);
    const largest = sizes.find(({ verdict }) => verdict === "chosen") ?? null;
    return { format, missing, largest, smallest: sizes.at(-1) as JudgedSize };
  };

  test("names the chosen size and what the next would need", () => {
    expect(request(1.5)).toBe(
      "hiddenSize 10: the largest whose weights stream within 10 ms and 1.5 mW on a-board (1 ms, 1.09 mW); 20 would need 2.08 mW",
    );
  });

  test("says what would fit where nothing does", () => {
    // 1 ms at 9.9 mW above sleep, 0.4 mW above sleep allowed: a period of 24.75 ms.
    expect(request(0.5)).toBe(
      "no size from 10 to 20 holds 10 ms and 0.5 mW on a-board: the smallest, 10, needs 1.09 mW; it would fit with a hop of 24.8 ms instead of 10 ms; the model as it is holds them on another",
    );
    expect(request(0.5)).not.toContain("bits");
    expect(request(0.1)).toContain("asleep the board already takes 0.1 mW");
    expect(periodFor(1, 0.5, { activeMw: 10, sleepMw: 0.1 })).toBeCloseTo(24.75, 10);
    // With 0.5 ms to wake: 1.5 * 9.9 / 0.4 ms.
    expect(periodFor(1, 0.5, { activeMw: 10, sleepMw: 0.1, wakeMs: 0.5 })).toBeCloseTo(37.125, 10);
  });

  test("names fewer bits where they help, says so where they do not or nobody counted, and never more bits", () => {
    // 5 units take 0.5 ms of 10 at 9.9 mW above sleep: 0.595 mW.
    expect(request(0.6, [inFormat("int4", 0.6)])).toContain(
      "; with fewer bits, in int4, hiddenSize 5 holds them; ",
    );
    expect(request(0.5, [inFormat("int4", 0.5)])).toContain(
      "; fewer bits are not enough: in int4 the",
    );
    const own = inFormat("int4", 0.6);
    const heardOne = own.largest === null ? null : { ...own.largest, quality: heard(6.42) };
    expect(request(0.6, [{ ...own, largest: heardOne }])).toContain(
      "; with fewer bits, in int4, hiddenSize 5 holds them (6.42 dB, measured); ",
    );
    const uncounted = { ...inFormat("int4", 0.5), missing: "no steps were counted" };
    expect(request(0.5, [uncounted])).toContain(
      "; what fewer bits would take, in int4, is not known: no steps were counted; ",
    );
    expect(request(0.6, [inFormat("int16x8", 0.6)])).not.toContain("bits");
    expect(request(0.6, [inFormat("int8", 0.6)], "int16x8")).toContain("in int8, hiddenSize 5");
  });
});
