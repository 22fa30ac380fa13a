/** Bits by layer: what each layer loses, in which order they give up bits, which mix a board gets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ToolkitError } from "../../codegen/errors.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { noiseFrames } from "../../codegen/quantize/calibrate.ts";
import {
  type BitsAnswer,
  bitsAnswer,
  byLossPerByte,
  type LayerBits,
  lossPerKib,
} from "../../host/analyze/sizing/bits.ts";
import type { Quality } from "../../host/analyze/sizing/candidate.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { ownAnswers } from "../../host/workflow/quality/own-answers.ts";
import { measureBits } from "../../host/workflow/size/layer-bits.ts";
import { sizeByLayer } from "../../host/workflow/size/size-by-layer.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

const QUALITY: Quality = { metric: "gain", unit: "dB", value: 8, kind: "measured", source: "here" };
const layer = (name: string, savedBytes: number, lost: number): LayerBits => ({
  ...{ name, savedBytes, lost },
  savedCycles: null,
  quality: QUALITY,
});

describe("the order of layers", () => {
  test("is by what a byte costs, not by what a layer loses", () => {
    // 0.4 dB for 4 KiB is 0.1 a KiB; 0.2 for 1 KiB is 0.2; 0.1 for 256 B is 0.4.
    const layers = [
      layer("small", 256, 0.1),
      layer("middle", 1024, 0.2),
      layer("large", 4096, 0.4),
    ];
    expect(layers.map(lossPerKib)).toEqual([0.4, 0.2, 0.1]);
    expect(byLossPerByte(layers).map(({ name }) => name)).toEqual(["large", "middle", "small"]);
  });

  test("begins with what loses nothing, keeps the model's where two are equal, leaves out what saves nothing", () => {
    const layers = [
      layer("first", 100, 0.1),
      layer("second", 200, 0.2),
      layer("none", 0, -1),
      layer("grows", -64, -1),
      layer("better", 10, -0.01),
    ];
    expect(byLossPerByte(layers).map(({ name }) => name)).toEqual(["better", "first", "second"]);
    expect(lossPerKib(layer("none", 0, 1))).toBeNull();
  });
});

describe("the answer", () => {
  const mix = (format: string, verdict: BitsAnswer["mixes"][0]["verdict"], weightBytes: number) =>
    ({
      ...{ format, verdict, weightBytes, quality: QUALITY, latencyMs: 0.5, powerMw: 0.9 },
      misses: verdict === "over" ? ["flash"] : [],
    }) as unknown as BitsAnswer["mixes"][0];
  const rest = { board: "b", layers: [layer("mask", 960, 0.25)], whole: QUALITY, missing: null };

  test("names the mix, its cost, and the layer that bears fewer bits best", () => {
    const mixes = [mix("int8,mask=int4", "chosen", 1000), mix("int8", "over", 2000)];
    expect(bitsAnswer({ ...rest, mixes })).toBe(
      "int8,mask=int4: the best within the budgets on b (1000 B of weights, 0.5 ms, 0.9 mW, 8 dB); mask bears 4 bits best: it loses 0.25 dB for 960 B",
    );
  });

  test("says what even the fewest bits miss, and what nobody knows", () => {
    const over = [mix("int8", "over", 2000), mix("int4", "over", 1000)];
    expect(bitsAnswer({ ...rest, mixes: over })).toContain(
      "no mix holds the budgets on b: int4 still misses flash",
    );
    const unknown = { ...rest, mixes: [mix("int8", "unknown", 2000)], missing: "no clock" };
    expect(bitsAnswer(unknown)).toContain("no mix can be chosen on b: no clock");
    const some = [mix("int8", "chosen", 2000), mix("int4", "unknown", 1000)];
    expect(bitsAnswer({ ...rest, mixes: some, missing: "no steps" })).toContain(
      "what the other mixes take is not known: no steps",
    );
  });
});

const random = createRandom(11);

/** Weights of `planted` are all one magnitude: 4 bits hold them as well as 8. */
function withPlanted(planted: string): RecurrentModel {
  const model = randomModel(random, {
    name: "planted",
    inputSize: 32,
    lstms: [],
    denses: [
      { size: 32, activation: "tanh" },
      { size: 32, activation: "tanh" },
      { size: 8, activation: "none" },
    ],
  });
  for (const one of model.layers) {
    if (one.kind !== "dense" || one.name !== planted) continue;
    one.weights.values.forEach((weight, index) => {
      one.weights.values[index] = 0.2 * Math.sign(weight);
    });
  }
  return model;
}

test("a layer whose weights 4 bits hold exactly is the first to get them", () => {
  const names = withPlanted("").layers.flatMap(({ kind, name }) =>
    kind === "dense" ? [name] : [],
  );
  expect(names).toHaveLength(3);
  for (const planted of names) {
    const model = withPlanted(planted);
    const loaded = { model, path: "", directory: "" } as unknown as Parameters<
      typeof measureBits
    >[0]["loaded"];
    const data = noiseFrames(model.inputSize);
    const { layers, mixes } = measureBits({
      ...{ loaded, data, set: ownAnswers(model, data), progress: silentProgress },
      // Every layer saves as much, so that loss alone decides.
      costOf: (fourBits) => ({ weightBytes: 1000 - 100 * fourBits.length, cycles: null }),
    });
    const lost = layers.map((one) => one.lost);
    const own = names.indexOf(planted);
    expect(Math.abs(lost[own] as number)).toBeLessThan(1);
    expect(Math.min(...lost.filter((_, index) => index !== own))).toBeGreaterThan(3);
    expect(mixes.map(({ format }) => format).slice(0, 2)).toEqual(["int8", `int8,${planted}=int4`]);
    expect(mixes.at(-1)?.format).toBe("int4");
    expect(mixes).toHaveLength(4);
  }
});

test("a model's own answers are float64's, from zero state, of at most 2000 frames", () => {
  const model = randomModel(random, { name: "own", inputSize: 3, lstms: [2], denses: [] });
  const sequences = [1500, 700, 9].map((count) => randomFrames(random, count, 3));
  const set = ownAnswers(model, { source: "random", sequences });
  if (set.kind !== "sequences") throw new Error("sequences are made");
  expect(set.sequences.map(({ inputs }) => inputs.length)).toEqual([1500, 500]);
  const float = createFloatModel(model);
  expect(set.sequences[1]?.targets[0]).toEqual(float.step(sequences[1]?.[0] as Float64Array));
});

describe("pioneer size --format mixed", () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-bits-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  type Options = Parameters<typeof sizeByLayer>[1];
  function run(options: Partial<Options>, model = "hearable") {
    let printed: Record<string, unknown> = {};
    let text = "";
    const signal = new AbortController().signal;
    const context = {
      ...{ json: true, colour: false, signal, progress: silentProgress },
      print(document: unknown, words: () => string) {
        printed = document as typeof printed;
        text = words();
      },
    };
    const status = sizeByLayer(context, { board: "nrf52840-dk", ...options }, model);
    return { status, printed, text };
  }

  /** Twenty frames: what is told of them is not asked here. */
  function fewFrames(): Pick<Options, "evaluate" | "calibrate"> {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (20, 32), }".padEnd(117);
    const values = randomFrames(random, 20, 32).flatMap((frame) => [...frame]);
    const body = Buffer.alloc(8 * values.length);
    values.forEach((value, index) => {
      body.writeDoubleLE(value, 8 * index);
    });
    const start = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1");
    writeFileSync(join(folder, "x.npy"), Buffer.concat([start, body]));
    const set = { sequences: [{ inputs: "x.npy", targets: "x.npy" }] };
    writeFileSync(join(folder, "set.json"), JSON.stringify(set));
    return { evaluate: join(folder, "set.json"), calibrate: join(folder, "x.npy") };
  }

  test("has each mix with its quality and its cost, and one that holds the budgets", () => {
    const { status, printed, text } = run({ ...fewFrames(), budgetMw: 1 });
    const candidates = printed.candidates as readonly Record<string, unknown>[];
    const formats = candidates.map(({ format }) => format);
    expect(new Set(formats)).toContain("int8");
    expect(new Set(formats)).toContain("int4");
    expect(formats).toHaveLength(3);
    // 32 blocks of 8 rows of 96 columns, 3 groups with 8 scales each: a half byte a weight and a bias and multiplier a row.
    expect(printed.layers).toMatchObject([
      { name: "lstm", savedBytes: 32 * (8 * 96 - 8 * 48 - 3 * 8) },
      { name: "dense.matmul", savedBytes: 4 * (8 * 64 - 8 * 32 - 2 * 8) },
    ]);
    for (const one of candidates) {
      expect(one).toMatchObject({
        quality: { kind: "measured", unit: "dB" },
        cycles: { kind: "modelled", unit: "cycle" },
        powerMw: { kind: "modelled" },
      });
    }
    expect(status).toBe(0);
    expect((printed.chosen as { verdict: string }).verdict).toBe("chosen");
    expect(text).toContain("4 bits here alone");
  });

  test("ends with 1 where no mix holds the budgets", () => {
    const { status, printed } = run({ ...fewFrames(), budgetMw: 0.1 });
    expect(status).toBe(1);
    expect(printed.why).toContain("no mix holds the budgets on nrf52840-dk");
  });

  test.each([
    [{ make: "32" }, "hearable", "TP-USE-486"],
    [{ inputSize: 32 }, "hearable", "TP-USE-486"],
    [{ minHidden: 8 }, "hearable", "TP-USE-486"],
    [{}, "", "TP-USE-460"],
  ] as const)("refuses %j of %s by %s", (options, model, code) => {
    try {
      run(options, model);
    } catch (error) {
      expect((error as ToolkitError).code).toBe(code);
      return;
    }
    throw new Error("nothing was refused");
  });
});
