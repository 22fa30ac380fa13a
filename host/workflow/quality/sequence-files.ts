/**
 * Reads the arrays of sequences within a bound on what they take together, each file once.
 * Which files belong together is left to evaluation-set.ts, the bytes of one to ../npy.ts.
 */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { UsageError } from "../../../codegen/index.ts";
import { decodeNpy, MAX_HEADER_BYTES } from "../npy.ts";

/** Frames of values, all of one size. */
export type Rows = readonly Float64Array[];

export interface SequenceLimits {
  /** Of one file [byte]. */
  readonly fileBytes: number;
  /** Of one file. */
  readonly fileFrames: number;
  /** Of all files together. */
  readonly frames: number;
  readonly values: number;
}

/** 2^20 frames of 10 ms are almost three hours. */
export const SEQUENCE_LIMITS: SequenceLimits = {
  fileBytes: 64 << 20,
  fileFrames: 1 << 20,
  frames: 1 << 22,
  values: 1 << 27,
};

/** No type that is read takes more for a value [byte]. */
const WIDEST_VALUE = 8;
/** Before the header's text, at most [byte]. */
const MAGIC_BYTES = 12;

type Refusal = (why: string) => UsageError;

/**
 * Size of a plain file [byte]; null where there is nothing.
 * @throws what refuse makes, for anything else and for a path that no file can have
 */
export function fileSize(path: string, refuse: Refusal): number | null {
  const name = basename(path);
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    if (stats.isFile()) return stats.size;
  } catch (error) {
    throw refuse(`${JSON.stringify(name)}: ${error instanceof Error ? error.message : error}`);
  }
  throw refuse(`${name} is no file`);
}

/**
 * Reads one file after the other; a path that was read before gives the same frames again.
 * @returns frames of an array [time, values]; [time] has one value each
 */
export function rowsReader(
  refuse: Refusal,
  limits: SequenceLimits = SEQUENCE_LIMITS,
): (path: string) => Rows {
  const known = new Map<string, Rows>();
  let values = 0;
  let frames = 0;
  const checkValues = (more: number): void => {
    if (values + more <= limits.values) return;
    throw refuse(`its sequences hold more than ${limits.values} values`);
  };
  const checkFrames = (name: string, more: number): void => {
    if (more > limits.fileFrames) {
      throw refuse(`${name} has ${more} frames; ${limits.fileFrames} are read of a file`);
    }
    if (frames + more > limits.frames) {
      throw refuse(`its sequences have more than ${limits.frames} frames`);
    }
  };
  const read = (path: string): Rows => {
    const name = basename(path);
    const bytes = fileSize(path, refuse);
    if (bytes === null) throw refuse(`${name} is not there`);
    if (bytes > limits.fileBytes) throw refuse(`${name} is larger than ${limits.fileBytes} bytes`);
    // What it holds at least, before any of it is in memory.
    checkValues(Math.floor((bytes - MAX_HEADER_BYTES - MAGIC_BYTES) / WIDEST_VALUE));
    const array = decodeNpy(readFileSync(path), name);
    const [rows = 0, width = 1, ...more] = array.shape;
    if (more.length > 0 || rows < 1 || width < 1) {
      throw refuse(`${name} has shape [${array.shape.join(", ")}], not [time, values]`);
    }
    checkValues(array.values.length);
    checkFrames(name, rows);
    values += array.values.length;
    frames += rows;
    return Array.from({ length: rows }, (_, row) =>
      array.values.subarray(row * width, (row + 1) * width),
    );
  };
  return (path) => {
    const rows = known.get(path) ?? read(path);
    known.set(path, rows);
    return rows;
  };
}
