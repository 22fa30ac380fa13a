/** What-ifs: every expected value is the minimum of roofs worked by hand, or an example of the labs' notes. */
import { describe, expect, test } from "vitest";
import type { Situation } from "../../host/analyze/situation.ts";
import { evaluateSituation } from "../../host/analyze/situation.ts";
import { whatIfs } from "../../host/analyze/what-if.ts";
import type { ChangeFacts, ChangeId } from "../../host/analyze/what-if-changes.ts";

/** H100 of the labs: 989 TFLOP/s, 3.35 TB/s; one token of Llama-3-8B reads 16 GB and takes 16 GFLOP. */
const token: Situation = {
  ops: 16e9,
  compute: { name: "fp16", peakOps: 989e12 },
  levels: [{ name: "HBM", peakBytes: 3.35e12, bytesMoved: 16e9, clock: "own" }],
  utilisation: 1,
  memoryShare: 1,
  overhead: 0,
  waitFreeBytes: null,
};
const facts: ChangeFacts = {
  weightBytes: [16e9],
  intermediateBytes: null,
  launchOverhead: 0,
  narrower: { name: "fp8", peakOps: 1979e12 },
  per: "s",
};
const of = (id: ChangeId, situation = token, known = facts, batch?: number) => {
  const found = whatIfs(situation, known, batch).find((row) => row.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

describe("the Iron Law of the labs' examples", () => {
  test("one token: 0.016 ms of arithmetic, 4.78 ms of data, memory-bound", () => {
    const found = evaluateSituation(token);
    expect(found.arithmetic * 1e3).toBeCloseTo(0.016, 3);
    expect(found.data * 1e3).toBeCloseTo(4.78, 2);
    expect(found.bound).toMatchObject({ bound: "memory", roof: "HBM" });
    expect(found.largest).toBe("data");
  });

  test("1e18 FLOP on 8 x 312 TFLOP/s at 50 % take 801.28 s", () => {
    const training: Situation = {
      ...token,
      ops: 1e18,
      compute: { name: "8 x A100", peakOps: 8 * 312e12 },
      levels: [{ name: "HBM", peakBytes: 2039e9, bytesMoved: 1, clock: "own" }],
      utilisation: 0.5,
    };
    expect(evaluateSituation(training).total).toBeCloseTo(801.28, 2);
  });

  test("stages of 8 + 10 ms, the second 5x faster: 1.80x, as overhead and arithmetic", () => {
    const staged = { ...token, ops: 10e-3, compute: { name: "stage", peakOps: 1 }, overhead: 8e-3 };
    const light = {
      ...staged,
      levels: [{ name: "m", peakBytes: 1, bytesMoved: 1e-9, clock: "own" as const }],
    };
    const faster = { ...light, compute: { name: "stage", peakOps: 5 } };
    expect(evaluateSituation(light).total / evaluateSituation(faster).total).toBeCloseTo(1.8, 12);
  });

  test("without overlap the waits add up", () => {
    // 100 op at 2 x 0.5 a cycle: 100 cycles; 40 byte at 1 byte a cycle where 4 cost no wait: 40 - 10.
    const board: Situation = {
      ops: 100,
      compute: { name: "MAC", peakOps: 2 },
      levels: [{ name: "flash", peakBytes: 1, bytesMoved: 40, clock: "own" }],
      utilisation: 0.5,
      memoryShare: 1,
      overhead: 7,
      waitFreeBytes: 4,
    };
    expect(evaluateSituation(board)).toMatchObject({ arithmetic: 100, wait: 30, total: 137 });
    // Twice the clock: 50 + (40 - 5) + 3.5 in old cycles.
    expect(of("clock", board, { ...facts, weightBytes: [40] }).newTime).toBe(88.5);
  });
});

describe("memory-bound work", () => {
  test("takes all of twice the bandwidth", () => {
    const found = of("bandwidth");
    expect(found.roofSpeedUp).toBe(2);
    expect(found.newTime * 1e3).toBeCloseTo(4.776 / 2, 3);
    expect(found.from).toEqual({ arithmeticIntensity: 1, attainable: 3.35e12 });
    expect(found.to).toEqual({ arithmeticIntensity: 1, attainable: 6.7e12 });
  });

  test("gains nothing from twice the clock, and says so", () => {
    const found = of("clock");
    expect(found.roofSpeedUp).toBe(1);
    expect(found.speedUp).toBe(1);
    expect(found.limit).toMatch(/gains nothing: HBM binds/);
    expect(found.arithmetic).toContain("HBM 1 op/byte x 3.35 TB/s = 3.35 Top/s");
  });

  test("moves right with half the bits: twice the intensity, the narrower arithmetic", () => {
    const found = of("bits");
    expect(found.to).toEqual({ arithmeticIntensity: 2, attainable: 6.7e12 });
    expect(found.condition).toContain("fp8");
  });

  test("of 8 streams reads the weights once: 8 x, up to the ridge point at 295", () => {
    expect(of("batch").roofSpeedUp).toBeCloseTo(8, 12);
    const large = of("batch", token, facts, 1024);
    expect(large.newBound).toBe("compute");
    expect(large.roofSpeedUp).toBeCloseTo(295.2, 1);
  });
});

describe("fusing", () => {
  test("cuts bytes, not operations: y = relu(W x) without the values between", () => {
    // 1000 op, 400 byte of which 100 pass between: 1000 / 300.
    const work: Situation = {
      ...token,
      ops: 1000,
      compute: { name: "peak", peakOps: 1e6 },
      levels: [{ name: "DRAM", peakBytes: 100, bytesMoved: 400, clock: "own" }],
    };
    const found = of("fuse", work, { ...facts, intermediateBytes: [100] });
    expect(found.to.arithmeticIntensity).toBeCloseTo(1000 / 300, 12);
    expect(found.roofSpeedUp).toBeCloseTo(400 / 300, 12);
  });

  test("saves launches that no roof knows of", () => {
    const launched = { ...token, overhead: 10e-3 };
    const found = of("fuse", launched, { ...facts, launchOverhead: 9e-3 });
    expect(found.roofSpeedUp).toBe(1);
    expect(found.speedUp).toBeCloseTo((4.776 + 10) / (4.776 + 1), 2);
    expect(found.limit).toMatch(/moves no roof that binds/);
  });

  test("is left out where nobody knows what it saves", () => {
    expect(whatIfs(token, facts).map(({ id }) => id)).not.toContain("fuse");
  });
});

describe("numbers that describe nothing", () => {
  test.each([
    ["NaN", { ops: Number.NaN }],
    ["no operations", { ops: 0 }],
    ["negative", { overhead: -1 }],
    ["infinite", { compute: { name: "x", peakOps: Number.POSITIVE_INFINITY } }],
    ["no memory", { levels: [] }],
    ["a utilisation of 0", { utilisation: 0 }],
  ])("%s", (_, change) => {
    expect(() => evaluateSituation({ ...token, ...change })).toThrow(
      expect.objectContaining({ code: "TP-USE-372" }),
    );
  });

  test.each([1, 1.5, Number.NaN, -3])("a batch of %s", (batch) => {
    expect(() => whatIfs(token, facts, batch)).toThrow(
      expect.objectContaining({ code: "TP-USE-373" }),
    );
  });
});

test("no change makes the roofs higher than both together allow", () => {
  for (const scale of [1e-6, 1e-3, 1, 1e3, 1e6]) {
    const situation = { ...token, ops: token.ops * scale };
    for (const { roofSpeedUp, speedUp } of whatIfs(situation, facts)) {
      expect(roofSpeedUp).toBeGreaterThanOrEqual(1);
      expect(speedUp).toBeGreaterThanOrEqual(1);
      expect(roofSpeedUp).toBeLessThanOrEqual(8 + 1e-9);
    }
  }
});
