/**
 * Decides how often chosen instructions ran, by their addresses in the emulator's own execution log.
 * It knows nothing of the timing plugin, so that the two can be held against each other.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { runProcess } from "../process.ts";
import type { Instruction } from "./disassembly.ts";

/** Longest instruction of Thumb-2 [byte]. */
const INSTRUCTION_BYTES = 4;

/**
 * Emulator arguments that log every execution of `instructions`: one guest instruction a block, blocks not chained.
 * @param program for example qemu-system-arm; 8.1 renamed the first of the two
 */
export async function executionLogArguments(
  program: string,
  instructions: readonly Instruction[],
  log: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { stdout } = await runProcess(program, ["--help"], { install: program, signal });
  const single = stdout.includes("-singlestep")
    ? ["-singlestep"]
    : ["-accel", "tcg,one-insn-per-tb=on"];
  const ranges = addressRanges(instructions).map(
    ([from, bytes]) => `0x${from.toString(16)}+0x${bytes.toString(16)}`,
  );
  return [...single, "-d", "exec,nochain", "-dfilter", ranges.join(","), "-D", log];
}

/** [start, bytes] of runs of neighbouring instructions, so that a long list stays a short argument. */
export function addressRanges(
  instructions: readonly Instruction[],
): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const { address } of instructions) {
    const last = ranges.at(-1);
    if (last !== undefined && address <= last[0] + last[1]) {
      last[1] = address + INSTRUCTION_BYTES - last[0];
    } else ranges.push([address, INSTRUCTION_BYTES]);
  }
  return ranges;
}

/** Executions by address; lines of another kind are skipped. */
export async function readExecutions(log: string): Promise<ReadonlyMap<number, number>> {
  const executions = new Map<number, number>();
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const traced = tracedAddress(line);
    if (traced === undefined) continue;
    const { address, ran } = traced;
    executions.set(address, (executions.get(address) ?? 0) + ran);
  }
  return executions;
}

/**
 * The guest's address in a line of the log; undefined in any other line. `ran` is 1 for a block that is entered, and -1
 * where the emulator says afterwards that it stopped before it, because something else wanted its attention.
 */
export function tracedAddress(
  line: string,
): { readonly address: number; readonly ran: 1 | -1 } | undefined {
  const entered = /^Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+\/([0-9a-f]+)\//.exec(line);
  const stopped = /^Stopped execution of TB chain before 0x[0-9a-f]+ \[([0-9a-f]+)\]/.exec(line);
  const address = (entered ?? stopped)?.[1];
  return address === undefined
    ? undefined
    : { address: Number.parseInt(address, 16), ran: entered ? 1 : -1 };
}
