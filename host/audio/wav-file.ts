/**
 * WAV files on disk: read within a bound, written whole or not at all.
 * Their bytes are left to wav.ts.
 */

import { readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { UsageError } from "../../codegen/index.ts";
import { SampleStream } from "./sample-stream.ts";
import { decodeWav, encodeWav, monoSamples, STDIN_NAME, type Wav } from "./wav.ts";

/** Largest recording read: more than two hours at 16 kHz [byte]. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** What stands for standard input in place of a path. */
export const STDIN = "-";
const STDIN_DESCRIPTOR = 0;
const PIECE_BYTES = 64 * 1024;

/**
 * @throws UsageError TP-USE-030 when the file is missing or too large, -031 and -032 as decodeWav
 */
export function readWav(path: string): Wav {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size > MAX_FILE_BYTES) throw unreadableError(path, size);
  return decodeWav(readFileSync(path), path);
}

/**
 * One channel at the model's rate.
 * @param tell is told when several channels became their mean
 * @throws UsageError TP-USE-030 to -033
 */
export function readMono(
  path: string,
  sampleRateHz: number,
  tell: (words: string) => void = () => {},
): Int16Array {
  const wav = readWav(path);
  const mono = monoSamples(wav, sampleRateHz, path);
  const { length } = wav.channels;
  if (length > 1) tell(`${path} has ${length} channels; their mean is used`);
  return mono;
}

/**
 * Standard input to its end: what SampleStream makes of it.
 * @throws UsageError TP-USE-030 for too many bytes or none that can be read, -031 to -033 as SampleStream
 */
export function stdinMono(
  sampleRateHz: number,
  tell: (words: string) => void = () => {},
): Int16Array {
  const stream = new SampleStream(STDIN_NAME, sampleRateHz, tell);
  const samples = stream.push(readStdin(STDIN_NAME));
  // All of it is here, so that the end adds samples only where there was no more than a header's beginning.
  const last = stream.end();
  return samples.length > 0 ? samples : last;
}

function readStdin(name: string): Buffer {
  const pieces: Buffer[] = [];
  const piece = Buffer.alloc(PIECE_BYTES);
  let length = 0;
  for (;;) {
    const count = readPiece(piece, name);
    if (count === 0) return Buffer.concat(pieces, length);
    // A pipe gives a few bytes at a time: only those are kept.
    pieces.push(Buffer.from(piece.subarray(0, count)));
    length += count;
    if (length > MAX_FILE_BYTES) throw unreadableError(name, length);
  }
}

/** Bytes read, 0 at the end. @throws UsageError TP-USE-030 where the system refuses, as for a folder */
function readPiece(piece: Buffer, name: string): number {
  try {
    return readSync(STDIN_DESCRIPTOR, piece);
  } catch (error) {
    throw stdinError(name, error);
  }
}

/** The error of a standard input that the system does not let be read. */
export function stdinError(name: string, error: unknown): UsageError {
  return new UsageError(
    "TP-USE-030",
    {
      what: `${name} cannot be read`,
      why: error instanceof Error ? error.message : String(error),
      fix: "pioneer run hearable --app hearable --input - < FILE.wav",
    },
    { path: STDIN },
  );
}

/** Writes beside the target first, so that a stopped program leaves no half file. */
export function writeWav(path: string, wav: Wav): void {
  const part = `${path}.part`;
  try {
    writeFileSync(part, encodeWav(wav));
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

function unreadableError(path: string, bytes: number | undefined): UsageError {
  const text =
    bytes === undefined
      ? {
          what: `there is no recording ${path}`,
          why: "the path names no file",
          fix: "check the path",
        }
      : {
          what: `${path} holds ${bytes} B`,
          why: `a recording is read whole, up to ${MAX_FILE_BYTES} B`,
          fix: `ffmpeg -i ${path} -t 60 -c:a pcm_s16le shorter.wav`,
        };
  return new UsageError("TP-USE-030", text, { path, limitBytes: MAX_FILE_BYTES });
}
