/** Windows found in a current without a pin: made currents whose offset and noise are known. */
import { describe, expect, test } from "vitest";
import {
  alignedEnergy,
  CurrentKeeper,
  MOST_KEPT_SAMPLES,
} from "../../host/analyze/aligned-energy.ts";
import { alignWindows } from "../../host/analyze/power-alignment.ts";
import { powerDocument } from "../../host/analyze/power-document.ts";
import { Random } from "../../host/analyze/statistics/random.ts";

const RATE_HZ = 10_000;

/** 40 windows of 0.9 to 1.1 ms, about 10 ms apart, from 5 s on by the device's clock. */
function windowsOf(random: Random, jitterS = 1e-3) {
  let beginS = 5;
  return Array.from({ length: 40 }, () => {
    beginS += 10e-3 + jitterS * (random.uniform() - 0.5);
    return { beginS, endS: beginS + 0.9e-3 + 0.2e-3 * random.uniform() };
  });
}

/** Each sample is the average over its own time: 1 mA outside, 5 mA inside, and normal noise. */
function currentsOf(
  windows: ReturnType<typeof windowsOf>,
  offsetS: number,
  noiseA: number,
  random: Random,
  seconds = 1,
) {
  const samples = new Float64Array(seconds * RATE_HZ).fill(1e-3);
  for (const { beginS, endS } of windows) {
    const begin = (beginS + offsetS) * RATE_HZ;
    const end = (endS + offsetS) * RATE_HZ;
    for (let i = Math.floor(begin); i < end; i++) {
      const share = Math.min(end, i + 1) - Math.max(begin, i);
      if (i >= 0 && i < samples.length) samples[i] = (samples[i] ?? 0) + 4e-3 * share;
    }
  }
  return samples.map((value) => value + noiseA * random.normal());
}

describe("alignment by correlation", () => {
  test.each([0.2e-3, 2e-3, 4e-3])(
    "noise of %s A: the true offset is within the stated uncertainty for at least 95 of 100 seeds",
    (noiseA) => {
      const seeds = 100;
      let inside = 0;
      let widest = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const random = new Random(seed);
        const windows = windowsOf(random);
        const offsetS = -5 + 0.1 + 0.3 * random.uniform();
        const found = alignWindows(currentsOf(windows, offsetS, noiseA, random), RATE_HZ, windows);
        if ("why" in found) continue;
        if (Math.abs(found.offsetS - offsetS) <= found.uncertaintyS) inside++;
        widest = Math.max(widest, found.uncertaintyS);
      }
      expect(inside).toBeGreaterThanOrEqual(95);
      // An uncertainty of everything would always be true: no more than half a window.
      expect(widest).toBeLessThan(0.5e-3);
    },
  );

  test("without noise: half a sample, and the levels", () => {
    const random = new Random(7);
    const windows = windowsOf(random);
    const found = alignWindows(currentsOf(windows, -4.8, 0, random), RATE_HZ, windows);
    if ("why" in found) throw new Error(found.why);
    expect(Math.abs(found.offsetS + 4.8)).toBeLessThan(0.5 / RATE_HZ);
    expect(found.uncertaintyS).toBeLessThanOrEqual(1 / RATE_HZ);
    // Two of ten samples of a window lie across an edge.
    expect(found.activeA / 5e-3).toBeCloseTo(1, 1);
    expect(found.baselineA / 1e-3).toBeCloseTo(1, 1);
    expect(found.isAmbiguous).toBe(false);
  });

  test("lost samples are left out", () => {
    const random = new Random(8);
    const windows = windowsOf(random);
    const currents = currentsOf(windows, -4.7, 1e-3, random);
    currents.fill(Number.NaN, 4000, 4500);
    const found = alignWindows(currents, RATE_HZ, windows);
    if ("why" in found) throw new Error(found.why);
    expect(Math.abs(found.offsetS + 4.7)).toBeLessThanOrEqual(found.uncertaintyS);
  });

  test("strictly periodic frames whose ends were not measured may be taken for their neighbours", () => {
    const random = new Random(9);
    const all = Array.from({ length: 100 }, (_, k) => ({
      beginS: k * 0.01,
      endS: k * 0.01 + 1e-3,
    }));
    const currents = currentsOf(all, 0, 1e-3, random);
    const found = alignWindows(currents, RATE_HZ, all.slice(30, 60));
    expect(found).toMatchObject({ isAmbiguous: true });
  });

  test("noise alone gives nothing, nor do too few windows or too short a measurement", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const windows = windowsOf(random);
      expect(alignWindows(currentsOf([], 0, 1e-3, random), RATE_HZ, windows)).toHaveProperty("why");
    }
    const windows = windowsOf(new Random(1));
    expect(alignWindows(new Float64Array(10), RATE_HZ, windows)).toHaveProperty("why");
    expect(alignWindows(new Float64Array(1e4), RATE_HZ, windows.slice(0, 1))).toHaveProperty("why");
  });
});

describe("energy of aligned windows", () => {
  const rates = { supplyV: 2, sampleRateHz: RATE_HZ };

  test("windows of 1 ms at 5 mA, every 10 ms at 1 mA: 10 uJ each, 8 above the baseline", () => {
    const windows = Array.from({ length: 40 }, (_, k) => ({
      beginS: 3 + k * 0.01 + (k % 3) * 1e-3,
      endS: 3 + k * 0.01 + (k % 3) * 1e-3 + 1e-3,
    }));
    const currents = Float32Array.from(currentsOf(windows, -2.9, 0, new Random(1)));
    // A sample of the fifth frame is lost: its period counts for nothing.
    currents[1000 + 455] = Number.NaN;
    const { alignment, windows: found } = alignedEnergy(currents, windows, rates);
    expect(alignment).toHaveProperty("offsetS");
    expect(found).toMatchObject({ whole: 39, void: 1 });
    // 2 V * 5 mA * 1 ms; the baseline takes 2 V * 1 mA * 1 ms of it.
    expect((found?.energyJ?.mean ?? 0) * 1e6).toBeCloseTo(10, 6);
    expect((found?.aboveBaselineJ?.mean ?? 0) * 1e6).toBeCloseTo(8, 2);
    expect(found?.edgeUncertaintyS).toBeLessThanOrEqual(1 / RATE_HZ);
  });

  test("the keeper leaves room for lost samples and is bounded", () => {
    const keeper = new CurrentKeeper();
    const block = (firstSample: number, length: number) => ({
      firstSample,
      currentsA: new Float64Array(length).fill(1),
      ranges: new Uint8Array(0),
      digital: new Uint8Array(0),
    });
    expect(keeper.add(block(0, 2))).toBe(true);
    expect(keeper.add(block(4, 1))).toBe(true);
    expect([...keeper.currentsA]).toEqual([1, 1, Number.NaN, Number.NaN, 1]);
    expect(keeper.add(block(MOST_KEPT_SAMPLES, 1))).toBe(false);
  });

  test("without an alignment the reason is in the document, with one its uncertainty", () => {
    const facts = {
      monitor: "ppk2",
      name: "PPK2",
      simulated: false,
      calibrated: true,
      sampleRateHz: RATE_HZ,
      supplyV: 2,
      warnings: [],
    };
    const totals = { samples: 1, lost: 0, lostByClock: 0, discardedBytes: 0, clipped: 0 };
    const question = { pin: 0, maxLostPercent: 1 };
    const aligned = { alignment: { why: "two few" }, windows: null };
    const without = powerDocument(facts, totals, null, { ...question, aligned });
    expect(without).toMatchObject({ alignment: null, why: { frames: "two few" } });
    const alignment = {
      offsetS: 1.5,
      uncertaintyS: 3e-4,
      activeA: 1,
      baselineA: 0,
      isAmbiguous: true,
    };
    const found = powerDocument(facts, totals, null, {
      ...question,
      aligned: { alignment, windows: null },
    });
    expect(found.alignment).toMatchObject({
      method: "correlation",
      offset: { value: 1.5, unit: "s", kind: "modelled" },
      ambiguous: true,
    });
    expect(found.alignment?.uncertainty.value).toBeCloseTo(300, 9);
  });
});
