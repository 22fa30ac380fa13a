/**
 * Reads mutated model files of every format, or damaged streams, and says what became of them: `npm run fuzz -- --help`.
 * Batches, memory and crashes are left to batches.ts, what a file must not do to campaign.ts, streams to link/.
 */

import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { runBatch } from "./batches.ts";
import { mutant } from "./campaign.ts";
import { FORMATS } from "./formats.ts";
import { fuzzLink, type LinkOptions } from "./link/command.ts";
import { writePage } from "./page.ts";
import { type FormatResult, runFormats } from "./run-formats.ts";

const NAMES = Object.keys(FORMATS);

interface Options {
  readonly format?: string;
  readonly seed: number;
  readonly files: number;
  readonly cpuSeconds?: number;
  readonly case?: number;
  readonly write?: string;
  readonly page?: boolean;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 0.");
}

const program = new Command("fuzz")
  .description(
    "Reads mutated files; exits with 1 where one is neither answered nor refused in time",
  )
  .addOption(new Option("--format <name>", "one format only; else all of them").choices(NAMES))
  .option("--seed <n>", "seed of all files", whole, 1)
  .option("--files <n>", "how many files, all formats together", whole, 1_000_000)
  .option("--cpu-seconds <n>", "end after so much of the processor's time", whole)
  .option("--case <n>", "one file of a --format only: say what becomes of it", whole)
  .option("--write <file>", "write that file too, to look at it")
  .option("--page", "write the totals into docs/hostile-files.md")
  .action(fuzzModels);

program
  .command("link")
  .description(
    "Decodes a damaged stream of frames; exits with 1 where a record is not what was sent",
  )
  .option("--bytes <n>", "how many", whole, 1e9)
  .option("--seed <n>", "seed of all damage", whole, 1)
  .option("--page", "write the totals into docs/link.md")
  .action((own: LinkOptions) => fuzzLink({ ...program.opts<LinkOptions>(), ...own }));

await program.parseAsync();

/** One file; its number is the case's. */
async function one({ format, seed, case: index = 0, write }: Options): Promise<FormatResult> {
  const chosen = FORMATS[format ?? ""];
  if (format === undefined || !chosen) throw new RangeError("--case needs --format");
  if (write !== undefined) writeFileSync(write, mutant(chosen, seed, index));
  const result = await runBatch({
    ...{ format, seed, first: index, count: 1 },
    milliseconds: Number.MAX_SAFE_INTEGER,
  });
  return { format, ...result };
}

async function fuzzModels(options: Options): Promise<void> {
  const { format, seed, files, cpuSeconds = Number.MAX_SAFE_INTEGER / 1000 } = options;
  const results =
    options.case === undefined
      ? await runFormats({
          formats: format === undefined ? NAMES : [format],
          ...{ seed, files, milliseconds: cpuSeconds * 1000 },
          tell: (line) => process.stderr.write(`${line}\n`),
        })
      : [await one(options)];
  if (options.page) writePage(results, options.seed);
  process.stdout.write(`${JSON.stringify({ seed: options.seed, formats: results }, null, 2)}\n`);
  for (const { format, findings } of results) {
    for (const { index, why } of findings) {
      const again = `npm run fuzz -- --format ${format} --seed ${options.seed} --case ${index}`;
      process.stderr.write(`${why}\n  again: ${again}\n`);
    }
  }
  process.exitCode = results.some(({ findings }) => findings.length > 0) ? 1 : 0;
}
