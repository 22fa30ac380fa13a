/**
 * Reads Google Benchmark's JSON (--benchmark_out_format=json): one record for each benchmark, its repetitions as samples.
 * Which benchmarks belong together is left to whoever named them.
 *
 * Source of the field names: google/benchmark, src/json_reporter.cc and docs/user_guide.md.
 */
import type { MachineRecord, TimeStatistics } from "../machine-record.ts";
import type { Quantity } from "../quantity.ts";
import { measured } from "../quantity.ts";
import { SampleStatistics } from "../sample-statistics.ts";
import type { Fields } from "./fields.ts";
import { amountOf, isFields, numberOf, setupOf, slug, textOf } from "./fields.ts";
import type { Importer, ImportFormat } from "./importer.ts";
import { JsonPieces } from "./json-pieces.ts";
import { nothingIn, tooLarge, unusable } from "./refusals.ts";

const NAME = "Google Benchmark JSON";
const MOST_BENCHMARKS = 20_000;
/** Units of time in a second. */
const A_SECOND: Readonly<Record<string, number>> = { ns: 1e9, us: 1e6, ms: 1e3, s: 1 };
/** Fields of the format itself; any other number is a counter of the user's. */
const OWN_FIELDS = new Set([
  "family_index",
  "per_family_instance_index",
  "repetitions",
  "repetition_index",
  "threads",
  "iterations",
  "real_time",
  "cpu_time",
  "allocs_per_iter",
  "max_bytes_used",
]);
const RATES: Readonly<Record<string, string>> = {
  bytes_per_second: "byte/s",
  items_per_second: "item/s",
};

/** What was gathered of one benchmark. */
interface Gathered {
  readonly first: number;
  last: number;
  readonly samples: SampleStatistics;
  /** Counters and the CPU's time of the latest repetition. */
  latest: Fields;
  /** Seconds by aggregate: "mean", "median", ... */
  readonly aggregates: Map<string, number>;
  errors: number;
}

export const googleBenchmark: ImportFormat = {
  name: NAME,
  detect: (head) =>
    /^\uFEFF?\s*\{\s*"context"/.test(head) &&
    (head.includes('"library_build_type"') || head.includes('"benchmarks"')),
  open: (file) => new GoogleBenchmarkImporter(file),
};

class GoogleBenchmarkImporter implements Importer {
  readonly #file: string;
  readonly #pieces: JsonPieces;
  readonly #benchmarks = new Map<string, Gathered>();
  #context: Fields = {};
  #entries = 0;

  constructor(file: string) {
    this.#file = file;
    const cut = { by: "members", streamed: ["benchmarks"] } as const;
    this.#pieces = new JsonPieces(file, cut, (value, key) => {
      if (key === "benchmarks") this.#entry(value);
      else if (key === "context" && isFields(value)) this.#context = value;
    });
  }

  push(chunk: string): void {
    this.#pieces.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    this.#pieces.finish();
    if (this.#benchmarks.size === 0) throw nothingIn(this.#file, NAME, "benchmark");
    return [...this.#benchmarks].map(([name, gathered]) => this.#record(name, gathered));
  }

  #entry(value: unknown): void {
    const index = this.#entries++;
    const where = `benchmarks[${index}]`;
    if (!isFields(value)) throw unusable(this.#file, where, value, "an object");
    if ("big_o" in value || "rms" in value) return;
    const name = textOf(value, "run_name") ?? textOf(value, "name");
    if (name === undefined) throw unusable(this.#file, `"name" of ${where}`, value.name, "a text");
    const gathered = this.#gatheredOf(name, index);
    gathered.last = index;
    if (value.error_occurred === true) {
      gathered.errors++;
      return;
    }
    const scale = A_SECOND[textOf(value, "time_unit") ?? "ns"];
    const place = { file: this.#file, where };
    if (scale === undefined) {
      throw unusable(this.#file, `"time_unit" of ${where}`, value.time_unit, "ns, us, ms or s");
    }
    const time = amountOf(value, "real_time", place);
    if (textOf(value, "run_type") === "aggregate") {
      // A coefficient of variation has the unit "percentage", not a time.
      if (time === undefined || textOf(value, "aggregate_unit") === "percentage") return;
      gathered.aggregates.set(textOf(value, "aggregate_name") ?? "", time / scale);
      if (textOf(value, "aggregate_name") === "median") gathered.latest = value;
      return;
    }
    if (time === undefined) {
      throw unusable(this.#file, `"real_time" of ${where}`, value.real_time, "a number");
    }
    gathered.samples.add(time / scale);
    gathered.latest = value;
  }

  #gatheredOf(name: string, index: number): Gathered {
    const known = this.#benchmarks.get(name);
    if (known !== undefined) return known;
    if (this.#benchmarks.size >= MOST_BENCHMARKS) {
      throw tooLarge(this.#file, "too many benchmarks of different names", MOST_BENCHMARKS);
    }
    const fresh: Gathered = {
      first: index,
      last: index,
      samples: new SampleStatistics(name),
      latest: {},
      aggregates: new Map(),
      errors: 0,
    };
    this.#benchmarks.set(name, fresh);
    return fresh;
  }

  #record(name: string, gathered: Gathered): MachineRecord {
    const { first, last, samples, latest, aggregates } = gathered;
    const records = `benchmarks[${first}..${last}]`;
    const source = `Google Benchmark, real_time of ${records} in ${this.#file}`;
    const machine = textOf(this.#context, "host_name") ?? "unknown computer";
    const bytes = bytesPerIteration(name, latest);
    return {
      id: slug(machine, name),
      machine,
      machineClass: "computer",
      workload: {
        name,
        ops: null,
        bytesMoved:
          bytes === undefined
            ? null
            : measured(bytes, "byte", "bytes_per_second x time of an iteration"),
      },
      time: samples.statistics("measured", source) ?? aggregateTimes(aggregates, source),
      samples: samples.samples,
      metrics: countersOf(latest, source),
      roofs: [],
      origin: { format: NAME, file: this.#file, records },
      setup: setupOf(this.#context, ["executable", "num_cpus", "mhz_per_cpu", "library_version"]),
      warnings: this.#warnings(gathered),
    };
  }

  #warnings({ errors, samples }: Gathered): readonly string[] {
    return [
      ...(errors > 0 ? [`${errors} repetitions ended with an error and are left out`] : []),
      ...(this.#context.library_build_type === "debug"
        ? ["the benchmark library is a debug build"]
        : []),
      ...(this.#context.cpu_scaling_enabled === true
        ? ["the processor's clock was free to change"]
        : []),
      ...(samples.count === 1 ? ["one repetition: a mean over its iterations, no tail"] : []),
    ];
  }
}

/** The library divides by the wall's time for benchmarks named so, else by the processor's. */
function bytesPerIteration(name: string, entry: Fields): number | undefined {
  const rate = numberOf(entry, "bytes_per_second");
  const scale = A_SECOND[textOf(entry, "time_unit") ?? "ns"];
  if (rate === undefined || scale === undefined || (numberOf(entry, "threads") ?? 1) > 1) return;
  const wall = /\/(real_time|manual_time)\b/.test(name);
  const time = numberOf(entry, wall ? "real_time" : "cpu_time");
  return time === undefined ? undefined : (rate * time) / scale;
}

function countersOf(entry: Fields, source: string): Record<string, Quantity> {
  return Object.fromEntries(
    Object.entries(entry).flatMap(([name, value]) =>
      typeof value === "number" && !OWN_FIELDS.has(name)
        ? [[name, measured(value, RATES[name] ?? "1", `${source}: counter ${name}`)]]
        : [],
    ),
  );
}

/** What --benchmark_report_aggregates_only leaves. */
function aggregateTimes(
  aggregates: ReadonlyMap<string, number>,
  source: string,
): TimeStatistics | null {
  if (aggregates.size === 0) return null;
  return {
    kind: "measured",
    source: `${source}, aggregates only`,
    unit: "s",
    count: null,
    min: aggregates.get("min") ?? null,
    mean: aggregates.get("mean") ?? null,
    p50: aggregates.get("median") ?? null,
    p90: null,
    p99: null,
    max: aggregates.get("max") ?? null,
    relativeError: 0,
  };
}
