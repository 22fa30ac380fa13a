/**
 * Builds a program for a board whose compiler is this tree's to call, and reads from it what a run needs to know.
 * Compiling is left to build.ts, starting it to device.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildRequest, buildFirmware } from "./build.ts";
import { FIRMWARE_DIR } from "./paths.ts";
import type { FirmwareSizes, FirmwareSymbol } from "./symbols.ts";
import { addressOf, readSizes, readSymbols } from "./symbols.ts";

export interface BuiltFirmware {
  readonly elf: string;
  /** Prefix of the names of its compiler's programs. */
  readonly toolchain: string;
  readonly symbols: readonly FirmwareSymbol[];
  readonly sizes: FirmwareSizes;
}

/** The firmware, its compiler's flags, and where its region marks lie. Throws as buildFirmware, readSymbols and addressOf do. */
export async function buildAndRead(request: BuildRequest): Promise<{
  readonly firmware: BuiltFirmware;
  readonly flags: string;
  readonly marks: { readonly begin: number; readonly end: number };
}> {
  const { elf } = await buildFirmware(request);
  const compiler = compilerOf(request.board);
  const { toolchain } = compiler;
  const [symbols, sizes] = await Promise.all([
    readSymbols(elf, toolchain),
    readSizes(elf, toolchain),
  ]);
  return {
    firmware: { elf, toolchain, symbols, sizes },
    flags: compilerFlags(compiler, request.flags ?? []),
    marks: {
      begin: addressOf(symbols, "pioneer_region_begin"),
      end: addressOf(symbols, "pioneer_region_end"),
    },
  };
}

interface Compiler {
  /** Prefix of its programs' names: "arm-none-eabi-". */
  readonly toolchain: string;
  readonly cpu_flags: readonly string[];
}

/** How the board's PlatformIO file has its code compiled. */
function compilerOf(board: string): Compiler {
  const file = readFileSync(join(FIRMWARE_DIR, "boards", `${board}.json`), "utf8");
  return (JSON.parse(file) as { build: Compiler }).build;
}

/** Optimisation, language and core flags as platformio.ini, the board's PlatformIO file and the request give them. */
function compilerFlags(compiler: Compiler, further: readonly string[]): string {
  const ini = readFileSync(join(FIRMWARE_DIR, "platformio.ini"), "utf8");
  const common = ini.match(/^ {4}-(?:O\w|std=\S+|ffast-math|flto)$/gm) ?? [];
  const isLevel = (flag: string): boolean => /^-O\w$/.test(flag);
  const kept = common
    .map((flag) => flag.trim())
    .filter((flag) => !isLevel(flag) || !further.some(isLevel));
  return [...kept, ...compiler.cpu_flags, ...further].join(" ");
}
