/**
 * Reads CSV: one row a repetition, or one row a summary, with machine, workload and a time.
 * Columns and their units are left to csv-header.ts, quoting to csv-lines.ts.
 */
import type { Roof } from "../board-roofline.ts";
import type { MachineClass, MachineRecord, TimeStatistics } from "../machine-record.ts";
import type { Kind, Quantity } from "../quantity.ts";
import { SampleStatistics } from "../sample-statistics.ts";
import type { Column } from "./csv-header.ts";
import { looksLikeHeader, readHeader } from "./csv-header.ts";
import { CsvLines } from "./csv-lines.ts";
import { slug } from "./fields.ts";
import type { Importer, ImportFormat, SampleListener } from "./importer.ts";
import { requireOrdered } from "./ordered-times.ts";
import { malformed, nothingIn, tooLarge, unusable } from "./refusals.ts";

const NAME = "CSV";
const MOST_WORKLOADS = 20_000;
const CLASSES = ["board", "emulated board", "computer", "accelerator", "unknown"] as const;
const KINDS = ["measured", "counted", "modelled", "stated"] as const;

/** What the rows of one workload on one machine said. */
interface Gathered {
  readonly machine: string;
  readonly workload: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: ReadonlyMap<Column, number>;
  readonly samples: SampleStatistics;
  readonly firstLine: number;
  lastLine: number;
}

export const csv: ImportFormat = {
  name: NAME,
  detect: (head) => looksLikeHeader(head.split(/\r?\n/, 1)[0] ?? ""),
  open: (file, onSample) => new CsvImporter(file, onSample),
};

class CsvImporter implements Importer {
  readonly #file: string;
  readonly #onSample: SampleListener | undefined;
  readonly #lines: CsvLines;
  readonly #found = new Map<string, Gathered>();
  #columns: readonly Column[] | undefined;

  constructor(file: string, onSample?: SampleListener) {
    this.#file = file;
    this.#onSample = onSample;
    this.#lines = new CsvLines(file, (row, line) => this.#row(row, line));
  }

  push(chunk: string): void {
    this.#lines.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    this.#lines.finish();
    if (this.#found.size === 0) throw nothingIn(this.#file, NAME, "row under its head");
    return [...this.#found.values()].map((gathered) => this.#record(gathered));
  }

  #row(row: readonly string[], line: number): void {
    if (this.#columns === undefined) {
      this.#columns = readHeader(row, this.#file);
      return;
    }
    const columns = this.#columns;
    if (row.length !== columns.length) {
      throw malformed(
        this.#file,
        `line ${line}`,
        `it has ${row.length} fields, its head has ${columns.length}`,
      );
    }
    const texts: Record<string, string> = {};
    const numbers = new Map<Column, number>();
    for (const [index, column] of columns.entries()) {
      const field = row[index] ?? "";
      if (field === "" || column.is === "derived") continue;
      if (column.is === "text") texts[column.name] = field;
      else if (column.is === "kind") texts[`${column.of} kind`] = field;
      else numbers.set(column, this.#number(field, column, line));
    }
    const { machine, workload } = texts;
    if (machine === undefined || workload === undefined) {
      throw malformed(this.#file, `line ${line}`, "machine and workload must be named");
    }
    this.#gather(machine, workload, texts, numbers, line);
  }

  #number(field: string, column: Column, line: number): number {
    const number = Number(field);
    const least = column.is === "metric" ? Number.NEGATIVE_INFINITY : 0;
    if (Number.isFinite(number) && number >= least) return number;
    const name = column.is === "metric" ? column.name : column.is;
    const needed = `a finite number${column.is === "metric" ? "" : " of at least 0"}`;
    throw unusable(this.#file, `"${name}" on line ${line}`, field, needed);
  }

  #gather(
    machine: string,
    workload: string,
    texts: Readonly<Record<string, string>>,
    numbers: ReadonlyMap<Column, number>,
    line: number,
  ): void {
    // Two records of one machine and workload have ids of their own.
    const key = `${machine.length}:${machine}${workload.length}:${workload}${texts.id ?? ""}`;
    const sample = [...numbers].find(([{ is }]) => is === "time");
    const isSample = sample?.[0].is === "time" && sample[0].statistic === "sample";
    const known = this.#found.get(key);
    if (known === undefined && this.#found.size >= MOST_WORKLOADS) {
      throw tooLarge(this.#file, "too many pairs of machine and workload", MOST_WORKLOADS);
    }
    if (known !== undefined && !isSample) {
      throw malformed(
        this.#file,
        `line ${line}`,
        `${workload} on ${machine} was summed up on line ${known.firstLine} already`,
      );
    }
    const samples = known?.samples ?? new SampleStatistics(`${workload} on ${machine}`);
    const fresh = { machine, workload, texts, numbers, samples, firstLine: line, lastLine: line };
    const gathered = known ?? fresh;
    gathered.lastLine = line;
    this.#found.set(key, gathered);
    if (!isSample || sample[0].is !== "time") return;
    const seconds = sample[1] / sample[0].perSecond;
    samples.add(seconds);
    this.#onSample?.(machine, workload, seconds);
  }

  #record(gathered: Gathered): MachineRecord {
    const { machine, workload, texts, numbers, samples, firstLine, lastLine } = gathered;
    const records =
      firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}..${lastLine}`;
    const source = texts.source ?? `${records} of ${this.#file}`;
    const given = (is: Column["is"], unit: string): Quantity | null => {
      const found = [...numbers].find(([column]) => column.is === is);
      if (found === undefined) return null;
      const [column, value] = found;
      const number = value * ("scale" in column ? column.scale : 1);
      return { value: number, unit, kind: kindOf(is === "ops" ? ["ops", "macs"] : [is]), source };
    };
    const kindOf = (names: readonly string[], otherwise: Kind = "stated"): Kind => {
      const word = names.map((name) => texts[`${name} kind`]).find((text) => text !== undefined);
      return KINDS.find((known) => known === word) ?? otherwise;
    };
    const kind = KINDS.find((known) => known === texts.kind) ?? "stated";
    const time = samples.statistics(kind, source) ?? summaryOf(numbers, texts.count, kind, source);
    if (time !== null) requireOrdered(this.#file, records, time);
    return {
      id: texts.id ?? slug(machine, workload),
      machine,
      machineClass: CLASSES.find((known) => known === texts.class) ?? ("unknown" as MachineClass),
      workload: { name: workload, ops: given("ops", "op"), bytesMoved: given("bytes", "byte") },
      time,
      samples: samples.samples,
      metrics: Object.fromEntries(
        [...numbers].flatMap(([column, value]) =>
          column.is === "metric"
            ? [
                [
                  column.name,
                  {
                    value,
                    unit: column.unit,
                    kind: kindOf([column.name.toLowerCase()], kind),
                    source,
                  },
                ],
              ]
            : [],
        ),
      ),
      roofs: roofsOf(given("peak compute", "op/s"), given("peak memory", "byte/s")),
      origin: { format: NAME, file: this.#file, records },
      setup: {},
      warnings: [],
    };
  }
}

function roofsOf(compute: Quantity | null, memory: Quantity | null): readonly Roof[] {
  const roof = (name: "compute" | "memory", peak: Quantity | null): readonly Roof[] =>
    peak === null || peak.value === 0 ? [] : [{ name, limits: name, peak }];
  return [...roof("compute", compute), ...roof("memory", memory)];
}

function summaryOf(
  numbers: ReadonlyMap<Column, number>,
  count: string | undefined,
  kind: Kind,
  source: string,
): TimeStatistics | null {
  const given = new Map<string, number>();
  for (const [column, value] of numbers) {
    if (column.is === "time") given.set(column.statistic, value / column.perSecond);
  }
  if (given.size === 0) return null;
  const repetitions = Number(count);
  const at = (statistic: string) => given.get(statistic) ?? null;
  return {
    kind,
    source,
    unit: "s",
    count: Number.isSafeInteger(repetitions) && repetitions > 0 ? repetitions : null,
    min: at("min"),
    mean: at("mean"),
    p50: at("p50"),
    p90: at("p90"),
    p99: at("p99"),
    max: at("max"),
    relativeError: 0,
  };
}
