/**
 * Decides whether a generated file is written: only when its bytes would change, so that builds stay incremental.
 * What it holds is left to render.ts.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile } from "./render.ts";

export interface WrittenFile {
  readonly path: string;
  readonly state: "written" | "unchanged";
}

/** Each file is written whole or not at all. The directory is made where it is missing. */
export function writeFiles(
  directory: string,
  files: readonly GeneratedFile[],
): readonly WrittenFile[] {
  mkdirSync(directory, { recursive: true });
  return files.map(({ name, text }) => {
    const path = join(directory, name);
    if (existsSync(path) && readFileSync(path, "utf8") === text)
      return { path, state: "unchanged" };
    const partial = `${path}.part`;
    writeFileSync(partial, text);
    renameSync(partial, path);
    return { path, state: "written" };
  });
}
