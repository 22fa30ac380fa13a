/**
 * Decides whether a counts file of the timing plugin can be believed, and gives it as typed values.
 * What the numbers mean for a run is left to analyze/.
 */
import { open } from "node:fs/promises";
import { type RegionMemory, readMemory } from "./memory-counts.ts";
import { type RuleEnds, readRules } from "./rule-counts.ts";

/** Instruction classes of the plugin; branchTaken is the part of branch that was taken, the others are disjoint. */
export const INSTRUCTION_CLASSES = [
  "alu",
  "mac",
  "mul",
  "div",
  "load",
  "loadMultiple",
  "store",
  "storeMultiple",
  "branch",
  "branchTaken",
  "fpu",
  "other",
] as const;
export type InstructionClass = (typeof INSTRUCTION_CLASSES)[number];

/** Counters of a region beside its classes. */
export const COUNTERS = [
  "instructions",
  "cycles",
  "cyclesSimple",
  "loads",
  "stores",
  "bytesLoaded",
  "bytesStored",
  "assumed",
  "undecoded",
  "interrupted",
] as const;

/** Counters of every instruction set; the others need a decoder or a timing table. */
const ALWAYS = ["instructions", "loads", "stores", "bytesLoaded", "bytesStored"] as const;

/** Counters that a decoder adds, and those that a timing table adds to it. */
const OF_DECODER = ["assumed", "undecoded", "interrupted"] as const;
const OF_TABLE = ["cycles", "cyclesSimple"] as const;

/** Only in lines with cycles. */
const BOUNDS = ["cyclesLow", "cyclesHigh"] as const;

/** One pass through a marked region. Counts are exact; both cycles are a model. */
export interface RegionCounts {
  /** Element of the mark arrays, 0..15. */
  readonly region: number;
  /** Finished passes of this region before this one. */
  readonly index: number;
  /** Instructions executed, those that an IT block skipped included. */
  readonly instructions: number;
  /** By the core's table [cycle]; null where the core has none. */
  readonly cycles: number | null;
  /** By the rule simple-m4 [cycle]; null with cycles, and where the core's table does not name that rule. */
  readonly cyclesSimple: number | null;
  /** With the low and high values of the table's rules [cycle]; only beside its cycles. */
  readonly cyclesLow?: number;
  readonly cyclesHigh?: number;
  /** With one unsure rule alone at its low and at its high value [cycle]; absent where rules were not varied. */
  readonly rules?: RuleEnds;
  /** Instructions that read memory. */
  readonly loads: number;
  /** Instructions that wrote memory. */
  readonly stores: number;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  /** Conditional divisions and FPU operations charged as if they ran, which nothing shows; null with classes. */
  readonly assumed: number | null;
  /** Instructions the decoder does not know; charged 1 cycle. Null with classes. */
  readonly undecoded: number | null;
  /** Exceptions that were entered inside the region; null with classes. */
  readonly interrupted: number | null;
  /** What the real board's memories would have done; absent where none stands behind the run. */
  readonly memory?: RegionMemory;
  /** Null where nothing decodes the instruction set. */
  readonly classes: Readonly<Record<InstructionClass, number>> | null;
}

/** Something that makes the file's numbers doubtful. */
export interface CountsProblem {
  /** 1 for the first line. */
  readonly line: number;
  /** The plugin's own word ("nested-begin", "unfinished", ...), or "unreadable" for a line that is no record. */
  readonly what: string;
  readonly detail: string;
}

export interface CountsFile {
  readonly regions: readonly RegionCounts[];
  /** Empty when every pass was whole; otherwise the numbers are not to be trusted. */
  readonly problems: readonly CountsProblem[];
}

/** Longest line the plugin writes: 26 numbers and their names below 1 KiB, 125 rules, 8 memories by 3 causes, 40 variants. */
const MAX_LINE_LENGTH = 20_480;
const MAX_FILE_BYTES = 256 << 20;
const MAX_PROBLEMS = 100;
const REGION_LIMIT = 16;

/** Parses the text of a counts file; never throws. An unfinished last line is a problem like any other. */
export function parseCounts(text: string): CountsFile {
  const regions: RegionCounts[] = [];
  const problems: CountsProblem[] = [];
  let start = 0;
  for (let line = 1; start < text.length && problems.length < MAX_PROBLEMS; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const result =
      newline < 0
        ? unreadable("the last line has no end: the emulator was stopped in it")
        : readLine(text, start, end);
    if ("what" in result) problems.push({ line, ...result });
    else regions.push(result);
    start = end + 1;
  }
  return { regions, problems };
}

/** Reads and parses a counts file; a file above 256 MiB gives a problem, a missing one the error of node:fs. */
export async function readCounts(file: string): Promise<CountsFile> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES) {
      const detail = `${size} bytes are more than ${MAX_FILE_BYTES}`;
      return { regions: [], problems: [{ line: 0, what: "too-long", detail }] };
    }
    return parseCounts(await handle.readFile("utf8"));
  } finally {
    await handle.close();
  }
}

type Problem = Omit<CountsProblem, "line">;

function unreadable(detail: string): Problem {
  return { what: "unreadable", detail };
}

function readLine(text: string, start: number, end: number): RegionCounts | Problem {
  if (end - start > MAX_LINE_LENGTH) return unreadable(`${end - start} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end));
  } catch {
    return unreadable("not JSON");
  }
  if (!isRecord(value)) return unreadable("not an object");
  if (typeof value.error === "string") return readError(value);
  return readRegion(value);
}

/** The plugin's word is one of its own; anything else is not repeated to the terminal. */
function readError(value: Record<string, unknown>): Problem {
  if (!/^[a-z-]{1,40}$/.test(String(value.error))) return unreadable("an error without a word");
  const open = isCount(value.open) ? `while region ${value.open} was open` : "with no region open";
  const region = isCount(value.region) ? `region ${value.region}` : "a region";
  return { what: String(value.error), detail: `${region}, ${open}` };
}

function readRegion(value: Record<string, unknown>): RegionCounts | Problem {
  const { region, index, classes } = value;
  if (!isCount(region) || region >= REGION_LIMIT) return unreadable("region is not 0..15");
  if (!isCount(index)) return unreadable("index is not a count");
  const isDecoded = classes !== null;
  const isCharged = isDecoded && value.cycles !== null;
  const isSimple = isCharged && value.cyclesSimple !== null;
  const counted = [
    ...ALWAYS,
    ...(isDecoded ? OF_DECODER : []),
    ...(isCharged ? OF_TABLE.filter((name) => isSimple || name === "cycles") : []),
  ] as readonly (typeof COUNTERS)[number][];
  for (const name of COUNTERS) {
    if (counted.includes(name) ? !isCount(value[name]) : value[name] !== null) {
      return unreadable(`${name} is not ${counted.includes(name) ? "a count" : "null"}`);
    }
  }
  const unbounded = isCharged ? BOUNDS.find((name) => !isCount(value[name])) : undefined;
  if (unbounded) return unreadable(`${unbounded} is not a count`);
  const names = [...COUNTERS, ...(isCharged ? BOUNDS : [])];
  const memory = value.memory === undefined ? undefined : readMemory(value.memory);
  if (typeof memory === "string") return unreadable(`memory: ${memory}`);
  const rules = value.rules === undefined ? undefined : readRules(value.rules);
  if (typeof rules === "string") return unreadable(`rules: ${rules}`);
  const counters = {
    ...(pick(value, names) as Omit<RegionCounts, "region" | "index" | "classes" | "memory">),
    ...(rules === undefined ? {} : { rules }),
    ...(memory === undefined ? {} : { memory }),
  };
  if (!isDecoded) return { region, index, ...counters, classes: null };
  if (!isRecord(classes)) return unreadable("classes are missing");
  const badClass = INSTRUCTION_CLASSES.find((name) => !isCount(classes[name]));
  if (badClass) return unreadable(`classes.${badClass} is not a count`);
  const byClass = pick(classes, INSTRUCTION_CLASSES) as Record<InstructionClass, number>;
  const sum = INSTRUCTION_CLASSES.reduce((total, name) => total + byClass[name], 0);
  if (sum - byClass.branchTaken !== counters.instructions) {
    return unreadable("classes do not add up to instructions");
  }
  return { region, index, ...counters, classes: byClass };
}

function pick<Name extends string>(
  value: Record<string, unknown>,
  names: readonly Name[],
): Record<Name, unknown> {
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Record<Name, unknown>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
