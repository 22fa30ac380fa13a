/**
 * The verbs `submit` and `verify`: packs a recording with its conclusions, and draws them again from such a file.
 * The file's form is left to submission.ts, the conclusions to judge.ts and analyze/.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { UsageError } from "../../codegen/index.ts";
import type { RunDocument } from "../analyze/document.ts";
import { analyzeRun } from "../analyze/document.ts";
import { captureOf } from "../capture/file.ts";
import type { VerbContext } from "./context.ts";
import { judgeRecording } from "./judge.ts";
import { writeFileWhole } from "./output-file.ts";
import type { Submission } from "./submission.ts";
import {
  captureBytes,
  differences,
  packSubmission,
  SUBMISSION_SCHEMA,
  sha256,
  unpackSubmission,
} from "./submission.ts";
import { TOOL_VERSION } from "./version.ts";

/** Differences that are listed. */
const SHOWN_DIFFERENCES = 10;
const SUFFIX = ".tpsubmit.json";

/** Writes the submission beside the recording, or where --out says. @throws UsageError TP-USE-150, -151, -451 */
export async function submit(
  context: VerbContext,
  options: { readonly out?: string },
  path: string,
): Promise<number> {
  const bytes = readFileSync(path);
  const { document, firmwareSha256, isWhole } = conclude(bytes, path);
  if (!isWhole) throw cutOff(path);
  const submission: Submission = {
    schema: SUBMISSION_SCHEMA,
    toolVersion: TOOL_VERSION,
    board: document.board,
    as: document.as,
    model: { name: document.model.name, digest: document.model.digest },
    firmwareSha256,
    captureSha256: sha256(bytes),
    document: withoutFiles(document),
    capture: bytes.toString("base64"),
  };
  const file = options.out ?? `${basename(path).replace(/\.tpcap$/, "")}${SUFFIX}`;
  const text = packSubmission(submission);
  writeFileWhole(file, text);
  const digest = sha256(text);
  context.print(
    { schema: 1, file, sha256: digest, captureSha256: submission.captureSha256 },
    () => `${file}\nsha256 ${digest}`,
  );
  return 0;
}

/** Exit 1 when a number comes out otherwise, a value differs from the twin, or a budget does not hold. */
export async function verify(
  context: VerbContext,
  _options: unknown,
  path: string,
): Promise<number> {
  const bytes = readFileSync(path);
  const submission = unpackSubmission(bytes, path);
  const { document, firmwareSha256 } = conclude(captureBytes(submission), path);
  const changed = differences(submission.document, withoutFiles(document), SHOWN_DIFFERENCES);
  const head = {
    board: document.board,
    as: document.as,
    model: { name: document.model.name, digest: document.model.digest },
    firmwareSha256,
  };
  for (const [name, value] of Object.entries(head)) {
    const stated = submission[name as keyof typeof head];
    changed.push(...differences(stated, value, SHOWN_DIFFERENCES, name));
  }
  const bitExact = document.verify?.bitExact ?? null;
  const budgets = document.budgets ?? [];
  const budgetsMet = budgets.every((budget) => budget.met === true);
  const holds = changed.length === 0 && bitExact !== false && budgetsMet;
  const result = {
    schema: 1,
    holds,
    sha256: sha256(bytes),
    toolVersion: { packed: submission.toolVersion, verified: TOOL_VERSION },
    ...head,
    bitExact,
    budgets,
    differences: changed,
  };
  context.print(result, () => verdictText(path, result));
  return holds ? 0 : 1;
}

interface Verdict {
  readonly holds: boolean;
  readonly sha256: string;
  readonly toolVersion: { readonly packed: string; readonly verified: string };
  readonly board: string;
  readonly as: string | null;
  readonly model: { readonly name: string; readonly digest: string };
  readonly bitExact: boolean | null;
  readonly budgets: NonNullable<RunDocument["budgets"]>;
  readonly differences: readonly string[];
}

function verdictText(path: string, verdict: Verdict): string {
  const { model, board, as, toolVersion } = verdict;
  const bits = {
    true: "all equal the twin's",
    false: "DIFFER from the twin's",
    null: "not compared",
  };
  return [
    `${path}: ${verdict.holds ? "holds" : "DOES NOT HOLD"}`,
    `  ${model.name} (plan ${model.digest}) on ${board}${as === null ? "" : `, rated as ${as}`}`,
    `  values: ${bits[`${verdict.bitExact}`]}`,
    ...verdict.budgets.map(
      ({ name, limit, met, why }) =>
        `  ${name} at most ${limit.value} ${limit.unit}: ${met === true ? "met" : met === false ? "MISSED" : "not judged"}: ${why}`,
    ),
    ...verdict.differences.map((line) => `  differs: ${line}`),
    ...(verdict.differences.length > 0 && toolVersion.packed !== toolVersion.verified
      ? [`  packed by version ${toolVersion.packed}, verified by ${toolVersion.verified}`]
      : []),
    `  sha256 ${verdict.sha256}`,
  ].join("\n");
}

function conclude(bytes: Uint8Array, path: string) {
  const capture = captureOf(bytes, path);
  const { facts } = judgeRecording(capture, { recording: path });
  return {
    document: analyzeRun(facts),
    firmwareSha256: facts.build.firmwareSha256 ?? null,
    isWhole: capture.outcome !== undefined && capture.damage === undefined,
  };
}

/** File names are the one part of a report that depends on where it is made; through JSON, as it is stored. */
function withoutFiles(document: RunDocument): unknown {
  const { files: _files, ...rest } = document;
  return JSON.parse(JSON.stringify(rest));
}

function cutOff(path: string): UsageError {
  return new UsageError(
    "TP-USE-451",
    {
      what: `${path} cannot be submitted`,
      why: "the recording is cut off or damaged",
      fix: "record the run again: pioneer run MODEL --board ID --record FILE",
    },
    { path },
  );
}
