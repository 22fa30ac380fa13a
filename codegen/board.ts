/**
 * Loads and validates the board files: boards/*.json against boards/board.schema.json and against each other.
 * What follows from their values is left to board-facts.ts; how boards are shown, to the host.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Board, BoardMemory, RealBoard } from "./board-types.ts";
import { UsageError } from "./errors.ts";
import { type Schema, violations } from "./json-schema.ts";
import { geometryProblems } from "./memory/geometry.ts";

export type * from "./board-types.ts";

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
      "sound",
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

/** A name that a user may ask for, for weights or for code, means one memory that takes them or one refusal. */
function placesNamedTwice({ memories, weights, refusedPlaces = [] }: Board): string[] {
  return (["weights", "code"] as const).flatMap((part) => {
    const kind = part === "code" ? "code" : "constants";
    const takes = ({ name, sections }: BoardMemory) =>
      sections?.[kind] !== undefined || (kind === "constants" && name === weights.memory);
    const names = [
      ...memories.filter(takes).flatMap(({ name, aliases }) => [name, ...(aliases?.[kind] ?? [])]),
      ...refusedPlaces
        .filter(({ parts, framework }) => parts.includes(part) && framework === undefined)
        .map(({ name }) => name),
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
