/** The challenge's arithmetic by hand: climb, cumulative effect, ablation, verdict, scaling, proof. */
import { describe, expect, test } from "vitest";
import { climb } from "../../host/analyze/challenge/climb.ts";
import { ablations, gain, judge, optimisationLog } from "../../host/analyze/challenge/effects.ts";
import type { ProofFacts } from "../../host/analyze/challenge/proof.ts";
import { prove } from "../../host/analyze/challenge/proof.ts";
import { scalingOf } from "../../host/analyze/challenge/scaling.ts";
import type { Variant } from "../../host/analyze/challenge/variant.ts";
import {
  flagsOf,
  naive,
  neighbours,
  variantId,
  variantName,
} from "../../host/analyze/challenge/variant.ts";

const OS = naive("Os");
const BEST: Variant = { level: "O3", kernel: "native", unroll: false, linkTime: false };

/** Made-up costs in which every aspect multiplies: level, kernel x 0.25, unroll x 1.1, link time x 0.998. */
function costOf({ level, kernel, unroll, linkTime }: Variant): number {
  const levels = { O0: 4000, Og: 1400, Os: 1000, O1: 1100, O2: 950, O3: 800 };
  return (
    levels[level] * (kernel === "native" ? 0.25 : 1) * (unroll ? 1.1 : 1) * (linkTime ? 0.998 : 1)
  );
}

describe("variants", () => {
  test("flags, names and neighbours", () => {
    expect(flagsOf(OS, "__ARM_FEATURE_DSP")).toEqual(["-Os", "-U__ARM_FEATURE_DSP"]);
    expect(flagsOf(OS, null)).toEqual(["-Os"]);
    const all: Variant = { level: "O2", kernel: "native", unroll: true, linkTime: true };
    expect(flagsOf(all, "__ARM_FEATURE_DSP")).toEqual(["-O2", "-funroll-loops", "-flto"]);
    expect(variantId(all)).toBe("O2-native-unroll-lto");
    expect(variantName(all)).toBe("native kernel, -O2, -funroll-loops, -flto");
    // Five other levels, the other kernel, unrolling, link time.
    expect(new Set(neighbours(OS, true).map(variantId)).size).toBe(8);
    expect(neighbours(OS, false)).toHaveLength(7);
  });
});

describe("climb", () => {
  test("takes the best single change first and stops below half a per cent", async () => {
    const { steps, final } = await climb(OS, costOf(OS), true, async (v) => costOf(v));
    // 1000 -> 250 by the kernel; 250 -> 200 by -O3; link time would save only 0.2 %.
    expect(steps.map(({ change, before, after }) => [change, before, after])).toEqual([
      ["portable C to native kernel", 1000, 250],
      ["-Os to -O3", 250, 200],
    ]);
    expect(final).toEqual(BEST);
  });

  test("a variant that does not count is never chosen", async () => {
    const exact = async (v: Variant) => (v.kernel === "native" ? null : costOf(v));
    const { final } = await climb(OS, costOf(OS), true, exact);
    expect(final).toEqual({ ...OS, level: "O3" });
  });

  test("without a native kernel none is asked for", async () => {
    const asked: Variant[] = [];
    await climb(OS, costOf(OS), false, async (v) => {
      asked.push(v);
      return costOf(v);
    });
    expect(asked.some(({ kernel }) => kernel === "native")).toBe(false);
  });
});

describe("effects", () => {
  test("each step against the one before, and all against the baseline", () => {
    const log = optimisationLog([
      { change: "a", from: OS, to: OS, before: 1000, after: 250 },
      { change: "b", from: OS, to: BEST, before: 250, after: 200 },
    ]);
    expect(log.map(({ effect }) => effect.improvement)).toEqual([0.75, 1 - 200 / 250]);
    expect(log.map(({ effect }) => effect.speedUp)).toEqual([4, 1.25]);
    expect(log.map(({ cumulative }) => cumulative.improvement)).toEqual([0.75, 0.8]);
    expect(log.map(({ cumulative }) => cumulative.speedUp)).toEqual([4, 5]);
  });

  test("ablation: what comes back when one optimisation alone is removed", () => {
    const rows = ablations(OS, BEST, 200, costOf);
    // Without -O3: 250, a quarter more. Without the kernel: 800, three times more.
    expect(rows.map(({ removed, cost }) => [removed, cost])).toEqual([
      ["-Os to -O3", 250],
      ["portable C to native kernel", 800],
    ]);
    expect(rows[0]?.loss).toBeCloseTo(0.25, 12);
    expect(rows[1]?.loss).toBeCloseTo(3, 12);
    expect(ablations(OS, BEST, 200, () => null)[0]).toMatchObject({ cost: null, loss: null });
    expect(ablations(OS, OS, 200, costOf)).toEqual([]);
  });

  test("exactly 30 % is enough, less is not", () => {
    expect(judge(100, 70)).toMatchObject({ met: true, goal: 0.3 });
    expect(judge(1000, 701).met).toBe(false);
    expect(judge(180_648, 41_762).improvement).toBeCloseTo(0.7688, 4);
    expect(judge(100, 130)).toMatchObject({ met: false });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a cost of %s is refused", (cost) => {
    expect(() => gain(cost, 1)).toThrow("TP-USE-352");
    expect(() => gain(1, cost)).toThrow("TP-USE-352");
  });
});

describe("scaling", () => {
  const trials = (threads: number, ...seconds: number[]) => ({ threads, pinned: true, seconds });

  test("speed-up, efficiency and Amdahl's share from the fastest trials", () => {
    // p = 0.9: T(2) = 0.1 + 0.45 = 0.55, T(4) = 0.1 + 0.225 = 0.325.
    const found = scalingOf(
      [trials(1, 1.2, 1, 1.1), trials(2, 0.55, 0.6), trials(4, 0.325)],
      1000,
      "by hand",
    );
    expect(found.rows.map(({ speedUp }) => speedUp.value)).toEqual([1, 1 / 0.55, 1 / 0.325]);
    expect(found.rows[1]?.efficiency.value).toBeCloseTo(1 / 0.55 / 2, 12);
    expect(found.rows[2]?.framesPerSecond.value).toBeCloseTo(1000 / 0.325, 9);
    expect(found.rows[0]?.time.interval).toEqual([1, 1.2]);
    expect(found.rows[0]?.time.kind).toBe("measured");
    expect(found.parallelShare?.value).toBeCloseTo(0.9, 12);
    expect(found.limit?.value).toBeCloseTo(10, 9);
  });

  test("the share stays within 0 and 1, and one row has none", () => {
    const superlinear = scalingOf([trials(1, 1), trials(2, 0.4)], 1, "x");
    expect(superlinear.parallelShare?.value).toBe(1);
    expect(superlinear.limit).toBeNull();
    expect(scalingOf([trials(1, 1), trials(2, 1.5)], 1, "x").parallelShare?.value).toBe(0);
    expect(scalingOf([trials(1, 1)], 1, "x").parallelShare).toBeNull();
  });

  test.each([
    { why: "nothing", all: [] },
    { why: "no row of one thread", all: [trials(2, 1)] },
    { why: "no time", all: [trials(1)] },
    { why: "a time that is no number", all: [trials(1, Number.NaN)] },
    { why: "no time at all", all: [trials(1, 0)] },
    { why: "half a thread", all: [trials(1, 1), trials(1.5, 1)] },
  ])("$why is refused", ({ all }) => {
    expect(() => scalingOf(all, 1, "x")).toThrow("TP-USE-353");
  });
});

describe("proof", () => {
  const facts: ProofFacts = {
    baselinePacked: 0,
    functions: [{ name: "model_rows", mnemonics: { smlad: 80, sxtb16: 40 } }],
    excerpt: [],
    execution: { frames: 2, packed: { smlad: 200, sxtb16: 100 }, multiplyAccumulates: 220 },
    pluginMultiplyAccumulates: 110,
    paddedMacs: 200,
  };

  test("in the program, executed, and in agreement with the plugin", () => {
    const found = prove(facts);
    expect(found).toMatchObject({ proven: true, optimisedPacked: 120, countersAgree: true });
    expect(found.executedPerFrame.smlad).toMatchObject({ value: 100, kind: "counted" });
    // 100 SMLAD a frame with two products each are the model's 200.
    expect(found.why).toContain("all 200 of the model");
  });

  test("present is not executed, and absent is neither", () => {
    const execution = { frames: 2, packed: { smlad: 0 }, multiplyAccumulates: null };
    const idle = prove({ ...facts, execution });
    expect(idle).toMatchObject({ proven: false, countersAgree: null });
    const none = prove({ ...facts, functions: [], execution: null });
    expect(none).toMatchObject({ proven: false, optimisedPacked: 0, executedPerFrame: {} });
  });

  test("a difference of one between log and plugin is told", () => {
    expect(prove({ ...facts, pluginMultiplyAccumulates: 109 }).countersAgree).toBe(false);
  });
});
