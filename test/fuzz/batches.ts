/**
 * Runs a campaign batch by batch, each in a process of its own, so that memory can be held to its bound and a file that
 * ends or stops a process is found.
 * What a batch does with its files is left to batch.ts and campaign.ts.
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { CampaignResult, Finding } from "./campaign.ts";

/** A file may take twice its size and this [byte]. */
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
/** A batch that begins no file for so long has stopped [ms]. */
const STOPPED_MS = 60_000;

export interface BatchResult extends CampaignResult {
  readonly cpuMs: number;
  /** The most the process held at any time, less what it held before the first file: no file took more [byte]. */
  readonly memoryBytes: number;
}

export interface BatchRequest {
  readonly format: string;
  readonly seed: number;
  /** Number of the first file. */
  readonly first: number;
  readonly count: number;
  /** Processor time after which no file is begun [ms]. */
  readonly milliseconds: number;
}

/** One batch. A process that ends or stops without an answer is a finding, at the file it had begun. */
export async function runBatch(request: BatchRequest): Promise<BatchResult> {
  const { format, seed, first, count, milliseconds } = request;
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--import", "tsx", join(import.meta.dirname, "batch.ts"), format].concat(
      [seed, first, count, milliseconds].map(String),
    ),
    { stdio: ["ignore", "pipe", "pipe", "pipe"] },
  );
  let [answer, trouble, begun] = ["", "", 0];
  let watch = setTimeout(stop, STOPPED_MS);
  function stop(): void {
    trouble = `it did not end within ${STOPPED_MS / 1000} s`;
    child.kill("SIGKILL");
  }
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    trouble = (trouble + text).slice(-2000);
  });
  (child.stdio[3] as Readable).on("data", (bytes: Buffer) => {
    begun += bytes.length;
    clearTimeout(watch);
    watch = setTimeout(stop, STOPPED_MS);
  });
  const status = await new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(String(code ?? signal)));
  });
  clearTimeout(watch);
  if (status === "0") return withMemoryBound(JSON.parse(answer) as BatchResult, first);
  if (begun === 0) throw new Error(`a batch of ${format} did not start: ${status} ${trouble}`);
  const index = first + begun - 1;
  const why = `the process ended with ${status}: ${trouble.trim().split("\n").at(-1) ?? ""}`;
  return { ...NOTHING, files: begun, findings: [{ index, why }] };
}

export const NOTHING: BatchResult = {
  files: 0,
  read: 0,
  codes: {},
  slowestMs: 0,
  largestBytes: 0,
  findings: [],
  cpuMs: 0,
  memoryBytes: 0,
};

function withMemoryBound(result: BatchResult, first: number): BatchResult {
  const bound = MAX_MEMORY_BYTES + 2 * result.largestBytes;
  if (result.memoryBytes <= bound) return result;
  const why = `a file of the batch from here took up to ${result.memoryBytes} B; ${bound} B are allowed`;
  return { ...result, findings: [...result.findings, { index: first, why }] };
}

/** Two results of the same format together. */
export function together(one: BatchResult, other: BatchResult): BatchResult {
  const codes = { ...one.codes };
  for (const [code, count] of Object.entries(other.codes)) codes[code] = (codes[code] ?? 0) + count;
  const findings: readonly Finding[] = [...one.findings, ...other.findings];
  return {
    files: one.files + other.files,
    read: one.read + other.read,
    codes,
    slowestMs: Math.max(one.slowestMs, other.slowestMs),
    largestBytes: Math.max(one.largestBytes, other.largestBytes),
    findings,
    cpuMs: one.cpuMs + other.cpuMs,
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
  };
}
