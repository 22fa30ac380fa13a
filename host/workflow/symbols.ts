/**
 * Reads from a firmware ELF what the host needs to know: addresses of symbols, sizes, the function at an address.
 * Building it is left to build.ts; binutils read the file, so no ELF parser of our own meets it.
 */
import { ToolkitError } from "../../codegen/index.ts";
import type { SectionSizes } from "../analyze/facts.ts";
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
  /** What both are made of [byte]. */
  readonly sections: SectionSizes;
}

/**
 * Defined symbols in order of address; `toolchain` is the prefix of the compiler's programs.
 * @throws FirmwareError TP-BUILD-003 for what is no ELF file, or a damaged one
 */
export async function readSymbols(
  elf: string,
  toolchain = "arm-none-eabi-",
): Promise<readonly FirmwareSymbol[]> {
  const flags = ["--print-size", "--defined-only", "--numeric-sort"];
  return parseSymbols(await readWith(`${toolchain}nm`, flags, elf));
}

/** A firmware file that cannot be used. Exit 3. */
export class FirmwareError extends ToolkitError {}

/** @throws FirmwareError TP-BUILD-004 for a firmware without it */
export function addressOf(symbols: readonly FirmwareSymbol[], name: string): number {
  const symbol = symbols.find((candidate) => candidate.name === name);
  if (symbol && symbol.address <= 0xffff_ffff) return symbol.address;
  throw new FirmwareError(
    "TP-BUILD-004",
    3,
    {
      what: `the firmware has no ${name} in 32 bits of address`,
      why: "what runs between two of its elements is counted, and its symbols do not say where they lie",
      fix: "build it with firmware/apps/region.h, and do not strip it",
    },
    { name },
  );
}

/** What a program of binutils says of a file that it could read to its end. */
async function readWith(program: string, flags: readonly string[], elf: string): Promise<string> {
  const { code, stdout, stderr } = await runProcess(program, [...flags, elf], { install: INSTALL });
  if (code === 0) return stdout;
  const reason = stderr.split("\n").find((line) => line.trim() !== "");
  throw new FirmwareError(
    "TP-BUILD-003",
    3,
    {
      what: `the firmware ${elf} cannot be read`,
      why: reason?.trim().slice(0, 300) ?? `${program} ended without a word`,
      fix: "build it again: delete its folder under .pioneer/build and run the same command",
    },
    { elf, log: stderr },
  );
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
  const address = withoutThumbBit(pc);
  const found = symbols.findLast((s) => s.isFunction && withoutThumbBit(s.address) <= address);
  if (!found) return undefined;
  const distance = address - withoutThumbBit(found.address);
  if (distance >= Math.max(found.bytes, 2)) return undefined;
  return distance === 0 ? found.name : `${found.name}+${distance}`;
}

/** Addresses have 32 bits and no sign, which the operators on bits would give them. */
function withoutThumbBit(address: number): number {
  return address - (address % 2);
}

/**
 * Of the sections that the program takes memory for: text stays where it was loaded, data is what is written or copied at the
 * start, functions in RAM too, bss what begins as zeros; flash = text + data, RAM = data + bss.
 * @throws FirmwareError TP-BUILD-003
 */
export async function readSizes(elf: string, toolchain = "arm-none-eabi-"): Promise<FirmwareSizes> {
  const sections = parseSections(
    await readWith(`${toolchain}objdump`, ["--section-headers", "--wide"], elf),
  );
  const { text, data, bss } = sections;
  return { flashBytes: text + data, ramBytes: data + bss, sections };
}

/** `NUMBER NAME SIZE RUN LOAD OFFSET ALIGNMENT FLAGS` lines of objdump, addresses and size hexadecimal. */
export function parseSections(text: string): SectionSizes {
  const sizes = { text: 0, data: 0, bss: 0 };
  for (const line of text.split("\n")) {
    const match = /^ *\d+ \S+ +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +[0-9a-f]+ +\S+ +(.*)$/.exec(
      line,
    );
    const [, size = "", runs, loaded, flags = ""] = match ?? [];
    if (!flags.includes("ALLOC")) continue;
    const isCopied = runs !== loaded || !flags.includes("READONLY");
    const kind = !flags.includes("CONTENTS") ? "bss" : isCopied ? "data" : "text";
    sizes[kind] += Number.parseInt(size, 16);
  }
  return sizes;
}

/** A function or an object of an ELF file. */
export interface FirmwareObject {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  readonly kind: "function" | "object";
}

/**
 * Functions and objects that take memory; nm tells them apart by their section only.
 * @throws FirmwareError TP-BUILD-003
 */
export async function readObjects(
  elf: string,
  toolchain = "arm-none-eabi-",
): Promise<readonly FirmwareObject[]> {
  return parseObjects(await readWith(`${toolchain}readelf`, ["--symbols", "--wide"], elf));
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
    const stated = Number.parseInt(address, 16);
    const begin = kind === "function" ? withoutThumbBit(stated) : stated;
    if (bytes > 0) objects.push({ name, address: begin, bytes, kind });
  }
  return objects;
}
