/**
 * Decides where what lies in an emulated board's memories lies on the real board that it stands for.
 * What an access costs there is left to the plugin, the words of its file to memory-text.ts.
 */
import type { Board, BoardMemory, PlacementRequest } from "../../codegen/index.ts";
import { placeOf, weightsMemory } from "../../codegen/index.ts";
import type { FirmwareObject } from "./symbols.ts";

/** Addresses of the emulated board and where they lie on the real one. */
export interface PlacedRange {
  readonly begin: number;
  readonly bytes: number;
  /** Name of a memory of the real board. */
  readonly memory: string;
  /** From the start of that memory [byte]. */
  readonly offset: number;
}

export interface Placed {
  /** For instructions. */
  readonly code: readonly PlacedRange[];
  /** For loads and stores. */
  readonly data: readonly PlacedRange[];
}

export interface PlacesRequest {
  /** Where the program runs. */
  readonly emulated: Board;
  /** Where it would run; its weights are where `placement` puts them. */
  readonly real: Board;
  readonly placement: PlacementRequest;
  /** Functions and objects of the ELF file. */
  readonly objects: readonly FirmwareObject[];
  /** What every name of the model's C begins with. */
  readonly prefix: string;
}

/**
 * Functions of the model lie where `--code` says, others where the board has code; literals beside their function.
 * Weight streams lie in the memory of the weights, the model's tables where `--tables` says or beside the weights,
 * other constants where the board has constants, and what the program writes in its first RAM.
 * An offset is the one of the emulated memory, so that alignments stay.
 */
export function placesOf({ emulated, real, placement, objects, prefix }: PlacesRequest): Placed {
  const code = codeMemory(real);
  const modelCode =
    placement.code === undefined ? code : placeOf(real, "code", placement.code).memory;
  const weights = weightsMemory(real);
  const tables =
    placement.tables === undefined ? weights : placeOf(real, "tables", placement.tables).memory;
  const isOfModel = ({ name }: FirmwareObject) => name.startsWith(`${prefix}_`);
  const memoryOf = (object: FirmwareObject): BoardMemory | null => {
    if (object.kind === "function") return isOfModel(object) ? modelCode : code;
    if (!isOfModel(object)) return null;
    return object.name.endsWith("_stream") ? weights : tables;
  };
  const owned = objects.flatMap((object) => {
    const memory = memoryOf(object);
    return memory === null ? [] : [{ begin: object.address, bytes: object.bytes, memory }];
  });
  const ram = real.memories.find(({ role }) => role === "ram") ?? code;
  const constants = real.memories.find(({ sections }) => sections?.constants === "") ?? code;
  const base = (forFlash: BoardMemory) =>
    emulated.memories.map(({ role, address, bytes }) => ({
      begin: address.value,
      bytes: bytes.value,
      memory: role === "flash" ? forFlash : ram,
    }));
  return {
    code: ranges(emulated, base(code), owned),
    data: ranges(emulated, base(constants), owned),
  };
}

function codeMemory(real: Board): BoardMemory {
  const named = real.memories.find(({ sections }) => sections?.code === "");
  return named ?? real.memories.find(({ role }) => role === "flash") ?? weightsMemory(real);
}

interface Owned {
  readonly begin: number;
  readonly bytes: number;
  readonly memory: BoardMemory;
}

/** Objects over the memories they lie in, in order and apart. */
function ranges(
  emulated: Board,
  base: readonly Owned[],
  owned: readonly Owned[],
): readonly PlacedRange[] {
  const edges = new Set([...base, ...owned].flatMap(({ begin, bytes }) => [begin, begin + bytes]));
  const ordered = [...edges].sort((a, b) => a - b);
  const result: PlacedRange[] = [];
  for (const [index, begin] of ordered.slice(0, -1).entries()) {
    const bytes = (ordered[index + 1] as number) - begin;
    const holds = (range: Owned) => begin >= range.begin && begin < range.begin + range.bytes;
    const from = emulated.memories.findIndex(
      ({ address, bytes }) => begin >= address.value && begin < address.value + bytes.value,
    );
    const source = emulated.memories[from];
    const target = owned.findLast(holds) ?? base.find(holds);
    if (source === undefined || target === undefined) continue;
    const offset = (begin - source.address.value) % target.memory.bytes.value;
    const last = result.at(-1);
    if (
      last?.memory === target.memory.name &&
      last.begin + last.bytes === begin &&
      last.offset + last.bytes === offset
    ) {
      result[result.length - 1] = { ...last, bytes: last.bytes + bytes };
    } else {
      result.push({ begin, bytes, memory: target.memory.name, offset });
    }
  }
  return result;
}
