/**
 * Which files of a folder of firmware/ have a name of some kind.
 * What becomes of them is left to the caller.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FIRMWARE_DIR } from "../paths.ts";

/** Paths under firmware/, sorted; `folder` ends in a slash. */
export function filesIn(folder: string, pattern: RegExp): readonly string[] {
  const directory = join(FIRMWARE_DIR, folder);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => pattern.test(name));
  return names.sort().map((name) => `${folder}${name}`);
}
