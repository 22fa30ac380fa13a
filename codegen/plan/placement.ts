/**
 * Decides in which memory of a board weights, tables and the code of a step lie, and the linker section that means it.
 * Attributes in C are left to emit/, the addresses to each board's linker script.
 */
import type { Board, BoardMemory, BoardWeights, RefusedPlace } from "../board.ts";
import { PlanError } from "../errors.ts";

export const PLACED_PARTS = ["weights", "tables", "code"] as const;
export type PlacedPart = (typeof PLACED_PARTS)[number];

/** A memory's name or alias, or its role: then the first memory of that role, the weights' own before others. */
export type PlacementRequest = Readonly<Partial<Record<PlacedPart, string>>>;

interface Place {
  readonly memory: BoardMemory;
  readonly section: string;
}

/** What `sections` and `aliases` of a memory call a part. */
function kindOf(part: PlacedPart): "code" | "constants" {
  return part === "code" ? "code" : "constants";
}

function aliasesOf({ aliases }: BoardMemory, part: PlacedPart): readonly string[] {
  return aliases?.[kindOf(part)] ?? [];
}

/** The memories of a board that take a part, the weights' own memory first. */
function placesFor(board: Board, part: PlacedPart): readonly Place[] {
  const own = board.weights.memory;
  const first = board.memories.filter(({ name }) => name === own);
  const others = board.memories.filter(({ name }) => name !== own);
  return [...first, ...others].flatMap((memory) => {
    const given = memory.sections?.[kindOf(part)];
    const section = memory.name === own && part !== "code" ? board.weights.section : given;
    return section === undefined ? [] : [{ memory, section }];
  });
}

/**
 * Where a board puts a part that is asked for by name, alias or role.
 * @throws PlanError TP-PLAN-002 when it names no such place, or refuses it for a reason of its own
 */
export function placeOf(board: Board, part: PlacedPart, wanted: string): Place {
  const places = placesFor(board, part);
  const found =
    places.find(({ memory }) => memory.name === wanted) ??
    places.find(({ memory }) => aliasesOf(memory, part).includes(wanted)) ??
    places.find(({ memory }) => memory.role === wanted);
  if (found) return found;
  const names = places
    .map(({ memory }) => `${memory.name} (${[...aliasesOf(memory, part), memory.role].join(", ")})`)
    .join(", ");
  const refused = board.refusedPlaces?.find(
    ({ name, parts, framework }) =>
      name === wanted && parts.includes(part) && framework === undefined,
  );
  if (refused)
    throw refusedPlace(board, part, refused, `--${part} with one of its places: ${names}`);
  throw new PlanError(
    "TP-PLAN-002",
    {
      what: `${board.id} names no section for ${part} in "${wanted}"`,
      why:
        names === "" ? `its file names no place for ${part}` : `the places for ${part}: ${names}`,
      fix: `one of them, or "sections" of a memory in boards/${board.id}.json: the linker script must know it`,
    },
    { board: board.id, part, wanted },
  );
}

/**
 * What a board gives without its framework and not with it.
 * @throws PlanError TP-PLAN-002
 */
export function checkPlacesWithFramework(board: Board, placement: PlacementRequest): void {
  for (const part of PLACED_PARTS) {
    const wanted = placement[part];
    if (wanted === undefined) continue;
    const { memory } = placeOf(board, part, wanted);
    const refused = board.refusedPlaces?.find(
      ({ name, parts, framework }) =>
        framework === true && name === memory.name && parts.includes(part),
    );
    if (refused) throw refusedPlace(board, part, refused, `no --framework, or no --${part}`);
  }
}

function refusedPlace(
  board: Board,
  part: PlacedPart,
  { name, why, source, framework }: RefusedPlace,
  fix: string,
): PlanError {
  const built = framework === undefined ? "" : " in a program with its framework";
  return new PlanError(
    "TP-PLAN-002",
    {
      what: `${board.id} cannot hold ${part} in "${name}"${built}`,
      why: `${why} (${source})`,
      fix,
    },
    { board: board.id, part, wanted: name },
  );
}

/** What weights see of a memory that is not the board's own choice for them. */
function weightsIn(board: Board, { memory, section }: Place): BoardWeights {
  if (memory.name === board.weights.memory) return board.weights;
  const cache = board.caches.find(
    ({ purpose, memories }) => purpose !== "instruction" && memories.includes(memory.name),
  );
  return {
    memory: memory.name,
    section,
    rule: cache ? "cache-line" : "simd-word",
    line: (cache ?? memory).lineBytes,
    why: `weights were asked into ${memory.name}, ${cache ? `behind ${cache.name}` : "which no cache serves"}`,
  };
}

/**
 * The board with its weights in the memory that is asked for; itself when nothing is asked.
 * @throws PlanError TP-PLAN-002
 */
export function withWeightsIn<B extends Board>(board: B, wanted: string | undefined): B {
  if (wanted === undefined) return board;
  return { ...board, weights: weightsIn(board, placeOf(board, "weights", wanted)) };
}

/**
 * @param bytes of weights as stored
 * @throws PlanError TP-PLAN-003 when they do not fit the memory they are to lie in
 */
export function checkWeightsFit(board: Board, bytes: number): void {
  const memory = board.memories.find(({ name }) => name === board.weights.memory) as BoardMemory;
  const unreserved = memory.bytes.value - (memory.reservedBytes?.value ?? 0);
  const { staticBytes } = memory;
  const free = Math.min(unreserved, staticBytes?.value ?? unreserved);
  if (bytes <= free) return;
  throw new PlanError(
    "TP-PLAN-003",
    {
      what: `the model needs ${bytes} B of ${memory.name} for its weights; ${board.id} has ${free} B`,
      why:
        staticBytes === undefined
          ? `weights lie in ${memory.name}, a ${memory.role}`
          : `weights lie in ${memory.name}, of whose ${memory.bytes.value} B its linker script gives data ${free} (${staticBytes.source})`,
      fix: "--weights and another memory, or a smaller hidden size",
    },
    { board: board.id, memory: memory.name, bytes, free },
  );
}
