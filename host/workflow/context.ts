/**
 * What every verb gets: where results go, how progress is told, when to stop.
 * The results themselves are left to the verbs.
 */
import type { Progress } from "./progress.ts";
import { createProgress, silentProgress } from "./progress.ts";

export interface VerbContext {
  readonly json: boolean;
  /** Only the result is wanted. */
  readonly quiet?: boolean;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** True when stdout is a terminal that wants colour (https://no-color.org). */
  readonly colour: boolean;
  /** True when stdout is a terminal that shows UTF-8: small plots may stand in its lines. */
  readonly plots?: boolean;
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
    quiet: options.quiet === true,
    signal: options.signal,
    progress,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    plots: process.stdout.isTTY === true && showsUtf8(process.env, process.platform),
    print(document, text) {
      progress.end();
      const output = json ? JSON.stringify(document, null, 2) : text();
      process.stdout.write(output.endsWith("\n") ? output : `${output}\n`);
    },
  };
}

/** Whether the locale's characters are UTF-8, as POSIX ranks the variables; Windows' consoles are. */
export function showsUtf8(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.TERM === "dumb") return false;
  if (platform === "win32") return true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return /utf-?8/i.test(locale);
}
