/**
 * Copies out of firmware/ what one board's programs need, into lib/pioneer of a project.
 * Which sources those are is left to environment.ts, the files of the project's own to project-text.ts.
 */
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { FIRMWARE_DIR } from "../paths.ts";
import type { Environment } from "./environment.ts";
import { filesIn } from "./folder.ts";

/** A file of a project: its path there, with slashes. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string | Uint8Array;
}

/** Where the copies lie in a project. */
export const LIBRARY = "lib/pioneer";

/** What the PlatformIO file of a board holds, as far as it is looked at. */
interface BoardFile {
  readonly build: { readonly ldscript: string };
}

const PLATFORM = "platforms/tiny_qemu";
const APP_HEADERS = ["apps/step.h"];
const PLATFORM_FILES = ["platform.json", "platform.py", "builder/main.py"];

/**
 * Sources, headers and linker scripts, the local platform, and the board's PlatformIO file; with a framework, which brings the
 * rest, sources and headers alone.
 */
export function firmwareFiles(environment: Environment): readonly ProjectFile[] {
  if (environment.framework !== null) return copiesOf(environment, []);
  const boardFile = `boards/${environment.name}.json`;
  const board = JSON.parse(read(boardFile)) as BoardFile;
  const { ldscript } = board.build;
  const moved = { ...board, build: { ...board.build, ldscript: `${LIBRARY}/${ldscript}` } };
  return [
    ...copiesOf(environment, scriptsOf(ldscript)),
    ...PLATFORM_FILES.map((name) => `${PLATFORM}/${name}`).map((path) => ({
      path,
      text: read(path),
    })),
    { path: boardFile, text: `${JSON.stringify(moved, null, 2)}\n` },
  ];
}

/** Copies of what the environment compiles, of the headers beside that, and of `further` files. */
function copiesOf(environment: Environment, further: readonly string[]): readonly ProjectFile[] {
  const sources = environment.sources.flatMap((source) =>
    source.endsWith("/") ? filesIn(source, /\.[ch]$/) : [source],
  );
  // Headers stand beside the sources; those of apps/ belong to several programs.
  const folders = new Set([...sources.map((path) => `${posix.dirname(path)}/`), "hal/"]);
  folders.delete("apps/");
  const ownHeaders = sources
    .filter((path) => path.startsWith("apps/"))
    .map((path) => path.replace(/\.c$/, ".h"));
  const headers = [
    ...[...folders].flatMap((folder) => filesIn(folder, /\.h$/)),
    ...[...APP_HEADERS, ...ownHeaders],
  ];
  const copied = new Set([...sources, ...headers, ...environment.scripts, ...further]);
  return [...copied].sort().map((path) => ({ path: `${LIBRARY}/${path}`, text: movedText(path) }));
}

/** A linker script and what it includes, which may include more. */
function scriptsOf(ldscript: string): readonly string[] {
  const included = [...read(ldscript).matchAll(/^INCLUDE (\S+)$/gm)].map(([, path]) => path);
  return [ldscript, ...(included as string[]).flatMap(scriptsOf)];
}

/** Linker scripts name what they include from the project's folder. */
function movedText(path: string): string {
  const text = read(path);
  return path.endsWith(".ld") ? text.replaceAll(/^INCLUDE /gm, `INCLUDE ${LIBRARY}/`) : text;
}

function read(path: string): string {
  return readFileSync(join(FIRMWARE_DIR, path), "utf8");
}

/** The licence of all copies. */
export function licenceText(): string {
  return readFileSync(join(dirname(FIRMWARE_DIR), "LICENSE"), "utf8");
}
