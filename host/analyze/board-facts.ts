/**
 * Decides what the analyzer takes from a board file: its roofs, clock, currents and sizes.
 * Reading and validating the file is left to the generator's board loader.
 */

import { coreFactsOf } from "./core-facts.ts";
import type { BoardFacts, MemoryFacts, StatedValue, WeightWaitFacts } from "./facts.ts";
import { requireFiniteIn } from "./number-limits.ts";

/** The parts of a board file that matter here; the generator's Board fits. */
export interface BoardFile {
  readonly id: string;
  readonly name: string;
  readonly kind: "real" | "emulated";
  readonly chip?: string;
  readonly core: string;
  readonly clockHz: StatedValue | null;
  readonly cores?: StatedValue;
  readonly counter?: { readonly name: string } | null;
  readonly memories: readonly {
    readonly name: string;
    readonly role: "flash" | "ram";
    readonly bytes: StatedValue;
    readonly readBytesPerCycle?: StatedValue;
  }[];
  readonly caches?: readonly {
    readonly name: string;
    readonly purpose: "instruction" | "data" | "unified";
  }[];
  readonly weights: { readonly memory: string };
  readonly peak: {
    readonly macsPerCycle: StatedValue;
    readonly packedInt8MacsPerCycle: StatedValue;
  };
  readonly power: {
    readonly supplyVolts: StatedValue;
    readonly activeMicroampsPerMhz: StatedValue;
    readonly sleepMicroamps: StatedValue;
    readonly sleepName?: string;
    readonly wakeMicroseconds?: StatedValue;
    readonly shortestSleepMicroseconds?: StatedValue;
  } | null;
}

/**
 * A board file as the analyzer sees it.
 * @param weightWaits what follows from its memories and caches; the generator knows
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function boardFactsOf(board: BoardFile, weightWaits?: WeightWaitFacts): BoardFacts {
  requireFiniteIn(`the file of ${board.id}`, board);
  const core = coreFactsOf(board.core);
  const port: readonly MemoryFacts[] =
    core === undefined
      ? []
      : [{ name: "load/store port", bytesPerCycle: core.port, traffic: "core" }];
  return {
    id: board.id,
    name: board.name,
    ...(board.chip === undefined ? {} : { chip: board.chip }),
    core: board.core,
    emulated: board.kind === "emulated",
    ...(board.cores === undefined ? {} : { cores: board.cores }),
    ...(board.counter == null ? {} : { counter: board.counter.name }),
    clock: board.clockHz,
    supply: board.power?.supplyVolts ?? null,
    activeCurrent: board.power?.activeMicroampsPerMhz ?? null,
    sleepCurrent: board.power?.sleepMicroamps ?? null,
    ...sleepCostOf(board.power),
    computeRoofs: [
      { name: "16-bit MAC", macsPerCycle: board.peak.macsPerCycle },
      { name: "packed int8 MAC", macsPerCycle: board.peak.packedInt8MacsPerCycle },
      ...(core?.compute ?? []),
    ],
    issuePerCycle: core?.issue ?? null,
    memories: [
      ...memoryRoofs(board, "weights"),
      ...port,
      ...dataMemories(board),
      ...dataCaches(board),
    ],
    ...(weightWaits === undefined ? {} : { weightWaits }),
    flashBytes: largest(board, "flash"),
    ramBytes: largest(board, "ram"),
  };
}

/** What going to sleep costs, as far as the file says. */
function sleepCostOf(
  power: BoardFile["power"],
): Pick<BoardFacts, "sleepName" | "wake" | "shortestSleep"> {
  const { sleepName, wakeMicroseconds: wake, shortestSleepMicroseconds: shortest } = power ?? {};
  return {
    ...(sleepName === undefined ? {} : { sleepName }),
    ...(wake === undefined ? {} : { wake }),
    ...(shortest === undefined ? {} : { shortestSleep: shortest }),
  };
}

/** Memories of known rate, by whether the weights lie there. */
function memoryRoofs(board: BoardFile, traffic: "weights" | "other"): readonly MemoryFacts[] {
  return board.memories
    .filter(({ name }) => (name === board.weights.memory) === (traffic === "weights"))
    .flatMap(({ name, readBytesPerCycle }) =>
      readBytesPerCycle === undefined ? [] : [{ name, bytesPerCycle: readBytesPerCycle, traffic }],
    );
}

/** The other memories; the first that is written holds what the program writes. */
function dataMemories(board: BoardFile): readonly MemoryFacts[] {
  const written = board.memories.find(
    ({ name, role }) => role === "ram" && name !== board.weights.memory,
  );
  return memoryRoofs(board, "other").map((memory) =>
    memory.name === written?.name ? { ...memory, traffic: "data" } : memory,
  );
}

/** What a hit in a cache delivers is what the core's port takes. */
function dataCaches(board: BoardFile): readonly MemoryFacts[] {
  const port = coreFactsOf(board.core)?.port;
  if (port === undefined) return [];
  return (board.caches ?? [])
    .filter(({ purpose }) => purpose !== "instruction")
    .map(({ name }) => ({
      name,
      bytesPerCycle: { ...port, source: `a hit fills the load/store port: ${port.source}` },
      traffic: "other",
    }));
}

function largest(board: BoardFile, role: "flash" | "ram"): StatedValue | null {
  return board.memories
    .filter((memory) => memory.role === role)
    .map((memory) => memory.bytes)
    .reduce<StatedValue | null>(
      (best, bytes) => (best === null || bytes.value > best.value ? bytes : best),
      null,
    );
}
