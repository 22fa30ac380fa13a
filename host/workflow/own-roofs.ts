/**
 * Decides which of a board's roofs its own loops replace: those that the program roofs measured or, under the emulator,
 * the core's table modelled. A roof that no loop stands for stays stated.
 * Measuring them is left to bench/roofs.ts, drawing them to the analyzer.
 */
import type { Board, MeasuredBoard, ReportedValue } from "../../codegen/index.ts";
import type { BoardFacts, MemoryFacts, StatedValue } from "../analyze/facts.ts";

/** The analyzer's names of arithmetic, and the loops' roofs. */
const ARITHMETIC: Readonly<Record<string, string>> = {
  "16-bit MAC": "macs.int16",
  "packed int8 MAC": "macs.int8",
  "float32 MAC": "macs.float",
};

/** Reading data that no memory holds up: what the core's port delivers. */
const PORT = /^read\.data\./;
/** Reading constants one after the other: words, or the vectors of a core that has them. */
const CONSTANTS = ["read.weights.stride4", "read.weights.stride16"] as const;

/** The same board with its own roofs; `facts` itself where it has none. */
export function withOwnRoofs(
  facts: BoardFacts,
  board: Pick<Board, "id" | "memories">,
  measured: MeasuredBoard | null,
): BoardFacts {
  if (measured === null || measured.roofs.length === 0) return facts;
  const { roofs } = measured;
  const find = (name: string | undefined) => roofs.find((roof) => roof.name === name);
  const port = fastest(roofs.filter(({ name }) => PORT.test(name)));
  // The linker puts constants into the first flash.
  const flash = board.memories.find(({ role }) => role === "flash")?.name;
  const own = (stated: StatedValue, roof: ReportedValue | undefined): StatedValue =>
    roof === undefined ? stated : replaced(board.id, stated, roof);
  const memory = (one: MemoryFacts): MemoryFacts => {
    const roof =
      one.traffic === "core"
        ? port
        : one.name === flash
          ? CONSTANTS.map(find).find((one) => one !== undefined)
          : undefined;
    return { ...one, bytesPerCycle: own(one.bytesPerCycle, roof) };
  };
  return {
    ...facts,
    computeRoofs: facts.computeRoofs.map((roof) => ({
      ...roof,
      macsPerCycle: own(roof.macsPerCycle, find(ARITHMETIC[roof.name])),
    })),
    memories: facts.memories.map(memory),
  };
}

function fastest(roofs: readonly ReportedValue[]): ReportedValue | undefined {
  return roofs.toSorted((a, b) => b.value - a.value)[0];
}

function replaced(board: string, stated: StatedValue, roof: ReportedValue): StatedValue {
  const { value, unit, kind, source, interval } = roof;
  return {
    value,
    unit,
    confidence: kind,
    source: `boards/measured/${board}.json, ${roof.name}: ${source}; in place of ${stated.value} by ${stated.source}`,
    ...(interval === undefined ? {} : { interval }),
  };
}
