/**
 * Reads what `llama-bench -o json` and `-o jsonl` print: one test of prompt processing or generation an object.
 * Everything about files is left to workflow/import.ts.
 *
 * Source of the field names: llama.cpp, tools/llama-bench/README.md, "Output formats".
 */
import type { MachineClass, MachineRecord, TimeStatistics, Workload } from "../machine-record.ts";
import { devicePlatform, platformRoofs } from "../platform-record.ts";
import type { Quantity } from "../quantity.ts";
import { measured, modelled } from "../quantity.ts";
import { SampleStatistics } from "../sample-statistics.ts";
import type { Fields } from "./fields.ts";
import { amountOf, isFields, numberOf, setupOf, slug, textOf } from "./fields.ts";
import type { Importer, ImportFormat } from "./importer.ts";
import { JsonPieces } from "./json-pieces.ts";
import { nothingIn, tooLarge, unusable } from "./refusals.ts";

const NAME = "llama-bench JSON";
/** Tests of one file; llama-bench makes one for each combination of its options. */
const MOST_TESTS = 10_000;
const NANOSECONDS_A_SECOND = 1e9;
const SETUP = [
  "build_commit",
  "backends",
  "n_threads",
  "n_gpu_layers",
  "n_batch",
  "n_ubatch",
  "type_k",
  "type_v",
  "flash_attn",
] as const;

export const llamaBench: ImportFormat = {
  name: NAME,
  detect: (head) =>
    /^\uFEFF?\s*(\[\s*)?\{/.test(head) && head.includes('"n_prompt"') && head.includes('"avg_ns"'),
  open: (file) => new LlamaBenchImporter(file),
};

class LlamaBenchImporter implements Importer {
  readonly #file: string;
  readonly #records: MachineRecord[] = [];
  readonly #pieces: JsonPieces;

  constructor(file: string) {
    this.#file = file;
    this.#pieces = new JsonPieces(file, { by: "elements" }, (value) => this.#test(value));
  }

  push(chunk: string): void {
    this.#pieces.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    this.#pieces.finish();
    if (this.#records.length === 0) throw nothingIn(this.#file, NAME, "test");
    return this.#records;
  }

  #test(value: unknown): void {
    const index = this.#records.length;
    const place = { file: this.#file, where: `test ${index}` };
    if (!isFields(value)) throw unusable(this.#file, place.where, value, "an object");
    if (index >= MOST_TESTS) throw tooLarge(this.#file, "too many tests", MOST_TESTS);
    const workload = workloadOf(value, place);
    const source = `llama-bench, ${place.where} of ${this.#file}`;
    const { machine, machineClass } = machineOf(value);
    const { time, samples } = timesOf(value, workload.name, source, place);
    const platform = devicePlatform(machine);
    this.#records.push({
      id: slug(machine, workload.name, String(index)),
      machine,
      machineClass,
      workload,
      time,
      samples,
      metrics: metricsOf(value, source),
      roofs: platform === undefined ? [] : platformRoofs(platform),
      origin: { format: NAME, file: this.#file, records: place.where },
      setup: setupOf(value, SETUP),
      warnings: samples.length < 5 ? [`only ${samples.length} repetitions`] : [],
    });
  }
}

function machineOf(test: Fields): { machine: string; machineClass: MachineClass } {
  const gpu = textOf(test, "gpu_info");
  const onGpu = gpu !== undefined && numberOf(test, "n_gpu_layers") !== 0;
  return onGpu
    ? { machine: gpu, machineClass: "accelerator" }
    : { machine: textOf(test, "cpu_info") ?? "unknown computer", machineClass: "computer" };
}

/**
 * ops = 2 x parameters x tokens: every weight meets every token once; attention over the context is left out.
 * bytes = file size x passes over the weights: one for each generated token, one for each batch of the prompt.
 */
function workloadOf(test: Fields, place: { file: string; where: string }): Workload {
  const prompt = amountOf(test, "n_prompt", place) ?? 0;
  const generated = amountOf(test, "n_gen", place) ?? 0;
  const depth = amountOf(test, "n_depth", place) ?? 0;
  const parameters = amountOf(test, "model_n_params", place);
  const size = amountOf(test, "model_size", place);
  const batch = amountOf(test, "n_ubatch", place) || amountOf(test, "n_batch", place) || 512;
  const parts = [
    ...(prompt > 0 ? [`pp${prompt}`] : []),
    ...(generated > 0 ? [`tg${generated}`] : []),
  ];
  const name = `${textOf(test, "model_type") ?? textOf(test, "model_filename") ?? "model"} ${parts.join("+")}${depth > 0 ? ` @ d${depth}` : ""}`;
  const passes = generated + Math.ceil(prompt / batch);
  return {
    name: name.trim(),
    ops:
      parameters === undefined
        ? null
        : modelled(
            2 * parameters * (prompt + generated),
            "op",
            `2 x ${parameters} parameters x ${prompt + generated} tokens, attention left out; a mixture of experts does less`,
          ),
    bytesMoved:
      size === undefined
        ? null
        : modelled(
            size * passes,
            "byte",
            `${size} byte of weights x ${passes} passes, KV cache left out; a mixture of experts moves less`,
          ),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

function timesOf(
  test: Fields,
  name: string,
  source: string,
  place: { file: string; where: string },
): { time: TimeStatistics | null; samples: readonly number[] } {
  const samples = new SampleStatistics(name);
  const listed = Array.isArray(test.samples_ns) ? (test.samples_ns as unknown[]) : [];
  for (const nanoseconds of listed) {
    if (typeof nanoseconds !== "number") {
      throw unusable(place.file, `"samples_ns" of ${place.where}`, nanoseconds, "a number");
    }
    samples.add(nanoseconds / NANOSECONDS_A_SECOND);
  }
  const time = samples.statistics("measured", source);
  if (time !== null) return { time, samples: samples.samples };
  const mean = amountOf(test, "avg_ns", place);
  if (mean === undefined) return { time: null, samples: [] };
  return { time: meanOnly(mean / NANOSECONDS_A_SECOND, source), samples: [] };
}

/** A mean without its samples. */
function meanOnly(mean: number, source: string): TimeStatistics {
  const none = { min: null, p50: null, p90: null, p99: null, max: null };
  return { kind: "measured", source, unit: "s", count: null, ...none, mean, relativeError: 0 };
}

function metricsOf(test: Fields, source: string): Record<string, Quantity> {
  const rate = numberOf(test, "avg_ts");
  if (rate === undefined) return {};
  const spread = numberOf(test, "stddev_ts");
  const interval = spread === undefined ? undefined : ([rate - spread, rate + spread] as const);
  const words = `${source}: avg_ts${interval === undefined ? "" : ", the interval one standard deviation each way"}`;
  return { throughput: measured(rate, "token/s", words, interval) };
}
