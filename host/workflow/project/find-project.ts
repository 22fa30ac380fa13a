/**
 * What `build` and `run` mean in a project made by `new`: its board, model and format, where none are named.
 * Building is left to build.ts, the conversation to run.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FormatText, isFormatText, UsageError } from "../../../codegen/index.ts";
import { choiceIn, type ProgramChoice } from "./program.ts";

/** A project of `new`. */
export interface Project {
  readonly directory: string;
  readonly board: string;
  /** Name of a shipped model, or the path of a file. */
  readonly model: string;
  readonly format: FormatText;
  /** Built with the board's framework. */
  readonly framework: boolean;
  readonly program: ProgramChoice;
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
  const settings = readSettings(file);
  const { board, model, format, framework } = settings;
  const known = typeof format === "string" && isFormatText(format) ? format : undefined;
  if (typeof board !== "string" || typeof model !== "string" || known === undefined) {
    throw unusable(file, "board, model and format are needed");
  }
  const program = choiceIn(settings);
  if (program === undefined) {
    throw unusable(file, "app, audio, output and frontEnd take what those options of new take");
  }
  const own = join(directory, model);
  return {
    ...{ directory, board, format: known, framework: framework === true, program },
    model: existsSync(own) ? own : model,
  };
}

/**
 * What was typed, or the project in this folder when no board was; a model is the shipped one when none was named.
 * @throws UsageError TP-USE-137 for an option that says otherwise than the project, what requireProject throws
 */
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
  const { format, framework, program } = project;
  refuseOther(request, project);
  return {
    request: {
      ...request,
      ...{ board: project.board, format, ...program },
      ...(framework && { framework }),
    },
    model: project.model,
    project: project.directory,
  };
}

/** What a project's C was made for. The program is not among it: the command line names one by itself. */
const SETTLED = {
  format: "--format",
  audio: "--audio",
  output: "--output",
  frontEnd: "--front-end",
  delta: "--delta",
  skip: "--skip",
  sparse: "--sparse",
  stamps: "--stamps",
  weights: "--weights",
  tables: "--tables",
  code: "--code",
  calibrate: "--calibrate",
} as const;

/** @throws UsageError TP-USE-137 where what was typed says otherwise than the project */
export function refuseOther(typed: object, { format, program }: Project): void {
  const asked: Readonly<Record<string, unknown>> = { ...typed };
  const own: Readonly<Record<string, unknown>> = { format, ...program };
  for (const [name, flag] of Object.entries(SETTLED)) {
    if (asked[name] === undefined || asked[name] === own[name]) continue;
    const made = own[name] === undefined ? `without ${flag}` : `with ${flag} ${own[name]}`;
    throw new UsageError("TP-USE-137", {
      what: `${flag} says otherwise than this project`,
      why: `it was made ${made}, and so was its C: ${FILE}`,
      fix: `leave ${flag} away, or change the C: pioneer new makes another project, pioneer generate the C alone`,
    });
  }
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
