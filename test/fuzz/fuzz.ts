/**
 * Reads mutated model files and says what became of them: `npx tsx test/fuzz/fuzz.ts --help`.
 * What a campaign keeps is left to campaign.ts, how files are mutated to the formats' own files.
 */

import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Format, mutant, runCampaign } from "./campaign.ts";
import { ONNX_FORMAT } from "./mutate-onnx.ts";

const FORMATS: Readonly<Record<string, Format>> = { onnx: ONNX_FORMAT };
/** Files between two lines of progress. */
const PROGRESS_FILES = 20_000;

interface Options {
  readonly format: string;
  readonly seed: number;
  readonly start: number;
  readonly count: number;
  readonly seconds?: number;
  readonly write?: string;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 0.");
}

const program = new Command("fuzz")
  .description("Reads mutated model files; exits with 1 where one is neither read nor refused")
  .addOption(
    new Option("--format <name>", "format to mutate").choices(Object.keys(FORMATS)).default("onnx"),
  )
  .option("--seed <n>", "seed of all files", whole, 1)
  .option("--start <n>", "number of the first file", whole, 0)
  .option("--count <n>", "how many files", whole, 1_000_000)
  .option("--seconds <n>", "end after so long", whole)
  .option("--write <file>", "only write the first file, to look at it")
  .parse();

const options = program.opts<Options>();
const format = FORMATS[options.format] as Format;
if (options.write !== undefined) {
  writeFileSync(options.write, mutant(format, options.seed, options.start));
} else {
  const began = Date.now();
  const end = options.seconds === undefined ? Number.POSITIVE_INFINITY : options.seconds * 1000;
  const result = runCampaign(format, options.seed, options.start, (index) => {
    const done = index - options.start;
    if (done > 0 && done % PROGRESS_FILES === 0) process.stderr.write(`${done} files\n`);
    return done < options.count && Date.now() - began < end;
  });
  const { format: name, seed, start } = options;
  process.stdout.write(`${JSON.stringify({ format: name, seed, start, ...result }, null, 2)}\n`);
  process.exitCode = result.findings.length === 0 ? 0 : 1;
}
