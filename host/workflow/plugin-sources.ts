/**
 * Reads the timing plugin's sources, and tells by a digest whether what they count may have changed.
 * Building them is left to plugin.ts; a core's rules have digests of their own (codegen/size/step-costs.ts).
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Decoder } from "./core-table.ts";
import { FIRMWARE_DIR } from "./paths.ts";

export const PLUGIN_SOURCE_DIR = join(FIRMWARE_DIR, "qemu");

export interface PluginSource {
  readonly name: string;
  readonly text: string;
}

const DECODERS: readonly Decoder[] = ["thumb", "riscv", "xtensa"];

/** Every C file and header, by name. */
export async function pluginSources(
  directory: string = PLUGIN_SOURCE_DIR,
): Promise<readonly PluginSource[]> {
  const names = (await readdir(directory)).filter((name) => /\.[ch]$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(directory, name), "utf8") })),
  );
}

/**
 * SHA-256 of the sources that count and charge code of one decoder's instructions: all but the other decoders', which are
 * told by the beginning of a file's name, without comments and without what the compiler takes for one space.
 */
export function pluginDigest(sources: readonly PluginSource[], decoder: Decoder): string {
  const others = DECODERS.filter((name) => name !== decoder);
  const hash = createHash("sha256");
  for (const { name, text } of sources) {
    if (others.some((other) => name.startsWith(other))) continue;
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, " ")
      .replace(/\s+/g, " ")
      .trim();
    hash.update(`${name} ${code.length}:${code}\n`);
  }
  return hash.digest("hex");
}
