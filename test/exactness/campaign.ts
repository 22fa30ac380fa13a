/**
 * Compares generated C with the twin bit for bit, for as many random cases as asked: `npm run exactness -- --help`.
 * What a case is and how it is run is left to cases.ts, host-program.ts and board-program.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { BOARDS } from "../qemu/boards.ts";
import { missingFor } from "../qemu/pio-build.ts";
import { writeBoardProgram, wrongOnBoard } from "./board-program.ts";
import type { Case, CaseSet, Draw } from "./cases.ts";
import { canSanitize, type HostCompiler, writeHostProgram, wrongOnHost } from "./host-program.ts";

const HOST_MODELS = 50;
const BOARD_MODELS = 25;
const COMPILERS: readonly HostCompiler[] = ["gcc", "clang"];
const BOARD_IDS = BOARDS.map(({ id }) => id);

interface Options {
  readonly seed: number;
  readonly count?: number;
  readonly start: number;
  readonly compilers: readonly string[];
  readonly boards?: readonly string[] | true;
  readonly jobs: number;
  readonly minutes?: number;
  readonly mixed?: boolean;
  readonly sparse?: boolean;
}

/** What was found on one machine: a compiler of this computer, or a board. */
interface Finding extends CaseSet {
  readonly machine: string;
  readonly wrong: readonly Case[];
}

/** One program of many models. */
interface Job {
  readonly name: string;
  readonly models: number;
  /** Makes it in a folder and runs it. */
  run(folder: string): Promise<readonly Finding[]>;
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
  };
}

/** A comma-separated list of some of `known`. */
function listOf(known: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const words = text.split(",").map((word) => word.trim());
    if (words.every((word) => known.includes(word))) return words;
    throw new InvalidArgumentError(`There are ${known.join(", ")}.`);
  };
}

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

/** Optimised code takes gcc twice and clang six times as long to compile: some programs are. */
function levelOf(compiler: HostCompiler, program: number): "-O0" | "-O1" {
  return program % (compiler === "gcc" ? 4 : 20) === 0 ? "-O1" : "-O0";
}

function drawOf({ mixed = false, sparse = false }: Options): Draw {
  return { large: true, mixed, sparse };
}

/** Every case with every compiler. */
function hostJobs(options: Options, compilers: readonly HostCompiler[]): readonly Job[] {
  return programs(options.count ?? 10_000, HOST_MODELS, options.start).map(
    ({ program, models }) => ({
      name: `host, program ${program}`,
      models,
      async run(folder) {
        const set = writeHostProgram(seedOf(options, 0, program), folder, models, drawOf(options));
        const findings: Finding[] = [];
        for (const compiler of compilers) {
          const wrong = await wrongOnHost(set, compiler, levelOf(compiler, program));
          findings.push({ ...set, machine: compiler, wrong });
        }
        return findings;
      },
    }),
  );
}

function boardJobs(options: Options, board: string): readonly Job[] {
  const machine = 1 + BOARDS.findIndex(({ id }) => id === board);
  return programs(options.count ?? 200, BOARD_MODELS, options.start).map(({ program, models }) => ({
    name: `${board}, program ${program}`,
    models,
    async run(folder) {
      const set = writeBoardProgram(
        board,
        seedOf(options, machine, program),
        folder,
        models,
        drawOf(options),
      );
      const wrong = await wrongOnBoard(set, program % 4 === 3 ? "-Os" : "-O3");
      return [{ ...set, machine: board, wrong }];
    },
  }));
}

async function jobsOf(options: Options, folder: string): Promise<readonly Job[]> {
  if (options.boards) {
    const ids = options.boards === true ? BOARD_IDS : options.boards;
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
  return compilers.length === 0 ? [] : hostJobs(options, compilers);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

class Tally {
  /** Cases by machine and by kernel; a case that two compilers build counts for each. */
  readonly #machines = new Map<string, number>();
  readonly #kernels = new Map<string, number>();
  #halves = 0;
  #inSteps = 0;
  #delta = 0;
  #skip = 0;
  #sparse = 0;
  /** Cases that every machine they are for has run. */
  done = 0;
  refused = 0;
  wrong = 0;
  /** Programs that did not compile or did not end well. */
  broken = 0;

  add(findings: readonly Finding[]): void {
    const count = (map: Map<string, number>, key: string, more: number): void => {
      map.set(key, (map.get(key) ?? 0) + more);
    };
    for (const { machine, cases, wrong } of findings) {
      count(this.#machines, machine, cases.length);
      for (const { variant, halves, steps, spared, sparse } of cases) {
        count(this.#kernels, variant, 1);
        this.#inSteps += steps > 1 ? 1 : 0;
        this.#halves += halves ? 1 : 0;
        this.#delta += spared.delta ? 1 : 0;
        this.#skip += spared.skip ? 1 : 0;
        this.#sparse += sparse === null ? 0 : 1;
      }
      this.wrong += wrong.length;
    }
    this.done += findings[0]?.cases.length ?? 0;
    this.refused += findings[0]?.refused ?? 0;
  }

  lines(): readonly string[] {
    const counts = (map: ReadonlyMap<string, number>): string =>
      [...map]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`)
        .join(", ");
    return [
      `machines: ${counts(this.#machines)}`,
      `kernels: ${counts(this.#kernels)}`,
      `with an LSTM in halves: ${this.#halves}; by NAME_steps: ${this.#inSteps}; with kept sums: ${this.#delta}; with a skip rule: ${this.#skip}; with tiles left out: ${this.#sparse}`,
      `refused by the generator, and replaced: ${this.refused}`,
    ];
  }
}

/** Runs one program and tells of it; its folder stays where something is wrong. */
async function runJob(job: Job, folder: string, tally: Tally): Promise<void> {
  const before = tally.wrong + tally.broken;
  try {
    const findings = await job.run(folder);
    tally.add(findings);
    for (const { machine, wrong } of findings) {
      for (const { prefix, description } of wrong) {
        say(`WRONG: ${job.name}, ${machine}, ${prefix}: ${description}; its C lies in ${folder}`);
      }
    }
  } catch (error) {
    tally.broken++;
    say(`FAILED: ${job.name}: ${error instanceof Error ? error.message : error}`);
  }
  if (tally.wrong + tally.broken === before) rmSync(folder, { recursive: true });
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
      await runJob(job, join(root, job.name.replace(", program ", "-")), tally);
      say(`${job.name}: ${tally.done} of ${total} done, ${tally.wrong} wrong`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  const failed = tally.wrong + tally.broken;
  if (failed === 0) rmSync(root, { recursive: true });
  for (const line of tally.lines()) console.log(line);
  console.log(
    `${tally.done} of ${total} cases compared, ${tally.wrong} wrong, ${tally.broken} programs failed, seed ${options.seed}`,
  );
  return failed === 0 && tally.done > 0;
}

const command = new Command("exactness")
  .description("Compares generated C with the integer twin, bit for bit, for random models.")
  .option("--seed <n>", "another one gives other cases", wholeFrom(1), 1)
  .option("--count <n>", "cases: 10000 on this computer, 200 a board", wholeFrom(1))
  .option("--start <n>", "number of the first program, to go on from there", wholeFrom(0), 0)
  .option("--compilers <list>", "of this computer", listOf(COMPILERS), COMPILERS)
  .option("--boards [list]", "on emulated boards instead, all or these", listOf(BOARD_IDS))
  .option("--jobs <n>", "programs at once", wholeFrom(1), 2)
  .option("--minutes <n>", "starts no program after that time", wholeFrom(1))
  .option("--mixed", "cases of 4-bit weights in some layers and bytes in others alone")
  .option("--sparse", "cases with tiles of weights left out alone")
  .addHelpText(
    "after",
    `\nA program of ${HOST_MODELS} models, ${BOARD_MODELS} on a board, is repeated by its number N:\n  --start N --count ${HOST_MODELS}`,
  );

command.parse();
process.exitCode = (await campaign(command.opts())) ? 0 : 1;
