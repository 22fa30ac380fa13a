/**
 * How one verb is declared: the options that all have, and what happens when it is typed.
 * Which verbs there are is left to program.ts.
 */
import type { Command } from "commander";
import { createContext, type VerbContext } from "../workflow/context.ts";

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A verb's work: prints through the context and gives the exit status; gets its first argument and all of them. */
export type Verb<O> = (
  context: VerbContext,
  options: O,
  argument: string,
  words: readonly string[],
) => Promise<number>;

/** Adds a verb, whose module is only loaded when it is typed, to the program or to a group of verbs. */
export type DeclareVerb = <O>(
  name: string,
  description: string,
  load: () => Promise<Verb<O>>,
  group?: Command,
) => Command;

/**
 * What declares the verbs of a program.
 * @param signal aborts on Ctrl-C
 * @param setStatus gets the exit status of the verb that was typed
 */
export function declareIn(
  program: Command,
  signal: AbortSignal,
  setStatus: (status: number) => void,
): DeclareVerb {
  return <O>(
    name: string,
    description: string,
    load: () => Promise<Verb<O>>,
    group: Command = program,
  ) =>
    group
      .command(name)
      .description(description)
      .exitOverride()
      .option("--json", "one JSON document on stdout, nothing else there")
      .option("--quiet", "no progress")
      .action(async (...args: unknown[]) => {
        const command = args.at(-1) as Command;
        const options = command.opts<O & GlobalOptions>();
        const context = createContext({ ...options, signal });
        const run = await load();
        try {
          setStatus(await run(context, options, String(command.args[0] ?? ""), command.args));
        } finally {
          context.progress.end();
        }
      });
}
