/** Runs whose steps leave work out: what the twin counts of them, how a recording keeps it, and the roofline that follows. */
import { describe, expect, test } from "vitest";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { withDelta } from "../../codegen/quantize/delta.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { withSkip } from "../../codegen/quantize/skip.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import { explainField } from "../../host/analyze/explain.ts";
import type { RunFacts } from "../../host/analyze/facts.ts";
import type { KernelWork } from "../../host/analyze/kernel-work.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import type { SparedFacts } from "../../host/analyze/spared-work.ts";
import { decodeWork, encodeWork } from "../../host/workflow/spared-frames.ts";
import { facts, frame } from "../golden/report/facts.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

function work(name: string, macs: number, weights: number, activations: number): KernelWork {
  const traffic = { weights, activations, state: 0, tables: 0, sums: 0 };
  return { name, macs, paddedMacs: macs, rows: 8, traffic };
}

/** 8 rows of 40 columns: a multiplier of 4 byte a row, a byte a weight. */
const SPARED: SparedFacts = {
  kept: [
    {
      name: "lstm0",
      columns: 40,
      work: [work("lstm0", 0, 32, 100), work("lstm0", 8, 40, 190), work("lstm0", 16, 48, 200)],
    },
  ],
  silence: null,
  frames: [{ moved: [40] }, { moved: [0] }, { moved: [10] }].map((one) => ({
    ...one,
    repeated: false,
  })),
};

/** Three frames of 900, 100 and 300 cycles: the last one is the median. */
const RUN: RunFacts = {
  ...facts,
  model: { ...facts.model, macs: 340, paddedMacs: 340, weightBytes: 400, leavesWorkOut: true },
  frames: [900, 100, 300].map((cycles, at) => {
    return {
      ...frame(at),
      cycles,
      cyclesSimple: null,
      instructions: cycles - 20,
      bytesLoaded: 300,
      bytesStored: 20,
    };
  }),
  work: [work("lstm0", 320, 352, 500), work("dense0", 20, 48, 60)],
  spared: SPARED,
};

describe("the document of a run that leaves work out", () => {
  const document = analyzeRun(RUN);

  test("tells the work of the median frame and the columns of all, counted", () => {
    expect(document.done).toMatchObject({
      macs: { value: 10 * 8 + 20, unit: "MAC", kind: "counted" },
      weightBytes: { value: 32 + 10 * 8 + 48, unit: "byte", kind: "counted" },
      columns: [{ kernel: "lstm0", of: 40, mean: { value: 50 / 3 }, max: { value: 40 } }],
      repeated: { value: 0 },
    });
    expect(document.model.macs).toBe(340);
  });

  test("has that frame's point under the roofs, and no kernel's", () => {
    const { roofline } = document;
    expect(roofline?.arithmeticIntensity.value).toBeCloseTo(200 / 160, 12);
    // The wait for weights of the golden board is 2 bytes a cycle against 4, for what the model stores.
    const seconds = (document.cycles?.median ?? 0) / 64e6;
    expect(document.cycles?.median).toBe(300 + 400 / 4);
    expect(roofline?.dots).toHaveLength(1);
    expect(roofline?.dots[0]?.rate.value).toBeCloseTo(200 / seconds, 3);
    expect(roofline?.explanation).toContain("2.8 a MAC");
    expect(roofline?.whatIfs.map(({ id }) => id)).toEqual(["bandwidth", "clock", "bits"]);
  });

  test("its traffic is planned for those columns", () => {
    const bars = document.traffic?.bars ?? [];
    const activations = bars.find(({ name }) => name === "activations");
    expect(activations?.amount.value).toBe(190 + 9 * 10 + 60);
  });

  test("explains the point by the work that was done", () => {
    const { again, inputs, value } = explainField(document, "roofline.arithmeticIntensity");
    expect(again).toBe(value);
    expect(inputs.map(({ path }) => path)).toEqual(["done.macs", "done.weightBytes"]);
    expect(explainField(document, "instructions.perMac").inputs[1]?.path).toBe("model.macs");
  });

  test("is held against no other machine, which would do all of the work", () => {
    expect(document.comparison).toEqual([]);
    expect(document.optimisation).toBeNull();
    expect(document.why.comparison).toMatch(/other machines would do the whole/);
    expect(runRecords(document, "run.json")[0]?.workload).toMatchObject({ ops: null });
  });

  test("frames that repeat do what telling silence takes", () => {
    const silence = work("silence", 0, 0, 96);
    const moved = [40, 0, 10].map((columns, at) => ({ moved: [columns], repeated: at === 1 }));
    const spared = { ...SPARED, silence, frames: moved };
    const watched = analyzeRun({ ...RUN, spared });
    expect(watched.done?.repeated.value).toBe(1);
    const bars = watched.traffic?.bars ?? [];
    expect(bars.find(({ name }) => name === "activations")?.amount.value).toBe(96 + 340);
    const mostly = spared.frames.map((one, at) => ({ ...one, repeated: at > 0 }));
    const silent = analyzeRun({ ...RUN, spared: { ...spared, frames: mostly } });
    expect(silent.done?.macs.value).toBe(0);
    expect(silent.roofline).toBeNull();
    expect(silent.why.roofline).toMatch(/repeats a result/);
  });

  test.each([
    ["values differ", { verify: { ...facts.verify, bitExact: false } as RunFacts["verify"] }],
    ["1 frames, and 3", { spared: { ...SPARED, frames: SPARED.frames.slice(1, 2) } }],
    ["nobody counted", { spared: undefined }],
  ] as const)("without a count that is the device's there is no point: %s", (words, change) => {
    const unknown = analyzeRun({ ...RUN, ...change } as RunFacts);
    expect(unknown.done).toBeUndefined();
    expect(unknown.roofline).toBeNull();
    expect(unknown.why.roofline).toContain(words);
  });
});

describe("the twin's count", () => {
  const float = randomModel(createRandom(31), {
    ...{ name: "spare", inputSize: 6, lstms: [9, 5], reach: 1.7 },
    denses: [{ size: 3, activation: "sigmoid" }],
  });
  const sequences = [randomFrames(createRandom(32), 6, 6)];
  const model = quantizeModel(float, calibrate(float, { source: "random", sequences }), "int8");

  test("of threshold 0 is of every value that changed: the first layer's, by hand", () => {
    const twin = createTwin(withDelta(model, { input: 0, hidden: 255 }));
    const moved = (...values: readonly number[]): number => {
      twin.step(Int8Array.from(values));
      return twin.lastWork?.().moved[0] as number;
    };
    expect(moved(0, 1, -3, 0, 0, 7)).toBe(3);
    expect(moved(0, 1, -3, 0, 0, 7)).toBe(0);
    expect(moved(1, 1, -3, 0, 0, 8)).toBe(2);
    twin.reset();
    expect(moved(1, 1, -3, 0, 0, 8)).toBe(4);
    expect(twin.lastWork?.().moved).toHaveLength(2);
  });

  test("is of no column in a repeated step; a model that does all of its work has none", () => {
    const twin = createTwin(
      withSkip(withDelta(model, { input: 0, hidden: 0 }), { level: 0, frames: 1 }),
    );
    const quiet = Int8Array.of(-9, 0, 0, 0, 0, 0);
    twin.step(quiet);
    expect(twin.lastWork?.()).toMatchObject({ repeated: false });
    twin.step(Int8Array.of(-8, 0, 0, 0, 0, 0));
    expect(twin.lastWork?.()).toEqual({ repeated: true, moved: [0, 0] });
    expect(createTwin(model).lastWork).toBeUndefined();
    const skips = createTwin(withSkip(model, { level: 0, frames: 1 }));
    skips.step(quiet);
    skips.step(quiet);
    expect(skips.lastWork?.()).toEqual({ repeated: true, moved: [] });
  });
});

describe("a recording", () => {
  const kept = [SPARED.kept[0], { ...SPARED.kept[0], columns: 8192 }] as SparedFacts["kept"];
  const frames = [
    { repeated: false, moved: [40, 8192] },
    { repeated: true, moved: [0, 0] },
  ];

  test("keeps a frame's work in little-endian words", () => {
    const bytes = encodeWork(frames);
    expect([...bytes]).toEqual([0, 0, 40, 0, 0, 32, 1, 0, 0, 0, 0, 0]);
    expect(decodeWork(bytes, kept)).toEqual(frames);
  });

  test("that was cut or has more columns than there are is refused", () => {
    const bytes = encodeWork(frames);
    expect(() => decodeWork(bytes.subarray(0, 7), kept)).toThrow("TP-USE-151");
    bytes[2] = 41;
    expect(() => decodeWork(bytes, kept)).toThrow("TP-USE-151");
  });
});
