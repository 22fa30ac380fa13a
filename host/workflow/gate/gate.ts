/**
 * The verb `gate`: one model on many emulated boards, each held against the exact twin, budgets and a baseline; exit 1 when
 * one of them fails.
 * A single run is left to run.ts, what it is held against to baseline.ts, a single comparison to compare.ts, the summary's look to report/gate-markdown.ts.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type ExitStatus,
  listBoards,
  loadBoard,
  ToolkitError,
  UsageError,
} from "../../../codegen/index.ts";
import type { ComparisonDocument } from "../../analyze/comparison/document.ts";
import type { RunDocument } from "../../analyze/document.ts";
import { type GateRow, gateMarkdown } from "../../report/gate-markdown.ts";
import { compare } from "../compare.ts";
import type { VerbContext } from "../context.ts";
import { writeFileWhole } from "../output-file.ts";
import { type RunRequest, runVerb } from "../run.ts";
import { type BaselineRequest, baselineFor, refuseOwnFolder } from "./baseline.ts";

export interface GateOptions extends BaselineRequest {
  /** BOARD or BOARD:AS, separated by commas; every emulated board without it. */
  readonly boards?: string;
  readonly format?: NonNullable<RunRequest["format"]>;
  readonly frames?: number;
  readonly budgetMs?: number;
  readonly budgetMw?: number;
  /** Exact numbers may be so much worse [%]. */
  readonly tolerance?: number;
  /** Where recordings, pictures and reports go. */
  readonly out?: string;
  /** Gets the summary; GITHUB_STEP_SUMMARY without it. */
  readonly summary?: string;
}

/** Enough for a median, and few enough for a matrix of boards. */
const FRAMES = 10;

/** An emulated board, and the real one whose clock and memories apply. */
export interface Target {
  readonly board: string;
  readonly as: string | null;
}

/** @throws UsageError TP-USE-473 for words that are no list of boards, TP-USE-101 for an unknown one */
export function targetsOf(boards: string | undefined): readonly Target[] {
  if (boards === undefined) {
    return listBoards()
      .filter(({ kind }) => kind === "emulated")
      .map(({ id }) => ({ board: id, as: null }));
  }
  const targets = boards.split(",").map((word) => {
    const [, board, as = null] = /^([\w-]+)(?::([\w-]+))?$/.exec(word.trim()) ?? [];
    if (board !== undefined && loadBoard(board).kind === "emulated") return { board, as };
    throw new UsageError("TP-USE-473", {
      what: `"${word}" is no emulated board`,
      why: "a gate runs without hardware: BOARD or BOARD:AS, separated by commas",
      fix: "--boards qemu-m4:nrf52840-dk,qemu-m0; pioneer boards lists them",
    });
  });
  const names = targets.map(nameOf);
  const doubled = names.find((name, at) => names.indexOf(name) !== at);
  if (doubled === undefined) return targets;
  throw new UsageError("TP-USE-473", {
    what: `"${doubled}" is there twice`,
    why: "each board has one recording",
    fix: "name it once",
  });
}

/** What a target's files are called. */
function nameOf({ board, as }: Target): string {
  return as === null ? board : `${board}-as-${as}`;
}

/** @throws what targetsOf and refuseOwnFolder throw; what stops a single board is its row's error */
export async function gate(
  context: VerbContext,
  options: GateOptions,
  typedModel: string,
): Promise<number> {
  const model = typedModel || "hearable";
  const targets = targetsOf(options.boards);
  const { out = join("out", "gate") } = options;
  refuseOwnFolder(options.baseline, out);
  mkdirSync(out, { recursive: true });
  const rows: GateRow[] = [];
  for (const target of targets) {
    context.signal.throwIfAborted();
    rows.push(await judge(context, { ...options, out }, model, target));
  }
  const markdown = gateMarkdown(model, rows);
  writeFileWhole(join(out, "summary.md"), markdown);
  const summary = options.summary ?? process.env.GITHUB_STEP_SUMMARY;
  // Other steps of a job write into the same file.
  if (summary) appendFileSync(summary, `${markdown}\n`);
  const status = Math.max(0, ...rows.map((row) => row.status));
  context.print(
    { schema: 1, model, passed: status === 0, rows, files: { folder: out } },
    () => markdown,
  );
  return status;
}

/** Runs one board; what stops it is its row's error, and the others still run. */
async function judge(
  context: VerbContext,
  options: GateOptions & { readonly out: string },
  model: string,
  target: Target,
): Promise<GateRow> {
  const { out, tolerance } = options;
  const file = `${nameOf(target)}.tpcap`;
  const run = await attempt<RunDocument>(context, (own) =>
    runVerb(own, runRequest(options, target, join(out, file)), model),
  );
  const unjudged = unjudgedBudget(options, run.document);
  const before = baselineFor(options, file);
  const files = before.file === null ? null : [before.file, join(out, file)];
  const compared =
    run.document !== null && files !== null
      ? await attempt<ComparisonDocument>(context, (own) =>
          compare(own, tolerance === undefined ? {} : { tolerance }, "", files),
        )
      : NOTHING;
  const errors = [run.error, compared.error, before.error, unjudged].filter((one) => one !== null);
  return {
    ...target,
    document: run.document,
    comparison: compared.document,
    error: errors.length === 0 ? null : errors.join("; "),
    status: Math.max(run.status, compared.status, errors.length === 0 ? 0 : 1),
  };
}

function runRequest(
  { out, format, frames = FRAMES, budgetMs, budgetMw }: GateOptions & { readonly out: string },
  target: Target,
  record: string,
): Parameters<typeof runVerb>[1] {
  const name = nameOf(target);
  return {
    ...{ board: target.board, app: "stream", frames, record },
    ...(target.as === null ? {} : { as: target.as }),
    ...(format === undefined ? {} : { format }),
    ...(budgetMs === undefined ? {} : { budgetMs }),
    ...(budgetMw === undefined ? {} : { budgetMw }),
    markdown: join(out, `${name}.md`),
  };
}

/** A budget that was asked for and could not be judged is none that holds. */
function unjudgedBudget(
  { budgetMs, budgetMw }: GateOptions,
  document: RunDocument | null,
): string | null {
  if (document === null || (budgetMs === undefined && budgetMw === undefined)) return null;
  if (document.budgets?.some(({ met }) => met === null) === false) return null;
  return `a budget is not judged: ${document.why.budgets ?? "the run does not say why"}`;
}

interface Attempt<D> {
  readonly document: D | null;
  readonly error: string | null;
  readonly status: number;
}

const NOTHING: Attempt<never> = { document: null, error: null, status: 0 };

/** A verb's document and status; an error that a user can cause is its row's. */
async function attempt<D>(
  context: VerbContext,
  verb: (own: VerbContext) => Promise<number>,
): Promise<Attempt<D>> {
  let document: D | null = null;
  const own: VerbContext = {
    ...context,
    print(printed) {
      document = printed as D;
    },
  };
  try {
    return { status: await verb(own), document, error: null };
  } catch (error) {
    if (!(error instanceof ToolkitError) || context.signal.aborted) throw error;
    const status: ExitStatus = error.exitStatus;
    context.progress.note(`${error.message}`);
    return { status, document, error: `${error.text.what} [${error.code}]` };
  }
}
