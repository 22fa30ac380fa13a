/** Pareto fronts against their definition, and what is refused. */
import { describe, expect, test } from "vitest";
import type { ParetoAxis } from "../../host/analyze/pareto.ts";
import { paretoFront } from "../../host/analyze/pareto.ts";
import { codeOf } from "./import-text.ts";

interface Choice {
  readonly ms: number | null;
  readonly fps: number | null;
}

const ms: ParetoAxis<Choice> = { name: "ms", better: "lower", value: (choice) => choice.ms };
const fps: ParetoAxis<Choice> = { name: "FPS", better: "higher", value: (choice) => choice.fps };

/** By the definition: at least as good on both, better on one. */
function beats(a: Choice, b: Choice): boolean {
  const [ax, ay, bx, by] = [a.ms ?? 0, a.fps ?? 0, b.ms ?? 0, b.fps ?? 0];
  return ax <= bx && ay >= by && (ax < bx || ay > by);
}

test("the front of four choices", () => {
  const slow = { ms: 10, fps: 100 };
  const quick = { ms: 1, fps: 10 };
  const worse = { ms: 2, fps: 10 };
  const between = { ms: 5, fps: 50 };
  const { front, beaten } = paretoFront([slow, quick, worse, between], ms, fps);
  expect(front).toEqual([quick, between, slow]);
  expect(beaten).toEqual([{ item: worse, by: quick }]);
});

test("equal choices stand side by side", () => {
  const twin = { ms: 1, fps: 1 };
  expect(paretoFront([twin, { ...twin }], ms, fps).front).toHaveLength(2);
});

test("an unknown metric leaves a choice out of the comparison", () => {
  const unknown = { ms: null, fps: 1e9 };
  const { front, unplaced } = paretoFront([unknown, { ms: 1, fps: 1 }], ms, fps);
  expect(front).toEqual([{ ms: 1, fps: 1 }]);
  expect(unplaced).toEqual([unknown]);
  expect(paretoFront([unknown], ms, fps).front).toEqual([]);
});

describe("a thousand random choices, many with equal metrics", () => {
  let state = 1;
  const draw = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) % 40;
  };
  const choices = Array.from({ length: 1000 }, () => ({ ms: draw(), fps: -draw() }));
  const { front, beaten } = paretoFront(choices, ms, fps);

  test("the front is what nothing beats, in any order given", () => {
    const expected = choices.filter((choice) => !choices.some((other) => beats(other, choice)));
    expect(new Set(front)).toEqual(new Set(expected));
    expect(new Set(paretoFront([...choices].reverse(), ms, fps).front)).toEqual(new Set(expected));
  });

  test("everything else is beaten by what stands beside it", () => {
    expect(front.length + beaten.length).toBe(choices.length);
    expect(beaten.every(({ item, by }) => beats(by, item) && front.includes(by))).toBe(true);
  });

  test("along the front one metric gets worse as the other gets better", () => {
    for (const [index, choice] of front.entries()) {
      const next = front[index + 1];
      if (next === undefined) continue;
      expect(next.ms).toBeGreaterThanOrEqual(choice.ms ?? 0);
      expect(next.fps).toBeGreaterThanOrEqual(choice.fps ?? 0);
    }
  });
});

test("enormous, tiny and negative numbers are compared like others", () => {
  const far = { ms: Number.MAX_VALUE, fps: Number.MIN_VALUE };
  const near = { ms: -Number.MAX_VALUE, fps: 0 };
  expect(paretoFront([far, near], ms, fps).front).toEqual([near, far]);
});

test("no choice and numbers that are none are refused", () => {
  expect(codeOf(() => paretoFront([], ms, fps))).toBe("TP-USE-261");
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(codeOf(() => paretoFront([{ ms: value, fps: 1 }], ms, fps))).toBe("TP-USE-262");
    expect(codeOf(() => paretoFront([{ ms: 1, fps: value }], ms, fps))).toBe("TP-USE-262");
  }
});
