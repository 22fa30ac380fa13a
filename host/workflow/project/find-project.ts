/**
 * What `build` and `run` mean in a project made by `new`: its board, model and format, where none are named.
 * Building is left to build.ts, the conversation to run.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FormatText, isFormatText, UsageError } from "../../../codegen/index.ts";

/** A project of `new`. */
export interface Project {
  readonly directory: string;
  readonly board: string;
  /** Name of a shipped model, or the path of a file. */
  readonly model: string;
  readonly format: FormatText;
  /** Built with the board's framework. */
  readonly framework: boolean;
}

const FILE = "pioneer.json";

/**
 * The project in the folder, for a verb that was typed without a board.
 * @throws UsageError TP-USE-132 where there is none, TP-USE-135 for a file that cannot be used
 */
export function requireProject(directory: string = process.cwd()): Project {
  const file = join(directory, FILE);
  if (!existsSync(file)) {
    throw new UsageError("TP-USE-132", {
      what: "no board was named",
      why: `outside a project, which has a ${FILE}, nothing says which`,
      fix: "--board qemu-m4; pioneer boards lists them",
    });
  }
  const { board, model, format, framework } = readSettings(file);
  const known = typeof format === "string" && isFormatText(format) ? format : undefined;
  if (typeof board !== "string" || typeof model !== "string" || known === undefined) {
    throw unusable(file, "board, model and format are needed");
  }
  const own = join(directory, model);
  return {
    ...{ directory, board, format: known, framework: framework === true },
    model: existsSync(own) ? own : model,
  };
}

/** What was typed, or the project in this folder when no board was; a model is the shipped one when none was named. */
export function typedOrProject<R extends { readonly board?: string }>(
  request: R,
  model: string,
): {
  readonly request: R & { readonly board: string };
  readonly model: string;
  readonly project?: string;
} {
  const { board } = request;
  if (board !== undefined) return { request: { ...request, board }, model: model || "hearable" };
  const project = requireProject();
  const { format, framework } = project;
  return {
    request: { ...request, board: project.board, format, ...(framework && { framework }) },
    model: project.model,
    project: project.directory,
  };
}

function readSettings(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error));
  }
  throw unusable(file, "it is no object");
}

function unusable(file: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-135",
    {
      what: `${file} cannot be used`,
      why,
      fix: "make the project again: pioneer new DIR --board ID",
    },
    { file },
  );
}
