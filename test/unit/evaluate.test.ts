import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { dequantizeValues, quantizeValues } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { shapeOf } from "../../codegen/size/network.ts";
import { sizeText } from "../../host/report/size-text.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { evaluateModel, sequenceScore } from "../../host/workflow/quality/evaluate.ts";
import {
  type EvaluationSet,
  readEvaluationSet,
  type Sequence,
} from "../../host/workflow/quality/evaluation-set.ts";
import { evaluatedSizes } from "../../host/workflow/size/evaluated-sizes.ts";
import { sizesFor } from "../../host/workflow/size/size.ts";
import { subjectOf } from "../../host/workflow/size/subject.ts";
import { siblingsOf } from "../../host/workflow/size/trained-sizes.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** numpy.save of float64, format 1.0. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const bytes = Buffer.alloc(10 + padded.length + 8 * values.length);
  bytes.write("\x93NUMPY\x01\x00", "latin1");
  bytes.writeUInt16LE(padded.length, 8);
  bytes.write(padded, 10, "latin1");
  values.forEach((value, index) => {
    bytes.writeDoubleLE(value, 10 + padded.length + 8 * index);
  });
  return bytes;
}

describe("a list to evaluate on", () => {
  test("names recordings relative to itself", () => {
    const path = file(
      "clips.json",
      JSON.stringify({ clips: [{ noisy: "a.wav", clean: "b.wav" }] }),
    );
    const set = readEvaluationSet(path);
    expect(set).toMatchObject({
      kind: "recordings",
      clips: [{ noisy: join(folder, "a.wav"), clean: join(folder, "b.wav") }],
    });
  });

  test("reads inputs and targets frame by frame", () => {
    file("x.npy", npy([2, 3], [1, 2, 3, 4, 5, 6]));
    file("y.npy", npy([2], [0, 1]));
    const entry = { inputs: "x.npy", targets: "y.npy" };
    const path = file("s.json", JSON.stringify({ metric: "accuracy", sequences: [entry] }));
    const set = readEvaluationSet(path) as Extract<EvaluationSet, { kind: "sequences" }>;
    expect(set.metric).toBe("accuracy");
    const [sequence] = set.sequences;
    expect(sequence?.inputs.map((frame) => [...frame])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(sequence?.targets.map((frame) => [...frame])).toEqual([[0], [1]]);
  });

  test("refuses what is none", () => {
    file("short.npy", npy([1, 3], [1, 2, 3]));
    file("long.npy", npy([2, 3], [1, 2, 3, 4, 5, 6]));
    file("cube.npy", npy([1, 1, 3], [1, 2, 3]));
    const of = (inputs: unknown, targets: unknown) => ({ sequences: [{ inputs, targets }] });
    const lists: readonly unknown[] = [
      null,
      {},
      { clips: [] },
      { clips: [null] },
      { clips: [{ noisy: 1, clean: "b.wav" }] },
      { clips: [{ noisy: "a", clean: "b" }], sequences: [] },
      { metric: "loudness", ...of("short.npy", "short.npy") },
      of(1, 2),
      of("short.npy", "long.npy"),
      of("cube.npy", "cube.npy"),
      of("absent.npy", "short.npy"),
      of("a\u0000.npy", "short.npy"),
      of("n".repeat(300), "short.npy"),
      { clips: [{ noisy: "a\u0000.wav", clean: "b.wav" }] },
      { clips: [{ noisy: ".", clean: "b.wav" }] },
      { clips: Array.from({ length: 10_001 }, () => ({ noisy: "a", clean: "b" })) },
    ];
    for (const list of lists) {
      const path = file("bad.json", JSON.stringify(list));
      expect(() => readEvaluationSet(path), JSON.stringify(list)?.slice(0, 80)).toThrow(
        "TP-USE-470",
      );
    }
    expect(() => readEvaluationSet(file("bad.json", "{"))).toThrow("TP-USE-470");
    expect(() => readEvaluationSet(join(folder, "absent.json"))).toThrow("TP-USE-470");
    expect(() => readEvaluationSet(folder)).toThrow("TP-USE-470");
  });
});

describe("arrays of sequences", () => {
  const listed = (name: string, ...files: readonly string[]) =>
    file(name, JSON.stringify({ sequences: files.map((one) => ({ inputs: one, targets: one })) }));

  test("are read once, however often they are listed", () => {
    file("once.npy", npy([2, 3], [1, 2, 3, 4, 5, 6]));
    const path = listed("twice.json", "once.npy", "./once.npy");
    const set = readEvaluationSet(path) as Extract<EvaluationSet, { kind: "sequences" }>;
    expect(set.sequences[1]?.inputs).toBe(set.sequences[0]?.inputs);
  });

  test("are refused from their sizes before they are read, and from the frames they hold", () => {
    file("six.npy", npy([2, 3], [1, 2, 3, 4, 5, 6]));
    file("three.npy", npy([3], [1, 2, 3]));
    // No array: reading it would say so with another code. 8000 B hold 486 values or more behind the longest header.
    file("none.npy", Buffer.alloc(8000));
    const limits = { fileBytes: 8000, fileFrames: 3, frames: 5, values: 491 };
    const both = listed("both.json", "six.npy", "three.npy");
    expect(readEvaluationSet(both, limits).kind).toBe("sequences");
    const large = listed("large.json", "six.npy", "none.npy");
    expect(() => readEvaluationSet(large, limits)).toThrow(/TP-USE-470.*491 values/s);
    expect(() => readEvaluationSet(large, { ...limits, values: 492 })).toThrow("TP-USE-120");
    const refused: readonly [Partial<typeof limits>, RegExp][] = [
      [{ fileBytes: 100 }, /six\.npy is larger/],
      [{ fileFrames: 2 }, /three\.npy has 3 frames/],
      [{ frames: 4 }, /more than 4 frames/],
      [{ values: 8 }, /more than 8 values/],
    ];
    for (const [changed, words] of refused) {
      expect(() => readEvaluationSet(both, { ...limits, ...changed })).toThrow(words);
    }
  });
});

test("scores of a sequence, by hand", () => {
  const rows = (...values: readonly number[][]) => values.map((row) => Float64Array.from(row));
  // Targets (3, 4), outputs (3, 3): 25 over 1.
  expect(sequenceScore("signal-to-error", rows([3, 3]), rows([3, 4]))).toBeCloseTo(13.9794, 4);
  const answers = rows([0.1, 0.9], [0.7, 0.2], [0.4, 0.6], [0.5, 0.1]);
  expect(sequenceScore("accuracy", answers, rows([1], [0], [0], [0]))).toBe(75);
});

const random = createRandom(31);
const small = randomModel(random, {
  name: "small",
  inputSize: 4,
  lstms: [8],
  denses: [{ size: 3, activation: "none" }],
});
const stack = randomModel(random, { name: "stack", inputSize: 4, lstms: [8, 6], denses: [] });

function sequences(count: number, outputSize: number): readonly Sequence[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    inputs: randomFrames(random, 5, 4),
    targets: randomFrames(random, 5, outputSize),
  }));
}

describe("a model's quality on it", () => {
  const quantized = quantizeModel(small, calibrate(small, null), "int8");
  const set = { kind: "sequences", name: "set", metric: "signal-to-error" } as const;

  test("is the mean of its sequences, each from zero state, with an interval over five or more", () => {
    const all = sequences(6, 3);
    const scores = all.map(({ inputs, targets }) => {
      const twin = createTwin(quantized);
      const outputs = inputs.map((frame) =>
        dequantizeValues(
          twin.step(quantizeValues(frame, quantized.input).values),
          quantized.output,
        ),
      );
      const pairs = outputs.flatMap((output, t) =>
        [...output].map((value, i) => [value, targets[t]?.[i] as number] as const),
      );
      const signal = pairs.reduce((sum, [, target]) => sum + target ** 2, 0);
      const error = pairs.reduce((sum, [value, target]) => sum + (value - target) ** 2, 0);
      return 10 * Math.log10(signal / error);
    });
    const quality = evaluateModel(quantized, null, { ...set, sequences: all }, () => {});
    expect(quality.value).toBeCloseTo(scores.reduce((sum, one) => sum + one, 0) / 6, 9);
    expect(quality).toMatchObject({
      metric: "signal-to-error ratio",
      unit: "dB",
      kind: "measured",
      source: "exact int8 twin on 6 sequences of set",
    });
    const [low, high] = quality.interval as readonly [number, number];
    expect(low).toBeGreaterThanOrEqual(Math.min(...scores));
    expect(high).toBeLessThanOrEqual(Math.max(...scores));
    expect(low).toBeLessThan(quality.value);
    expect(high).toBeGreaterThan(quality.value);
    const few = evaluateModel(quantized, null, { ...set, sequences: all.slice(0, 4) }, () => {});
    expect(few.interval).toBeUndefined();
  });

  test("is refused where set and model do not belong together", () => {
    const clips = [{ noisy: "a.wav", clean: "b.wav", snrDb: 0 }];
    const recordings = { kind: "recordings", name: "set", clips } as const;
    expect(() => evaluateModel(quantized, null, recordings, () => {})).toThrow("TP-USE-471");
    const other = { ...set, sequences: sequences(1, 2) };
    expect(() => evaluateModel(quantized, null, other, () => {})).toThrow("TP-USE-471");
    const silent = sequences(1, 3).map((one) => ({
      ...one,
      targets: one.targets.map((frame) => frame.fill(0)),
    }));
    expect(() => evaluateModel(quantized, null, { ...set, sequences: silent }, () => {})).toThrow(
      "TP-USE-471",
    );
  });

  test("is an accuracy only of classes that the model has outputs for", () => {
    const classes = (...values: readonly number[]) => {
      const targets = values.map((value) => Float64Array.of(value));
      const inputs = randomFrames(random, values.length, 4);
      return { ...set, metric: "accuracy", sequences: [{ name: "s", inputs, targets }] } as const;
    };
    const of = (model: typeof quantized, ...values: readonly number[]) =>
      evaluateModel(model, null, classes(...values), () => {});
    for (const value of [-1, 3, 0.5]) {
      expect(() => of(quantized, 0, value)).toThrow("TP-USE-471");
    }
    expect(of(quantized, 0, 1, 2)).toMatchObject({ metric: "accuracy", unit: "%" });
    const alone = randomModel(random, {
      name: "alone",
      inputSize: 4,
      lstms: [4],
      denses: [{ size: 1, activation: "sigmoid" }],
    });
    const one = quantizeModel(alone, calibrate(alone, null), "int8");
    expect(() => of(one, 0, 0)).toThrow("TP-USE-471");
  });
});

describe("sizes judged on it", () => {
  const { sidecar: _, sidecarText: __, ...file } = loadModel("hearable", { modelsDir: MODELS_DIR });
  const loaded = (model: typeof small) => ({
    ...file,
    path: join(folder, `${model.name}.onnx`),
    directory: folder,
    model,
  });
  const evaluated = (model: typeof small) =>
    evaluatedSizes({
      loaded: loaded(model),
      set: {
        kind: "sequences",
        name: "set",
        metric: "signal-to-error",
        sequences: sequences(5, model.outputSize),
      },
      format: "int8",
      calibrate: undefined,
      thresholds: [],
      granule: 2,
      progress: silentProgress,
    });
  const judged = (model: typeof small, own: readonly number[]) => {
    const heard = evaluated(model);
    const subject = {
      name: model.name,
      shape: shapeOf(model),
      own,
      trained: heard.trained,
      evaluated: heard,
      periodMs: 10,
    };
    return { heard, ...sizesFor(subject, loadBoard("nrf52840-dk"), "int8", { maxHidden: 10 }) };
  };

  test("are the model's own, padded ones as well, and pruned ones to half of it", () => {
    const { heard, sizes } = judged(small, [8]);
    const at = (size: number) => sizes.find(({ hiddenSizes }) => hiddenSizes[0] === size);
    expect(at(8)).toMatchObject({ method: "given", quality: heard.own });
    expect(at(10)).toMatchObject({ method: "pad", quality: heard.own });
    expect(heard.pruned.map(({ hiddenSize }) => hiddenSize)).toEqual([8, 6, 4]);
    expect(at(4)).toMatchObject({ method: "prune", quality: heard.pruned[2]?.quality });
    expect(at(5)?.quality?.kind).toBe("modelled");
    expect(at(3)?.quality).toBeNull();
  });

  test("read in a line for each source, with intervals where there are some", () => {
    const { heard, sizes, others, why } = judged(small, [8]);
    const lines = (candidates: typeof sizes) =>
      sizeText({
        board: "nrf52840-dk",
        why,
        rule: [],
        candidates,
        shown: [],
        format: "int8",
        otherFormats: others,
        source: "",
        picture: null,
        made: null,
      })
        .split("\n")
        .filter((line) => line.startsWith("Quality is"));
    const [first, second, ...more] = [...lines(sizes)].sort((a, b) => a.length - b.length);
    const source =
      "Quality is the signal-to-error ratio [dB], exact int8 twin on 5 sequences of set";
    expect(first?.startsWith(`${source}; 95 % intervals: 8: `)).toBe(true);
    expect(second?.startsWith(`${source}, pruned; 95 % intervals: `)).toBe(true);
    expect(second).toMatch(/ 4: .* 6: | 6: .* 4: /);
    expect(second).not.toContain(" 8: ");
    expect(more).toEqual([]);
    const { interval: _, ...bare } = heard.own;
    const given = sizes.filter(({ method }) => method === "given");
    const [plain] = lines(given.map((one) => ({ ...one, quality: { ...bare, value: 7 } })));
    expect(plain).toBe(`${source}: 8: 7.`);
  });

  test("of a stack are the model's own and padded ones alone", () => {
    const { heard, sizes } = judged(stack, [8, 6]);
    const own = sizes.find(({ method }) => method === "given");
    expect(own?.quality).toEqual(heard.own);
    expect(sizes.some(({ method, quality }) => method === "prune" && quality !== null)).toBe(false);
  });
});

describe("a model's trained family", () => {
  const loaded = loadModel("hearable", { modelsDir: MODELS_DIR });

  test("is how its sizes would be made in every format, whose quality nobody measured", () => {
    const subject = subjectOf("hearable", {}, "int8");
    const sizes = subject.trained.map(({ hiddenSize }) => hiddenSize);
    expect(sizes).toEqual([32, 64, 96]);
    const { others } = sizesFor(subject, loadBoard("nrf52840-dk"), "int8", {});
    for (const { smallest, given, largest } of others) {
      expect([smallest.method, given?.method]).toEqual(["prune", "given"]);
      expect(largest).toMatchObject({ hiddenSizes: [96], method: "retrain", quality: null });
    }
  });

  test("holds no file that reads something else or hears through another front end", () => {
    const sidecar = loaded.sidecar as NonNullable<typeof loaded.sidecar>;
    const strangers = [
      { ...loaded, model: { ...loaded.model, inputSize: 7 } },
      { ...loaded, model: { ...loaded.model, outputSize: 7 } },
      { ...loaded, sidecar: { ...sidecar, frontEnd: { ...sidecar.frontEnd, hopLength: 7 } } },
    ];
    for (const stranger of strangers) {
      const notes: string[] = [];
      const found = siblingsOf(stranger, (words) => notes.push(words));
      expect(found.map(({ hiddenSize }) => hiddenSize)).toEqual([64]);
      expect(notes.map((words) => words.split(" ")[0])).toEqual(["hearable-32", "hearable-96"]);
    }
  });
});
