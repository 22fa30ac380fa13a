/**
 * Loads and validates the board files: boards/*.json against boards/board.schema.json and against each other.
 * What follows from their values is left to board-facts.ts; how boards are shown, to the host.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./errors.ts";
import { type Schema, violations } from "./json-schema.ts";
import { geometryProblems } from "./memory/geometry.ts";

/** S: read in the source named. M: from memory, waits for the data sheet or a measurement. */
export type Confidence = "S" | "M";

/** A number that somebody else states, with its provenance. */
export interface StatedValue<U extends string = string> {
  readonly value: number;
  readonly unit: U;
  readonly source: string;
  readonly confidence: Confidence;
  /** [low, high], same unit, where the value is known to vary. */
  readonly interval?: readonly [number, number];
}

/** A choice that somebody else states, with its provenance. */
export interface StatedChoice<T> {
  readonly value: T;
  readonly source: string;
  readonly confidence: Confidence;
}

/** A memory the program can use; timing holds at the board's clockHz. */
export interface BoardMemory {
  readonly name: string;
  readonly role: "flash" | "ram";
  readonly address: StatedValue<"address">;
  readonly bytes: StatedValue<"byte">;
  /** What the framework's linker script gives variables and constants that lie in it, where that is less. */
  readonly staticBytes?: StatedValue<"byte">;
  /** Taken by a boot loader or a radio stack. */
  readonly reservedBytes?: StatedValue<"byte">;
  /** Cycles beyond the first of an access that no cache serves; absent where no source gives them. */
  readonly waitStates?: StatedValue<"cycle">;
  /** Bytes one access of the memory delivers. */
  readonly lineBytes: StatedValue<"byte">;
  /** Sequential data reads of the core that no cache serves; absent with waitStates. */
  readonly readBytesPerCycle?: StatedValue<"byte/cycle">;
  /** Linker sections that lie in it, for weights and tables and for functions; empty: where the linker puts them anyway. */
  readonly sections?: { readonly constants?: string; readonly code?: string };
  /** Other names by which those may be asked for. */
  readonly aliases?: { readonly constants?: readonly string[]; readonly code?: readonly string[] };
}

/** A cache or the line buffers of a flash accelerator. */
export interface BoardCache {
  readonly name: string;
  readonly purpose: "instruction" | "data" | "unified";
  /** Names of the memories it stands in front of. */
  readonly memories: readonly string[];
  readonly bytes: StatedValue<"byte">;
  readonly lineBytes: StatedValue<"byte">;
  readonly ways?: StatedValue<"way">;
  /** What a miss fetches where it is less than a line. */
  readonly fillBytes?: StatedValue<"byte">;
  readonly replacement?: StatedChoice<"lru" | "fifo" | "random">;
  /** Whether the next access of straight code is fetched ahead, which then stays out of the lines. */
  readonly prefetch?: StatedChoice<boolean>;
}

/** What sets the line that weights see: a cache that serves data, a flash access or accelerator line, or the word of the DSP instructions. */
export type LineRule = "cache-line" | "flash-line" | "simd-word";

export interface BoardWeights {
  /** Name of a memory of this board. */
  readonly memory: string;
  /** Linker section for PIONEER_WEIGHTS; empty: where the linker puts constants. */
  readonly section: string;
  readonly rule: LineRule;
  readonly line: StatedValue<"byte">;
  /** One sentence for the report and the generated header. */
  readonly why: string;
}

/** A place that users ask for by name and that a board cannot give. */
export interface RefusedPlace {
  readonly name: string;
  /** What cannot lie there. */
  readonly parts: readonly ("weights" | "tables" | "code")[];
  readonly why: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** Compute roofs of the core. */
export interface BoardPeak {
  /** The multiplier's own rate. */
  readonly macsPerCycle: StatedValue<"MAC/cycle">;
  /** The same with int8 weights that must be unpacked, loads left out. */
  readonly packedInt8MacsPerCycle: StatedValue<"MAC/cycle">;
}

export interface BoardPower {
  readonly supplyVolts: StatedValue<"V">;
  readonly activeMicroampsPerMhz: StatedValue<"uA/MHz">;
  readonly sleepMicroamps: StatedValue<"uA">;
  /** What the chip's documents call that sleep; absent where they have one alone. */
  readonly sleepName?: string;
  /** Into that sleep and out of it again, RAM kept, reckoned at the current of computing; absent where no source gives it. */
  readonly wakeMicroseconds?: StatedValue<"us">;
  /** A sleep shorter than this is refused. */
  readonly shortestSleepMicroseconds?: StatedValue<"us">;
  /** What the numbers include. */
  readonly scope: string;
}

export interface BoardCounter {
  readonly name: string;
  readonly bits: StatedValue<"bit">;
  readonly source: string;
}

/** Names the instruction set and the timing table in boards/cores; a core without a table gets no cycles. */
export type Core =
  | "cortex-m0plus"
  | "cortex-m4"
  | "cortex-m7"
  | "cortex-m33"
  | "cortex-m55"
  | "rv32imc"
  | "xtensa-lx106"
  | "xtensa-mac16";

interface BoardBase {
  readonly schema: 1;
  /** The file's name without .json. */
  readonly id: string;
  readonly name: string;
  readonly chip: string;
  readonly core: Core;
  readonly memories: readonly BoardMemory[];
  readonly caches: readonly BoardCache[];
  readonly weights: BoardWeights;
  readonly refusedPlaces?: readonly RefusedPlace[];
  readonly peak: BoardPeak;
}

export interface RealBoard extends BoardBase {
  readonly kind: "real";
  readonly clockHz: StatedValue<"Hz">;
  /** That run programs like these, of which every program here uses one; absent: one. Clock and peaks are one core's. */
  readonly cores?: StatedValue<"core">;
  /** Null where no source gives the chip's currents. */
  readonly power: BoardPower | null;
  readonly counter: BoardCounter | null;
  /** The emulated board that runs the same instruction set. */
  readonly emulatedBy: string;
  /** Null on a board that PlatformIO has no environment for. */
  readonly platformio: {
    readonly platform: string;
    /** The platform in one version, or in one state of its sources, as platformio.ini names it. */
    readonly package: string;
    readonly board: string;
    readonly framework: string;
    readonly source: string;
    readonly confidence: Confidence;
  } | null;
  /** Free, on a header, for a power monitor's input: by the name that the framework has for it. */
  readonly monitorPin?: StatedChoice<string>;
  /** How its serial port shows itself on the host, most usual first. */
  readonly usb?: readonly BoardUsb[];
  readonly desk?: BoardDesk;
  /** Values that are absent because no source was read for them. */
  readonly unknown?: readonly { readonly what: string; readonly why: string }[];
}

/** What a hand does on the desk. */
export interface BoardDesk {
  /** Where the program's serial port comes out. */
  readonly serial: DeskNote;
  /** How a program gets onto the board, and the buttons that help. */
  readonly load: DeskNote;
  /** Where a meter goes between supply and chip. */
  readonly current: DeskNote;
}

export interface DeskNote {
  readonly says: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** USB ids, four hexadecimal digits each. */
export interface BoardUsb {
  readonly vendor: string;
  readonly product: string;
  readonly device: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** An emulator has neither clock nor current: `--as` takes them from a real board. */
export interface EmulatedBoard extends BoardBase {
  readonly kind: "emulated";
  readonly clockHz: null;
  readonly power: null;
  readonly counter: null;
  /** Real boards whose core this one runs as: those whose files name it in emulatedBy, ordered by id. */
  readonly standsFor: readonly string[];
  readonly emulator: {
    readonly program: string;
    readonly machine: string;
    /** What the program is started with beside the machine, the firmware and the link. */
    readonly arguments: readonly string[];
    readonly source: string;
    readonly confidence: Confidence;
  };
}

export type Board = RealBoard | EmulatedBoard;

/** The board files of this repository. */
export const BOARDS_DIRECTORY = fileURLToPath(new URL("../boards", import.meta.url));

const SCHEMA_FILE = "board.schema.json";

/**
 * The board `id` from `directory`.
 * @throws UsageError TP-USE-101 if there is no such board (the ids are listed), TP-USE-102 if its file breaks the
 *   schema or contradicts itself (everything wrong at once).
 */
export function loadBoard(id: string, directory: string = BOARDS_DIRECTORY): Board {
  // Only ids that the folder lists are opened: a path in place of an id is an unknown board.
  const ids = boardIds(directory);
  if (!ids.includes(id)) throw unknownBoard(id, ids);
  const board = readBoard(id, directory, readSchema(directory));
  return board.kind === "real" ? board : { ...board, standsFor: stoodFor(id, directory) };
}

/** All boards of `directory`, ordered by id. @throws UsageError TP-USE-102 if one of them is broken. */
export function listBoards(directory: string = BOARDS_DIRECTORY): readonly Board[] {
  const schema = readSchema(directory);
  const read = boardIds(directory).map((id) => readBoard(id, directory, schema));
  const boards = read.map((board) => {
    if (board.kind === "real") return board;
    const own = read.filter((other) => other.kind === "real" && other.emulatedBy === board.id);
    return { ...board, standsFor: own.map(({ id }) => id) };
  });
  const problems = boards.flatMap((board) => crossReferences(board, boards));
  if (problems.length > 0) throw brokenBoard(directory, problems);
  return boards;
}

/** The ids in `directory`, sorted. */
export function boardIds(directory: string = BOARDS_DIRECTORY): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json") && file !== SCHEMA_FILE)
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

function readSchema(directory: string): Schema {
  const own = join(directory, SCHEMA_FILE);
  const file = existsSync(own) ? own : join(BOARDS_DIRECTORY, SCHEMA_FILE);
  return JSON.parse(readFileSync(file, "utf8")) as Schema;
}

/** One file, without what an emulated board stands for, which the others say. */
function readBoard(id: string, directory: string, schema: Schema): Board {
  const file = join(directory, `${id}.json`);
  const json = parse(file);
  const broken = violations(json, schema);
  if (broken.length > 0) throw brokenBoard(file, broken);
  // The schema holds from here on, but for the parts that depend on kind.
  const board = withNumericAddresses(json as RawBoard);
  const contradictions = contradictionsOf(board, id);
  if (contradictions.length > 0) throw brokenBoard(file, contradictions);
  return board;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw brokenBoard(file, [error instanceof Error ? error.message : String(error)]);
  }
}

/** As in the file, where an address is hexadecimal text. */
type RawBoard = Board & {
  readonly memories: readonly (BoardMemory & { readonly address: { readonly value: unknown } })[];
};

function withNumericAddresses(raw: RawBoard): Board {
  const memories = raw.memories.map((memory) => ({
    ...memory,
    address: { ...memory.address, value: Number(memory.address.value) },
  }));
  return { ...raw, memories };
}

const KIND_FIELDS = {
  real: {
    needs: ["clockHz", "emulatedBy"],
    refuses: ["emulator"],
  },
  emulated: {
    needs: ["emulator"],
    refuses: [
      "clockHz",
      "cores",
      "power",
      "counter",
      "emulatedBy",
      "platformio",
      "monitorPin",
      "usb",
      "desk",
      "unknown",
    ],
  },
} as const;

/** What a schema cannot say about one file. */
function contradictionsOf(board: Board, id: string): string[] {
  const found: string[] = [];
  if (board.id !== id) found.push(`id: must be "${id}" as the file's name, is "${board.id}"`);
  const given = board as unknown as Readonly<Record<string, unknown>>;
  for (const field of KIND_FIELDS[board.kind].needs) {
    if (given[field] == null) found.push(`${field}: needed on a board of kind ${board.kind}`);
  }
  for (const field of KIND_FIELDS[board.kind].refuses) {
    if (given[field] != null)
      found.push(`${field}: has no meaning on a board of kind ${board.kind}`);
  }
  if (board.kind === "real") found.push(...unexplainedOf(board));
  const names = board.memories.map((memory) => memory.name);
  found.push(...placesNamedTwice(board));
  if (new Set(names).size !== names.length) found.push("memories: two have the same name");
  if (!names.includes(board.weights.memory)) {
    found.push(`weights.memory: "${board.weights.memory}" is none of ${names.join(", ")}`);
  }
  for (const cache of board.caches) {
    const strangers = cache.memories.filter((name) => !names.includes(name));
    if (strangers.length > 0) found.push(`caches: ${cache.name} names no memory: ${strangers}`);
    found.push(...geometryProblems(cache).map((problem) => `caches: ${cache.name}: ${problem}`));
  }
  return found;
}

/** A name that a user may ask for, for weights or for code, means one place or one refusal. */
function placesNamedTwice({ memories, refusedPlaces = [] }: Board): string[] {
  return (["weights", "code"] as const).flatMap((part) => {
    const kind = part === "code" ? "code" : "constants";
    const names = [
      ...memories.flatMap(({ name, aliases }) => [name, ...(aliases?.[kind] ?? [])]),
      ...refusedPlaces.filter(({ parts }) => parts.includes(part)).map(({ name }) => name),
    ];
    const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
    return [...twice].map((name) => `places: "${name}" means two of them for ${part}`);
  });
}

/** Values that a real board may lack only when it says why. */
function unexplainedOf(board: RealBoard): string[] {
  const absent = (["power", "platformio"] as const).filter((field) => board[field] == null);
  const waits = board.memories
    .filter(({ waitStates }) => waitStates === undefined)
    .map(({ name }) => `memories.${name}.waitStates`);
  const said = new Set((board.unknown ?? []).map(({ what }) => what));
  const oneOfTwo = board.memories.filter(
    ({ waitStates, readBytesPerCycle }) =>
      (waitStates === undefined) !== (readBytesPerCycle === undefined),
  );
  return [
    ...[...absent, ...waits]
      .filter((what) => !said.has(what))
      .map((what) => `${what}: absent, and "unknown" does not say why`),
    ...oneOfTwo.map(({ name }) => `memories.${name}: waitStates and readBytesPerCycle go together`),
  ];
}

/** What only the other files can tell: a real board's stand-in is an emulated one with its core. */
function crossReferences(board: Board, boards: readonly Board[]): string[] {
  if (board.kind === "emulated") return [];
  const emulator = boards.find(({ id }) => id === board.emulatedBy);
  if (emulator?.kind !== "emulated") {
    return [`${board.id}: "${board.emulatedBy}" in emulatedBy is no emulated board`];
  }
  return emulator.core === board.core
    ? []
    : [`${board.id}: "${emulator.id}" in emulatedBy has core ${emulator.core}, not ${board.core}`];
}

/** The real boards that an emulated one stands for. A file that cannot be read is no board's stand-in. */
function stoodFor(id: string, directory: string): readonly string[] {
  return boardIds(directory).filter((other) => {
    try {
      return (parse(join(directory, `${other}.json`)) as RealBoard | null)?.emulatedBy === id;
    } catch {
      return false;
    }
  });
}

function unknownBoard(id: string, ids: readonly string[]): UsageError {
  return new UsageError(
    "TP-USE-101",
    {
      what: `there is no board ${JSON.stringify(id)}`,
      why: ids.length > 0 ? `the boards are ${ids.join(", ")}` : "the boards folder is empty",
      fix: "choose one of them, or describe yours in one file: boards/ID.json",
    },
    { board: id, boards: ids },
  );
}

function brokenBoard(file: string, problems: readonly string[]): UsageError {
  return new UsageError(
    "TP-USE-102",
    {
      what: `${file} is not a valid board file`,
      why: problems.join("; "),
      fix: "correct it; boards/board.schema.json says what each field means",
    },
    { file, problems },
  );
}
