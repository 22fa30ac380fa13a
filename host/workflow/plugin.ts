/**
 * Decides which build of the timing plugin an emulator gets, builds it once, and spells its arguments.
 * What it counts is left to firmware/qemu, reading its file to counts.ts.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MissingToolError, type ToolkitError } from "../../codegen/index.ts";
import {
  costLines,
  type Decoder,
  decoderOf,
  type FittedRules,
  findCoreTable,
  withFittedRules,
} from "./core-table.ts";
import { WORK_DIR } from "./paths.ts";
import { PLUGIN_SOURCE_DIR, pluginSources } from "./plugin-sources.ts";
import { runProcess } from "./process.ts";

/** Versions of QEMU's plugin interface that firmware/qemu/qemu_plugin.h declares. */
export type PluginApi = 1 | 2 | 3 | 7;

/** A built plugin with what is known of one core. */
export interface TimingPlugin {
  readonly library: string;
  /** What decodes the core's instructions into classes; null: nothing does. */
  readonly decoder: Decoder | null;
  /** File of the core's timing table; null: there is none, and no cycles. */
  readonly table: string | null;
  readonly api: PluginApi;
  /** For Quantity.source: which table charged the cycles; without a table why there are none. */
  readonly source: string;
}

export interface PluginRequest {
  /** A board's core; its table is boards/cores/CORE.json, if there is one. */
  readonly core: string;
  /** Rules that a real board's own cycles put in place of the table's. */
  readonly rules?: FittedRules | undefined;
  /** Default: qemu-system-arm. */
  readonly emulator?: string;
  /** Default: the host's gcc. */
  readonly compiler?: string;
  readonly directory?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Where the firmware's mark arrays lie, from the ELF's symbols. */
export interface MarkAddresses {
  /** Address of pioneer_region_begin. */
  readonly begin: number;
  /** Address of pioneer_region_end. */
  readonly end: number;
}

/**
 * Frames in which unsure rules and memories are varied: the first warms caches and predictors, the last is taken.
 */
export const VARIED_FRAMES = 4;

const FLAGS = ["-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra"];

/**
 * Gives the plugin for the emulator that is installed, building it when its sources, flags, compiler or
 * interface version are new.
 * @throws MissingToolError TP-NEED-002 without the emulator or gcc, TP-NEED-020 when the emulator's version cannot
 *   be read, TP-NEED-021 when gcc cannot build a shared library here, TP-NEED-022 when the emulator does not load it.
 */
export async function prepareTimingPlugin(request: PluginRequest): Promise<TimingPlugin> {
  const { signal, compiler = "gcc", emulator = "qemu-system-arm" } = request;
  const directory = request.directory ?? join(WORK_DIR, "qemu");
  const fitted = request.rules ?? {};
  const stated = findCoreTable(request.core);
  const core = stated && withFittedRules(stated, fitted);
  const decoder = decoderOf(request.core);
  const api = pluginApi(await versionOf(emulator, emulatorInstall(emulator), signal));
  const compilerVersion = await versionOf(compiler, COMPILER_INSTALL, signal);
  const sources = await pluginSources();
  await mkdir(directory, { recursive: true });

  const flags = [...FLAGS, `-DQEMU_PLUGIN_API=${api}`];
  const key = digest(compilerVersion, ...flags, ...sources.flatMap((s) => [s.name, s.text]));
  const library = join(directory, `timing-v${api}-${key}.so`);
  const inputs = sources
    .filter((s) => s.name.endsWith(".c"))
    .map((s) => join(PLUGIN_SOURCE_DIR, s.name));
  const build = () => buildLibrary(compiler, [...flags, ...inputs], library, signal);
  const wasBuilt = await exists(library);
  if (!wasBuilt) await build();
  let refusal = await refusalOf(emulator, library, signal);
  if (wasBuilt && refusal?.includes(library)) {
    await build(); // the kept file may be damaged
    refusal = await refusalOf(emulator, library, signal);
  }
  if (refusal !== null) throw cannotLoad(emulator, refusal);
  if (core === null || decoder === null) {
    const source = `boards/cores has no timing table for ${request.core}`;
    return { library, decoder, table: null, api, source };
  }
  const lines = costLines(core);
  const table = join(directory, `${core.id}-${digest(lines)}.table`);
  if (!(await exists(table))) await writeWhole(table, (file) => writeFile(file, lines));
  const count = Object.keys(fitted).length;
  const instead = count === 0 ? "" : `, ${count} of its rules as fitted to the board's own cycles`;
  const source = `timing plugin, boards/cores/${core.id}.json${instead}`;
  return { library, decoder, table, api, source };
}

/**
 * The plugin interface for the text of `qemu-system-arm --version`.
 * 9.0 dropped the first one, 9.1 copies instruction bytes, 11.1 gives every callback its userdata.
 * @throws MissingToolError TP-NEED-020 when no version from 4.2 on is named.
 */
export function pluginApi(versionText: string): PluginApi {
  const found = /QEMU emulator version (\d{1,4})\.(\d{1,4})/.exec(versionText);
  const release = found ? Number(found[1]) * 10_000 + Number(found[2]) : 0;
  if (release < 40_002) {
    throw new MissingToolError(
      "TP-NEED-020",
      {
        what: "this QEMU cannot load the timing plugin",
        why: found
          ? `version ${found[1]}.${found[2]} is older than 4.2`
          : "its --version names no version",
        fix: emulatorInstall("qemu-system-arm"),
      },
      { versionText: versionText.slice(0, 200) },
    );
  }
  if (release >= 110_001) return 7;
  if (release >= 90_001) return 3;
  return release >= 90_000 ? 2 : 1;
}

/**
 * Arguments for the emulator's command line; `counts` is the file that the plugin writes.
 * Unless `audit` is false every memory access of a region is compared with the bytes that were decoded, where they
 * are; a difference is a problem in the counts file. `memory` is the file of memory-text.ts, where a board's memories are
 * simulated.
 */
export function pluginArguments(
  plugin: TimingPlugin,
  marks: MarkAddresses,
  counts: string,
  options: {
    readonly audit?: boolean;
    readonly memory?: string;
    /** Regions in which each unsure rule of the table is varied alone; 0 without it. */
    readonly variedRegions?: number;
    readonly profile?: ProfileFiles;
  } = {},
): readonly string[] {
  const values = [
    `file=${escapeComma(plugin.library)}`,
    `out=${escapeComma(counts)}`,
    `begin=${hex(marks.begin)}`,
    `end=${hex(marks.end)}`,
    ...(plugin.decoder === null ? [] : [`decode=${plugin.decoder}`]),
    ...(plugin.table === null ? [] : [`table=${escapeComma(plugin.table)}`]),
    ...(plugin.table === null || !options.variedRegions ? [] : [`varied=${options.variedRegions}`]),
    ...(options.memory === undefined ? [] : [`memory=${escapeComma(options.memory)}`]),
    ...(options.audit === false || plugin.decoder === null ? [] : ["audit=on"]),
    ...(options.profile === undefined ? [] : profileValues(options.profile)),
  ];
  return ["-plugin", values.join(",")];
}

/** A profile beside the counts. */
export interface ProfileFiles {
  /** Read: ranges of code, see profile/places.ts. */
  readonly places: string;
  /** Written. */
  readonly profile: string;
  /** Steps whose spans are kept for a trace. */
  readonly tracedSteps: number;
}

function profileValues({ places, profile, tracedSteps }: ProfileFiles): readonly string[] {
  return [
    `profile=${escapeComma(profile)}`,
    `places=${escapeComma(places)}`,
    `spans=${tracedSteps}`,
  ];
}

/** The command that gets an emulator; QEMU's machines come in two Debian packages. */
export function emulatorInstall(program: string): string {
  if (process.platform === "darwin") return "brew install qemu";
  const isArm = program === "qemu-system-arm";
  return `sudo apt install ${isArm ? "qemu-system-arm" : "qemu-system-misc"}`;
}
const COMPILER_INSTALL =
  process.platform === "darwin" ? "xcode-select --install" : "sudo apt install gcc libc6-dev";

/** QEMU's option parser takes a doubled comma for one that is part of a value. */
function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}

function hex(address: number): string {
  if (!Number.isInteger(address) || address < 0 || address > 0xffff_ffff) {
    throw new RangeError(`${address} is not a 32-bit address`);
  }
  return `0x${address.toString(16)}`;
}

function digest(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex").slice(0, 16);
}

async function versionOf(
  command: string,
  install: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const finished = await runProcess(command, ["--version"], { install, signal });
  return finished.stdout;
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

/** Two runs at once may both build; the last rename wins and both files are the same. */
async function writeWhole(file: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  await write(partial);
  await rename(partial, file);
}

async function buildLibrary(
  compiler: string,
  args: readonly string[],
  library: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeWhole(library, async (partial) => {
    const finished = await runProcess(compiler, [...args, "-o", partial], {
      install: COMPILER_INSTALL,
      signal,
    });
    if (finished.code !== 0) throw cannotBuild(compiler, finished.stderr);
  });
}

/** What the plugin says when it is loaded without arguments: proof that it was. */
const LOADED = "pioneer timing: arguments:";

/** Loads the library into an emulator of no machine; null when it started, else what the emulator said. */
async function refusalOf(
  emulator: string,
  library: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { stderr } = await runProcess(
    emulator,
    ["-M", "none", "-display", "none", "-plugin", `file=${escapeComma(library)}`],
    { install: emulatorInstall(emulator), signal },
  );
  return stderr.includes(LOADED) ? null : stderr;
}

function cannotLoad(emulator: string, log: string): ToolkitError {
  const lines = log.split("\n").map((line) => line.trim());
  return new MissingToolError(
    "TP-NEED-022",
    {
      what: `${emulator} cannot load the timing plugin`,
      why: lines.findLast((line) => line !== "") ?? "it gave no reason",
      fix: `install a QEMU that is built with plugins: ${emulatorInstall(emulator)}`,
    },
    { log },
  );
}

function cannotBuild(compiler: string, log: string): ToolkitError {
  const reason = log.split("\n").find((line) => /error|cannot find/.test(line));
  return new MissingToolError(
    "TP-NEED-021",
    {
      what: `${compiler} cannot build the timing plugin`,
      why: reason?.trim() || "it gave no reason",
      fix: COMPILER_INSTALL,
    },
    { log },
  );
}
