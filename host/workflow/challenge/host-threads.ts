/**
 * Decides how the generated C is built and timed on this computer: streams split between pinned threads.
 * Speed-up and efficiency are left to analyze/challenge/scaling.ts.
 */
import { readdir } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Absent, HostCounter } from "../../analyze/challenge/document.ts";
import type { Scaling, ThreadTrials } from "../../analyze/challenge/scaling.ts";
import { scalingOf } from "../../analyze/challenge/scaling.ts";
import type { VerbContext } from "../context.ts";
import type { Prepared } from "../generate.ts";
import { writePrepared } from "../generate.ts";
import { runProcess } from "../process.ts";
import { speedStimulus } from "../stimulus.ts";
import { readHostCounters } from "./host-counters.ts";

const SOURCE = fileURLToPath(new URL("threads.c", import.meta.url));
const FLAGS = ["-std=c11", "-O3", "-pthread"];
/** Steps of one stream, and the seed of its inputs; any but 0. */
const STEPS = 50;
const SEED = 1;
const TRIALS = 7;
/** Wall time that one thread should need for the whole work [s]: long beside a thread's start, short to wait for. */
const WANTED_SECONDS = 0.2;
const MOST_THREADS = 64;

export interface HostThreads {
  readonly scaling: Scaling | null;
  readonly counters: readonly HostCounter[];
  /** Why there is no scaling. */
  readonly absent: readonly Absent[];
}

/** Never throws for what this computer lacks: it is said in the result. */
export async function timeHostThreads(
  context: VerbContext,
  prepared: Prepared,
  folder: string,
): Promise<HostThreads> {
  const { signal } = context;
  if (process.platform !== "linux") return nothing("threads are pinned by Linux's own call");
  context.progress.step("timing the C on this computer's cores");
  const program = join(folder, "threads");
  const modelDir = writePrepared(prepared);
  const sources = (await readdir(modelDir)).filter((name) => name.endsWith(".c"));
  const args = [...FLAGS, "-I", modelDir, SOURCE, ...sources.map((name) => join(modelDir, name))];
  try {
    const built = await runProcess("gcc", [...args, "-o", program], { install: "gcc", signal });
    if (built.code !== 0) return nothing(`gcc refused: ${firstLine(built.stderr)}`);
    const busy = (loadavg()[0] ?? 0).toFixed(1);
    const time = timer(program, expectedOutput(prepared), signal);
    const counts = threadCounts();
    const streams = await streamsFor(time, counts);
    const trials = await timeAll(time, counts, streams, (done, all) =>
      context.progress.update(done, all),
    );
    const source = `generated C, gcc ${FLAGS.join(" ")}, ${streams} streams of ${STEPS} frames, fastest of ${TRIALS} on ${cpus()[0]?.model.trim() ?? "this computer"}, whose load was ${busy}`;
    return {
      scaling: scalingOf(trials, streams * STEPS, source),
      counters: await readHostCounters(
        [program, "1", String(streams), String(STEPS), String(SEED)],
        `perf stat of one thread, ${streams * STEPS} frames and the program's start`,
        signal,
      ),
      absent: [],
    };
  } catch (error) {
    signal.throwIfAborted();
    return nothing(firstLine(error instanceof Error ? error.message : String(error)));
  }
}

function nothing(why: string): HostThreads {
  const command = "gcc -pthread, on a Linux computer: pioneer challenge MODEL --board ID";
  return {
    scaling: null,
    counters: [],
    absent: [{ name: "threads of this computer", why, command }],
  };
}

/** Powers of two up to the cores this process may use, and all of them. */
function threadCounts(): readonly number[] {
  const all = Math.min(MOST_THREADS, availableParallelism());
  const counts = new Set([all]);
  for (let threads = 1; threads < all; threads *= 2) counts.add(threads);
  return [...counts].sort((a, b) => a - b);
}

/** Enough streams for WANTED_SECONDS, a multiple of every count so that no thread waits for another. */
async function streamsFor(time: Timer, counts: readonly number[]): Promise<number> {
  const unit = counts.reduce(leastCommonMultiple, 1);
  const { seconds } = await time(1, unit * 16);
  return unit * Math.max(16, Math.round((16 * WANTED_SECONDS) / seconds));
}

/** Counts by turns, so that a slow moment meets all of them; the first turn warms up. */
async function timeAll(
  time: Timer,
  counts: readonly number[],
  streams: number,
  update: (done: number, all: number) => void,
): Promise<readonly ThreadTrials[]> {
  const trials = counts.map((threads) => ({ threads, pinned: true, seconds: [] as number[] }));
  for (let turn = 0; turn <= TRIALS; turn++) {
    for (const trial of trials) {
      const { seconds, pinned } = await time(trial.threads, streams);
      trial.pinned &&= pinned;
      if (turn > 0) trial.seconds.push(seconds);
    }
    update(turn, TRIALS);
  }
  return trials;
}

type Timer = (
  threads: number,
  streams: number,
) => Promise<{ readonly seconds: number; readonly pinned: boolean }>;

function timer(program: string, expected: string, signal: AbortSignal): Timer {
  return async (threads, streams) => {
    const args = [threads, streams, STEPS, SEED].map(String);
    const { code, stdout, stderr } = await runProcess(program, args, { install: "gcc", signal });
    if (code !== 0) throw new Error(`it ended with ${code}: ${firstLine(stderr)}`);
    const result = JSON.parse(stdout) as { pinned: boolean; seconds: number; output: string };
    if (result.output !== expected) throw new Error("its output differs from the integer twin");
    return result;
  };
}

/** The twin's last output of a stream, in hex. */
function expectedOutput(prepared: Prepared): string {
  const last = speedStimulus(prepared, SEED, STEPS).expected.at(-1);
  return Buffer.from(last as Uint8Array).toString("hex");
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
