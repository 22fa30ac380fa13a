/**
 * What follows from a board file by arithmetic: rates, currents, capacities, and which board may stand for which.
 * Reading the files is left to board.ts, judging a program by these facts to plan/ and to the host's analyzer.
 */
import {
  type Board,
  type BoardMemory,
  type Confidence,
  type EmulatedBoard,
  listBoards,
  type RealBoard,
  type StatedValue,
} from "./board.ts";
import { UsageError } from "./errors.ts";

/** The memory that holds the weights. */
export function weightsMemory(board: Board): BoardMemory {
  const memory = board.memories.find(({ name }) => name === board.weights.memory);
  if (memory === undefined)
    throw new RangeError(`${board.id} has no memory ${board.weights.memory}`);
  return memory;
}

/** Bytes of all memories of one role that a program may use, without what boot loaders take [byte]. */
export function availableBytes(board: Board, role: BoardMemory["role"]): number {
  return board.memories
    .filter((memory) => memory.role === role)
    .reduce((sum, memory) => sum + memory.bytes.value - (memory.reservedBytes?.value ?? 0), 0);
}

/** Read bandwidth of a memory as the core sees it: readBytesPerCycle * clockHz [byte/s]; null where it is not known. */
export function readBytesPerSecond(
  board: RealBoard,
  memory: BoardMemory,
): StatedValue<"byte/s"> | null {
  return memory.readBytesPerCycle === undefined
    ? null
    : product("byte/s", memory.readBytesPerCycle, board.clockHz);
}

/** Multiply-accumulates the core can issue: macsPerCycle * clockHz [MAC/s]. */
export function peakMacsPerSecond(board: RealBoard): StatedValue<"MAC/s"> {
  return product("MAC/s", board.peak.macsPerCycle, board.clockHz);
}

/** The same with int8 weights that must be unpacked [MAC/s]. */
export function packedInt8MacsPerSecond(board: RealBoard): StatedValue<"MAC/s"> {
  return product("MAC/s", board.peak.packedInt8MacsPerCycle, board.clockHz);
}

/** Current while computing: activeMicroampsPerMhz * clock [mA]; null where the chip's currents are not known. */
export function activeMilliamps({ power, clockHz }: RealBoard): StatedValue<"mA"> | null {
  // uA/MHz * Hz = 1e-6 uA = 1e-9 mA
  return power && product("mA", power.activeMicroampsPerMhz, clockHz, 1e-9);
}

/** Power while computing: activeMilliamps * supplyVolts [mW]; null where the chip's currents are not known. */
export function activeMilliwatts(board: RealBoard): StatedValue<"mW"> | null {
  const current = activeMilliamps(board);
  return board.power && current && product("mW", current, board.power.supplyVolts);
}

/** Power while asleep: sleepMicroamps * supplyVolts [mW]; null where the chip's currents are not known. */
export function sleepMilliwatts({ power }: RealBoard): StatedValue<"mW"> | null {
  return power && product("mW", power.sleepMicroamps, power.supplyVolts, 1e-3);
}

/** The first emulated board of each core, ordered by id: counts depend on the core alone. */
export function emulatedBoardOfEachCore(): readonly EmulatedBoard[] {
  const emulated = listBoards().filter((board) => board.kind === "emulated");
  return emulated.filter(({ core }, at) => emulated.findIndex((one) => one.core === core) === at);
}

/**
 * The real board behind `--as`, once it is certain that `board` is an emulator that stands for it.
 * @throws UsageError TP-USE-103
 */
export function boardStoodFor(board: Board, as: Board): RealBoard {
  if (board.kind === "emulated" && as.kind === "real" && board.standsFor.includes(as.id)) return as;
  const why =
    board.kind === "emulated"
      ? board.standsFor.length > 0
        ? `it runs ${board.core} code as ${board.standsFor.join(", ")} would`
        : "it is a chip of its own and stands only for itself"
      : "it is a real board and stands only for itself";
  throw new UsageError(
    "TP-USE-103",
    {
      what: `${board.id} cannot stand for ${as.id}`,
      why,
      fix:
        as.kind === "real"
          ? `--board ${as.emulatedBy} --as ${as.id}`
          : "name a real board with --as",
    },
    { board: board.id, as: as.id },
  );
}

function product<U extends string>(
  unit: U,
  a: StatedValue,
  b: StatedValue,
  scale = 1,
): StatedValue<U> {
  const low = (a.interval?.[0] ?? a.value) * (b.interval?.[0] ?? b.value) * scale;
  const high = (a.interval?.[1] ?? a.value) * (b.interval?.[1] ?? b.value) * scale;
  // As weak as its weakest factor.
  const confidence: Confidence = a.confidence === "M" || b.confidence === "M" ? "M" : "S";
  return {
    value: a.value * b.value * scale,
    unit,
    source: a.source === b.source ? a.source : `${a.source}; ${b.source}`,
    confidence,
    ...(a.interval || b.interval ? { interval: [low, high] as const } : {}),
  };
}
