/**
 * The small verbs: doctor, boards, ports, build.
 * Finding the facts is left to the modules of the same names, laying them out to report/tables.ts.
 */
import { relative } from "node:path";
import { boardsTable, boardText, doctorTable, portsTable } from "../report/tables.ts";
import { boardDetails, boardList } from "./boards.ts";
import { APPS, buildFirmware, parseApp } from "./build.ts";
import type { VerbContext } from "./context.ts";
import { requireEmulated } from "./device.ts";
import { diagnose } from "./doctor.ts";
import type { GenerateRequest } from "./generate.ts";
import { prepare, writePrepared } from "./generate.ts";
import { portRows } from "./ports.ts";
import { readSizes } from "./symbols.ts";

/** Exit 3 when something that the demo needs is missing. */
export async function doctor(context: VerbContext): Promise<number> {
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

/** The model is the shipped default when none is named. */
export async function build(
  context: VerbContext,
  options: GenerateRequest & { readonly app: string },
  modelName: string,
): Promise<number> {
  const app = parseApp(options.app, APPS);
  const prepared = prepare(modelName || "hearable", options);
  requireEmulated(prepared.board);
  context.progress.step(`building ${app} for ${prepared.board.id}`);
  const { elf } = await buildFirmware({
    board: prepared.board.id,
    app,
    modelDir: writePrepared(prepared),
    key: prepared.folder,
    signal: context.signal,
  });
  const sizes = await readSizes(elf);
  const document = { schema: 1, board: prepared.board.id, app, elf, ...sizes };
  context.print(
    document,
    () =>
      `${relative(process.cwd(), elf)}\n${sizes.flashBytes} B of flash, ${sizes.ramBytes} B of RAM (counted)`,
  );
  return 0;
}
