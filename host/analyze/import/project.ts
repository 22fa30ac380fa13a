/**
 * Reads this project's own JSON: the document of a run, and lists of machine records under `rows` (schema 1).
 * Recordings, which are binary, are left to workflow/.
 */
import type { RunDocument } from "../document.ts";
import { SCHEMA } from "../document.ts";
import type { MachineRecord, TimeStatistics } from "../machine-record.ts";
import { runRecords } from "../run-records.ts";
import { KEPT_SAMPLES } from "../sample-statistics.ts";
import type { Fields } from "./fields.ts";
import { isFields, textOf } from "./fields.ts";
import type { Importer, ImportFormat } from "./importer.ts";
import { JsonPieces } from "./json-pieces.ts";
import { requireOrdered } from "./ordered-times.ts";
import { isQuantity, isRooflineDetail } from "./quantities.ts";
import { malformed, nothingIn, tooLarge, unusable } from "./refusals.ts";

const NAME = "tiny-pioneer JSON";
const MOST_ROWS = 100_000;
const STATISTICS = ["min", "mean", "p50", "p90", "p99", "max"] as const;

export const projectDocument: ImportFormat = {
  name: NAME,
  detect: (head) => /^\uFEFF?\s*\{/.test(head) && /"schema"\s*:\s*\d/.test(head),
  open: (file) => new ProjectImporter(file),
};

class ProjectImporter implements Importer {
  readonly #file: string;
  readonly #pieces: JsonPieces;
  readonly #members: Record<string, unknown> = {};
  readonly #rows: MachineRecord[] = [];

  constructor(file: string) {
    this.#file = file;
    this.#pieces = new JsonPieces(file, { by: "members", streamed: ["rows"] }, (value, key) => {
      if (key === "rows") this.#row(value);
      else this.#members[key ?? ""] = value;
    });
  }

  push(chunk: string): void {
    this.#pieces.push(chunk);
  }

  finish(): readonly MachineRecord[] {
    this.#pieces.finish();
    const { schema } = this.#members;
    if (schema !== SCHEMA) {
      throw malformed(
        this.#file,
        '"schema"',
        `it has schema ${JSON.stringify(schema)}; this program reads ${SCHEMA}`,
      );
    }
    if (this.#rows.length > 0) return this.#rows;
    if (!isRunDocument(this.#members)) throw nothingIn(this.#file, NAME, "run and no row");
    try {
      return runRecords(this.#members, this.#file);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      throw malformed(this.#file, "its fields", `they do not describe a run: ${error.message}`);
    }
  }

  /** Repetitions, which only saved baselines hold. */
  #samples(value: unknown, where: string): readonly number[] {
    if (!Array.isArray(value)) return [];
    if (value.length > KEPT_SAMPLES) throw tooLarge(this.#file, "too many samples", KEPT_SAMPLES);
    const wrong = value.find((seconds) => !(Number.isFinite(seconds) && seconds >= 0));
    if (wrong === undefined) return value;
    throw unusable(this.#file, `a sample of ${where}`, wrong, "finite and at least 0");
  }

  #row(value: unknown): void {
    const where = `rows[${this.#rows.length}]`;
    if (this.#rows.length >= MOST_ROWS) throw tooLarge(this.#file, "too many rows", MOST_ROWS);
    if (!isFields(value) || !isRecord(value)) {
      throw unusable(this.#file, where, isFields(value) ? "incomplete" : value, "a machine record");
    }
    const { time } = value;
    for (const name of STATISTICS) {
      const seconds = time?.[name] ?? null;
      if (seconds !== null && !(Number.isFinite(seconds) && seconds >= 0)) {
        throw unusable(this.#file, `time.${name} of ${where}`, seconds, "finite and at least 0");
      }
    }
    if (time !== null) requireOrdered(this.#file, `time of ${where}`, time);
    this.#rows.push({ ...value, samples: this.#samples(value.samples, where) });
  }
}

function isRunDocument(members: Fields): members is Fields & RunDocument {
  return (
    isFields(members.model) &&
    isFields(members.provenance) &&
    Array.isArray(members.comparison) &&
    isFields(members.why) &&
    typeof members.board === "string" &&
    typeof members.frames === "number"
  );
}

function isRecord(row: Fields): row is Fields & MachineRecord {
  const { workload, time, origin } = row;
  return (
    textOf(row, "id") !== undefined &&
    textOf(row, "machine") !== undefined &&
    isFields(workload) &&
    textOf(workload, "name") !== undefined &&
    (workload.ops === null || isQuantity(workload.ops)) &&
    (workload.bytesMoved === null || isQuantity(workload.bytesMoved)) &&
    (time === null || isTime(time)) &&
    isFields(row.metrics) &&
    Object.values(row.metrics).every(isQuantity) &&
    Array.isArray(row.roofs) &&
    row.roofs.every((roof: unknown) => isFields(roof) && isQuantity(roof.peak)) &&
    isFields(origin) &&
    isFields(row.setup) &&
    Array.isArray(row.warnings) &&
    (row.detail === undefined || isRooflineDetail(row.detail)) &&
    (row.timeModel === undefined || isTimeModel(row.timeModel))
  );
}

function isTimeModel(model: unknown): boolean {
  return (
    isFields(model) &&
    [model.utilisation, model.memoryShare, model.overhead].every(isQuantity) &&
    [model.launchOverhead, model.weightBytes, model.intermediateBytes].every(Number.isFinite)
  );
}

function isTime(value: unknown): value is TimeStatistics {
  return isFields(value) && value.unit === "s" && typeof value.kind === "string";
}
