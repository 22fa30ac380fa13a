/**
 * The verb `challenge`: which board and folder it works with, where its reports go and how it ends.
 * The measurements are left to course.ts, their layout to report/.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { EmulatedBoard } from "../../../codegen/index.ts";
import { loadBoard, UsageError } from "../../../codegen/index.ts";
import type { ChallengeDocument } from "../../analyze/challenge/document.ts";
import { challengeHtml } from "../../report/challenge-html.ts";
import { challengeMarkdown } from "../../report/challenge-markdown.ts";
import { challengeText } from "../../report/challenge-text.ts";
import type { VerbContext } from "../context.ts";
import { writeFileWhole } from "../output-file.ts";
import type { ChallengeOptions } from "./course.ts";
import { runCourse } from "./course.ts";

/** Exit 1 when less than 30 % of the baseline's time is gone. @throws UsageError TP-USE-350, -351 */
export async function challenge(
  context: VerbContext,
  options: ChallengeOptions,
  modelName: string,
): Promise<number> {
  const board = emulatedBoard(options.board, modelName);
  const folder = await mkdtemp(join(tmpdir(), "pioneer-challenge-"));
  try {
    const document = await runCourse({ context, options, modelName, board, folder });
    if (options.out !== undefined) {
      writeReports(options.out, document);
      context.progress.note(`reports in ${relative(process.cwd(), options.out) || "."}`);
    }
    context.print(document, () => challengeText(document, context.colour));
    return document.verdict.met ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws UsageError TP-USE-350 for a real board: nothing here can flash and count it */
function emulatedBoard(id: string, modelName: string): EmulatedBoard {
  const board = loadBoard(id);
  if (board.kind === "emulated") return board;
  throw new UsageError(
    "TP-USE-350",
    {
      what: `the challenge cannot run on ${id} itself`,
      why: "it builds and counts some twenty programs, and firmware is built only for emulated boards so far",
      fix: `pioneer challenge ${modelName} --board ${board.emulatedBy} --as ${id}`,
    },
    { board: id },
  );
}

function writeReports(folder: string, document: ChallengeDocument): void {
  writeFileWhole(join(folder, "challenge.json"), `${JSON.stringify(document, null, 2)}\n`);
  writeFileWhole(join(folder, "challenge.md"), challengeMarkdown(document));
  writeFileWhole(join(folder, "challenge.html"), challengeHtml(document));
}
