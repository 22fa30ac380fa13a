/**
 * Decides the row of one real board: what a whole hop takes there, and what is missing to 10 ms and 1 mW.
 * Running the board's emulator is left to host/workflow, the page to write-budgets.ts.
 */
import type { RunDocument } from "../../host/analyze/document.ts";
import type { HopPartName } from "../../host/analyze/hearable.ts";
import { formatNumber, formatValue, KIND_MARK } from "../../host/report/format.ts";

export const LIMIT_MS = 10;
export const LIMIT_MW = 1;

/** One row of the page, as it stands there. */
export interface BoardBudget {
  readonly board: string;
  /** Where the weights lie. */
  readonly weights: string;
  /** Cells of the table after these. */
  readonly cells: readonly string[];
  /** What keeps it from 1 mW and what would do; null where it holds or nothing is known. */
  readonly beyond: string | null;
}

/** Heads of the cells. */
export const HEADS = [
  ...[
    "core",
    "cycles a hop",
    "between",
    "analysis",
    "network",
    "synthesis",
    "worst hop",
    "of 10 ms left",
  ],
  ...["awake", "asleep", "waking", "average", "of 1 mW left", "kind"],
] as const;

const NOT_KNOWN = "not known";

/** Whether so much of a hop is waiting that weights in RAM are worth a row of their own. */
export function waitsMuch({ cycles }: RunDocument): boolean {
  return cycles !== null && cycles.weightStalls > cycles.median / 2;
}

/**
 * @param weights the memory that they lie in
 * @throws RangeError when the device differed from its twin
 */
export function boardBudget(document: RunDocument, core: string, weights: string): BoardBudget {
  const { as, cycles, latencyMs, powerMw, hearable, verify } = document;
  const board = as ?? document.board;
  if (verify?.bitExact !== true) throw new RangeError(`${board} differs from its twin`);
  if (cycles === null || latencyMs === null || hearable === undefined) {
    const cells = [core, ...Array(HEADS.length - 1).fill(NOT_KNOWN)];
    return { board, weights, cells, beyond: null };
  }
  const part = (name: HopPartName) => {
    const found = hearable.parts.find((one) => one.name === name)?.cycles?.value;
    return found === undefined ? NOT_KNOWN : formatNumber(found);
  };
  const power = (milliwatts: number | undefined) =>
    milliwatts === undefined ? NOT_KNOWN : formatValue(milliwatts, "mW");
  const left = (limit: number, value: number | undefined) =>
    value === undefined ? NOT_KNOWN : `${formatNumber((100 * (limit - value)) / limit)} %`;
  return {
    board,
    weights,
    cells: [
      core,
      formatNumber(cycles.median),
      cycles.interval === undefined
        ? NOT_KNOWN
        : cycles.interval.map((end) => formatNumber(end)).join(" and "),
      part("analyse"),
      part("step"),
      part("synthesise"),
      formatValue(latencyMs.max, "ms"),
      left(LIMIT_MS, latencyMs.max),
      power(powerMw?.active),
      power(powerMw?.sleep),
      power(powerMw === null ? undefined : (powerMw.active * powerMw.wakingPercent) / 100),
      power(powerMw?.average),
      left(LIMIT_MW, powerMw?.average),
      `${KIND_MARK[latencyMs.kind]} ${latencyMs.kind}`,
    ],
    beyond: beyondOf(document, board, weights),
  };
}

function beyondOf(
  { budgets, powerMw, hearable }: RunDocument,
  board: string,
  weights: string,
): string | null {
  const verdict = budgets?.find(({ name }) => name === "powerMw");
  if (powerMw === null) {
    return `\`${board}\`, weights in ${weights}: ${verdict?.why ?? "its file states no current"}.`;
  }
  if (verdict?.met !== false) return null;
  const most = [...(hearable?.parts ?? [])].sort(
    (a, b) => (b.timeMs?.value ?? 0) - (a.timeMs?.value ?? 0),
  )[0];
  // P_awake d + P_asleep (1 - d) = limit, d with its waking.
  const awakeShare = (powerMw.dutyPercent + powerMw.wakingPercent) / 100;
  const allowed = (LIMIT_MW - powerMw.sleep * (1 - awakeShare)) / awakeShare;
  const current =
    allowed > 0 && powerMw.sleep < LIMIT_MW && !verdict.why.includes("out of reach")
      ? ` Or a chip that takes ${formatValue(allowed, "mW")} awake, not ${formatValue(powerMw.active, "mW")}.`
      : "";
  // Its other boards are in the table by runs of their own.
  const [why = ""] = verdict.why.split(/; (?:it would hold on|no other) /);
  return `\`${board}\`, weights in ${weights}: ${why}.${current} The longest part is the ${most === undefined ? "hop" : PART_WORDS[most.name]}.`;
}

const PART_WORDS: Readonly<Record<HopPartName, string>> = {
  analyse: "analysis",
  step: "network",
  synthesise: "synthesis",
  watch: "watch",
};
