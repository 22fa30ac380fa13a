/**
 * Decides what the analyzer takes from a board file: its roofs, clock, currents and sizes.
 * Reading and validating the file is left to the generator's board loader.
 */
import type { BoardFacts, MemoryFacts, StatedValue } from "./facts.ts";

/** The parts of a board file that matter here; the generator's Board fits. */
export interface BoardFile {
  readonly id: string;
  readonly name: string;
  readonly kind: "real" | "emulated";
  readonly core: string;
  readonly clockHz: StatedValue | null;
  readonly memories: readonly {
    readonly name: string;
    readonly role: "flash" | "ram";
    readonly bytes: StatedValue;
    readonly readBytesPerCycle: StatedValue;
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
  } | null;
}

/** What the core itself limits: instructions issued and bytes through its load/store port. */
const CORES: Readonly<Record<string, { readonly issue: StatedValue; readonly port: StatedValue }>> =
  {
    "cortex-m4": {
      issue: {
        value: 1,
        unit: "instruction/cycle",
        source: "Arm Cortex-M4 TRM: single-issue pipeline",
        confidence: "S",
      },
      port: {
        value: 4,
        unit: "byte/cycle",
        source: "Arm Cortex-M4 TRM: one 32-bit AHB data access a cycle",
        confidence: "S",
      },
    },
  };

/** A board file as the analyzer sees it. */
export function boardFactsOf(board: BoardFile): BoardFacts {
  const core = CORES[board.core];
  const port: readonly MemoryFacts[] =
    core === undefined
      ? []
      : [{ name: "load/store port", bytesPerCycle: core.port, traffic: "core" }];
  return {
    id: board.id,
    name: board.name,
    core: board.core,
    emulated: board.kind === "emulated",
    clock: board.clockHz,
    supply: board.power?.supplyVolts ?? null,
    activeCurrent: board.power?.activeMicroampsPerMhz ?? null,
    sleepCurrent: board.power?.sleepMicroamps ?? null,
    computeRoofs: [
      { name: "16-bit MAC", macsPerCycle: board.peak.macsPerCycle },
      { name: "packed int8 MAC", macsPerCycle: board.peak.packedInt8MacsPerCycle },
    ],
    issuePerCycle: core?.issue ?? null,
    memories: [
      ...board.memories
        .filter((memory) => memory.name === board.weights.memory)
        .map(
          (memory): MemoryFacts => ({
            name: memory.name,
            bytesPerCycle: memory.readBytesPerCycle,
            traffic: "weights",
          }),
        ),
      ...port,
    ],
    flashBytes: largest(board, "flash"),
    ramBytes: largest(board, "ram"),
  };
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
