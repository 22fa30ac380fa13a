/**
 * Reads the samples of a file that a Joulescope or an Otii recorded, one after the other, in bounded memory.
 * Putting them on an even grid is left to grid.ts.
 */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { UsageError } from "../../../codegen/index.ts";
import type { Columns } from "./columns.ts";
import { cellText, columnsOf } from "./columns.ts";
import { otiiSamples } from "./otii-channels.ts";

/** A sample as the file has it: SI units; NaN where the monitor wrote none. */
export interface RecordedSample {
  readonly timeS: number;
  readonly currentA: number;
  /** NaN without a voltage. */
  readonly voltageV: number;
  readonly digital: number;
}

/** What a file says, or the length of what cannot be read [byte]. */
export type RecordedRow = RecordedSample | { readonly unreadableBytes: number };

const MAX_LINE_BYTES = 4096;
/** A header stands within so many lines. */
const MAX_HEADER_LINES = 50;
/** JSON is read whole. */
const MAX_JSON_BYTES = 256 << 20;

/** @throws UsageError TP-USE-441 for a file that is neither; the errors of node:fs */
export async function* recordedRows(path: string): AsyncGenerator<RecordedRow> {
  if (path.toLowerCase().endsWith(".json")) yield* jsonRows(path);
  else yield* csvRows(path);
}

async function* csvRows(path: string): AsyncGenerator<RecordedRow> {
  let columns: Columns | undefined;
  let lines = 0;
  for await (const line of linesOf(path)) {
    if (!columns) {
      columns = columnsOf(line);
      if (!columns && ++lines >= MAX_HEADER_LINES) break;
      continue;
    }
    if (line.trim() !== "" && !line.startsWith("#")) yield rowOf(line, columns);
  }
  if (!columns) throw noRecording(path, "no line names a time and a current, each in an SI unit");
}

/** A line without its end; of one that is too long only the beginning, which cannot be read as a row. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let text = "";
  for await (const piece of createReadStream(path, "utf8")) {
    text += piece;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      yield text.slice(start, Math.min(end, start + MAX_LINE_BYTES)).replace(/\r$/, "");
      start = end + 1;
    }
    text = text.slice(start);
    if (text.length > MAX_LINE_BYTES) text = text.slice(0, MAX_LINE_BYTES);
  }
  if (text !== "") yield text;
}

function rowOf(line: string, columns: Columns): RecordedRow {
  const cells = line.split(",").map(cellText);
  const value = (column: { index: number; scale: number } | null) =>
    column === null ? Number.NaN : numberOf(cells[column.index]) * column.scale;
  const timeS = value(columns.time);
  if (!Number.isFinite(timeS)) return { unreadableBytes: line.length };
  let digital = 0;
  for (const { input, index } of columns.digital) {
    if (numberOf(cells[index]) > 0) digital |= 1 << input;
  }
  return { timeS, currentA: value(columns.current), voltageV: value(columns.voltage), digital };
}

/** NaN for `nan`, `-nan` and whatever is no number. */
function numberOf(text: string | undefined): number {
  return text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
    ? Number(text)
    : Number.NaN;
}

/** @throws UsageError TP-USE-441 for a document that otii-channels.ts cannot read */
function* jsonRows(path: string): Generator<RecordedRow> {
  if (statSync(path).size > MAX_JSON_BYTES) throw noRecording(path, "it is above 256 MiB");
  const text = readFileSync(path, "utf8");
  let parsed: unknown;
  try {
    // The tool's own nan is no JSON.
    parsed = JSON.parse(text.replaceAll(/(?<=[[,:]\s*)-?nan\b/gi, "null"));
  } catch (error) {
    throw noRecording(path, error instanceof Error ? error.message : String(error));
  }
  yield* otiiSamples(parsed, (why) => noRecording(path, why));
}

export function noRecording(path: string, why: string): UsageError {
  return new UsageError("TP-USE-441", {
    what: `${path} is no recording of a power monitor`,
    why,
    fix: "export CSV with a header (time, current, voltage) from the Joulescope's program, or a channel's data from Otii",
  });
}
