/**
 * Builds a workload's program and runs it once under the timing plugin.
 * What was published for it is left to published.ts, fetching what is not ours to package-source.ts.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CountsFile, parseCounts, type RegionCounts } from "../../host/workflow/counts.ts";
import { pluginArguments, prepareTimingPlugin } from "../../host/workflow/plugin.ts";
import { runProcess } from "../../host/workflow/process.ts";
import { readSymbols } from "../../host/workflow/symbols.ts";
import { packageFolder } from "./package-source.ts";
import type { Program } from "./workload.ts";

const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));

interface Machine {
  readonly compiler: string;
  readonly install: string;
  readonly flags: readonly string[];
  readonly script: string;
  readonly start: string;
  readonly emulator: string;
  readonly args: readonly string[];
}

const ARM: Omit<Machine, "args"> = {
  compiler: "arm-none-eabi-gcc",
  install: "sudo apt install gcc-arm-none-eabi libnewlib-arm-none-eabi",
  flags: ["-mthumb", "--specs=nosys.specs"],
  script: "cortex-m.ld",
  start: "start.S",
  emulator: process.env.PIONEER_QEMU_ARM ?? "qemu-system-arm",
};

const SEMIHOSTING = ["-semihosting-config", "enable=on,target=native"];

const MACHINES: Readonly<Partial<Record<Program["machine"], Machine>>> = {
  "cortex-m": { ...ARM, args: ["-M", "mps2-an386", ...SEMIHOSTING] },
};

function machineOf({ machine }: Program): Machine {
  const found = MACHINES[machine];
  if (found === undefined) throw new RangeError(`there is no machine ${machine}`);
  return found;
}

/** Builds into `folder`; gives the ELF file. @throws Error with the compiler's words when it does not build */
export async function buildProgram(program: Program, folder: string): Promise<string> {
  const machine = machineOf(program);
  mkdirSync(folder, { recursive: true });
  const elf = join(folder, `${program.id}.elf`);
  const carried = program.package ? await packageFolder(program.package, folder) : "";
  const outside = program.package?.sources.map((name) => join(carried, name)) ?? [];
  const include = program.package?.include.map((name) => `-I${join(carried, name)}`) ?? [];
  const own = [machine.start, ...program.sources].map((name) => join(PROGRAMS, name));
  const { code, stderr } = await runProcess(
    machine.compiler,
    [
      ...machine.flags,
      ...program.flags,
      "-nostartfiles",
      "-Wl,--no-warn-rwx-segments",
      ...["-T", join(PROGRAMS, machine.script), `-I${PROGRAMS}`, ...include],
      ...own,
      ...outside,
      ...["-o", elf],
    ],
    { install: machine.install },
  );
  if (code !== 0) throw new Error(`${program.id} does not build:\n${stderr}`);
  return elf;
}

/**
 * Runs a program by the table of `core`; gives its regions in the order of their numbers.
 * @throws Error when the program finds its own results wrong, faults, or marks regions badly
 */
export async function runProgram(
  program: Program,
  core: string,
  folder: string,
): Promise<readonly RegionCounts[]> {
  const machine = machineOf(program);
  const elf = await buildProgram(program, folder);
  const plugin = await prepareTimingPlugin({ core, emulator: machine.emulator });
  const symbols = await readSymbols(elf);
  const addressOf = (name: string) => symbols.find((one) => one.name === name)?.address ?? 0;
  const marks = {
    begin: addressOf("pioneer_region_begin"),
    end: addressOf("pioneer_region_end"),
  };
  const out = join(folder, `${program.id}-${core}.counts`);
  rmSync(out, { force: true });
  const args = [
    ...machine.args,
    ...["-nographic", "-monitor", "none", "-serial", "none", "-kernel", elf],
    ...pluginArguments(plugin, marks, out, { variedRegions: 16 }),
  ];
  const { code, stderr } = await runProcess(machine.emulator, args, { install: machine.install });
  if (code !== 0) throw new Error(`${program.id} on ${core} ends with ${code}: ${stderr}`);
  const file: CountsFile = parseCounts(readFileSync(out, "utf8"));
  const problem = file.problems[0];
  if (problem) throw new Error(`${program.id} on ${core}: ${problem.what}, ${problem.detail}`);
  return file.regions.toSorted((a, b) => a.region - b.region);
}
