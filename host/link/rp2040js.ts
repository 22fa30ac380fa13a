/**
 * Decides how the emulated Raspberry Pi Pico is started: rp2040js in a Node process of its own, spoken to like QEMU.
 * What it emulates is left to firmware/rp2040js, the serial line to qemu.ts.
 */
import { createRequire } from "node:module";
import { MissingToolError } from "../../codegen/index.ts";
import { createQemuLink } from "./qemu.ts";
import type { Link } from "./source.ts";

export interface Rp2040jsOptions {
  /** firmware/rp2040js/run.mjs. */
  readonly script: string;
  readonly elf: string;
  /** Where counts go, and the addresses of the region marks. */
  readonly counts: { readonly file: string; readonly begin: number; readonly end: number };
}

/** @throws MissingToolError TP-NEED-012 where the package is not installed */
export function createRp2040jsLink({ script, elf, counts }: Rp2040jsOptions): Link {
  requirePackage(script);
  return createQemuLink({
    machine: "pico",
    name: "rp2040js pico",
    command: process.execPath,
    args: [
      script,
      ...["-kernel", elf, "-counts", counts.file],
      ...["-begin", String(counts.begin), "-end", String(counts.end)],
    ],
  });
}

/** As the script will look for it. */
function requirePackage(script: string): void {
  try {
    createRequire(script).resolve("rp2040js");
  } catch {
    throw new MissingToolError(
      "TP-NEED-012",
      {
        what: "rp2040js is not installed",
        why: "the emulated Raspberry Pi Pico runs in it; other boards do not need it",
        fix: "npm run setup",
      },
      { command: "rp2040js" },
    );
  }
}
