/**
 * Decides how the system of a challenge is described: board, memories, tools, this computer; every line with its source.
 * The builds themselves are left to analyze/challenge.
 */
import { arch, cpus, release, type as systemName, totalmem } from "node:os";
import type { Board, EmulatedBoard, RealBoard } from "../../../codegen/index.ts";
import type { Absent, SystemFact } from "../../analyze/challenge/document.ts";
import type { Measurement } from "../../analyze/challenge/measurement.ts";
import { findPlatformio } from "../build.ts";
import { runProcess } from "../process.ts";

export async function describeSystem(
  board: EmulatedBoard,
  as: RealBoard | null,
  optimised: Measurement,
  signal: AbortSignal,
): Promise<readonly SystemFact[]> {
  const rated = as ?? board;
  const { cycles } = optimised.counters;
  const { program } = board.emulator;
  const emulator = await runProcess(program, ["--version"], { install: program, signal });
  const pio = await findPlatformio();
  const build = await runProcess(pio, ["--version"], { install: "npm run setup", signal });
  const boardFile = (b: Board): string => `boards/${b.id}.json`;
  const weights = rated.memories.find(({ name }) => name === rated.weights.memory);
  return [
    { name: "runs on", text: board.name, source: boardFile(board) },
    { name: "rated as", text: as?.name ?? "itself: no clock, no time", source: boardFile(rated) },
    {
      name: "core and clock",
      text: `${rated.core}, ${as === null ? "no clock of its own" : `${as.clockHz.value / 1e6} MHz`}`,
      source: as?.clockHz.source ?? boardFile(board),
    },
    { name: "cores in use", text: "1", source: "the generated C is one thread" },
    { name: "caches", text: cachesOf(rated), source: boardFile(rated) },
    {
      name: "weights' memory",
      text: `${rated.weights.memory}, ${weights?.waitStates?.value ?? "unknown"} wait states, read ${rated.weights.line.value} B at a time`,
      source: weights?.waitStates?.source ?? boardFile(rated),
    },
    { name: "compiler", text: optimised.compiler, source: "the firmware's own words" },
    { name: "build", text: build.stdout.trim(), source: "pio --version" },
    {
      name: "emulator",
      text: emulator.stdout.split("\n")[0]?.trim() ?? program,
      source: `${program} --version`,
    },
    {
      name: "cycles",
      text: cycles?.kind ?? "none: instructions are compared instead",
      source: cycles?.source ?? `boards/cores has no timing table for ${board.core}`,
    },
    {
      name: "this computer",
      text: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} logical cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, ${systemName()} ${release()} ${arch()}`,
      source: "the operating system",
    },
  ];
}

function cachesOf({ caches }: Board): string {
  if (caches.length === 0) return "none";
  return caches
    .map(
      ({ name, bytes, lineBytes }) => `${name}, ${bytes.value} B in lines of ${lineBytes.value} B`,
    )
    .join("; ");
}

/** Counters that the emulator cannot give, whatever is asked of it. */
export function absentCounters(rated: Board): readonly Absent[] {
  const why =
    rated.caches.length === 0
      ? `${rated.id} has no cache to miss`
      : "the emulator runs no cache: only the board itself could count them";
  return [
    { name: "cache misses", why, command: null },
    {
      name: "branch mispredictions",
      why: "the emulator predicts no branches; taken ones are charged by the core's table",
      command: null,
    },
  ];
}

/** Boards whose second core nothing here can reach. */
export function absentCores(model: string): readonly Absent[] {
  return ["esp32dev", "rpipico"].map((id) => ({
    name: `both cores of ${id}`,
    why: `no firmware is built for ${id} here, and no board is attached: its scaling was not measured`,
    command: `with a HAL for it: pioneer challenge ${model} --board ${id}`,
  }));
}
