/** Which rules loops tell, and what they say; the loops' cycles are worked out by hand. */
import { describe, expect, test } from "vitest";
import { fitRules, type LoopCost } from "../../host/workflow/bench/fit-rules.ts";
import type { CoreRule } from "../../host/workflow/core-table.ts";

const rule = (value: number, interval: readonly [number, number]): CoreRule => ({
  ...{ value, unit: "cycle", meaning: "a rule", source: "a table", confidence: "M" },
  interval,
});

const RULES = { taken: rule(2, [1, 3]), call: rule(2, [1, 3]), never: rule(5, [4, 6]) };

const took = (median: number, minimum = median, maximum = median) => ({
  measured: { minimum, median, maximum },
});

/** 16 branches, each 1 + taken: 48; 8 calls, each 1 + call and back for 1 + taken: 48. */
const BRANCHES = { name: "branch-taken", stated: 48, ends: { taken: [32, 64] } } as const;
const CALLS = { name: "call", stated: 48, ends: { taken: [40, 56], call: [40, 56] } } as const;

const found = (loops: readonly LoopCost[]) =>
  Object.fromEntries(fitRules(loops, RULES).map((one) => [one.name, one]));

describe("loops", () => {
  test("tell a rule that they hang on alone, then what hangs on it and one more", () => {
    // taken 1: 32. call 3: 8 x (1 + 3) + 8 x (1 + 1) = 48.
    const fitted = found([
      { ...CALLS, ...took(48) },
      { ...BRANCHES, ...took(32) },
    ]);
    expect(fitted["rules.taken"]?.value).toBeCloseTo(1, 12);
    expect(fitted["rules.call"]?.value).toBeCloseTo(3, 12);
    expect(fitted["rules.call"]?.source).toBe("fitted to call; in place of 2 (1..3)");
    expect(fitted["rules.never"]).toBeUndefined();
  });

  test("say nothing of two rules that only come together", () => {
    expect(fitRules([{ ...CALLS, ...took(60) }], RULES)).toEqual([]);
  });

  test("carry the fastest and the slowest repeat, beyond what was thought possible too", () => {
    // 16 x (1 + taken): 72 is taken 3.5, 64 is 3, 80 is 4.
    const fitted = found([{ ...BRANCHES, ...took(72, 64, 80) }]);
    expect(fitted["rules.taken"]?.value).toBeCloseTo(3.5, 12);
    expect(fitted["rules.taken"]?.interval?.[0]).toBeCloseTo(3, 12);
    expect(fitted["rules.taken"]?.interval?.[1]).toBeCloseTo(4, 12);
  });

  test("never make a rule cheaper than nothing", () => {
    expect(found([{ ...BRANCHES, ...took(8) }])["rules.taken"]?.value).toBe(0);
  });

  test("that tell one rule twice are weighted by how much they hang on it", () => {
    // 16 and 4 branches: (16 x 16 x 1 + 4 x 4 x 3) / (16 x 16 + 4 x 4) = 304 / 272
    const few = { name: "few", stated: 12, ends: { taken: [8, 16] } } as const;
    const fitted = found([
      { ...BRANCHES, ...took(32) },
      { ...few, ...took(16) },
    ]);
    expect(fitted["rules.taken"]?.value).toBeCloseTo(304 / 272, 12);
  });
});
