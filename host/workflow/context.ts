/**
 * What every verb gets: where results go, how progress is told, when to stop.
 * The results themselves are left to the verbs.
 */
import type { Progress } from "./progress.ts";
import { createProgress, silentProgress } from "./progress.ts";

export interface VerbContext {
  readonly json: boolean;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** True when stdout is a terminal that wants colour (https://no-color.org). */
  readonly colour: boolean;
  /** Prints the result: the document with --json, else the text. */
  print(document: unknown, text: () => string): void;
}

export function createContext(options: {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly signal: AbortSignal;
}): VerbContext {
  const json = options.json === true;
  const progress = options.quiet === true ? silentProgress : createProgress();
  return {
    json,
    signal: options.signal,
    progress,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    print(document, text) {
      progress.end();
      const output = json ? JSON.stringify(document, null, 2) : text();
      process.stdout.write(output.endsWith("\n") ? output : `${output}\n`);
    },
  };
}
