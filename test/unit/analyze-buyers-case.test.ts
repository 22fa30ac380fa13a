/** The buyer's case: what holds for a student's own model, computed and not asserted. */
import { describe, expect, test } from "vitest";
import type { OfferedSystem } from "../../host/analyze/buyers-case.ts";
import { buyersCase, offered, SYSTEM_A, SYSTEM_B } from "../../host/analyze/buyers-case.ts";
import type { Workload } from "../../host/analyze/machine-record.ts";
import type { Platform } from "../../host/analyze/platforms.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { counted } from "../../host/analyze/quantity.ts";

const platform = (id: string) => PLATFORMS.find((known) => known.id === id) as Platform;
const work = (ops: number, bytes: number, name = "work"): Workload => ({
  name,
  ops: counted(ops, "op", "test"),
  bytesMoved: counted(bytes, "byte", "test"),
});
const pairOf = (a: string, b: string) =>
  buyersCase(hearable, offered(platform(a), "A"), offered(platform(b), "B"));
/** 2 x 26624 MAC over 28928 byte of weights: 1.84 op/byte. */
const hearable = work(53_248, 28_928, "hearable");

describe("the lab's systems: 400 Top/s at 1 TB/s, 200 Top/s at 2 TB/s", () => {
  test("B is twice as efficient on the hearable, which is left of both ridges", () => {
    const found = buyersCase(hearable);
    expect(found?.onPaper).toMatchObject({ peakOfA: { value: 2 }, bandwidthOfB: { value: 2 } });
    expect(found?.runs.map(({ ridgePoint }) => ridgePoint.value)).toEqual([400, 100]);
    expect(found?.runs.map(({ bound }) => bound)).toEqual(["memory", "memory"]);
    // 1.8407 op/byte x 1 TB/s and 2 TB/s.
    expect(found?.runs[0].attainable.value).toBeCloseTo((53_248 / 28_928) * 1e12, -3);
    expect(found?.runs[0].time.value).toBeCloseTo(28_928e-12, 18);
    expect(found?.runs[1].time.value).toBeCloseTo(14_464e-12, 18);
    expect(found?.advantageOfB.perDollar?.value).toBeCloseTo(2, 12);
    expect(found?.advantageOfB.perJoule?.value).toBeCloseTo(2, 12);
    expect(found?.words.at(-1)).toBe(
      "Verdict: B is twice as efficient on hearable: B does 2 times the work for the same money; buy B.",
    );
  });

  // Between B's ridge 100 and A's ridge 400, B stays at 200 Top/s while A climbs with 1 TB/s.
  test.each([
    [50, 2, "B is twice as efficient"],
    [100, 2, "B is twice as efficient"],
    [150, 200 / 150, "B is not twice as efficient on work: B does 1.33 times"],
    [200, 1, "both do the same; buy either"],
    [300, 200 / 300, "A does 1.5 times the work for the same money; buy A"],
    [400, 0.5, "A does 2 times"],
    [1e6, 0.5, "A does 2 times"],
  ])("at %d op/byte B does %d times the work", (intensity, advantage, words) => {
    const found = buyersCase(work(intensity * 1e6, 1e6));
    expect(found?.advantageOfB.speed.value).toBeCloseTo(advantage, 12);
    expect(found?.words.at(-1)).toContain(words);
    expect(found?.evenAt?.value).toBe(200);
  });

  test("B's advantage never grows with the intensity", () => {
    let last = Number.POSITIVE_INFINITY;
    for (let intensity = 0.01; intensity < 1e5; intensity *= 1.5) {
      const found = buyersCase(work(intensity * 1e9, 1e9))?.advantageOfB.speed.value ?? Number.NaN;
      expect(found).toBeLessThanOrEqual(last * (1 + 1e-12));
      last = found;
    }
  });
});

describe("real platforms", () => {
  test("an A10G has twice the bandwidth of an L4, but not twice its work for the same money", () => {
    const found = pairOf("l4", "a10g");
    // 600 over 300 GB/s; 0.8048 against 1.006 USD/h; 72 against 300 W.
    expect(found?.advantageOfB.speed.value).toBeCloseTo(2, 12);
    expect(found?.advantageOfB.perDollar?.value).toBeCloseTo((2 * 0.8048) / 1.006, 12);
    expect(found?.advantageOfB.perJoule?.value).toBeCloseTo((2 * 72) / 300, 12);
    expect(found?.words.at(-1)).toContain("B is not twice as efficient on hearable: B does 1.6");
  });

  test("without one of two rents energy judges", () => {
    const found = pairOf("t4", "orin-nano");
    expect(found?.advantageOfB.perDollar).toBeNull();
    expect(found?.words.at(-1)).toMatch(/for the same energy/);
  });

  test("a system that is better at both has no crossing", () => {
    const found = pairOf("t4", "h100");
    expect(found?.evenAt).toBeNull();
  });
});

describe("what the roofs leave out", () => {
  test("a frame that is over before a call begins is said to be", () => {
    // 28.9 ns and 14.5 ns against 8 us of the quickest call.
    expect(buyersCase(hearable)?.words.join(" ")).toContain("less than a call costs");
    // 16 GB: 16 ms and 8 ms.
    expect(buyersCase(work(16e9, 16e9))?.words.join(" ")).not.toContain("less than a call costs");
  });
});

test("swapping A and B turns every advantage over", () => {
  const swap = (a: OfferedSystem, b: OfferedSystem) =>
    buyersCase(work(150e6, 1e6), a, b)?.advantageOfB.speed.value ?? Number.NaN;
  expect(swap(SYSTEM_A, SYSTEM_B) * swap(SYSTEM_B, SYSTEM_A)).toBeCloseTo(1, 12);
});

test("is not known without the work", () => {
  expect(buyersCase({ name: "work", ops: null, bytesMoved: null })).toBeNull();
  expect(buyersCase(work(0, 1))).toBeNull();
  expect(buyersCase(work(-1, 1))).toBeNull();
});
