/**
 * The verb `new`: a PlatformIO project that a student owns, with the model, the board and the link in it.
 * Its texts are left to project-text.ts, building and running it to the verbs of those names.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, extname, isAbsolute, join, relative, resolve } from "node:path";
import { loadBoard, UsageError } from "../../../codegen/index.ts";
import type { VerbContext } from "../context.ts";
import { type GenerateRequest, type Prepared, prefixOf, prepare } from "../generate.ts";
import { writeFileWhole } from "../output-file.ts";
import { MODELS_DIR, PROJECT_DIR } from "../paths.ts";
import { type Environment, environmentOf } from "./environment.ts";
import { firmwareFiles, licenceText, type ProjectFile } from "./firmware-files.ts";
import { libraryFiles } from "./library.ts";
import {
  mainText,
  type ProgramChoice,
  type ProjectProgram,
  projectProgram,
  withProgram,
} from "./program.ts";
import { projectTexts } from "./project-text.ts";

interface NewRequest extends GenerateRequest, ProgramChoice {
  readonly model: string;
  readonly framework?: boolean;
}

/** @throws UsageError TP-USE-134 for a folder that holds something, what environmentOf and projectProgram throw */
export async function newProject(
  context: VerbContext,
  options: NewRequest,
  directory: string,
): Promise<number> {
  if (existsSync(directory) && readdirSync(directory).length > 0) throw notEmpty(directory);
  const board = loadBoard(options.board);
  const program = projectProgram(board, options);
  const environment = withProgram(environmentOf(board, options.framework), program);
  context.progress.step(`generating ${options.model} for ${options.board}`);
  const prepared = prepare(
    options.model,
    options.app === "hearable" ? { ...options, withFrontEnd: true } : options,
  );
  for (const warning of prepared.generated.warnings) context.progress.note(`warning: ${warning}`);
  const model = ownModel(directory, prepared);
  const files = projectFiles(prepared, model, environment, program);
  for (const { path, text } of files) writeFileWhole(join(directory, path), text);
  const document = {
    schema: 1,
    directory,
    board: prepared.board.id,
    files: files.map((f) => f.path),
  };
  context.print(document, () => {
    const pioneer = commandIn(directory);
    const port = prepared.board.kind === "real" ? " --port PORT" : "";
    return `${files.length} files in ${relative(process.cwd(), directory) || "."}\nnext: cd ${directory}, ${pioneer} build, ${pioneer} run${port}`;
  });
  return 0;
}

/** Outside the checkout npx does not find this program, and offers a stranger's package of its name. */
function commandIn(directory: string): string {
  const path = relative(PROJECT_DIR, resolve(directory));
  const isOutside = path.startsWith("..") || isAbsolute(path);
  return isOutside ? `node ${join(PROJECT_DIR, "host", "pioneer.mjs")}` : "npx pioneer";
}

/** Every file of a project but the model's own; `environment` is the program's, too. */
export function projectFiles(
  prepared: Prepared,
  model: string,
  environment: Environment,
  program: ProjectProgram,
): readonly ProjectFile[] {
  const prefix = prefixOf(prepared);
  return [
    ...projectTexts(prepared, environment, model, program),
    { path: program.main, text: mainText(program, environment) },
    ...libraryFiles(prepared, prefix).map(({ path, text }) => ({
      path: `lib/${prefix}/${path}`,
      text,
    })),
    ...firmwareFiles(environment),
    { path: "LICENSE", text: licenceText() },
  ];
}

/** A shipped model keeps its name; a file comes into the project with the JSON beside it. */
function ownModel(directory: string, { loaded }: Prepared): string {
  const { path } = loaded;
  const name = basename(path);
  if (!relative(MODELS_DIR, path).startsWith("..")) return basename(name, extname(name));
  mkdirSync(join(directory, "model"), { recursive: true });
  const sidecar = `${path.slice(0, -extname(path).length)}.json`;
  for (const file of [path, sidecar]) {
    if (existsSync(file)) copyFileSync(file, join(directory, "model", basename(file)));
  }
  return `model/${name}`;
}

function notEmpty(directory: string): UsageError {
  return new UsageError(
    "TP-USE-134",
    {
      what: `${directory} holds files already`,
      why: "a new project would mix with them",
      fix: "name a folder that does not exist, or an empty one",
    },
    { directory },
  );
}
