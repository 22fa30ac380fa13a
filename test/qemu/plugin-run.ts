/**
 * Assembles a hand-written Cortex-M4 program with region marks and runs it under the timing plugin.
 * What the counts have to be is left to the tests.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CountsFile, parseCounts } from "../../host/workflow/counts.ts";
import {
  type ProfileFiles,
  pluginArguments,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";

/** Set to try another emulator than the one in PATH. */
export const EMULATOR = process.env.PIONEER_QEMU_ARM ?? "qemu-system-arm";

const MARKS = { begin: 0x2000_0000, end: 0x2000_0010 };
const RUN_LIMIT_MS = 60_000;

/** An emulated board, and the assembler's word for its instructions. */
export interface Machine {
  readonly name: string;
  readonly cpu: string;
}

/** Also for programs of its instructions that are charged as another core's. */
export const CORTEX_M4: Machine = { name: "mps2-an386", cpu: " .cpu cortex-m4\n .fpu fpv4-sp-d16" };
export const CORTEX_M55: Machine = {
  name: "mps3-an547",
  cpu: " .arch armv8.1-m.main\n .arch_extension mve.fp",
};

const LINKER_SCRIPT = `
MEMORY { code (rx) : ORIGIN = 0, LENGTH = 4M
         ram (rwx) : ORIGIN = 0x20000000, LENGTH = 4M }
SECTIONS { .text : { *(.vectors) *(.text*) } > code
           .bss (NOLOAD) : { *(.bss*) } > ram }
`;

/** Every exception returns at once. r4: begin marks, r5: 256 bytes of data with its own address at +32, r6: 0. The FPU is on. */
const headOf = ({ cpu }: Machine) => `
 .syntax unified
${cpu}
 .thumb
 .section .vectors, "a"
 .word 0x20010000
 .word start + 1
 .rept 14
 .word handler + 1
 .endr
 .bss
marks: .space 32
data: .space 256
 .text
 .thumb_func
start:
 ldr r0, =0xe000ed88
 ldr r1, [r0]
 orr r1, r1, #0xf00000
 str r1, [r0]
 dsb
 isb
 ldr r4, =marks
 ldr r5, =data
 str r5, [r5, #32]
 movs r6, #0
 movs r0, #0
`;

/** Semihosting SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit and status 0. */
const TAIL = `
 ldr r1, =exit_block
 movs r0, #0x20
 bkpt 0xab
 b .
 .ltorg
 .thumb_func
handler:
 bx lr
 .align 2
exit_block: .word 0x20026, 0
`;

/** The body between the marks of region \`id\`. */
export function region(id: number, body: string): string {
  return ` strb r6, [r4, #${id}]\n${body}\n strb r6, [r4, #${16 + id}]\n`;
}

/** Why these tests cannot run here, or null. */
export function missingTool(): string | null {
  for (const tool of ["gcc", "arm-none-eabi-as", "arm-none-eabi-ld", EMULATOR]) {
    if (spawnSync(tool, ["--version"]).error) return `${tool} is not installed`;
  }
  return null;
}

export interface Workplace {
  readonly folder: string;
  remove(): void;
}

export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-plugin-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Assembles and links; gives the ELF file. */
export function assemble(
  place: Workplace,
  name: string,
  body: string,
  machine = CORTEX_M4,
): string {
  const file = (extension: string) => join(place.folder, `${name}.${extension}`);
  writeFileSync(file("s"), `${headOf(machine)}${body}${TAIL}`);
  writeFileSync(file("ld"), LINKER_SCRIPT);
  execFileSync("arm-none-eabi-as", ["-o", file("o"), file("s")]);
  execFileSync("arm-none-eabi-ld", ["-T", file("ld"), "-o", file("elf"), file("o")]);
  return file("elf");
}

export interface EmulatorRun {
  readonly status: number | null;
  readonly stderr: string;
}

function emulatorLine(elf: string, args: readonly string[], machine: Machine): readonly string[] {
  const devices = ["-nographic", "-monitor", "none", "-serial", "none"];
  const semihosting = ["-semihosting-config", "enable=on,target=native"];
  return ["-M", machine.name, ...devices, ...semihosting, "-kernel", elf, ...args];
}

/** Processor time that a run of an ELF file to its end takes in the emulator itself [s]. */
export function emulatorSeconds(elf: string, args: readonly string[]): number {
  // The second line of POSIX `times` is user and system time of the shell's children.
  const line = [EMULATOR, ...emulatorLine(elf, args, CORTEX_M4)];
  const printed = execFileSync("sh", ["-c", '"$@" && times', "sh", ...line], { encoding: "utf8" });
  const [, minutes, seconds] = /\n(\d+)m([\d.]+)s /.exec(printed) ?? [];
  return 60 * Number(minutes) + Number(seconds);
}

/** Runs an ELF file to its end, with the given arguments added. */
export function runEmulator(
  elf: string,
  args: readonly string[],
  machine = CORTEX_M4,
): Promise<EmulatorRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(EMULATOR, emulatorLine(elf, args, machine), {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: RUN_LIMIT_MS,
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stderr }));
  });
}

export interface Counted extends EmulatorRun {
  readonly text: string;
  readonly file: CountsFile;
}

export interface CountOptions {
  readonly audit?: boolean;
  /** A board's memories, as firmware/qemu/memory_model.h describes them. */
  readonly memory?: string;
  /** Regions in which unsure rules are varied one by one. */
  readonly variedRegions?: number;
  readonly profile?: ProfileFiles;
  /** More arguments for the emulator. */
  readonly args?: readonly string[];
  /** Default: with a Cortex-M4. */
  readonly machine?: Machine;
}

/** Runs an ELF file under the plugin and parses what it wrote. */
export async function count(
  plugin: TimingPlugin,
  elf: string,
  options: CountOptions = {},
): Promise<Counted> {
  const out = `${elf}.counts`;
  rmSync(out, { force: true });
  const args = [...pluginArguments(plugin, MARKS, out, options), ...(options.args ?? [])];
  const run = await runEmulator(elf, args, options.machine);
  const text = readFileSync(out, "utf8");
  return { ...run, text, file: parseCounts(text) };
}
