/** Texts for the tests of importers, and importing them in pieces of any size. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ImportFormat } from "../../host/analyze/import/importer.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";

/** A sample file, written by hand after the tools' own documentation. */
export function sample(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../fixtures/imports/${name}`, import.meta.url)),
    "utf8",
  );
}

/** The records of a text that arrives in pieces of `size` characters. */
export function imported(
  format: ImportFormat,
  text: string,
  size = Math.max(1, text.length),
): readonly MachineRecord[] {
  const importer = format.open("sample");
  for (let at = 0; at < text.length; at += size) importer.push(text.slice(at, at + size));
  return importer.finish();
}

/** The code of the error that a call throws; undefined when it throws none. */
export function codeOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}
