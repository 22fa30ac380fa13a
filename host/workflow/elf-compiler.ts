/**
 * Reads the compiler's own words from an ELF file.
 * What else is in the file is left to symbols.ts.
 */
import { readFileSync } from "node:fs";

/** The compiler that made the C of a firmware file, as the file's debug records name it: "GNU C11 12.2.1 20221205". */
export function compilerVersion(elf: string): string {
  const text = readFileSync(elf).toString("latin1");
  const [, language, version] = /GNU (C\d\d) (\d+\.\d+\.\d+(?: \d{8})?)/.exec(text) ?? [];
  return version === undefined ? "unknown" : `GNU ${language} ${version}`;
}
