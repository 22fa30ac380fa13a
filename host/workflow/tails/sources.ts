/**
 * Finds the latencies of a file of any format that can be read: recordings, logs of other tools, bare numbers.
 * Counting them is left to recorder.ts.
 */
import { createReadStream } from "node:fs";
import { UsageError } from "../../../codegen/index.ts";
import { cyclesPerFrame } from "../../analyze/counts.ts";
import { ratedBoard } from "../../analyze/facts.ts";
import { csv } from "../../analyze/import/csv.ts";
import type { SampleListener } from "../../analyze/import/importer.ts";
import type { MachineRecord } from "../../analyze/machine-record.ts";
import type { Kind } from "../../analyze/quantity.ts";
import { timingOf } from "../../analyze/timing.ts";
import { loadCapture } from "../../capture/file.ts";
import { importFile, isRecording } from "../import.ts";
import { judgeRecording } from "../judge.ts";
import type { NumberFormat } from "./numbers.ts";
import { numbersOf } from "./numbers.ts";

const STDIN = "-";
const BLOCK = 4096;

/** Where latencies come from and what they are. */
export interface LatencySource {
  readonly kind: Kind;
  readonly source: string;
  readonly unit: "ms" | "cycle";
  /** Recorded ticks in one of the numbers: nanoseconds, or cycles. */
  readonly ticks: number;
  /** Time between two frames [ms]; null where the file does not say. */
  readonly intervalMs: number | null;
  readonly notes: readonly string[];
  /** Gives all of them in blocks, once. */
  feed(take: (block: Float64Array) => void): Promise<void>;
}

export interface SourceOptions {
  readonly numbers?: NumberFormat;
  /** Of bare numbers. */
  readonly unit?: string;
  /** Id of one record of a file that holds several. */
  readonly row?: string;
  readonly signal: AbortSignal;
}

/** Ticks in a unit of time. */
export const TICKS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  cycle: 1,
};

/** @throws UsageError TP-USE-280 to -288 for a file that cannot be read, -303 to -305 for what it holds */
export async function openSource(path: string, options: SourceOptions): Promise<LatencySource> {
  const { numbers, unit = "ns" } = options;
  if (numbers !== undefined) return bareNumbers(path, numbers, unit, options.signal);
  if (path === STDIN) {
    throw new UsageError("TP-USE-304", {
      what: "what comes from stdin is not known",
      why: "recordings and logs are found by their file's beginning; a stream is only read once",
      fix: "say what it holds: pioneer tails - --numbers text --unit us",
    });
  }
  return isRecording(path) ? recording(path) : imported(path, options);
}

function bareNumbers(
  path: string,
  format: NumberFormat,
  unit: string,
  signal: AbortSignal,
): LatencySource {
  const stdin = path === STDIN;
  const file = stdin ? "stdin" : path;
  return {
    kind: "stated",
    source: `${format} numbers [${unit}] of ${file}`,
    unit: unit === "cycle" ? "cycle" : "ms",
    ticks: TICKS[unit] as number,
    intervalMs: null,
    notes: [],
    async feed(take) {
      const chunks = stdin ? process.stdin : createReadStream(path, { signal });
      for await (const block of numbersOf(chunks, format, file)) {
        signal.throwIfAborted();
        take(block);
      }
    },
  };
}

async function recording(path: string): Promise<LatencySource> {
  const { facts } = judgeRecording(await loadCapture(path), { recording: path });
  const why: Record<string, string> = {};
  const timing = timingOf(facts, ratedBoard(facts), why);
  const base = { kind: facts.deviceCycles?.kind ?? "modelled", notes: [] } as const;
  if (timing !== null) {
    return {
      ...base,
      source: `${timing.perFrameMs.length} frames of ${path}: ${timing.source}`,
      unit: "ms",
      ticks: TICKS.ms as number,
      intervalMs: timing.intervalMs,
      feed: async (take) => take(Float64Array.from(timing.perFrameMs)),
    };
  }
  const cycles = cyclesPerFrame(facts);
  if (cycles.length === 0)
    throw noSamples(path, why.latencyMs ?? "it has no frames", RECORD_CYCLES);
  return {
    ...base,
    source: `${cycles.length} frames of ${path}: ${facts.deviceCycles?.source ?? facts.cycleModel}`,
    unit: "cycle",
    ticks: TICKS.cycle as number,
    intervalMs: null,
    notes: [`in cycles, because no clock is known: ${why.latencyMs}`],
    feed: async (take) => take(Float64Array.from(cycles)),
  };
}

async function imported(path: string, options: SourceOptions): Promise<LatencySource> {
  const { row, signal } = options;
  const records = await importFile(path, { signal });
  const timed = records.filter(({ time }) => time !== null);
  const record = row === undefined ? timed[0] : timed.find(({ id }) => id === row);
  if (record === undefined) {
    if (row === undefined) throw noSamples(path, "none of its records has a time");
    throw new UsageError(
      "TP-USE-305",
      {
        what: `${path} has no record "${row}" with times`,
        why: `it has ${timed.map(({ id }) => id).join(", ") || "none"}`,
        fix: "--row takes one of those ids",
      },
      { path, row },
    );
  }
  const others = timed.filter((other) => other !== record);
  const { kind, source } = record.time as NonNullable<MachineRecord["time"]>;
  return {
    kind,
    source: `${record.workload.name} on ${record.machine}: ${source}`,
    unit: "ms",
    ticks: TICKS.s as number,
    intervalMs: record.metrics.frameInterval?.value ?? null,
    notes:
      row !== undefined || others.length === 0
        ? []
        : [`--row chooses another record of the file: ${others.map(({ id }) => id).join(", ")}`],
    feed: (take) => feedRecord(record, path, signal, take),
  };
}

/** The times of a record; those of a CSV that were too many to keep are read again. */
async function feedRecord(
  record: MachineRecord,
  path: string,
  signal: AbortSignal,
  take: (block: Float64Array) => void,
): Promise<void> {
  const { samples, machine, workload, origin } = record;
  if (samples.length > 0) return take(Float64Array.from(samples));
  if (origin.format !== csv.name) throw noSamples(path, `${origin.format} gives statistics only`);
  const block = new Float64Array(BLOCK);
  let [filled, count] = [0, 0];
  const onSample: SampleListener = (ofMachine, ofWorkload, seconds) => {
    if (ofMachine !== machine || ofWorkload !== workload.name) return;
    block[filled++] = seconds;
    count++;
    if (filled < BLOCK) return;
    take(block);
    filled = 0;
  };
  await importFile(path, { signal, onSample });
  if (count === 0) throw noSamples(path, "its rows sum up many repetitions");
  take(block.subarray(0, filled));
}

const EACH_ONE =
  "a tail needs each of them: a recording, a CSV with a row a repetition, or --numbers";
const RECORD_CYCLES = "record it where cycles are known: pioneer run MODEL --board qemu-m4 --as ID";

function noSamples(path: string, why: string, fix = EACH_ONE): UsageError {
  return new UsageError(
    "TP-USE-306",
    { what: `${path} holds no latency of every repetition`, why, fix },
    { path },
  );
}
