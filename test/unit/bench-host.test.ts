/** The measurement of this computer: models made for it, its records, and what the analyzer reads of them. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { fitCalls } from "../../host/analyze/call-fit.ts";
import type { Quantity } from "../../host/analyze/quantity.ts";
import { describeComputer } from "../../host/workflow/bench/computer.ts";
import { checkSeconds, parseStreams } from "../../host/workflow/bench/host.ts";
import type { HostMeasurement } from "../../host/workflow/bench/host-records.ts";
import { hostRecords, pointOf, workOf } from "../../host/workflow/bench/host-records.ts";
import { operatorModel } from "../../host/workflow/bench/operator-model.ts";
import { openSteps } from "../../host/workflow/bench/step-session.ts";
import { withFreeStreams } from "../../host/workflow/bench/stream-model.ts";
import { measureBandwidth } from "../../host/workflow/bench/triad.ts";
import { importStream } from "../../host/workflow/import.ts";
import { denoiserSpec, writeOnnx } from "./onnx-writer.ts";

const INPUT = 5;
const signal = new AbortController().signal;

describe("models made for a measurement", () => {
  test("one operator: a product by hand", async () => {
    const operand = (name: string, shape: readonly number[]) =>
      ({ name, type: "float32", shape }) as const;
    const model = operatorModel(
      "MatMul",
      [operand("a", [1, 2]), operand("b", [2, 2])],
      operand("y", [1, 2]),
    );
    const session = await InferenceSession.create(model);
    const results = await session.run({
      a: new Tensor("float32", Float32Array.of(1, 2), [1, 2]),
      b: new Tensor("float32", Float32Array.of(3, 4, 5, 6), [2, 2]),
    });
    expect([...(results.y as Tensor).data]).toEqual([13, 16]);
  });

  test("streams are freed, proved equal to streams alone, and keep states apart", async () => {
    const bytes = writeOnnx(denoiserSpec(INPUT, 8, 3));
    const { model, why } = await withFreeStreams(bytes, INPUT);
    expect(why).toBeNull();
    const session = await openSteps(model as Uint8Array, { threads: 1, streams: 4, steps: 1 });
    expect(session.freeSteps).toBe(true);
    // A hidden and a cell value a unit.
    expect(session.stateSize).toBe(16);
    const input = Float32Array.from({ length: 4 * INPUT }, (_, i) => (i < INPUT ? 1 : -1));
    await session.run(input);
    const second = await session.run(input);
    expect(second).toHaveLength(12);
    expect([...second.slice(3, 6)]).toEqual([...second.slice(6, 9)]);
    expect(second[0]).not.toBe(second[3]);
    await session.release();
  });

  test("a model whose own shape holds one stream says why it stays so", async () => {
    const spec = denoiserSpec(INPUT, 8, 3);
    const lstm = spec.nodes[0] as (typeof spec.nodes)[number];
    const fixed = writeOnnx({
      ...spec,
      nodes: [
        { operator: "Reshape", inputs: ["h0", "one"], outputs: ["h0.fixed"] },
        { ...lstm, inputs: lstm.inputs.map((name) => (name === "h0" ? "h0.fixed" : name)) },
        ...spec.nodes.slice(1),
      ],
      initializers: [
        ...(spec.initializers ?? []),
        { name: "one", dims: [3], values: [1, 1, 8], type: "int64" },
      ],
    });
    const { model, why } = await withFreeStreams(fixed, INPUT);
    expect(model).toBeNull();
    expect(why).not.toBe("");
  });

  test("a model whose state does not come out is refused", async () => {
    const spec = denoiserSpec(INPUT, 8, 3);
    const bytes = writeOnnx({ ...spec, outputs: spec.outputs.slice(0, 2) });
    await expect(openSteps(bytes, { threads: 1, streams: 1, steps: 1 })).rejects.toThrow(
      expect.objectContaining({ code: "TP-USE-393" }),
    );
  });
});

test.each([1, 2])(
  "the triad computes on %i threads what it should, or it throws",
  async (threads) => {
    const found = await measureBandwidth({ threads, arrayBytes: 1 << 16, seconds: 1e-3, signal });
    expect(found.arrayBytes).toBe(1 << 16);
    expect(found.triad).toBeGreaterThan(0);
    expect(found.copy).toBeGreaterThan(0);
  },
);

describe("options", () => {
  test("streams are sorted, each once", () => {
    expect(parseStreams("64, 1,8,8")).toEqual([1, 8, 64]);
  });

  test.each(["", "0", "1,,2", "-1", "1.5", "65537", "1e3", "abc"])("--batch %s", (text) => {
    expect(() => parseStreams(text)).toThrow(expect.objectContaining({ code: "TP-USE-391" }));
  });

  test("a measurement lasts at most half a minute", () => {
    expect(checkSeconds(30)).toBe(30);
    for (const seconds of [0, -1, 31, Number.NaN]) {
      expect(() => checkSeconds(seconds)).toThrow(expect.objectContaining({ code: "TP-USE-392" }));
    }
  });
});

describe("records", () => {
  const quantity = (value: number, unit: string): Quantity => ({
    value,
    unit,
    kind: "measured",
    source: "by hand",
  });
  const work = {
    name: "net",
    macs: 1000,
    parameters: 1100,
    recurrentParameters: 400,
    layers: 2,
    frameValues: 50,
    frameMs: 10,
  };
  const calls = (samples: readonly number[], joules?: number) => ({
    samples,
    warnings: [],
    energy: joules === undefined ? null : { joules, seconds: 2, calls: 100 },
  });
  const memory = (name: string, holdsBytes: number) => ({
    roof: { name, limits: "memory" as const, peak: quantity(1e9, "byte/s") },
    holdsBytes,
  });
  const measurement: HostMeasurement = {
    computer: { ...describeComputer(), cpu: "Test CPU", warnings: ["a warning"] },
    runtime: "onnxruntime-node 0",
    command: "pioneer bench host net",
    work,
    roofs: [
      {
        threads: 1,
        arithmetic: [{ name: "float32", limits: "compute", peak: quantity(1e9, "op/s") }],
        memory: {
          memories: [memory("L1", 1000), memory("DRAM", Infinity)],
          copy: memory("DRAM copy", Infinity).roof,
          warnings: [],
        },
      },
    ],
    emptyCall: quantity(5e-6, "s"),
    idlePower: quantity(10, "W"),
    powerSource: "RAPL of package-0",
    calls: [
      { size: { threads: 1, streams: 1, steps: 1 }, calls: calls([20e-6, 30e-6, 25e-6], 30) },
      { size: { threads: 1, streams: 8, steps: 1 }, calls: calls([40e-6, 40e-6]) },
      { size: { threads: 1, streams: 1, steps: 4 }, calls: calls([50e-6, 50e-6]) },
    ],
    fit: fitCalls([
      { name: "1", ops: 2000, bytesMoved: 4600, seconds: 25e-6 },
      { name: "8", ops: 16_000, bytesMoved: 6000, seconds: 40e-6 },
    ]),
  };

  test("work of a call: weights once, the recurrent ones once a step, every frame's values", () => {
    const size = { threads: 1, streams: 1, steps: 1 };
    // 4 byte x (1100 + 50).
    expect(workOf(work, size)).toEqual({ ops: 2000, bytes: 4600 });
    // 4 byte x (1100 + 8 x 50).
    expect(workOf(work, { ...size, streams: 8 })).toEqual({ ops: 16_000, bytes: 6000 });
    // 4 byte x (1100 + 3 x 400 + 4 x 50).
    expect(workOf(work, { ...size, steps: 4 })).toEqual({ ops: 8000, bytes: 10_000 });
  });

  test("a point of the fit is the median of its calls", () => {
    const [one] = measurement.calls;
    expect(pointOf(work, one as NonNullable<typeof one>)).toEqual({
      name: "1 stream",
      ops: 2000,
      bytesMoved: 4600,
      seconds: 25e-6,
    });
  });

  test("one a size of one step, with its own work, memory and energy", () => {
    const [alone, eight, ...others] = hostRecords(measurement);
    expect(others).toEqual([]);
    expect(alone).toMatchObject({
      id: "test-cpu-net-1-thread",
      machine: "Test CPU",
      machineClass: "computer",
      workload: {
        name: "net",
        ops: { value: 2000 },
        bytesMoved: { value: 4600 },
        parameters: 1100,
      },
      time: { kind: "measured", count: 3, p50: 25e-6, max: 30e-6 },
      setup: { threads: "1", streams: "1", precision: "float32" },
      warnings: ["a warning"],
    });
    // 30 J in 2 s; 100 calls: 0.3 J each, of which 0.2 J idle.
    expect(alone?.metrics.power).toMatchObject({ value: 15, unit: "W" });
    expect(alone?.metrics.energyPerRun?.value).toBeCloseTo(300_000, 6);
    expect(alone?.metrics.energyAboveIdle?.value).toBeCloseTo(100_000, 6);
    expect(alone?.metrics.throughput?.value).toBeCloseTo(40_000, 6);
    // 4600 byte do not fit L1.
    expect(alone?.roofs.map(({ name }) => name)).toEqual(["float32", "DRAM", "L1"]);
    expect(eight?.workload.name).toBe("net, 8 streams");
    // 8 frames in 40 us.
    expect(eight?.metrics.throughput?.value).toBeCloseTo(200_000, 6);
    expect(eight?.metrics.power).toBeUndefined();
  });

  test("the analyzer reads the document as it was", async () => {
    const rows = hostRecords(measurement);
    const text = JSON.stringify({ schema: 1, computer: {}, fit: measurement.fit, rows });
    async function* chunks() {
      yield new TextEncoder().encode(text);
    }
    const read = await importStream(chunks(), "host.json");
    expect(read).toEqual(JSON.parse(JSON.stringify(rows)));
  });
});
