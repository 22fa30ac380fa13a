/**
 * Decides whether a core's timing table can be charged, and how it is handed to the emulator's plugin.
 * What the rules mean is left to boards/cores and firmware/qemu/cost.h.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../codegen/index.ts";
import { BOARDS_DIR } from "./paths.ts";

/** One rule of boards/cores/ID.json. */
export interface CoreRule {
  /** Whole, 0..64. */
  readonly value: number;
  readonly unit: "cycle" | "word/cycle";
  readonly meaning: string;
  readonly source: string;
  /** S: read in the source. D: derived from its measurements. M: from memory. */
  readonly confidence: "S" | "D" | "M";
  /** [low, high], same unit, whole. */
  readonly interval?: readonly [number, number];
}

export interface CoreTable {
  readonly id: string;
  readonly name: string;
  /** predecessor: an instruction's kind and the one before it. scoreboard: operands, pairs, a predictor. */
  readonly model: "predecessor" | "scoreboard";
  /** A cruder rule that the plugin charges beside the table, for comparison. */
  readonly besides?: "simple-m4";
  readonly issueWidth: { readonly value: number };
  /** A scoreboard's. */
  readonly predictor?: { readonly value: "none" | "two-bit" };
  /** What the rules take for granted. */
  readonly conditions: string;
  readonly rules: Readonly<Record<string, CoreRule>>;
}

/** Decoders of the timing plugin. */
export type Decoder = "thumb" | "riscv" | "xtensa";

/** Cores whose instructions it decodes: Thumb-2 up to Armv8.1-M with vectors, RV32IMC, Xtensa without floats. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ["cortex-m0", "thumb"],
  ["cortex-m0plus", "thumb"],
  ["cortex-m4", "thumb"],
  ["cortex-m7", "thumb"],
  ["cortex-m33", "thumb"],
  ["cortex-m55", "thumb"],
  ["rv32imc", "riscv"],
  ["xtensa-lx106", "xtensa"],
  ["xtensa-mac16", "xtensa"],
]);

const MAX_FILE_BYTES = 1 << 20;
const MAX_CYCLES = 64;
const CORE_ID = /^[a-z0-9-]{1,40}$/;
const RULE_NAME = /^[A-Za-z]{1,31}$/;

/** The decoder for code of core `id`; null: instructions and accesses are counted, classes and cycles are not. */
export function decoderOf(id: string): Decoder | null {
  return DECODERS.get(id) ?? null;
}

/** The timing table of core `id`, or null when nobody has written one. @throws UsageError TP-USE-141 for a bad one */
export function findCoreTable(
  id: string,
  directory: string = join(BOARDS_DIR, "cores"),
): CoreTable | null {
  return existsSync(join(directory, `${id}.json`)) ? loadCoreTable(id, directory) : null;
}

/**
 * The timing table of core `id`.
 * @throws UsageError TP-USE-140 when there is none, TP-USE-141 when a rule cannot be charged.
 */
export function loadCoreTable(
  id: string,
  directory: string = join(BOARDS_DIR, "cores"),
): CoreTable {
  const file = join(directory, `${id}.json`);
  let text: string;
  try {
    if (!CORE_ID.test(id)) throw new Error("not the name of a core");
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError("TP-USE-140", {
      what: `there is no timing table for the core ${JSON.stringify(id)}`,
      why: error instanceof Error ? error.message : String(error),
      fix: "give the board a core of boards/cores, or add its table there",
    });
  }
  const problem = problemOf(id, text);
  if (problem !== null) {
    throw new UsageError("TP-USE-141", {
      what: `the timing table of ${id} cannot be charged`,
      why: problem,
      fix: `mend ${id}.json; boards/cores/core.schema.json says what it must hold`,
    });
  }
  return JSON.parse(text) as CoreTable;
}

/** A rule as a board's own cycles have it, by its name; both need not be whole. */
export type FittedRules = Readonly<
  Record<string, { readonly value: number; readonly interval?: readonly [number, number] }>
>;

/** The table with fitted rules in place of its own: the next whole cycles, between whole ends. */
export function withFittedRules(table: CoreTable, fitted: FittedRules): CoreTable {
  const whole = (cycles: number) => Math.min(MAX_CYCLES, Math.max(0, cycles));
  const rules = Object.entries(table.rules).map(([name, rule]) => {
    const own = fitted[name];
    if (own === undefined) return [name, rule];
    const value = whole(Math.round(own.value));
    const [low, high] = own.interval ?? [own.value, own.value];
    const ends = [value, whole(Math.floor(low)), whole(Math.ceil(high))];
    return [name, { ...rule, value, interval: [Math.min(...ends), Math.max(...ends)] }];
  });
  return { ...table, rules: Object.fromEntries(rules) };
}

/**
 * The text for the plugin's argument table=FILE: the model's line, then lines `rule value low high` in the file's
 * order.
 */
export function costLines(table: CoreTable): string {
  const exact = (name: string, value: number) => `${name} ${value} ${value} ${value}\n`;
  const lines = Object.entries(table.rules).map(([name, { value, interval = [value, value] }]) => {
    return `${name} ${value} ${interval.join(" ")}\n`;
  });
  if (table.model === "predecessor") {
    const besides = table.besides === undefined ? "" : ` ${table.besides}`;
    return [`model predecessor${besides}\n`, ...lines].join("");
  }
  return [
    "model scoreboard\n",
    exact("issueWidth", table.issueWidth.value),
    exact("predictor", table.predictor?.value === "two-bit" ? 1 : 0),
    ...lines,
  ].join("");
}

function problemOf(id: string, text: string): string | null {
  if (text.length > MAX_FILE_BYTES) return `it is longer than ${MAX_FILE_BYTES} characters`;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!isRecord(document) || !isRecord(document.rules)) return "it holds no rules";
  if (document.id !== id) return `its id is ${JSON.stringify(document.id)}`;
  if (document.model !== "predecessor" && document.model !== "scoreboard") {
    return "its model is neither predecessor nor scoreboard";
  }
  if (document.besides !== undefined && document.besides !== "simple-m4") {
    return "besides is not simple-m4";
  }
  if (document.model === "scoreboard" && !isScoreboard(document)) {
    return "issueWidth is not 1 or 2, or the predictor neither none nor two-bit";
  }
  for (const [name, rule] of Object.entries(document.rules)) {
    if (!RULE_NAME.test(name)) return `${JSON.stringify(name)} is not the name of a rule`;
    const { value, interval = [value, value] } = isRecord(rule) ? rule : {};
    if (!isCycles(value)) return notCycles(`rules.${name}.value`);
    if (!Array.isArray(interval) || interval.length !== 2 || !interval.every(isCycles)) {
      return notCycles(`rules.${name}.interval`);
    }
  }
  return null;
}

function isScoreboard({ issueWidth, predictor }: Record<string, unknown>): boolean {
  const width = isRecord(issueWidth) ? issueWidth.value : undefined;
  const kind = isRecord(predictor) ? predictor.value : undefined;
  return (width === 1 || width === 2) && (kind === "none" || kind === "two-bit");
}

function isCycles(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_CYCLES;
}

function notCycles(field: string): string {
  return `${field} is not a whole number of cycles from 0 to ${MAX_CYCLES}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
