/** What holds for every formula: names, ranges, units, its expression as a second way to its value, directions. */
import { describe, expect, test } from "vitest";
import { AnalysisError } from "../../host/analyze/analysis-error.ts";
import type { Formula, NamedInput, Value, Values } from "../../host/analyze/formulas/index.ts";
import { evaluate, findFormula, THEMES } from "../../host/analyze/formulas/index.ts";
import { compute, namesIn } from "./formula-expression.ts";
import { dimensionOf, rescale } from "./formula-units.ts";

const all = THEMES.flatMap(({ formulas }) => formulas);
const each = all.map((formula) => [formula.name, formula] as const);

test("there are at least sixty, each with a name of its own", () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(new Set(all.map(({ meaning }) => meaning)).size).toBe(all.length);
});

describe.each(each)("%s", (name, formula) => {
  test("is named and worded as the others", () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const input of formula.inputs) {
      expect(input.name).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(input.meaning).not.toMatch(/[.]$/);
      expect(() => dimensionOf(input.unit)).not.toThrow();
    }
    expect(() => dimensionOf(formula.unit)).not.toThrow();
    expect(formula.source.length).toBeGreaterThan(5);
  });

  test("uses its inputs and no others", () => {
    const names = formula.inputs.map((input) => input.name);
    expect([...namesIn(formula.expression)].sort()).toEqual(names.sort());
  });

  test("comes to its worked example, and so does its expression", () => {
    const { inputs, value } = evaluate(formula, formula.example.inputs);
    const { value: expected, tolerance } = formula.example;
    const allowed = tolerance * (1 + 1e-9) + 1e-12 * Math.abs(expected);
    expect(Math.abs(value - expected), `${value}`).toBeLessThanOrEqual(allowed);
    close(value, compute(formula.expression, inputs));
  });

  test("agrees with its expression wherever inputs may lie", () => {
    const random = generator(name);
    let compared = 0;
    for (let round = 0; round < 100; round++) {
      const inputs = drawAll(formula, random);
      const value = outcome(formula, inputs);
      if (value === null) continue;
      const expected = compute(formula.expression, evaluate(formula, inputs).inputs);
      if (!Number.isFinite(expected)) continue;
      close(value, expected, JSON.stringify(inputs));
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  test("refuses what is not a number, infinite, or out of range, and names the unit", () => {
    for (const input of formula.inputs) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, ...outside(input)]) {
        const inputs = { ...formula.example.inputs, [input.name]: wrap(input, bad) };
        expect(() => evaluate(formula, inputs)).toThrow(
          expect.objectContaining({
            code: "TP-USE-205",
            message: expect.stringContaining(`[${input.unit}]`),
          }),
        );
      }
    }
  });

  test("gives a finite number or a coded error at the ends of its ranges", () => {
    for (const input of formula.inputs) {
      const { min, max, minOpen, maxOpen } = input.range;
      for (const end of [minOpen ? 5e-324 : min, maxOpen ? 1 - 2 ** -53 : max]) {
        const inputs = { ...formula.example.inputs, [input.name]: wrap(input, end) };
        const value = outcome(formula, inputs);
        expect(value === null || Number.isFinite(value)).toBe(true);
      }
    }
  });
});

/** Formulas whose numbers carry a unit of their own, which no rescaling sees. */
const CONSTANTS = new Set([
  // 2 bits of index a value kept.
  "two-of-four-traffic",
  "two-of-four-speedup",
  // Bits count powers of two.
  "quantization-step",
  "quantization-snr",
  "accumulator-bits",
  "channel-capacity",
]);

test.each(each.filter(([name]) => !CONSTANTS.has(name)))("%s keeps its units", (_, formula) => {
  // Smaller seconds, bytes, ... make larger numbers; the result must follow by its own unit.
  for (const dimension of ["s", "byte", "J", "K", "C", "m", "USD"]) {
    const factors = { [dimension]: 2 };
    const { inputs, value } = evaluate(formula, formula.example.inputs);
    const scaled = Object.fromEntries(
      formula.inputs.map((input) => {
        const factor = rescale(input.unit, factors);
        const given = inputs[input.name] ?? 0;
        return [
          input.name,
          typeof given === "number" ? given * factor : given.map((one) => one * factor),
        ];
      }),
    );
    const expected = value * rescale(formula.unit, factors);
    close(formula.compute(scaled), expected, `${formula.name} in other units of ${dimension}`);
  }
});

/** Formula, input, whether more of it gives more (+1) or less (-1), inputs held where the direction depends on them. */
const DIRECTIONS: readonly (readonly [string, string, 1 | -1, Values?])[] = [
  ["ridge-point", "peakOpsPerSecond", 1],
  ["ridge-point", "peakBytesPerSecond", -1],
  ["attainable-rate", "intensity", 1],
  ["roofline-time", "ops", 1],
  ["roofline-time", "bytesMoved", 1],
  ["roofline-time", "peakBytesPerSecond", -1],
  ["iron-law", "clockHz", -1],
  ["amdahl", "factor", 1],
  ["amdahl", "parallelShare", 1, { factor: 10 }],
  ["gustafson", "workers", 1],
  ["littles-law", "seconds", 1],
  ["queue-response", "load", 1],
  ["kv-cache-bytes", "tokens", 1],
  ["kv-paged-bytes", "tokens", 1],
  ["flash-attention-saving", "cacheElements", 1],
  ["flash-attention-saving", "headSize", -1],
  ["speculative-tokens", "acceptance", 1],
  ["speculative-tokens", "drafted", 1],
  ["speculative-speedup", "draftCost", -1],
  ["moe-distinct-experts", "batch", 1],
  ["decode-step-time", "batch", 1],
  ["decode-token-rate", "batch", 1],
  ["quantized-weight-bytes", "weightBits", 1],
  ["quantized-token-rate", "weightBits", -1],
  ["unstructured-traffic", "sparsity", -1],
  ["launch-overhead", "launchSeconds", 1],
  ["all-reduce-time", "devices", 1],
  ["all-reduce-time", "peakBytesPerSecond", -1],
  ["zero-3-bytes", "devices", -1],
  ["pipeline-bubble", "stages", 1],
  ["pipeline-bubble", "microbatches", -1],
  ["duty-cycle-power", "activeMs", 1, { activeMw: 9.9, sleepMw: 0.1 }],
  ["duty-cycle-power", "intervalMs", -1, { activeMw: 9.9, sleepMw: 0.1 }],
  ["longest-active-time", "activeMw", -1],
  ["thermal-time", "watts", -1],
  ["thermal-time", "riseKelvin", 1],
  ["thermal-rise", "seconds", 1],
  ["battery-life", "watts", -1],
  ["network-floor", "meters", 1],
  ["ble-energy", "payloadBytes", 1],
  ["break-even-macs", "offloadJoules", 1],
  ["break-even-macs", "cyclesPerMac", -1],
  ["cost-per-frame", "serviceSeconds", 1],
  ["normal-quantile", "deviation", 1, { z: 2.33 }],
  ["minimum-detectable-effect", "runs", -1],
  ["runs-needed", "effect", -1],
  ["failure-probability", "seconds", 1],
  ["fleet-tail", "devices", 1],
  ["fleet-tail", "probability", 1],
  ["checkpoint-interval", "mtbfSeconds", 1],
  ["frame-time", "macs", 1],
  ["streams-per-core", "serviceSeconds", -1],
];

test.each(
  DIRECTIONS.map(([name, varied, direction, held = {}]) => ({ name, varied, direction, held })),
)("$name only goes one way with $varied", ({ name, varied, direction, held }) => {
  const formula = findFormula(name);
  const input = formula.inputs.find((one) => one.name === varied);
  if (input === undefined) throw new RangeError(`${name} has no ${varied}`);
  const random = generator(`${name} ${varied}`);
  let compared = 0;
  for (let round = 0; round < 100; round++) {
    const inputs = { ...drawAll(formula, random), ...held };
    const values = [draw(input, random), draw(input, random)] as [number, number];
    const [low, high] = values
      .sort((a, b) => a - b)
      .map((value) => outcome(formula, { ...inputs, [varied]: value }));
    if (low === null || high === null || low === undefined || high === undefined) continue;
    const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    expect((high - low) * direction, JSON.stringify(inputs)).toBeGreaterThanOrEqual(-slack);
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
});

describe("limits", () => {
  const value = (name: string, inputs: Values): number => evaluate(findFormula(name), inputs).value;

  test("Amdahl stays below its limit and comes near it", () => {
    expect(value("amdahl", { parallelShare: 0.9, factor: 1e15 })).toBeCloseTo(10, 9);
    expect(value("amdahl", { parallelShare: 0, factor: 7 })).toBe(1);
    expect(value("amdahl", { parallelShare: 1, factor: 7 })).toBeCloseTo(7, 12);
  });

  test("speculation without acceptance yields one token, with near certainty all of them", () => {
    expect(value("speculative-tokens", { acceptance: 0, drafted: 4 })).toBe(1);
    expect(value("speculative-tokens", { acceptance: 1 - 1e-12, drafted: 4 })).toBeCloseTo(5, 9);
  });

  test("a batch of one loads the experts of one token, an endless one all of them", () => {
    const experts = (batch: number) =>
      value("moe-distinct-experts", { experts: 8, chosen: 2, batch });
    expect(experts(1)).toBeCloseTo(2, 12);
    expect(experts(1e6)).toBeCloseTo(8, 12);
    expect(value("moe-distinct-experts", { experts: 8, chosen: 8, batch: 1 })).toBe(8);
  });

  test("one device sums nothing, and is its own fleet", () => {
    const alone = { devices: 1, messageBytes: 1e6, peakBytesPerSecond: 1e9, latencySeconds: 1 };
    expect(value("all-reduce-time", alone)).toBe(0);
    expect(value("fleet-tail", { probability: 0.25, devices: 1 })).toBeCloseTo(0.25, 12);
    expect(value("fleet-tail", { probability: 1e-18, devices: 1000 })).toBeCloseTo(1e-15, 25);
  });

  test("heat rises to power times resistance, at first by power over capacity", () => {
    const body = { thermalResistance: 8, heatCapacity: 12, watts: 4 };
    expect(value("thermal-rise", { ...body, seconds: 1e6 })).toBeCloseTo(32, 9);
    expect(value("thermal-rise", { ...body, seconds: 1e-6 })).toBeCloseTo(4e-6 / 12, 12);
    const rise = value("thermal-rise", { ...body, seconds: 50 });
    expect(value("thermal-time", { ...body, riseKelvin: rise })).toBeCloseTo(50, 9);
  });

  test("what solves a formula gives its input back", () => {
    const macs = value("lstm-macs", { inputSize: 64, hiddenSize: 96 });
    expect(value("lstm-hidden-size", { macs, inputSize: 64 })).toBeCloseTo(96, 9);
    const speedup = value("amdahl", { parallelShare: 0.7, factor: 3 });
    expect(value("required-factor", { parallelShare: 0.7, speedup })).toBeCloseTo(3, 9);
    const effect = value("minimum-detectable-effect", { variation: 0.1, runs: 37 });
    expect(value("runs-needed", { variation: 0.1, effect: effect * (1 + 1e-9) })).toBe(37);
    const quantile = value("fleet-quantile", { confidence: 0.5, devices: 40 });
    expect(value("fleet-tail", { probability: 1 - quantile, devices: 40 })).toBeCloseTo(0.5, 12);
    const power = { intervalMs: 10, activeMw: 9.9, sleepMw: 0.1 };
    const activeMs = value("longest-active-time", { ...power, limitMw: 1 });
    expect(value("duty-cycle-power", { ...power, activeMs })).toBeCloseTo(1, 12);
  });

  test("decimals that divide evenly are counted evenly", () => {
    expect(value("streams-per-device", { hopSeconds: 0.3, computeSeconds: 0.1 })).toBe(3);
    expect(value("streams-per-device", { hopSeconds: 0.3, computeSeconds: 0.1001 })).toBe(2);
    expect(value("coordinated-omission-samples", { stallSeconds: 0.3, intervalSeconds: 0.1 })).toBe(
      2,
    );
  });

  test("one expert of one equals the dense model", () => {
    const parts = { sharedParameters: 10, expertParameters: 5, experts: 1 };
    expect(value("moe-active-parameters", { ...parts, chosen: 1 })).toBe(
      value("moe-parameters", parts),
    );
  });
});

/** Relative difference, with room for the cancellation that a plainly written expression suffers. */
function close(value: number, expected: number, message?: string): void {
  const scale = Math.max(Math.abs(value), Math.abs(expected));
  expect(Math.abs(value - expected), message ?? `${value}, not ${expected}`).toBeLessThanOrEqual(
    1e-7 * scale + 1e-12,
  );
}

/** The value, or null where the formula refuses with a code. */
function outcome(formula: Formula, inputs: Values): number | null {
  try {
    return evaluate(formula, inputs).value;
  } catch (error) {
    expect(error).toBeInstanceOf(AnalysisError);
    expect((error as AnalysisError).code).toMatch(/^TP-USE-20[78]$/);
    return null;
  }
}

function outside({ range: { min, max, minOpen, maxOpen, whole } }: NamedInput): readonly number[] {
  const below = minOpen ? [min] : min === -Number.MAX_VALUE ? [] : [min - 1];
  const limited = max !== Number.MAX_VALUE && max !== Number.MAX_SAFE_INTEGER;
  const above = maxOpen ? [max] : limited ? [max + 1] : [];
  return [...below, ...above, ...(whole ? [min + 0.5, 2 ** 53] : [])];
}

function wrap(input: NamedInput, value: number): Value {
  return "list" in input ? Array.from({ length: input.atLeast }, () => value) : value;
}

function drawAll(formula: Formula, random: () => number): Values {
  return Object.fromEntries(formula.inputs.map((input) => [input.name, drawAny(input, random)]));
}

function drawAny(input: NamedInput, random: () => number): Value {
  if (!("list" in input)) return draw(input, random);
  const length = input.atLeast + Math.floor(random() * 5);
  return Array.from({ length }, () => draw(input, random));
}

/** A number within the input's range: evenly where both ends are near, else over six powers of ten. */
function draw({ range }: NamedInput, random: () => number): number {
  const { min, max, whole } = range;
  if (max - min <= 1024) {
    const value = min + (max - min) * (0.001 + 0.998 * random());
    return whole ? Math.max(min, Math.round(value)) : value;
  }
  if (whole) return Math.max(min, Math.floor(10 ** (random() * 4)));
  const magnitude = 10 ** (random() * 6 - 3);
  return min < 0 && random() < 0.5 ? -magnitude : magnitude;
}

/** Numbers in [0, 1) that the seed decides: mulberry32. */
function generator(seed: string): () => number {
  let state = [...seed].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
