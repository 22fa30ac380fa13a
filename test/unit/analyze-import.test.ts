/** Every format read from a hand-written sample, whole and cut at every character, against numbers worked by hand. */
import { describe, expect, test } from "vitest";
import { csv } from "../../host/analyze/import/csv.ts";
import { formatOf, IMPORT_FORMATS } from "../../host/analyze/import/formats.ts";
import { googleBenchmark } from "../../host/analyze/import/google-benchmark.ts";
import { llamaBench } from "../../host/analyze/import/llama-bench.ts";
import { onnxruntimeProfile } from "../../host/analyze/import/onnxruntime.ts";
import { projectDocument } from "../../host/analyze/import/project.ts";
import { codeOf, imported, sample } from "./import-text.ts";

const LLAMA = sample("llama-bench.json");
const GOOGLE = sample("google-benchmark.json.txt");
const PROFILE = sample("onnxruntime.json");
const TIMES = sample("times.csv");

const ALL = [
  [llamaBench, LLAMA],
  [googleBenchmark, GOOGLE],
  [onnxruntimeProfile, PROFILE],
  [csv, TIMES],
] as const;

describe.each(ALL)("$name", (format, text) => {
  test("is told from the others by its beginning", () => {
    expect(formatOf(text)).toBe(format);
    expect(IMPORT_FORMATS.filter((other) => other.detect(text))).toEqual([format]);
  });

  test("gives the same records however it is cut", () => {
    const whole = imported(format, text);
    for (const size of [1, 2, 7, 63]) expect(imported(format, text, size)).toEqual(whole);
  });

  test("keeps a CRLF file's meaning", () => {
    expect(imported(format, text.replaceAll("\n", "\r\n"))).toEqual(imported(format, text));
  });
});

describe("llama-bench", () => {
  const [prompt, generation] = imported(llamaBench, LLAMA);

  test("times, work and rate of prompt processing", () => {
    expect(prompt).toMatchObject({
      machine: "NVIDIA GeForce RTX 4080",
      machineClass: "accelerator",
      workload: { name: "qwen2 7B Q4_K - Medium pp512", parameters: 7_615_616_512 },
      origin: { format: "llama-bench JSON", file: "sample", records: "test 0" },
    });
    // Sorted: 70.7455 71.6329 71.7452 71.9527 74.6019 ms; the mean as the file states it.
    expect(prompt?.time).toMatchObject({
      kind: "measured",
      count: 5,
      p50: 0.0717452,
      max: 0.0746019,
    });
    expect(prompt?.time?.mean).toBeCloseTo(0.07213564, 12);
    // 2 x 7615616512 x 512; one pass over the weights for 512 tokens in one batch of 512.
    expect(prompt?.workload.ops?.value).toBe(7_798_391_308_288);
    expect(prompt?.workload.bytesMoved?.value).toBe(4_677_120_000);
    expect(prompt?.metrics.throughput).toMatchObject({ value: 7100.002165, unit: "token/s" });
  });

  test("every generated token reads the weights once", () => {
    expect(generation?.workload.name).toBe("qwen2 7B Q4_K - Medium tg128");
    expect(generation?.workload.bytesMoved).toMatchObject({
      value: 128 * 4_677_120_000,
      kind: "modelled",
    });
  });

  test("JSON lines are read as an array is", () => {
    const lines = (JSON.parse(LLAMA) as object[]).map((entry) => JSON.stringify(entry)).join("\n");
    expect(imported(llamaBench, lines, 11)).toEqual(imported(llamaBench, LLAMA));
  });

  test("without layers on the GPU the machine is the processor", () => {
    const [record] = imported(
      llamaBench,
      LLAMA.replaceAll(/"n_gpu_layers": -1/g, '"n_gpu_layers": 0'),
    );
    expect(record).toMatchObject({ machine: "AMD Ryzen 7", machineClass: "computer" });
  });
});

describe("Google Benchmark", () => {
  const records = imported(googleBenchmark, GOOGLE);
  const [matvec, copy, broken] = records;

  test("repetitions are samples, in seconds", () => {
    expect(records).toHaveLength(3);
    expect(matvec?.machine).toBe("bench-box");
    expect(matvec?.time).toMatchObject({ count: 3, min: 2e-6, p50: 3e-6, max: 4e-6 });
    // The rate is over the processor's time: 2e9 byte/s x 2.5 us.
    expect(matvec?.workload.bytesMoved?.value).toBeCloseTo(5000, 6);
  });

  test("aggregates alone give a mean and a median, by the wall where the name says so", () => {
    expect(copy?.time).toMatchObject({ count: null, p50: 1e-6, p99: null });
    expect(copy?.time?.mean).toBeCloseTo(1.5e-6, 15);
    expect(copy?.workload.bytesMoved?.value).toBeCloseTo(8000, 6);
  });

  test("errors, debug builds and a free clock are said", () => {
    expect(broken).toMatchObject({ time: null });
    expect(broken?.warnings.join()).toContain("1 repetitions ended with an error");
    expect(matvec?.warnings).toEqual(
      expect.arrayContaining([
        "the benchmark library is a debug build",
        "the processor's clock was free to change",
      ]),
    );
  });
});

describe("onnxruntime", () => {
  const [run, lstm, dense] = imported(onnxruntimeProfile, PROFILE);

  test("whole runs, and the work of their kernels from shapes", () => {
    expect(run?.time).toMatchObject({ count: 2, min: 30e-6, max: 40e-6 });
    // LSTM 32 -> 64: 2 x 4 x 64 x (32 + 64); matrix 64 x 32: 2 x 64 x 32.
    expect(run?.workload.ops?.value).toBe(49_152 + 4_096);
    expect(lstm?.workload).toMatchObject({ name: "lstm (LSTM)", partOf: "model_run" });
    expect(lstm?.workload.ops?.value).toBe(49_152);
    // 24576 weights, 32 values in and 64 out, 4 byte each.
    expect(lstm?.workload.bytesMoved?.value).toBe(4 * (24_576 + 32 + 64));
    expect(dense?.workload.ops?.value).toBe(4_096);
    expect(dense?.workload.bytesMoved?.value).toBe(4 * (2_048 + 64 + 32));
  });

  test("the object form of a trace is read too", () => {
    const wrapped = `{"displayTimeUnit": "ns", "traceEvents": ${PROFILE}}`;
    expect(imported(onnxruntimeProfile, wrapped, 5)).toEqual(imported(onnxruntimeProfile, PROFILE));
  });
});

describe("CSV", () => {
  test("rows of one machine and workload are its samples", () => {
    const [record, ...others] = imported(csv, TIMES);
    expect(others).toEqual([]);
    expect(record).toMatchObject({ machine: 'Board, rev "B"', machineClass: "board" });
    expect(record?.time).toMatchObject({ kind: "measured", count: 3, p50: 9e-4 });
    expect(record?.workload.ops).toMatchObject({ value: 53_248, kind: "stated" });
    expect(record?.metrics.power).toMatchObject({ value: 9.9, unit: "mW" });
    expect(record?.origin.records).toBe("lines 2..4");
  });

  test.each([
    ["no time", "machine,workload,ops\n", "TP-USE-285"],
    ["a time without unit", "machine,workload,time\n", "TP-USE-285"],
    ["an unknown column", "machine,workload,time [s],colour\n", "TP-USE-285"],
    ["a column twice", "machine,workload,p50 [s],p50 [s]\n", "TP-USE-285"],
    ["a sample beside a statistic", "machine,workload,time [s],p50 [s]\n", "TP-USE-285"],
    ["no row", "machine,workload,time [s]\n", "TP-USE-283"],
    ["a field too few", "machine,workload,time [s]\na,b\n", "TP-USE-282"],
    ["no name", "machine,workload,time [s]\n,b,1\n", "TP-USE-282"],
    ["NaN", "machine,workload,time [s]\na,b,NaN\n", "TP-USE-284"],
    ["a negative time", "machine,workload,time [s]\na,b,-1\n", "TP-USE-284"],
    ["an infinite time", "machine,workload,time [s]\na,b,1e999\n", "TP-USE-284"],
    ["a percentile below a lower one", "machine,workload,p50 [s],p99 [s]\na,b,2,1\n", "TP-USE-284"],
    ["a mean above the largest", "machine,workload,mean [s],max [s]\na,b,2,1\n", "TP-USE-284"],
    ["a kind of no column", "machine,workload,time [s],power kind\na,b,1,stated\n", "TP-USE-285"],
    ["two summaries", "machine,workload,p50 [s]\na,b,1\na,b,2\n", "TP-USE-282"],
    ["an open quote", 'machine,workload,time [s]\n"a,b,1\n', "TP-USE-282"],
  ])("%s is refused with its code", (_, text, code) => {
    expect(codeOf(() => imported(csv, text))).toBe(code);
  });
});

describe("what cannot be imported", () => {
  test.each([
    ["cut off", llamaBench, LLAMA.slice(0, -40), "TP-USE-282"],
    ["not JSON", llamaBench, `${LLAMA} x`, "TP-USE-282"],
    ["empty", llamaBench, "[]", "TP-USE-283"],
    ["no object", llamaBench, "[1]", "TP-USE-284"],
    ["a negative sample", llamaBench, LLAMA.replace(/74601900/, "-74601900"), "TP-USE-284"],
    ["a text for a sample", llamaBench, LLAMA.replace(/74601900/, '"fast"'), "TP-USE-284"],
    ["no benchmark", googleBenchmark, '{"context": {}, "benchmarks": []}', "TP-USE-283"],
    [
      "time NaN",
      googleBenchmark,
      GOOGLE.replace('"real_time": 2.0', '"real_time": NaN'),
      "TP-USE-284",
    ],
    [
      "odd unit",
      googleBenchmark,
      GOOGLE.replace('"time_unit": "us"', '"time_unit": "h"'),
      "TP-USE-284",
    ],
    ["no run", onnxruntimeProfile, "[]", "TP-USE-283"],
    ["negative", onnxruntimeProfile, PROFILE.replace('"dur": 30', '"dur": -30'), "TP-USE-284"],
    ["another schema", projectDocument, '{"schema": 99}', "TP-USE-282"],
    ["neither run nor rows", projectDocument, '{"schema": 1}', "TP-USE-283"],
    ["an incomplete row", projectDocument, '{"schema": 1, "rows": [{"id": "a"}]}', "TP-USE-284"],
    ["brackets", projectDocument, '{"schema": 1]', "TP-USE-282"],
  ] as const)("%s", (_, format, text, code) => {
    expect(codeOf(() => imported(format, text))).toBe(code);
    expect(codeOf(() => imported(format, text, 3))).toBe(code);
  });

  test("no prefix of a file ends in anything but a coded error or records", () => {
    for (const [format, text] of ALL) {
      for (let end = 0; end < text.length; end += 97) {
        const code = codeOf(() => imported(format, text.slice(0, end)));
        expect([undefined, "TP-USE-282", "TP-USE-283", "TP-USE-285"]).toContain(code);
      }
    }
  });
});
