/**
 * Decides where the cleaned sound of a run goes: a file, or standard output, beside which the report then stands.
 * Its bytes are left to audio/.
 */
import { UsageError } from "../../../codegen/index.ts";
import { GrowingWav, type SoundSink, StreamedWav } from "../../audio/growing-wav.ts";
import type { VerbContext } from "../context.ts";

/** What stands for standard output in place of a path. */
export const STDOUT = "-";

export function cleanedPath({ out }: { readonly out?: string }, recording: string): string {
  return out ?? recording.replace(/(\.tpcap)?$/, ".cleaned.wav");
}

/** Takes sound while a run goes on. @throws the system's error for a file that cannot be made */
export function createSink(path: string, sampleRateHz: number): SoundSink {
  return path === STDOUT
    ? new StreamedWav(soundOutput(), sampleRateHz)
    : new GrowingWav(path, sampleRateHz);
}

/** Standard output for sound: a player that leaves ends the sound, not the run and its report. */
export function soundOutput(): NodeJS.WritableStream {
  const { stdout } = process;
  stdout.removeAllListeners("error");
  stdout.on("error", () => {});
  return stdout;
}

/** @throws UsageError TP-USE-167 where sound and document would share standard output */
export function requireRoomForSound(
  { json }: VerbContext,
  { out }: { readonly out?: string },
): void {
  if (!json || out !== STDOUT) return;
  throw new UsageError("TP-USE-167", {
    what: "--out - and --json both take standard output",
    why: "a player would be given the document, a script the sound",
    fix: "--out FILE.wav, or without --json: the report then goes to standard error",
  });
}

/** The context of a run whose standard output is sound. */
export function besideSound(context: VerbContext): VerbContext {
  return {
    ...context,
    colour: false,
    print(_document, text) {
      context.progress.end();
      const output = text();
      process.stderr.write(output.endsWith("\n") ? output : `${output}\n`);
    },
  };
}
