/**
 * The verb `compare`: is the candidate really worse than the baseline; exit 1 only when it is.
 * Reading sides is left to baselines.ts, the verdict to analyze/comparison, its look to report/comparison-*.ts.
 */
import { appendFileSync } from "node:fs";
import { UsageError } from "../../codegen/index.ts";
import type { ComparisonDocument } from "../analyze/comparison/document.ts";
import { compareSides } from "../analyze/comparison/document.ts";
import { comparisonJunit } from "../report/comparison-junit.ts";
import { comparisonMarkdown } from "../report/comparison-markdown.ts";
import { comparisonText } from "../report/comparison-text.ts";
import { BASELINES_DIR, readSide } from "./baselines.ts";
import type { VerbContext } from "./context.ts";
import { withUsageErrors } from "./import.ts";
import { writeFileWhole } from "./output-file.ts";

/** Percentages as typed; shares as the analyzer takes them are made here. */
export interface CompareOptions {
  readonly alpha?: number;
  readonly minEffect?: number;
  readonly tolerance?: number;
  readonly anyMachine?: boolean;
  readonly strict?: boolean;
  readonly dir?: string;
  readonly markdown?: string;
  readonly junit?: string;
  /** A file, or true for the summary of the GitHub job this runs in. */
  readonly github?: string | true;
}

/** @throws UsageError TP-USE-320 to -325 and -331 to -335 for sides that cannot be compared */
export async function compare(
  context: VerbContext,
  options: CompareOptions,
  _first: string,
  [baseline = "", candidate = ""]: readonly string[],
): Promise<number> {
  const { dir = BASELINES_DIR, strict = false } = options;
  const summary = summaryFile(options.github);
  const before = await readSide(context, dir, baseline);
  const after = await readSide(context, dir, candidate);
  context.progress.step("comparing");
  const document = await withUsageErrors(() =>
    compareSides(before, after, {
      ...(options.alpha !== undefined && { falseAlarm: options.alpha }),
      ...(options.minEffect !== undefined && { minEffect: options.minEffect / 100 }),
      ...(options.tolerance !== undefined && { tolerance: options.tolerance / 100 }),
      anyMachine: options.anyMachine === true,
    }),
  );
  const { markdown, junit } = options;
  if (markdown !== undefined) writeFileWhole(markdown, comparisonMarkdown(document));
  if (junit !== undefined) writeFileWhole(junit, comparisonJunit(document, strict));
  // Other steps of the job write into the same file.
  if (summary !== undefined) appendFileSync(summary, `${comparisonMarkdown(document)}\n`);
  context.print(document, () => comparisonText(document, context.colour));
  return statusOf(document, strict);
}

function statusOf({ verdict }: ComparisonDocument, strict: boolean): number {
  return verdict === "regression" || (strict && verdict === "cannot tell") ? 1 : 0;
}

function summaryFile(github: string | true | undefined): string | undefined {
  if (github !== true) return github;
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file) return file;
  throw new UsageError("TP-USE-335", {
    what: "there is no GitHub job to write a summary for",
    why: "--github without a FILE appends to the file that GITHUB_STEP_SUMMARY names, and it is not set",
    fix: "pioneer compare BASELINE CANDIDATE --github FILE",
  });
}
