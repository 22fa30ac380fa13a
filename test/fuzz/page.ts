/**
 * Writes what a campaign found into docs/hostile-files.md.
 * Finding it is left to fuzz.ts.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceBlock } from "../../scripts/replace-block.ts";
import type { FormatResult } from "./run-formats.ts";

export const PAGE = join(import.meta.dirname, "../../docs/hostile-files.md");
/** The same totals for programs; a campaign of one format replaces its own. */
const TOTALS = join(import.meta.dirname, "totals.json");
const MEGABYTE = 1024 * 1024;

export interface Totals {
  readonly seed: number;
  /** Of Node. */
  readonly version: string;
  readonly formats: readonly FormatResult[];
}

export function readTotals(): Totals {
  return JSON.parse(readFileSync(TOTALS, "utf8"));
}

/** The page with the table of these totals. */
export function pageWith(totals: Totals): string {
  return replaceBlock(readFileSync(PAGE, "utf8"), "fuzz", block(totals));
}

/** Replaces what is known of these formats, in the totals and on the page. */
export function writePage(results: readonly FormatResult[], seed: number): void {
  const known = existsSync(TOTALS) ? readTotals().formats : [];
  const again = new Set(results.map(({ format }) => format));
  const formats = [...known.filter(({ format }) => !again.has(format)), ...results].sort((a, b) =>
    a.format < b.format ? -1 : 1,
  );
  const totals: Totals = { seed, version: process.version, formats };
  writeFileSync(TOTALS, `${JSON.stringify(totals, null, 2)}\n`);
  writeFileSync(PAGE, pageWith(totals));
}

/** The table as Markdown, its last line the sum. */
function block({ formats: results, seed, version }: Totals): string {
  const whole = (value: number) => value.toLocaleString("en-US");
  const sum = (field: "files" | "read" | "cpuMs") =>
    results.reduce((total, result) => total + result[field], 0);
  const most = (field: "slowestMs" | "memoryBytes") =>
    Math.max(...results.map((result) => result[field]));
  const findings = results.reduce((total, result) => total + result.findings.length, 0);
  const row = (
    format: string,
    files: number,
    read: number,
    codes: string,
    slowestMs: number,
    memoryBytes: number,
    wrong: number,
  ) =>
    `| ${format} | ${whole(files)} | ${whole(read)} | ${whole(files - read - wrong)} | ${codes} | ${Math.ceil(slowestMs)} | ${(memoryBytes / MEGABYTE).toFixed(1)} | ${wrong} |`;
  const codes = new Set(results.flatMap((result) => Object.keys(result.codes)));
  return [
    `Seed ${seed}, Node ${version}, ${Math.round(sum("cpuMs") / 1000)} s of the processor's time:`,
    "",
    "| format | files | answered | refused by a code | codes | slowest [ms] | memory [MiB] | wrong |",
    "|---|---|---|---|---|---|---|---|",
    ...results.map((result) =>
      row(
        result.format,
        result.files,
        result.read,
        String(Object.keys(result.codes).length),
        result.slowestMs,
        result.memoryBytes,
        result.findings.length,
      ),
    ),
    row(
      "**all**",
      sum("files"),
      sum("read"),
      String(codes.size),
      most("slowestMs"),
      most("memoryBytes"),
      findings,
    ),
  ].join("\n");
}
