/**
 * Decides the table of what brings a hop below 1 mW: its ways, alone and together, on one board.
 * Running them is left to write-budgets.ts, what a run says of a board to board-budget.ts.
 */
import { type BoardBudget, HEADS } from "./board-budget.ts";

/** The board whose margin the table is about. */
export const SAVED_ON = "nrf52840-dk";
export const SAVING_MODEL = "hearable";

/** By `--delta 12,8`. */
const DELTA = { input: 12, hidden: 8 };

/** What a run is given, and how the table names it. */
export const SAVINGS = [
  { name: "weights in flash", options: {} },
  { name: "`--weights ram`", options: { weights: "ram" } },
  { name: "`--weights ram --code ram`", options: { weights: "ram", code: "ram" } },
  { name: "`--delta 12,8`", options: { delta: DELTA } },
  { name: "`--weights ram --delta 12,8`", options: { weights: "ram", delta: DELTA } },
  {
    name: "`--weights ram --code ram --delta 12,8`",
    options: { weights: "ram", code: "ram", delta: DELTA },
  },
] as const;

const SHOWN: readonly (typeof HEADS)[number][] = [
  "cycles a hop",
  "between",
  "analysis",
  "network",
  "synthesis",
  "worst hop",
  "average",
  "of 1 mW left",
];

/** The shown ones of a budget's cells, behind the saving's name. */
export function savingRow(name: string, { cells }: BoardBudget): string {
  const shown = SHOWN.map((head) => cells[HEADS.indexOf(head)] ?? "");
  return `| ${[name, ...shown].join(" | ")} |`;
}

/** The table, as Markdown. @param rows of savingRow */
export function savingsBlock(rows: readonly string[]): string {
  const heads = [`\`${SAVING_MODEL}\` on \`${SAVED_ON}\``, ...SHOWN];
  return ["", `| ${heads.join(" | ")} |`, `|${"---|".repeat(heads.length)}`, ...rows, ""].join(
    "\n",
  );
}
