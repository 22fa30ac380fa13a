/**
 * Decides whether what the timing plugin says of a board's memories can be believed, and gives it as typed values.
 * What waiting means for a frame is left to analyze/.
 */
import type { MemoryCause, MemoryFrame, MemoryPart } from "../analyze/memory-frame.ts";

export type RegionMemory = MemoryFrame;

const CAUSES: readonly MemoryCause[] = ["fetch", "read", "write"];
const STALLS = ["fetchStalls", "readStalls", "writeStalls"] as const;
const MISSES = ["fetchMisses", "readMisses", "writeMisses"] as const;
/** As the plugin limits them. */
const MAX_MEMORIES = 8;
const MAX_VARIANTS = 40;
const NAME = /^[A-Za-z0-9.:_-]{1,47}$/;

/** The value of a counts line's `memory`, or what is wrong with it. */
export function readMemory(value: unknown): RegionMemory | string {
  if (!isRecord(value)) return "not an object";
  const bad = [...STALLS, ...MISSES, "bytesMoved"].find((name) => !isCount(value[name]));
  if (bad) return `${bad} is not a count`;
  const { parts, lines, variants } = value;
  if (!Array.isArray(parts) || parts.length > MAX_MEMORIES * CAUSES.length) return "no parts";
  if (!parts.every(isPart)) return "a part is not one";
  if (!isCounts(lines, MAX_MEMORIES) || !isCounts(variants, MAX_VARIANTS)) {
    return "lines or variants are not counts";
  }
  const total = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + (value[name] as number), 0);
  const stalls = total(STALLS);
  if (parts.reduce((sum, part) => sum + part.stalls, 0) !== stalls) {
    return "the parts' stalls do not add up";
  }
  return {
    stalls,
    fetchStalls: value.fetchStalls as number,
    readStalls: value.readStalls as number,
    writeStalls: value.writeStalls as number,
    misses: total(MISSES),
    bytesMoved: value.bytesMoved as number,
    parts,
    lines,
    variants,
  };
}

function isPart(value: unknown): value is MemoryPart {
  return (
    isRecord(value) &&
    typeof value.memory === "string" &&
    NAME.test(value.memory) &&
    CAUSES.some((cause) => cause === value.cause) &&
    ["accesses", "misses", "bytes", "stalls"].every((name) => isCount(value[name]))
  );
}

function isCounts(value: unknown, limit: number): value is Record<string, number> {
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= limit && entries.every(([name, n]) => NAME.test(name) && isCount(n));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
