/**
 * Reads onnxruntime's profile (SessionOptions.enable_profiling): one record for whole runs, one for each kind of kernel.
 * Work from shapes is left to onnx-shapes.ts.
 *
 * The file is an array of Chrome trace events, times in microseconds: category "Session" has model_run, category "Node"
 * has NAME_kernel_time with op_name, provider and shapes in its args.
 */
import type { MachineClass, MachineRecord } from "../machine-record.ts";
import type { Quantity } from "../quantity.ts";
import { counted, modelled } from "../quantity.ts";
import { SampleStatistics } from "../sample-statistics.ts";
import type { Fields } from "./fields.ts";
import { amountOf, isFields, slug, textOf } from "./fields.ts";
import type { Importer, ImportFormat } from "./importer.ts";
import { JsonPieces } from "./json-pieces.ts";
import { nodeWork } from "./onnx-shapes.ts";
import { nothingIn, tooLarge, unusable } from "./refusals.ts";

const NAME = "onnxruntime profile";
/** The event of a whole inference. */
const WHOLE = "model_run";
const MOST_NODES = 20_000;
const MICROSECONDS_A_SECOND = 1e6;
const KERNEL = /_kernel_time$/;
const CPU = "CPUExecutionProvider";

interface Gathered {
  readonly samples: SampleStatistics;
  readonly provider: string;
  /** Summed over the calls whose shapes tell. */
  ops: number;
  bytes: number;
  calls: number;
}

export const onnxruntimeProfile: ImportFormat = {
  name: NAME,
  detect: (head) =>
    /^\uFEFF?\s*[[{]/.test(head) &&
    /"cat"\s*:\s*"(Session|Node)"/.test(head) &&
    /"dur"\s*:/.test(head),
  open: (file) => new ProfileImporter(file),
};

class ProfileImporter implements Importer {
  readonly #file: string;
  readonly #runs = new SampleStatistics(WHOLE);
  readonly #kernels = new Map<string, Gathered>();
  #pieces: JsonPieces | undefined;
  #events = 0;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: string): void {
    if (this.#pieces === undefined) {
      const start = chunk.match(/[^\s\uFEFF]/)?.[0];
      if (start === undefined) return;
      const cut =
        start === "["
          ? ({ by: "elements" } as const)
          : ({ by: "members", streamed: ["traceEvents"] } as const);
      this.#pieces = new JsonPieces(this.#file, cut, (value, key) => {
        if (key === null || key === "traceEvents") this.#event(value);
      });
    }
    this.#pieces.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    this.#pieces?.finish();
    if (this.#runs.count === 0 && this.#kernels.size === 0) {
      throw nothingIn(this.#file, NAME, "model_run and no kernel");
    }
    return [
      ...(this.#runs.count === 0 ? [] : [this.#wholeRun()]),
      ...[...this.#kernels].map(([name, gathered]) => this.#kernel(name, gathered)),
    ];
  }

  #event(value: unknown): void {
    const where = `event ${this.#events++}`;
    if (!isFields(value)) throw unusable(this.#file, where, value, "an object");
    const name = textOf(value, "name") ?? "";
    const isRun = value.cat === "Session" && name === WHOLE;
    const isKernel = value.cat === "Node" && KERNEL.test(name);
    if (!isRun && !isKernel) return;
    const duration = amountOf(value, "dur", { file: this.#file, where });
    if (duration === undefined) {
      throw unusable(this.#file, `"dur" of ${where}`, value.dur, "a number");
    }
    if (isRun) this.#runs.add(duration / MICROSECONDS_A_SECOND);
    else this.#node(name.replace(KERNEL, ""), value, duration / MICROSECONDS_A_SECOND);
  }

  #node(name: string, event: Fields, seconds: number): void {
    const args = isFields(event.args) ? event.args : {};
    const operator = textOf(args, "op_name") ?? "kernel";
    const gathered = this.#gatheredOf(
      `${name === "" ? operator : name} (${operator})`,
      textOf(args, "provider") ?? "unknown provider",
    );
    gathered.samples.add(seconds);
    gathered.calls++;
    const work = nodeWork(operator, args.input_type_shape, args.output_type_shape);
    if (work === undefined) return;
    gathered.ops += work.ops;
    gathered.bytes += work.bytes;
  }

  #gatheredOf(name: string, provider: string): Gathered {
    const known = this.#kernels.get(name);
    if (known !== undefined) return known;
    if (this.#kernels.size >= MOST_NODES) {
      throw tooLarge(this.#file, "too many nodes of different names", MOST_NODES);
    }
    const samples = new SampleStatistics(name);
    const fresh: Gathered = { samples, provider, ops: 0, bytes: 0, calls: 0 };
    this.#kernels.set(name, fresh);
    return fresh;
  }

  #wholeRun(): MachineRecord {
    const kernels = [...this.#kernels.values()];
    const runs = this.#runs.count;
    const total = (of: (kernel: Gathered) => number) =>
      kernels.reduce((sum, kernel) => sum + of(kernel), 0) / runs;
    return this.#record(WHOLE, this.#runs, {
      ops: total(({ ops }) => ops),
      bytes: total(({ bytes }) => bytes),
      provider: [...new Set(kernels.map(({ provider }) => provider))].join(", "),
      records: `${runs} events "model_run"`,
      metrics: {
        kernels: counted(
          total(({ calls }) => calls),
          "1",
          "kernel calls a run",
        ),
      },
    });
  }

  #kernel(name: string, { samples, ops, bytes, calls, provider }: Gathered): MachineRecord {
    return this.#record(name, samples, {
      ops: ops / calls,
      bytes: bytes / calls,
      provider,
      records: `${calls} events of ${name}`,
      metrics: {},
    });
  }

  #record(
    name: string,
    samples: SampleStatistics,
    found: {
      readonly ops: number;
      readonly bytes: number;
      readonly provider: string;
      readonly records: string;
      readonly metrics: Readonly<Record<string, Quantity>>;
    },
  ): MachineRecord {
    const machineClass: MachineClass = found.provider === CPU ? "computer" : "accelerator";
    const source = "from the shapes in the profile, weights once; other operators left out";
    return {
      id: slug(name),
      machine: this.#stem(),
      machineClass: found.provider.includes("unknown") ? "unknown" : machineClass,
      workload: {
        name,
        ops: found.ops > 0 ? modelled(found.ops, "op", `2 x MACs ${source}`) : null,
        bytesMoved: found.bytes > 0 ? modelled(found.bytes, "byte", `bytes ${source}`) : null,
        ...(name === WHOLE ? {} : { partOf: WHOLE }),
      },
      time: samples.statistics("measured", `onnxruntime, ${found.records} in ${this.#file}`),
      samples: samples.samples,
      metrics: found.metrics,
      roofs: [],
      origin: { format: NAME, file: this.#file, records: found.records },
      setup: { provider: found.provider },
      warnings: [
        "profiled: every kernel's time holds the profiler's own",
        ...this.#warmUp(samples),
      ],
    };
  }

  /** A profile does not name its machine: its file's name stands for it. */
  #stem(): string {
    return this.#file.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
  }

  /** The first call allocates and packs; saying so beats leaving it out unseen. */
  #warmUp(samples: SampleStatistics): readonly string[] {
    const [first, ...later] = samples.samples;
    const typical =
      later.length === 0 ? undefined : [...later].sort((a, b) => a - b)[later.length >> 1];
    return first !== undefined && typical !== undefined && first > 3 * typical
      ? ["the first call took over three times the median: warm-up is among the samples"]
      : [];
  }
}
