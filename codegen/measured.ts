/**
 * Loads and validates boards/measured/ID.json: what a board, or the model of an emulated one, reported of itself.
 * Measuring is left to the host's `bench roofs`, fitting to `calibrate`, overriding stated values to those who use them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BOARDS_DIRECTORY, type Board } from "./board.ts";
import { UsageError } from "./errors.ts";
import { type Schema, violations } from "./json-schema.ts";

/** An emulated board's cycles are a model's and never pass as measured. */
export type ReportedKind = "measured" | "modelled";

/** A named value that a board reported or that was fitted to what it reported. */
export interface ReportedValue {
  /** A roof: "macs.int8". A parameter: the path of what it overrides, "memories.flash.waitStates". */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly kind: ReportedKind;
  readonly source: string;
  /** [low, high], same unit. */
  readonly interval?: readonly [number, number];
}

/** One loop of the program roofs, the empty loop's cycles taken off. */
export interface Microbenchmark {
  readonly name: string;
  readonly kind: ReportedKind;
  /** Over the repeats [cycle]. */
  readonly cyclesPerLap: {
    readonly minimum: number;
    readonly median: number;
    readonly maximum: number;
  };
  readonly laps: number;
  readonly repeats: number;
  readonly source: string;
}

export interface MeasuredBoard {
  readonly schema: 1;
  readonly board: string;
  readonly firmware: {
    readonly compiler: string;
    readonly flags: string;
    /** Null on an emulated board. */
    readonly clockHz: number | null;
    /** What counted the cycles. */
    readonly counter: string;
  };
  readonly microbenchmarks: readonly Microbenchmark[];
  readonly roofs: readonly ReportedValue[];
  readonly parameters: readonly ReportedValue[];
}

export const MEASURED_DIRECTORY = join(BOARDS_DIRECTORY, "measured");

const SCHEMA_FILE = join(MEASURED_DIRECTORY, "measured.schema.json");

/**
 * What is known of `board` by its own report; null when nobody has run it.
 * @throws UsageError TP-USE-104 for a file that breaks the schema or contradicts the board
 */
export function findMeasured(
  board: Pick<Board, "id" | "kind">,
  directory: string = MEASURED_DIRECTORY,
): MeasuredBoard | null {
  const file = join(directory, `${board.id}.json`);
  if (!existsSync(file)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw brokenFile(file, [error instanceof Error ? error.message : String(error)]);
  }
  return checkMeasured(value, board, file);
}

/**
 * `value` as what `board` reported.
 * @param file for the message
 * @throws UsageError TP-USE-104 as findMeasured
 */
export function checkMeasured(
  value: unknown,
  board: Pick<Board, "id" | "kind">,
  file: string,
): MeasuredBoard {
  const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as Schema;
  const broken = violations(value, schema);
  if (broken.length > 0) throw brokenFile(file, broken);
  const measured = value as MeasuredBoard;
  const contradictions = contradictionsOf(measured, board);
  if (contradictions.length > 0) throw brokenFile(file, contradictions);
  return measured;
}

/** What a schema cannot say. */
function contradictionsOf(measured: MeasuredBoard, board: Pick<Board, "id" | "kind">): string[] {
  const found: string[] = [];
  const { microbenchmarks, roofs, parameters, firmware } = measured;
  if (measured.board !== board.id) found.push(`board: must be "${board.id}"`);
  const isEmulated = board.kind === "emulated";
  // A real board's parameters may be modelled: fitted by a model to what was measured.
  const values = [...microbenchmarks, ...roofs, ...(isEmulated ? parameters : [])];
  const wrong = values.find(({ kind }) => kind === (isEmulated ? "measured" : "modelled"));
  if (wrong !== undefined) {
    found.push(`${wrong.name}: ${wrong.kind} on a board of kind ${board.kind}`);
  }
  if ((firmware.clockHz === null) !== isEmulated) {
    found.push("firmware.clockHz: a real board has one, an emulated one has none");
  }
  for (const list of [microbenchmarks, roofs, parameters]) {
    const names = list.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) found.push(`${twice}: is there twice`);
  }
  for (const { name, interval } of [...roofs, ...parameters]) {
    if (interval !== undefined && interval[0] > interval[1])
      found.push(`${name}: its interval ends before it begins`);
  }
  return found;
}

function brokenFile(file: string, problems: readonly string[]): UsageError {
  return new UsageError(
    "TP-USE-104",
    {
      what: `${file} is not what a board reported`,
      why: problems.join("; "),
      fix: "write it again: pioneer bench roofs --board ID; boards/measured/measured.schema.json says what it holds",
    },
    { file, problems },
  );
}
