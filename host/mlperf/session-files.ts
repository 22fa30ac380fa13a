/**
 * Writes a test's results where and as the open runner would: sessions/TIME with log.txt, results.json, results.txt.
 * What the numbers are is left to the workflow.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An entry of results.json: the line of y_labels.csv, then what `infer` gave. Names are the open runner's. */
export interface SessionResult {
  readonly file: string;
  readonly classes: string | null;
  readonly class: string | null;
  readonly bytes_to_send: string | null;
  readonly stride: string | null;
  readonly total_length: number | null;
  readonly infer: {
    readonly results: readonly number[];
    readonly start_time: number | null;
    readonly end_time: number | null;
    readonly elapsed_time: number | null;
    readonly total_inferences: 1;
    readonly iterations: number;
    readonly warmups: number;
    readonly throughput?: number;
    /** Beside the open runner's names: "measured", or "modelled" for an emulator's clock. */
    readonly time_kind: string;
  };
  /** Energy mode: joules a millisecond, and the running number and the millisecond of each timestamp. */
  readonly power?: {
    readonly samples: readonly number[];
    readonly timestamps: readonly (readonly [number, number])[];
  };
}

/** The open runner appends these where a rule is broken. */
export interface SessionError {
  readonly error: string;
}

/** The session's folder in `folder`, named after the time as the open runner does: 20260131_235959. */
export function sessionFolder(folder: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return join(folder, `${day}_${time}`);
}

/** @returns the files' paths */
export function writeSession(
  session: string,
  log: readonly string[],
  results: readonly (SessionResult | SessionError)[],
  summary: string,
): Readonly<Record<string, string>> {
  mkdirSync(session, { recursive: true });
  const files = {
    log: join(session, "log.txt"),
    results: join(session, "results.json"),
    summary: join(session, "results.txt"),
  };
  writeFileSync(files.log, `${log.join("\n")}\n`);
  writeFileSync(files.results, JSON.stringify(results));
  writeFileSync(files.summary, summary);
  return files;
}
