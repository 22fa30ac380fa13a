/**
 * Lays out what a gate found as Markdown: a row a board, then each board's roofline and what is worse than the baseline.
 * Running boards and judging them is left to workflow/gate.
 */
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import type { RunDocument } from "../analyze/document.ts";
import { formatBytes, formatNumber, KIND_MARK } from "./format.ts";
import { rooflineText } from "./roofline-text.ts";

/** One board of the gate. */
export interface GateRow {
  readonly board: string;
  /** The real board whose clock and memories apply; null without one. */
  readonly as: string | null;
  /** Null where the run gave none. */
  readonly document: RunDocument | null;
  /** Null where there is no baseline, or the two do not compare. */
  readonly comparison: ComparisonDocument | null;
  /** What stopped or fails it, in sentences joined by "; "; null where nothing did. */
  readonly error: string | null;
  /** Exit status of the run and the comparison together. */
  readonly status: number;
}

const HEAD = [
  "board",
  "outputs",
  "instructions/MAC",
  "cycles/MAC",
  "slowest frame",
  "flash",
  "RAM",
  "budgets",
  "against baseline",
  "",
];

/** The summary; ends in a newline. */
export function gateMarkdown(model: string, rows: readonly GateRow[]): string {
  const failed = rows.filter(({ status }) => status !== 0).length;
  const table = [HEAD, HEAD.map(() => "---"), ...rows.map(cells)];
  const lines = table.map((row) => `| ${row.join(" | ")} |`);
  return [
    `## ${model}: ${failed === 0 ? "all boards pass" : `${failed} of ${rows.length} boards fail`}`,
    "",
    ...lines,
    "",
    "Marks: # counted, ≈ modelled, ● measured, ” stated. Boards are emulated: instructions are exact, cycles are a model's.",
    ...rows.flatMap(details),
    "",
  ].join("\n");
}

function cells(row: GateRow): readonly string[] {
  const { board, as, document, error, status } = row;
  const name = as === null ? board : `${board} as ${as}`;
  const verdict = status === 0 ? "pass" : "**fail**";
  if (document === null) {
    return [name, `none: ${error ?? "it did not run"}`, "", "", "", "", "", "", "", verdict];
  }
  const { verify, instructions, cycles, latencyMs, memory } = document;
  const number = (value: number | undefined, kind: keyof typeof KIND_MARK, unit = "") =>
    value === undefined ? "" : `${formatNumber(value)}${unit} ${KIND_MARK[kind]}`;
  return [
    name,
    verify === null ? "" : verify.bitExact ? "bit-exact" : `**${verify.mismatches} differ**`,
    instructions ? number(instructions.perMac, instructions.kind) : "",
    cycles ? number(cycles.perMac, cycles.kind) : "",
    latencyMs ? number(latencyMs.max, latencyMs.kind, " ms") : "",
    memory.flashBytes === null ? "" : formatBytes(memory.flashBytes),
    memory.ramBytes === null ? "" : formatBytes(memory.ramBytes),
    budgetCell(document),
    comparisonCell(row),
    verdict,
  ];
}

function budgetCell({ budgets, why }: RunDocument): string {
  if (budgets === null) return why.budgets === undefined ? "none asked" : "not judged";
  if (budgets.length === 0) return "none asked";
  const words = { true: "met", false: "**missed**", null: "not judged" };
  return budgets.map(({ name, met }) => `${name} ${words[String(met) as "true"]}`).join(", ");
}

function comparisonCell({ comparison, error }: GateRow): string {
  if (comparison === null) return error ?? "no baseline";
  const { verdict, regressions } = comparison;
  return verdict === "regression" ? `**${regressions} worse**` : verdict;
}

function details({ board, as, document, comparison }: GateRow): readonly string[] {
  const roofline = document?.roofline ?? null;
  const picture = roofline === null ? null : rooflineText(roofline);
  const worse = (comparison?.rows ?? []).filter(({ verdict }) => verdict === "regression");
  if (picture === null && worse.length === 0) return [];
  const name = as === null ? board : `${board} as ${as}`;
  return [
    "",
    `<details><summary>${name}</summary>`,
    "",
    ...(picture === null
      ? []
      : ["```text", picture.trimEnd(), "```", "", roofline?.explanation ?? ""]),
    ...worse.map(({ quantity, why }) => `- **${quantity}**: ${why}`),
    "",
    "</details>",
  ];
}
