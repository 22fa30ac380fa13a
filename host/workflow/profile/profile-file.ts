/**
 * Decides whether the profile that the plugin wrote, or that a recording keeps, can be believed.
 * What it says is left to analyze/profile.
 */
import {
  type ProfileCell,
  type ProfileCounts,
  type ProfileFacts,
  type ProfileLayer,
  type ProfilePlace,
  type ProfileSpan,
  STALLS,
} from "../../analyze/profile/facts.ts";
import { recordingError } from "../recording.ts";

const MAX_LINES = 500_000;
const PART_NAMES: readonly unknown[] = ["macs", "requantize", "elementwise", "state", "other"];
/** Counters of a board's memories: how often one was waited for, and how long. */
const OF_MEMORY = /^(?:fetch|read|write)(?:Misses|Stalls)$/;

/** What a recording keeps of the names in a profile. */
export interface ProfileNames {
  readonly places: readonly ProfilePlace[];
  readonly layers: readonly ProfileLayer[];
}

/**
 * The profile of a plugin's lines.
 * @throws UsageError TP-USE-151 for lines that are none, or that contradict the names
 */
export function parseProfile(text: string, names: ProfileNames, passes: number): ProfileFacts {
  const cells: ProfileCell[] = [];
  const spans: ProfileSpan[] = [];
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length > MAX_LINES) throw refused(`${lines.length} lines`);
  for (const [index, line] of lines.entries()) {
    const value = parseObject(line, index + 1);
    if (value.span === undefined) cells.push(readCell(value, names, cells.length, index + 1));
    else spans.push(readSpan(value.span, cells.length, index + 1));
  }
  if (cells.length === 0 || passes < 1) throw refused("nothing was counted");
  return { ...names, cells, spans, passes };
}

/** @throws UsageError TP-USE-151 */
export function parseNames(text: string): ProfileNames {
  const value = parseObject(text, 1);
  const { places, layers } = value;
  if (!Array.isArray(places) || !places.every(isPlace)) throw refused("its places");
  if (!Array.isArray(layers) || !layers.every(isLayer)) throw refused("its layers");
  return { places, layers };
}

function parseObject(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) return value;
  } catch {
    // The same message as for any other value.
  }
  throw refused(`line ${number} is no object`);
}

/** The plugin numbers cells from 1 and places from 1, with 0 for what lies outside. */
function readCell(
  value: Record<string, unknown>,
  { places }: ProfileNames,
  before: number,
  line: number,
): ProfileCell {
  const { path } = value;
  const isPath = Array.isArray(path) && path.length > 0 && path.every(isCount);
  if (value.cell !== before + 1 || !isPath || path.some((place) => place > places.length)) {
    throw refused(`line ${line} has no path`);
  }
  return { path: path.map((place) => place - 1), counts: readCounts(value, line) };
}

function readCounts(value: Record<string, unknown>, line: number): ProfileCounts {
  const { instructions, cycles, bytesLoaded, bytesStored, stalls } = value;
  const isWhole = [instructions, bytesLoaded, bytesStored].every(isCount);
  if (!isWhole || !(cycles === null || isCount(cycles)) || !areStalls(stalls)) {
    throw refused(`line ${line} does not count`);
  }
  const memory = Object.entries(value).filter(([name, n]) => OF_MEMORY.test(name) && isCount(n));
  return {
    instructions: instructions as number,
    cycles,
    bytesLoaded: bytesLoaded as number,
    bytesStored: bytesStored as number,
    stalls,
    memory: memory.length === 0 ? null : (Object.fromEntries(memory) as Record<string, number>),
  };
}

function readSpan(value: unknown, cells: number, line: number): ProfileSpan {
  const [pass, cell, begin, length] = Array.isArray(value) ? value : [];
  if (![pass, cell, begin, length].every(isCount) || cell < 1 || cell > cells) {
    throw refused(`line ${line} is no span`);
  }
  return { pass, cell: cell - 1, begin, length };
}

function areStalls(value: unknown): value is ProfileCounts["stalls"] {
  return value === null || (isRecord(value) && STALLS.every((cause) => isCount(value[cause])));
}

function isPlace(value: unknown): value is ProfilePlace {
  if (!isRecord(value)) return false;
  const { functions, part, layer } = value;
  return (
    Array.isArray(functions) &&
    functions.every((name) => typeof name === "string") &&
    (part === null || PART_NAMES.includes(part)) &&
    (layer === null || typeof layer === "string")
  );
}

function isLayer(value: unknown): value is ProfileLayer {
  if (!isRecord(value) || typeof value.name !== "string") return false;
  const { columns } = value;
  if (columns === undefined) return true;
  return (
    isRecord(columns) &&
    isCount(columns.input) &&
    isCount(columns.recurrent) &&
    columns.input + columns.recurrent > 0
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function refused(what: string): Error {
  return recordingError(`its profile: ${what}`);
}
