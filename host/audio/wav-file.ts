/**
 * WAV files on disk: read within a bound, written whole or not at all.
 * Their bytes are left to wav.ts.
 */

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { UsageError } from "../../codegen/index.ts";
import { decodeWav, encodeWav, monoSamples, type Wav } from "./wav.ts";

/** Largest recording read: more than two hours at 16 kHz [byte]. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

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
