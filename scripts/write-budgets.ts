/**
 * Writes the tables of docs/budgets.md: the whole hearable on every real board, or on those named, and what it takes to
 * keep 1 mW on the nRF52840 DK, which is written with that board.
 *   npm run budgets
 *   npm run budgets -- nrf52840-dk rpipico
 *   npm run budgets -- --recorded          from the recordings of the last runs, without running again
 * What a row says is left to budgets/board-budget.ts and budgets/saving.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listBoards } from "../codegen/board.ts";
import { type DeltaThresholds, type RealBoard, ToolkitError } from "../codegen/index.ts";
import type { RunDocument } from "../host/analyze/document.ts";
import { createContext } from "../host/workflow/context.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { OUT_DIR, PROJECT_DIR } from "../host/workflow/paths.ts";
import { analyzeRecording, executeRun } from "../host/workflow/run.ts";
import {
  type BoardBudget,
  boardBudget,
  HEADS,
  LIMIT_MS,
  LIMIT_MW,
  waitsMuch,
} from "./budgets/board-budget.ts";
import { SAVED_ON, SAVING_MODEL, SAVINGS, savingRow, savingsBlock } from "./budgets/saving.ts";
import { replaceBlock } from "./replace-block.ts";

const PAGE = join(PROJECT_DIR, "docs", "budgets.md");
/** A hop takes nearly the same whatever is heard: after the first few, caches are warm and all cases have come. */
const HOPS = 24;

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** The lines of a page that begin with a board, by its id. */
function linesOf(page: string, pattern: RegExp): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, readonly string[]>();
  for (const [line, board = ""] of page.matchAll(pattern)) {
    lines.set(board, [...(lines.get(board) ?? []), line]);
  }
  return lines;
}

/** The page with the boards that ran anew, the others as they were. */
export function pageWith(
  page: string,
  ids: readonly string[],
  ran: ReadonlyMap<string, readonly BoardBudget[]>,
): string {
  const rows = linesOf(page, /^\| `([a-z0-9-]+)` \|.*$/gm);
  const sentences = linesOf(page, /^- `([a-z0-9-]+)`.*$/gm);
  const table = ids.flatMap(
    (id) =>
      ran.get(id)?.map(({ weights, cells }) => row([`\`${id}\``, weights, ...cells])) ??
      rows.get(id) ??
      [],
  );
  const beyond = ids.flatMap(
    (id) =>
      ran.get(id)?.flatMap(({ beyond: text }) => (text === null ? [] : [`- ${text}`])) ??
      sentences.get(id) ??
      [],
  );
  const heads = [row(["board", "weights", ...HEADS]), `|${"---|".repeat(HEADS.length + 2)}`];
  const withTable = replaceBlock(page, "budgets", ["", ...heads, ...table, ""].join("\n"));
  const list = beyond.length === 0 ? ["Every board holds both."] : beyond;
  return replaceBlock(withTable, "beyond", ["", ...list, ""].join("\n"));
}

/** A board without a place for weights in RAM, and one whose RAM is too small for them (codegen/plan/placement.ts). */
const NOT_IN_RAM: readonly string[] = ["TP-PLAN-002", "TP-PLAN-003"];

/** Whether a run failed because the board's RAM cannot hold the weights: it then has one row. */
export function doesNotFit(error: unknown): boolean {
  return error instanceof ToolkitError && NOT_IN_RAM.includes(error.code);
}

const MODEL = "hearable";

/** A run on a board, beside its file's own choices. */
interface Variant {
  readonly model?: string;
  readonly weights?: string;
  readonly code?: string;
  readonly delta?: DeltaThresholds;
}

function recordingOf(board: RealBoard, { model, weights = "own", code, delta }: Variant): string {
  const kept = delta && `${delta.input},${delta.hidden}`;
  const placed = code && `code-${code}`;
  const words = [board.id, model, weights, placed, kept].filter((word) => word !== undefined);
  return join(OUT_DIR, "budgets", `${words.join("-")}.tpcap`);
}

/** Where the board's file puts the weights, and in RAM where they wait much and fit. */
async function runOn(board: RealBoard, recorded: boolean): Promise<readonly BoardBudget[]> {
  const own = await documentOf(board, {}, recorded);
  const first = boardBudget(own, board.core, board.weights.memory);
  if (!waitsMuch(own)) return [first];
  const inRam = { weights: "ram" };
  // What did not fit left no recording.
  if (recorded && !existsSync(recordingOf(board, inRam))) return [first];
  try {
    return [first, boardBudget(await documentOf(board, inRam, recorded), board.core, "RAM")];
  } catch (error) {
    if (doesNotFit(error)) return [first];
    throw error;
  }
}

/** The block of what keeps 1 mW on the board that it is written of. */
async function savingsOn(board: RealBoard, recorded: boolean): Promise<string> {
  const rows: string[] = [];
  for (const saving of SAVINGS) {
    const variant = { model: SAVING_MODEL, ...saving.options };
    const document = await documentOf(board, variant, recorded);
    rows.push(savingRow(saving.name, boardBudget(document, board.core, board.weights.memory)));
  }
  return savingsBlock(rows);
}

async function documentOf(
  board: RealBoard,
  { model = MODEL, ...options }: Variant,
  recorded: boolean,
): Promise<RunDocument> {
  const record = recordingOf(board, { ...options, ...(model !== MODEL && { model }) });
  if (recorded) return (await analyzeRecording(record)).document;
  const context = createContext({ signal: new AbortController().signal });
  const { report } = await executeRun(
    context,
    {
      ...options,
      board: board.emulatedBy,
      as: board.id,
      app: "hearable",
      frames: HOPS,
      budgetMs: LIMIT_MS,
      budgetMw: LIMIT_MW,
      record,
    },
    model,
  );
  context.progress.end();
  return report.document;
}

async function main(): Promise<void> {
  const recorded = process.argv.includes("--recorded");
  const named = process.argv.slice(2).filter((word) => word !== "--recorded");
  const real = listBoards().filter((board): board is RealBoard => board.kind === "real");
  const ids = real.map(({ id }) => id);
  const unknown = named.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new RangeError(`no real board ${unknown}: ${ids.join(", ")}`);
  for (const board of real) {
    if (named.length > 0 && !named.includes(board.id)) continue;
    const budgets = await runOn(board, recorded);
    // Written board by board: a run that is stopped keeps what it has.
    writeFileWhole(PAGE, pageWith(readFileSync(PAGE, "utf8"), ids, new Map([[board.id, budgets]])));
    if (board.id !== SAVED_ON) continue;
    const savings = await savingsOn(board, recorded);
    writeFileWhole(PAGE, replaceBlock(readFileSync(PAGE, "utf8"), "savings", savings));
  }
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
