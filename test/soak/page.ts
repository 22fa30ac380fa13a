/**
 * Writes what a soak found into docs/hearable.md, and the same totals for programs.
 * Finding it is left to soak.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceBlock } from "../../scripts/replace-block.ts";
import type { SoakTotals } from "./soak.ts";

export const SOAK_PAGE = join(import.meta.dirname, "../../docs/hearable.md");
const TOTALS = join(import.meta.dirname, "totals.json");

export interface SoakResult extends SoakTotals {
  readonly board: string;
  readonly as: string;
  /** Of sound. */
  readonly minutes: number;
  readonly seed: number;
  readonly oneIn: number;
  readonly clock: string;
  /** It took so long. */
  readonly seconds: number;
}

export function readSoakTotals(): SoakResult {
  return JSON.parse(readFileSync(TOTALS, "utf8"));
}

export function writeSoakPage(result: SoakResult): void {
  writeFileSync(TOTALS, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(SOAK_PAGE, soakPageWith(result));
}

/** The page with the table of this result. */
export function soakPageWith(result: SoakResult): string {
  return replaceBlock(readFileSync(SOAK_PAGE, "utf8"), "soak", block(result));
}

const whole = (value: number): string => value.toLocaleString("en-US");
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function block(result: SoakResult): string {
  const { inputFaults, outputFaults, heapBytes, emulatorBytes, findings } = result;
  const faults = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([fault, count]) => `${fault} ${whole(count)}`)
      .join(", ");
  const rows: readonly (readonly [string, string])[] = [
    ["hops of sound", `${whole(result.hops)}: ${result.minutes} min`],
    ["damaged on the way to the device", faults(inputFaults)],
    ["that it counted as bad", whole(result.badFrames)],
    ["hops that reached it", whole(result.heard)],
    ["that it computed", whole(result.computed)],
    ["damaged on the way back", faults(outputFaults)],
    ["records reported as lost", whole(result.lostRecords)],
    ["cleaned hops that arrived", whole(result.arrived)],
    ["values that differ from the twin, losses that nobody told", whole(findings.length)],
    ["times the model was put back", whole(result.recoveries)],
    [
      "overruns; longest hop",
      `${whole(result.overruns)}; ${whole(result.worstUs)} µs by ${result.clock}`,
    ],
    ["the device's stack at its deepest", `${whole(result.stackBytes)} B; it has no heap`],
    ["the host's heap after a tenth, at the end", heapBytes.map(megabytes).join(", ")],
    [
      "the emulator's memory, alike",
      emulatorBytes === null ? "not known here" : emulatorBytes.map(megabytes).join(", "),
    ],
  ];
  return [
    "",
    `\`${result.board}\` as \`${result.as}\`, seed ${result.seed}, one frame in ${result.oneIn} damaged, ${whole(result.seconds)} s:`,
    "",
    "| what | count |",
    "|---|---|",
    ...rows.map(([what, count]) => `| ${what} | ${count} |`),
    "",
  ].join("\n");
}
