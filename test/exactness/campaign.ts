/**
 * Compares generated C with the twin bit for bit, for as many random cases as asked: `npm run exactness -- --help`.
 * What a case is and how it is run is left to cases.ts, host-program.ts and board-program.ts.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { BOARDS } from "../qemu/boards.ts";
import { missingFor } from "../qemu/pio-build.ts";
import { writeBoardProgram, wrongOnBoard } from "./board-program.ts";
import type { Case, CaseSet } from "./cases.ts";
import { canSanitize, type HostCompiler, writeHostProgram, wrongOnHost } from "./host-program.ts";

const HOST_MODELS = 50;
const BOARD_MODELS = 25;
const COMPILERS: readonly HostCompiler[] = ["gcc", "clang"];

interface Options {
  readonly seed: number;
  readonly count?: number;
  readonly start: number;
  readonly compilers: readonly string[];
  readonly boards?: readonly string[] | true;
  readonly jobs: number;
  readonly minutes?: number;
}

/** One program of many models, on one machine. */
interface Job {
  readonly machine: string;
  readonly program: number;
  readonly models: number;
  /** Makes it in a folder, runs it and gives its cases and which of them are wrong. */
  run(folder: string): Promise<CaseSet & { readonly wrong: readonly Case[] }>;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number from 1");
  return value;
}

const list = (text: string): readonly string[] => text.split(",").map((word) => word.trim());

/** Programs of different runs and machines share no seeds for any sensible --seed and --count. */
function seedOf({ seed }: Options, machine: number, program: number): number {
  return seed * 1_000_003 + machine * 100_003 + program;
}

/** How many models each program has, the first one of number `start`. */
function programs(count: number, each: number, start: number) {
  return Array.from({ length: Math.ceil(count / each) }, (_, index) => ({
    program: start + index,
    models: Math.min(each, count - index * each),
  }));
}

/** Every case with every compiler. */
function hostJobs(options: Options, compilers: readonly HostCompiler[]): readonly Job[] {
  const all = programs(options.count ?? 10_000, HOST_MODELS, options.start);
  return all.flatMap(({ program, models }) =>
    compilers.map((compiler) => ({
      machine: compiler,
      program,
      models,
      async run(folder) {
        const set = writeHostProgram(seedOf(options, 0, program), folder, models, true);
        // Optimised code takes three times as long to compile; every fourth program is.
        const level = program % 4 === 0 ? "-O1" : "-O0";
        return { ...set, wrong: await wrongOnHost(set, compiler, level) };
      },
    })),
  );
}

function boardJobs(options: Options, board: string): readonly Job[] {
  const machine = 1 + BOARDS.findIndex(({ id }) => id === board);
  const all = programs(options.count ?? 200, BOARD_MODELS, options.start);
  return all.map(({ program, models }) => ({
    machine: board,
    program,
    models,
    async run(folder) {
      const seed = seedOf(options, machine, program);
      const set = writeBoardProgram(board, seed, folder, models, true);
      return { ...set, wrong: await wrongOnBoard(set, program % 4 === 3 ? "-Os" : "-O3") };
    },
  }));
}

async function jobsOf(options: Options, folder: string): Promise<readonly Job[]> {
  if (options.boards) {
    const ids = options.boards === true ? BOARDS.map(({ id }) => id) : options.boards;
    return ids.flatMap((id) => {
      const missing = missingFor(id);
      if (missing.length > 0) say(`${id} is left out: ${missing.join(", ")} missing`);
      return missing.length > 0 ? [] : boardJobs(options, id);
    });
  }
  const compilers: HostCompiler[] = [];
  for (const compiler of COMPILERS.filter((one) => options.compilers.includes(one))) {
    if (await canSanitize(compiler, folder)) compilers.push(compiler);
    else say(`${compiler} is left out: it makes no programs with sanitizers here`);
  }
  return hostJobs(options, compilers);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

class Tally {
  readonly #perMachine = new Map<string, number>();
  readonly #perVariant = new Map<string, number>();
  refused = 0;
  wrong = 0;
  /** Programs that did not compile or did not end well. */
  broken = 0;

  add(machine: string, { cases, refused }: CaseSet): void {
    this.#perMachine.set(machine, (this.#perMachine.get(machine) ?? 0) + cases.length);
    for (const { variant } of cases) {
      this.#perVariant.set(variant, (this.#perVariant.get(variant) ?? 0) + 1);
    }
    this.refused += refused;
  }

  get done(): number {
    return [...this.#perMachine.values()].reduce((sum, count) => sum + count, 0);
  }

  lines(): readonly string[] {
    const counts = (map: ReadonlyMap<string, number>): string =>
      [...map]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`)
        .join(", ");
    return [
      `machines: ${counts(this.#perMachine)}`,
      `kernels: ${counts(this.#perVariant)}`,
      `refused by the generator, and replaced: ${this.refused}`,
    ];
  }
}

async function campaign(options: Options): Promise<boolean> {
  const root = mkdtempSync(join(tmpdir(), "pioneer-exactness-"));
  const jobs = await jobsOf(options, root);
  const total = jobs.reduce((sum, { models }) => sum + models, 0);
  const end = Date.now() + (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const tally = new Tally();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length && Date.now() < end) {
      const job = jobs[next++] as Job;
      const folder = join(root, `${job.machine}-${job.program}`);
      mkdirSync(folder);
      const name = `${job.machine}, program ${job.program}`;
      try {
        const { wrong, ...set } = await job.run(folder);
        tally.add(job.machine, set);
        tally.wrong += wrong.length;
        for (const { prefix, description } of wrong) {
          say(`WRONG: ${name}, ${prefix}: ${description}; its C lies in ${folder}`);
        }
        if (wrong.length === 0) rmSync(folder, { recursive: true });
      } catch (error) {
        tally.broken++;
        say(`FAILED: ${name}: ${error instanceof Error ? error.message : error}`);
      }
      say(`${name}: ${tally.done} of ${total} done, ${tally.wrong} wrong`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  const failed = tally.wrong + tally.broken;
  if (failed === 0) rmSync(root, { recursive: true });
  for (const line of tally.lines()) console.log(line);
  console.log(
    `${tally.done - tally.wrong} of ${total} cases exact, ${tally.wrong} wrong, ${tally.broken} programs failed, seed ${options.seed}`,
  );
  return failed === 0 && tally.done > 0;
}

const command = new Command("exactness")
  .description("Compares generated C with the integer twin, bit for bit, for random models.")
  .addOption(
    new Option("--seed <n>", "another one gives other cases").default(1).argParser(positive),
  )
  .addOption(
    new Option("--count <n>", "cases: 10000 on this computer, 200 a board").argParser(positive),
  )
  .addOption(
    new Option("--start <n>", "number of the first program, to repeat one")
      .default(0)
      .argParser(Number),
  )
  .addOption(
    new Option("--compilers <list>", "of this computer").default(COMPILERS).argParser(list),
  )
  .addOption(
    new Option("--boards [list]", "on emulated boards instead, all or these").argParser(list),
  )
  .addOption(new Option("--jobs <n>", "programs at once").default(2).argParser(positive))
  .addOption(new Option("--minutes <n>", "starts no program after that time").argParser(positive));

command.parse();
process.exitCode = (await campaign(command.opts())) ? 0 : 1;
