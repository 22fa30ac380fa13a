/**
 * Reads from a firmware ELF what the host needs to know: addresses of symbols, sizes, the function at an address.
 * Building it is left to build.ts; binutils read the file, so no ELF parser of our own meets it.
 */
import { runProcess } from "./process.ts";

/** The programs that read a board's files come with its compiler. */
const INSTALL = "see which compiler the board needs: pioneer doctor";

export interface FirmwareSymbol {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  /** True for code. */
  readonly isFunction: boolean;
}

export interface FirmwareSizes {
  /** Code, constants and the initial values of variables [byte]. */
  readonly flashBytes: number;
  /** Variables, without the stack [byte]. */
  readonly ramBytes: number;
}

/** Defined symbols in order of address; `toolchain` is the prefix of the compiler's programs. */
export async function readSymbols(
  elf: string,
  toolchain = "arm-none-eabi-",
): Promise<readonly FirmwareSymbol[]> {
  const { stdout } = await runProcess(
    `${toolchain}nm`,
    ["--print-size", "--defined-only", "--numeric-sort", elf],
    { install: INSTALL },
  );
  return parseSymbols(stdout);
}

/** `ADDRESS SIZE TYPE NAME` lines of nm; others (no size) count zero bytes. */
export function parseSymbols(text: string): readonly FirmwareSymbol[] {
  const symbols: FirmwareSymbol[] = [];
  for (const line of text.split("\n")) {
    const match = /^([0-9a-f]+) (?:([0-9a-f]+) )?([A-Za-z]) (\S+)$/.exec(line);
    if (!match) continue;
    const [, address, bytes, type, name] = match;
    symbols.push({
      name: name as string,
      address: Number.parseInt(address as string, 16),
      bytes: Number.parseInt(bytes ?? "0", 16),
      isFunction: type === "T" || type === "t" || type === "W" || type === "w",
    });
  }
  return symbols;
}

/** The function whose code holds `pc`, with the distance from its start; undefined outside all of them. */
export function functionAt(symbols: readonly FirmwareSymbol[], pc: number): string | undefined {
  const address = pc & ~1;
  const found = symbols.findLast((s) => s.isFunction && (s.address & ~1) <= address);
  if (!found || address >= (found.address & ~1) + Math.max(found.bytes, 2)) return undefined;
  const distance = address - (found.address & ~1);
  return distance === 0 ? found.name : `${found.name}+${distance}`;
}

/** Sizes as the toolchain's `size` gives them: flash = text + data, RAM = data + bss. */
export async function readSizes(elf: string, toolchain = "arm-none-eabi-"): Promise<FirmwareSizes> {
  const { stdout } = await runProcess(`${toolchain}size`, [elf], { install: INSTALL });
  const [text, data, bss] = (stdout.split("\n")[1] ?? "").trim().split(/\s+/).map(Number);
  return { flashBytes: (text ?? 0) + (data ?? 0), ramBytes: (data ?? 0) + (bss ?? 0) };
}

/** A function or an object of an ELF file. */
export interface FirmwareObject {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  readonly kind: "function" | "object";
}

/** Functions and objects that take memory; nm tells them apart by their section only. */
export async function readObjects(
  elf: string,
  toolchain = "arm-none-eabi-",
): Promise<readonly FirmwareObject[]> {
  const { stdout } = await runProcess(`${toolchain}readelf`, ["--symbols", "--wide", elf], {
    install: INSTALL,
  });
  return parseObjects(stdout);
}

/** `NUMBER: ADDRESS SIZE TYPE BIND VISIBILITY SECTION NAME` lines of readelf; the size may be hexadecimal. */
export function parseObjects(text: string): readonly FirmwareObject[] {
  const objects: FirmwareObject[] = [];
  for (const line of text.split("\n")) {
    const match = /^ *\d+: ([0-9a-f]+) +(0x[0-9a-f]+|\d+) (FUNC|OBJECT) +\w+ +\w+ +\d+ (\S+)$/.exec(
      line,
    );
    if (!match) continue;
    const [, address = "", size, type, name = ""] = match;
    const kind = type === "FUNC" ? "function" : "object";
    const bytes = Number(size);
    // The lowest bit of a Thumb function's address says its instruction set.
    const begin = Number.parseInt(address, 16) & (kind === "function" ? ~1 : ~0);
    if (bytes > 0) objects.push({ name, address: begin >>> 0, bytes, kind });
  }
  return objects;
}
