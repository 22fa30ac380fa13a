/**
 * Proves the order and the sum of what unsure rules move, on frames whose numbers add up by hand.
 * Charging rules is left to test/qemu/plugin-rules.test.ts.
 */
import { describe, expect, test } from "vitest";
import { type FrameCounts, ruleFamilyOf } from "../../host/analyze/index.ts";
import { parseCounts } from "../../host/workflow/counts.ts";

const FRAME: FrameCounts = {
  instructions: 80,
  cycles: 100,
  cyclesSimple: null,
  loads: 0,
  stores: 0,
  bytesLoaded: 0,
  bytesStored: 0,
  classes: null,
};

describe("unsure rules", () => {
  test("the widest comes first; all together are the sum of what each moves", () => {
    const rules = { load: [100, 130], div: [80, 120], late: [110, 100] } as const;
    // Down: 20 by div. Up: 30 by load, 20 by div, 10 by late, whose low value is the slow one.
    expect(ruleFamilyOf([{ ...FRAME, rules }])).toEqual({
      stated: 100,
      interval: [80, 160],
      sensitivities: [
        { field: "rules.div", low: 80, high: 120 },
        { field: "rules.load", low: 100, high: 130 },
        { field: "rules.late", low: 100, high: 110 },
      ],
    });
  });

  test("the last frame that has them is taken: predictors have learned by then", () => {
    const cold = { ...FRAME, cycles: 200, rules: { taken: [190, 210] } } as const;
    const warm = { ...FRAME, rules: { taken: [99, 101] } } as const;
    expect(ruleFamilyOf([cold, warm, FRAME])?.stated).toBe(100);
  });

  test("without them there is nothing to say", () => {
    expect(ruleFamilyOf([FRAME])).toBeNull();
  });
});

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

describe("a counts line with rules", () => {
  const line = (rules: unknown) =>
    `${JSON.stringify({
      ...{ region: 0, index: 0, ...FRAME, assumed: null, undecoded: null, interrupted: null },
      ...{ cycles: null, rules },
    })}\n`;

  test("is read", () => {
    expect(parseCounts(line({ div: [1, 2] })).regions[0]?.rules).toEqual({ div: [1, 2] });
  });

  test.each([
    ["no object", []],
    ["a name with a space", { "a b": [1, 2] }],
    ["one number", { div: [1] }],
    ["a fraction", { div: [1, 2.5] }],
    ["below 0", { div: [-1, 2] }],
    [
      "too many",
      Object.fromEntries(
        Array.from({ length: 126 }, (_, i) => [
          LETTERS[i % 26] + "".padEnd(1 + i / 26, "x"),
          [1, 2],
        ]),
      ),
    ],
  ])("is refused with %s", (_, rules) => {
    const { regions, problems } = parseCounts(line(rules));
    expect(regions).toEqual([]);
    expect(problems[0]?.detail).toMatch(/^rules: /);
  });
});
