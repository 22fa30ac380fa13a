/**
 * The small verbs: doctor, boards, ports, build.
 * Finding the facts is left to the modules of the same names, laying them out to report/tables.ts.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { type Board, loadBoard } from "../../codegen/index.ts";
import { boardsTable, boardText, doctorTable, portsTable } from "../report/tables.ts";
import { boardDetails, boardList } from "./boards.ts";
import { APPS, buildFirmware, packagesToFetch, parseApp, sizesInLog } from "./build.ts";
import type { VerbContext } from "./context.ts";
import { diagnose } from "./doctor.ts";
import { type FirmwareEnvironment, firmwareEnvironment } from "./firmware-environment.ts";
import type { GenerateRequest } from "./generate.ts";
import { placementOf, prepare, writePrepared } from "./generate.ts";
import { type SoundRequest, soundKey, soundProgram } from "./hearable/microphone.ts";
import { portRows } from "./ports.ts";
import { refuseOther, requireProject, typedOrProject } from "./project/find-project.ts";
import { installRules, udevRules } from "./serial/udev-rules.ts";
import { type FirmwareSizes, readSizes } from "./symbols.ts";
import { boardsOnUsb } from "./watch/port.ts";

/** Exit 3 when something that the demo needs is missing. With `udevRules` only writes that file and says what to do with it. */
export async function doctor(
  context: VerbContext,
  { udevRules: path }: { readonly udevRules?: string } = {},
): Promise<number> {
  if (path !== undefined) {
    writeFileSync(path, udevRules(boardsOnUsb()));
    const commands = installRules(path);
    context.print({ schema: 1, file: path, commands }, () =>
      [`wrote ${path}; to install it:`, ...commands.map((line) => `  ${line}`)].join("\n"),
    );
    return 0;
  }
  const diagnosis = await diagnose();
  context.print(diagnosis, () => doctorTable(diagnosis));
  return diagnosis.ready ? 0 : 3;
}

export async function boards(context: VerbContext, _options: unknown, id: string): Promise<number> {
  if (id === "") {
    const list = boardList();
    context.print(list, () => boardsTable(list));
  } else {
    const details = boardDetails(id);
    context.print(details, () => boardText(details));
  }
  return 0;
}

export async function ports(context: VerbContext): Promise<number> {
  const found = await portRows();
  if (found.warning !== null) context.progress.note(`warning: ${found.warning}`);
  context.print(found, () => portsTable(found));
  return 0;
}

/** The project of `new` in this folder: its own sources, without generating anything. */
async function buildProject(context: VerbContext, typed: object): Promise<number> {
  const project = requireProject();
  refuseOther(typed, project);
  const { directory, board: id, framework } = project;
  const board = loadBoard(id);
  const environment = firmwareEnvironment(board, framework);
  await tellPackages(context, board, environment, directory);
  context.progress.step(`building the project for ${id}`);
  const { elf, log } = await buildFirmware({
    board: environment.name,
    app: "stream",
    modelDir: directory,
    key: environment.name,
    project: directory,
    signal: context.signal,
  });
  const sizes = environment.platform === null ? await readSizes(elf) : sizesInLog(log);
  context.print({ schema: 1, board: id, elf: relative(directory, elf), ...sizes }, () =>
    sizesText(elf, sizes),
  );
  return 0;
}

function sizesText(
  elf: string,
  sizes: Pick<FirmwareSizes, "flashBytes" | "ramBytes"> | null,
): string {
  const path = relative(process.cwd(), elf);
  return sizes === null
    ? path
    : `${path}\n${sizes.flashBytes} B of flash, ${sizes.ramBytes} B of RAM (counted)`;
}

export interface BuildOptions extends Omit<GenerateRequest, "board"> {
  readonly board?: string;
  readonly app: string;
  readonly framework?: boolean;
  readonly audio?: SoundRequest["audio"];
  readonly output?: SoundRequest["output"];
}

/** The model is the shipped default when none is named. */
export async function build(
  context: VerbContext,
  typed: BuildOptions,
  typedModel: string,
): Promise<number> {
  if (typed.board === undefined) return buildProject(context, typed);
  const { request: options, model: modelName } = typedOrProject(typed, typedModel);
  const app = parseApp(options.app, APPS);
  const board = loadBoard(options.board);
  const sound = soundProgram(board, app, options);
  const environment = firmwareEnvironment(board, options.framework, placementOf(options));
  await tellPackages(context, board, environment);
  const prepared = prepare(
    modelName,
    app === "hearable" ? { ...options, withFrontEnd: true } : options,
  );
  context.progress.step(`building ${app} for ${board.id}`);
  const { elf, log } = await buildFirmware({
    board: environment.name,
    app: sound?.app ?? app,
    modelDir: writePrepared(prepared),
    key: sound === null ? prepared.folder : soundKey(prepared.folder, sound),
    flags: sound?.flags,
    signal: context.signal,
  });
  const sizes = environment.platform === null ? await readSizes(elf) : sizesInLog(log);
  const document = { schema: 1, board: board.id, app, elf, ...sizes };
  context.print(document, () => sizesText(elf, sizes));
  return 0;
}

/** Says what PlatformIO fetches first, before any work is done. @throws MissingToolError TP-NEED-005 when it cannot */
async function tellPackages(
  { progress, signal }: VerbContext,
  board: Board,
  environment: FirmwareEnvironment,
  project?: string,
): Promise<void> {
  if (board.kind === "emulated") return;
  const packages = await packagesToFetch(board, environment, { project, signal });
  if (packages.length === 0) return;
  progress.note(`PlatformIO fetches ${packages.join(", ")} first, which takes minutes`);
}
