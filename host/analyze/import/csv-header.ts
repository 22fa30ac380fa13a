/**
 * Decides what each column of a CSV file means from its head: a name, and a unit in brackets.
 * Reading rows is left to csv.ts; docs/importers.md documents the heads.
 */
import { AnalysisError } from "../analysis-error.ts";

/** Statistics of a row that sums up many repetitions. */
export const STATISTICS = ["min", "mean", "p50", "p90", "p99", "max"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Units of time in a second. */
const A_SECOND: Readonly<Record<string, number>> = { ns: 1e9, us: 1e6, ms: 1e3, s: 1 };
const TEXTS = ["id", "machine", "class", "workload", "kind", "source", "count", "bound"] as const;
/** What the analyzer computes itself; read back it would stand twice. */
const DERIVED = ["rate", "intensity", "ridge point", "mfu", "mbu"];

const KIND_SUFFIX = " kind";

export type Column =
  | { readonly is: "text"; readonly name: (typeof TEXTS)[number] }
  | { readonly is: "time"; readonly statistic: Statistic | "sample"; readonly perSecond: number }
  | { readonly is: "ops" | "bytes" | "peak compute" | "peak memory"; readonly scale: number }
  | { readonly is: "metric"; readonly name: string; readonly unit: string }
  /** Kind of the number in the column of that name, in lower case. */
  | { readonly is: "kind"; readonly of: string }
  | { readonly is: "derived" };

/** Whether a first line can be a head of this format. */
export function looksLikeHeader(line: string): boolean {
  const names = line.toLowerCase().split(",").map(nameOf);
  return names.includes("machine") && names.includes("workload");
}

/** @throws AnalysisError TP-USE-285 naming the column that cannot be used, or that is missing */
export function readHeader(heads: readonly string[], file: string): readonly Column[] {
  const columns = heads.map((head) => columnOf(head, file));
  const keys = columns.map((column) => JSON.stringify(column));
  const twice = heads.find(
    (_, i) => keys.indexOf(keys[i] ?? "") < i && columns[i]?.is !== "derived",
  );
  if (twice !== undefined) throw refusal(file, `"${twice}" stands twice`, "keep one of them");
  const names = heads.map(nameOf);
  const alone = heads.find((_, i) => {
    const column = columns[i];
    return column?.is === "kind" && !names.includes(column.of);
  });
  if (alone !== undefined) {
    throw refusal(
      file,
      `"${alone}" is the kind of no column`,
      "add that column, or take this away",
    );
  }
  const times = columns.filter((column) => column.is === "time");
  const sampled = times.some((column) => column.statistic === "sample");
  if (times.length === 0) {
    throw refusal(file, "no column holds a time", 'add "time [us]", or "p50 [us]" of many');
  }
  if (sampled && times.length > 1) {
    throw refusal(file, "a sample and a statistic stand in one row", "split them into two files");
  }
  return columns;
}

function columnOf(head: string, file: string): Column {
  const name = nameOf(head);
  const unit = head.match(/\[([^\]]*)\]\s*$/)?.[1]?.trim();
  const text = TEXTS.find((known) => known === name);
  if (text !== undefined) return { is: "text", name: text };
  if (DERIVED.includes(name)) return { is: "derived" };
  if (unit === undefined && name.endsWith(KIND_SUFFIX)) {
    return { is: "kind", of: name.slice(0, -KIND_SUFFIX.length) };
  }
  const statistic = name === "time" ? "sample" : STATISTICS.find((known) => known === name);
  if (statistic !== undefined) {
    const perSecond = A_SECOND[unit ?? ""];
    if (perSecond !== undefined) return { is: "time", statistic, perSecond };
    throw refusal(file, `"${head}" has no unit of time`, `write "${name} [us]": ns, us, ms or s`);
  }
  if (name === "ops") return { is: "ops", scale: 1 };
  if (name === "macs") return { is: "ops", scale: 2 };
  if (name === "bytes" || name === "peak compute" || name === "peak memory") {
    return { is: name, scale: 1 };
  }
  if (unit !== undefined && unit !== "" && name !== "") {
    return { is: "metric", name: head.replace(/\s*\[[^\]]*\]\s*$/, "").trim(), unit };
  }
  throw refusal(
    file,
    `"${head}" is neither a known column nor a metric`,
    `give it a unit in brackets: "${head} [W]"`,
  );
}

function nameOf(head: string): string {
  return head
    .replace(/\s*\[[^\]]*\]\s*$/, "")
    .replace(/["\uFEFF]/g, "")
    .trim()
    .toLowerCase();
}

function refusal(file: string, why: string, fix: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-285",
    { what: `the head of ${file} cannot be used`, why, fix: `${fix} (docs/importers.md)` },
    { file },
  );
}
