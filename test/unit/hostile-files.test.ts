/** Hostile files of every format, each made by hand for one thing that it asks too much of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ToolkitError } from "../../codegen/errors.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { readTfliteModel } from "../../codegen/model/tflite/read.ts";
import { type Places, placesOf } from "../fuzz/flatbuffer-places.ts";
import { ints, op } from "./onnx-cases.ts";
import { type ModelSpec, seededTensor, type TensorSpec, writeOnnx } from "./onnx-writer.ts";

const FLOAT_LSTM = join(import.meta.dirname, "../vectors/tflite/real/lstm-float.tflite");
const SOUND = Uint8Array.from(readFileSync(FLOAT_LSTM));
/** A file may take twice its size and this [byte], and this much of the processor's time [ms]. */
const MEMORY = 64 * 1024 * 1024;
const TIME_MS = 1000;

function codeOf(read: () => unknown): string {
  const start = process.cpuUsage();
  const before = process.memoryUsage().arrayBuffers;
  try {
    read();
    return "read";
  } catch (error) {
    if (error instanceof ToolkitError) return error.code;
    throw error;
  } finally {
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(TIME_MS);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY);
  }
}

/** A sound TFLite file with one number of it changed. */
function damaged(change: (view: DataView, places: Places) => void): () => unknown {
  const bytes = SOUND.slice();
  change(new DataView(bytes.buffer), placesOf(SOUND));
  return () => readTfliteModel(bytes, "hostile.tflite");
}

/** "x" [1, 3] to "y" by nodes and constants. */
function step(nodes: ModelSpec["nodes"], initializers: readonly TensorSpec[]): () => unknown {
  const bytes = writeOnnx({
    nodes,
    initializers,
    inputs: [{ name: "x", shape: [1, 3] }],
    outputs: [{ name: "y", shape: [] }],
  });
  return () => readOnnxModel(bytes, "hostile.onnx");
}

describe("a cyclic flatbuffer", () => {
  it("whose offsets wrap around to a table that holds them is refused at the first of them", () => {
    const offsets = placesOf(SOUND).offsets.filter(({ at }) => at > 0);
    // Every offset but the root's own in turn leads back to the root, which only wrapping around 2^32 can do.
    for (const { at } of offsets) {
      const code = codeOf(
        damaged((view) => view.setUint32(at, view.getUint32(0, true) - at, true)),
      );
      expect(code, `offset at byte ${at}`).toBe("TP-MODEL-002");
    }
  });

  it("of tables that share each other ends", () => {
    const { offsets } = placesOf(SOUND);
    // Every seventh of each: a table, a vector or a text in the place of another.
    for (const { at } of offsets.filter((_, index) => index % 7 === 0)) {
      for (const { target } of offsets.filter((_, index) => index % 7 === 3)) {
        const code = codeOf(damaged((view) => view.setUint32(at, target - at, true)));
        expect(code).toMatch(/^(read|TP-(MODEL|PLAN)-\d{3})$/);
      }
    }
  });
});

describe("numbers in a TFLite file", () => {
  const [weights] = [...placesOf(SOUND).buffers].sort((a, b) => b.size - a.size);

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%d as weight",
    (bad) => {
      const code = codeOf(damaged((view) => view.setFloat32(weights?.at ?? 0, bad, true)));
      expect(weights?.size).toBeGreaterThan(32);
      expect(code).toBe("TP-MODEL-007");
    },
  );

  it.each([0, -1, -(2 ** 31), 2 ** 31 - 1, 65_537])("%d as any number of 32 bits", (bad) => {
    for (const place of placesOf(SOUND).scalars.filter(({ size }) => size === 4)) {
      const code = codeOf(damaged((view) => view.setInt32(place.at, bad, true)));
      expect(code).toMatch(/^(read|TP-(MODEL|PLAN)-\d{3})$/);
    }
  });

  it.each([2 ** 31, 2 ** 32 - 1, 65_536])("a length of %d", (bad) => {
    for (const { at } of placesOf(SOUND).lengths) {
      expect(codeOf(damaged((view) => view.setUint32(at, bad, true)))).toMatch(/^TP-MODEL-00[23]$/);
    }
  });
});

describe("shapes in an ONNX file", () => {
  const dense = seededTensor("W", [3, 2], 1);
  const behind = op("MatMul", "x W", "y");

  it("a constant that says it holds more than the file is refused before it is moved", () => {
    const huge = { ...seededTensor("c", [1], 1), dims: [5, 50_815_559, 49, 55] };
    const moved = op("Gather", "c zero", "g", { integers: { axis: 0 } });
    expect(codeOf(step([moved, behind], [huge, ints("zero", 0), dense]))).toBe("TP-MODEL-003");
    const held = { ...huge, dims: [5, 8_000_000] };
    expect(codeOf(step([moved, behind], [held, ints("zero", 0), dense]))).toBe("TP-MODEL-004");
  });

  it("an empty constant with long axes takes no memory", () => {
    const empty = { name: "c", dims: [2 ** 20, 2 ** 20, 2 ** 20, 0], values: [] };
    const moved = op("Transpose", "c", "g", { integers: { perm: [3, 2, 1, 0] } });
    expect(codeOf(step([moved, behind], [empty, dense]))).toBe("TP-MODEL-003");
    const shorter = { ...empty, dims: [0, 2 ** 25] };
    const turned = op("Transpose", "c", "g", { integers: { perm: [1, 0] } });
    expect(codeOf(step([turned, behind], [shorter, dense]))).toMatch(/^(read|TP-MODEL-\d{3})$/);
  });

  it.each([
    ["zero", [0, 2], []],
    ["negative", [-3, 2], [1]],
    ["huge", [2 ** 40, 2], [1]],
  ] as const)("a weight with a %s size", (_, dims, values) => {
    const code = codeOf(step([behind], [{ name: "W", dims, values }]));
    expect(code).toMatch(/^TP-(MODEL-00[346]|PLAN-001)$/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("%d as weight", (bad) => {
    const values = [1, 2, 3, 4, 5, bad];
    expect(codeOf(step([behind], [{ name: "W", dims: [3, 2], values }]))).toBe("TP-MODEL-007");
  });
});
