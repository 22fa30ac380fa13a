/** LSTMs that keep their sums as candidates of `size`: what they cost against counted steps, and when they are chosen. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { generate } from "../../codegen/pipeline.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { footprintOfShape } from "../../codegen/size/footprint.ts";
import { isFresh, type KeptCore, keptCore, keptTermsOf } from "../../codegen/size/kept-costs.ts";
import { type NetworkShape, seededModel } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import { createKeptPredictor } from "../../codegen/size/predict-kept.ts";
import { answerOf } from "../../host/analyze/sizing/answer.ts";
import type { Quality, SizeLimits } from "../../host/analyze/sizing/candidate.ts";
import { judgeSizes, type SizeRating } from "../../host/analyze/sizing/judge.ts";
import { createContext } from "../../host/workflow/context.ts";
import { decoderOf } from "../../host/workflow/core-table.ts";
import { pluginDigest, pluginSources } from "../../host/workflow/plugin-sources.ts";
import { deltaCandidates, deltaSizes } from "../../host/workflow/size/delta-sizes.ts";
import { evaluatedSubject } from "../../host/workflow/size/subject.ts";
import { createRandom, randomFrames } from "../random-model.ts";

/** 32 bands, 64 units, 32 gains: none of the networks that the costs were fitted to. */
const SHAPE: NetworkShape = {
  inputSize: 32,
  layers: [
    { kind: "lstm", inputSize: 32, hiddenSize: 64 },
    { kind: "dense", inputSize: 64, outputSize: 32, activation: "sigmoid" },
  ],
};

/**
 * Columns taken in and cycles of single frames of `run hearable --delta 12,8` on the emulated cores, charged by their tables at
 * no wait states: the frames with the fewest, the median and the most columns.
 */
const RUN = {
  "qemu-m4": [
    [7, 16_985],
    [22, 28_040],
    [49, 47_935],
  ],
  "qemu-m7": [
    [7, 11_155],
    [23, 18_507],
    [49, 30_239],
  ],
  "qemu-rv32": [
    [7, 27_120],
    [23, 44_032],
    [49, 71_514],
  ],
} as const;
const BOARDS = ["qemu-m4", "qemu-m7", "qemu-rv32"] as const;

function isCountedNow(id: string): boolean {
  const counted = keptCore(loadBoard(id).core);
  return counted !== null && isFresh(counted);
}

test.each(BOARDS)("the steps of %s were counted by the rules and the plugin of now", async (id) => {
  const { core } = loadBoard(id);
  const decoder = decoderOf(core);
  if (decoder === null) throw new Error(`${core} is not decoded`);
  const counted = keptCore(core) as KeptCore;
  expect(isFresh(counted)).toBe(true);
  expect(counted.pluginDigest).toBe(pluginDigest(await pluginSources(), decoder));
});

describe("cycles", () => {
  test.each(BOARDS.filter(isCountedNow))("on %s are within 3 %% of those run", (id) => {
    const { of } = createKeptPredictor(loadBoard(id));
    for (const [moved, run] of RUN[id]) {
      const { cycles } = of(SHAPE, [moved]);
      expect(Math.abs(cycles.value / run - 1)).toBeLessThan(0.03);
      expect(cycles.low).toBeLessThan(run);
      expect(cycles.high).toBeGreaterThan(run);
    }
  });

  test.skipIf(!isCountedNow("qemu-m4"))("grow with every column that is taken in", () => {
    const { of } = createKeptPredictor(loadBoard("nrf52840-dk"));
    const all = Array.from({ length: 97 }, (_, moved) => of(SHAPE, [moved]).cycles.value);
    for (const [at, value] of all.slice(1).entries()) expect(value).toBeGreaterThan(all[at] ?? 0);
  });

  test.skipIf(!isCountedNow("qemu-m4"))("wait for what is fetched alone, by hand", () => {
    const { of } = createKeptPredictor(loadBoard("nrf52840-dk"));
    // 256 multipliers and 10 columns of 256 B; the dense layer's 2,304 B; 64 * 5 + 32 rows of tables: two cycles a word.
    const words = (256 * (4 + 10) + 2304) / 4 + 64 * 5 + 32;
    const { stalls, codeStalls } = of(SHAPE, [10]).cycles;
    expect(stalls - codeStalls).toBeCloseTo(2 * words, 6);
    expect(of(SHAPE, [10])).toMatchObject({
      macs: 256 * 10 + 2048,
      readBytes: 256 * 14 + 2304,
      weightBytes: 256 * (8 + 96) + 2304,
    });
  });

  test.skipIf(!isCountedNow("qemu-m4"))(
    "wait for code as the whole network does, and say so",
    () => {
      const board = loadBoard("nrf52840-dk");
      const { of, source } = createKeptPredictor(board);
      const whole = createPredictor(board, "int8").of(SHAPE).cycles;
      expect(whole?.codeStalls).toBeGreaterThan(0);
      expect(of(SHAPE, [10]).cycles.codeStalls).toBeCloseTo(whole?.codeStalls ?? 0, 6);
      expect(source).toContain(
        "their waits for code in flash are those of the same network with all weights in int8",
      );
    },
  );

  test("are not foretold where nobody counted, where rules changed, and behind longer lines", () => {
    expect(createKeptPredictor(loadBoard("esp32dev")).missing).toMatch(/no steps .* xtensa-mac16/);
    const { missing, of } = createKeptPredictor(loadBoard("nucleo-f746zg"));
    expect(missing).toMatch(/fetches 32 B at once|have changed/);
    expect(() => of(SHAPE, [1])).toThrow(RangeError);
    const counted = keptCore("cortex-m4") as KeptCore;
    expect(isFresh({ ...counted, rulesDigest: "0" })).toBe(false);
  });
});

test("the terms of 61 units, by hand", () => {
  const shape: NetworkShape = {
    inputSize: 30,
    layers: [{ kind: "lstm", inputSize: 30, hiddenSize: 61 }],
  };
  const footprint = footprintOfShape(shape, targetOf(loadBoard("qemu-m4")), "int8");
  // 62 units in 31 blocks of eight rows; 32 and 64 columns with padding.
  expect(keptTermsOf(footprint, [5])).toEqual({
    ...{ kept: 1, keptUnits: 62, compared: 96, moved: 5, keptBlocks: 31, keptColumns: 155 },
  });
  expect(keptTermsOf(footprint, [0])).toMatchObject({ moved: 0, keptBlocks: 0, keptColumns: 0 });
});

test.skipIf(!isCountedNow("qemu-m4"))("bytes are those of the generated C", () => {
  const board = loadBoard("nrf52840-dk");
  const delta = { input: 8, hidden: 4 };
  for (const hiddenSize of [16, 29, 61, 64]) {
    const shape: NetworkShape = {
      inputSize: 24,
      layers: [
        { kind: "lstm", inputSize: 24, hiddenSize },
        { kind: "dense", inputSize: hiddenSize, outputSize: 10, activation: "sigmoid" },
      ],
    };
    const model = seededModel(shape);
    const made = generate({ model, board, format: "int8", calibration: null, delta });
    const { weightBytes, ramBytes } = createKeptPredictor(board).of(shape, [3]);
    expect(weightBytes).toBe(made.stages.plan.cost.weightBytes);
    const counted = keptCore("cortex-m4") as KeptCore;
    // Members of the struct may lie apart by what aligns them.
    const struct = ramBytes - 24 - 10 - counted.stackBytes;
    expect(Math.abs(struct - made.footprint.stateBytes)).toBeLessThanOrEqual(8);
  }
});

describe("a model with thresholds", () => {
  const model = seededModel(SHAPE);
  const sequences = [randomFrames(createRandom(5), 12, 32)];
  const quantized = quantizeModel(model, calibrate(model, { source: "random", sequences }), "int8");
  const quality: Quality = {
    metric: "SI-SDR gain",
    unit: "dB",
    kind: "measured",
    source: "a test",
    value: 7.5,
  };
  const inputs = [0, 50, 50, 51].map((value) => new Int8Array(32).fill(value));

  const measured = deltaSizes(
    quantized,
    [64],
    [{ input: 4, hidden: 255 }],
    (kept, onStep) => {
      const twin = createTwin(kept);
      for (const input of inputs) {
        twin.step(input);
        const work = twin.lastWork?.();
        if (work !== undefined) onStep(work);
      }
      return quality;
    },
    () => {},
  );

  test("has the mean and most columns of its steps", () => {
    // All 32 inputs move in one of four steps; no state moves by more than 255.
    expect(measured).toEqual([
      {
        ...{ hiddenSizes: [64], option: "--delta 4,255", quality },
        columns: [{ of: 96, mean: 8, max: 32 }],
      },
    ]);
  });

  test.skipIf(!isCountedNow("qemu-m4"))(
    "is judged by its slowest step's time and its mean step's power, and chosen by name",
    () => {
      const predictor = createKeptPredictor(loadBoard("nrf52840-dk"));
      const [candidate] = deltaCandidates(SHAPE, measured, predictor);
      if (candidate === undefined) throw new RangeError("no candidate");
      const power = { activeMw: 10, sleepMw: 0 };
      const rating: SizeRating = { clockHz: 1e6, power, periodMs: 100 };
      const limits: SizeLimits = { latencyMs: 100, powerMw: 3, flashBytes: 1e6, ramBytes: 1e5 };
      const whole = { ...candidate, method: "given", quality: { ...quality, value: 8 } } as const;
      const { leftOut: _, ...given } = whole;
      const dear = { value: 60_000, low: 60_000, high: 60_000, stalls: 0 };
      const sizes = judgeSizes([candidate, { ...given, cycles: dear }], limits, rating);
      const mean = predictor.of(SHAPE, [8]).cycles.value;
      const worst = predictor.of(SHAPE, [32]).cycles.value;
      expect(sizes[0]?.latencyMs).toBeCloseTo(worst / 1e3, 9);
      expect(sizes[0]?.powerMw).toBeCloseTo((10 * mean) / 1e3 / 100, 9);
      const common = { board: "a board", limits, rating, missing: null, trained: [] };
      const more = { format: "int8", otherFormats: [], otherBoards: [] };
      expect(answerOf({ ...common, ...more, sizes })).toMatch(
        /^hiddenSize 64 with --delta 4,255: the best that computes only what moved within 100 ms and 3 mW on a board \(.* 7\.5 dB, measured\)/,
      );
      const strict = { ...limits, latencyMs: (mean + worst) / 2e3 };
      expect(judgeSizes([candidate], strict, rating)[0]?.misses).toEqual(["latency"]);
    },
  );
});

test("thresholds that nothing tells the quality or cost of are refused", () => {
  const context = createContext({ quiet: true, signal: new AbortController().signal });
  const ask = (id: string, format: "int8" | "int4", evaluate?: string) => () =>
    evaluatedSubject(
      context,
      { delta: true, ...(evaluate === undefined ? {} : { evaluate }) },
      "hearable",
      loadBoard(id),
      format,
    );
  const clips = "models/clips/manifest.json";
  expect(ask("nrf52840-dk", "int8")).toThrow(/TP-USE-487.*without hearing it/s);
  expect(ask("nrf52840-dk", "int4", clips)).toThrow(/TP-USE-487.*int4/s);
  expect(ask("esp32dev", "int8", clips)).toThrow(/TP-USE-487.*write-kept-costs/s);
});
