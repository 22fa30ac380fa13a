/**
 * Which recordings a path means: one WAV file, or all of a folder in the order of their names.
 * What is made of them is left to the caller.
 */

import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "../../codegen/index.ts";
import { readMono } from "./wav-file.ts";

export interface Recording {
  /** File name without folders, for reports. */
  readonly name: string;
  /** [samples], one channel at the rate that was asked for. */
  readonly samples: Int16Array;
}

/**
 * @param path a WAV file, or a folder whose .wav files are read (not its subfolders)
 * @param sampleRateHz what the model's front end takes [Hz]
 * @throws UsageError TP-USE-030 to -033 for a file that cannot be used, -034 for a folder without WAV files
 */
export function readRecordings(path: string, sampleRateHz: number): readonly Recording[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return [{ name: basename(path), samples: readMono(path, sampleRateHz) }];
  }
  const names = readdirSync(path)
    .filter((name) => name.toLowerCase().endsWith(".wav"))
    .sort();
  if (names.length === 0) {
    throw new UsageError(
      "TP-USE-034",
      {
        what: `${path} holds no WAV file`,
        why: "a folder stands for the .wav files in it, without its subfolders",
        fix: "name a folder with 16-bit WAV files, or one such file",
      },
      { path },
    );
  }
  return names.map((name) => ({ name, samples: readMono(join(path, name), sampleRateHz) }));
}
