/**
 * Decides how a board is reached: an emulator with freshly built firmware and its counting plugin, or a port.
 * The conversation is left to link/session.ts.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Board,
  EmulatedBoard,
  PlacementRequest,
  RealBoard,
  SourceParts,
} from "../../codegen/index.ts";
import { findMeasured, fittedRules, MissingToolError, UsageError } from "../../codegen/index.ts";
import { createQemuLink } from "../link/qemu.ts";
import { createRp2040jsLink } from "../link/rp2040js.ts";
import { createSerialLink } from "../link/serial.ts";
import type { Link } from "../link/source.ts";
import { createTcpLink } from "../link/tcp.ts";
import type { App } from "./build.ts";
import { buildFirmware } from "./build.ts";
import type { FittedRules } from "./core-table.ts";
import { placesOf } from "./memory-places.ts";
import { memoryText } from "./memory-text.ts";
import { FIRMWARE_DIR } from "./paths.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
  VARIED_FRAMES,
} from "./plugin.ts";
import { placeLines, profileLayers, readPlaces } from "./profile/places.ts";
import type { ProfileNames } from "./profile/profile-file.ts";
import type { Progress } from "./progress.ts";
import type { FirmwareSizes, FirmwareSymbol } from "./symbols.ts";
import { addressOf, readObjects, readSizes, readSymbols } from "./symbols.ts";

const BAUD_RATE = 921_600;

/** The one emulator that is not QEMU. */
const RP2040JS = "rp2040js";

export interface DeviceRequest {
  readonly board: Board;
  readonly app: App;
  readonly modelDir: string;
  /** Names the build folder. */
  readonly key: string;
  /** Compiler flags after those of platformio.ini, so that theirs win. */
  readonly flags?: readonly string[];
  /** Regions in which unsure rules are varied one by one; VARIED_FRAMES without it. */
  readonly variedRegions?: number;
  /** Rules in place of the core's table; without them those fitted to the board it stands for. */
  readonly rules?: FittedRules;
  /** For the emulator's command line, after everything else. */
  readonly emulatorArguments?: readonly string[];
  readonly port?: string;
  /** Folder of a project of `new`, whose program is built in place of the app. */
  readonly project?: string;
  /** The real board whose memories the emulated one's accesses are charged by. */
  readonly standsFor?: StandsFor | undefined;
  /** Count each place of the program, too, and when the first steps were in it. */
  readonly profile?: { readonly parts: SourceParts; readonly tracedSteps: number } | undefined;
  /** Go on with a warning where the counting plugin cannot be built or loaded; without it that stops the run. */
  readonly mayGoUncounted?: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface StandsFor {
  readonly real: RealBoard;
  readonly placement: PlacementRequest;
  /** What every name of the model's C begins with. */
  readonly prefix: string;
}

/** A board ready to be talked to. */
export interface Device {
  readonly link: Link;
  /** Of the firmware that was built here; null behind a port, which keeps its own. */
  readonly firmware: {
    readonly elf: string;
    /** Prefix of the names of its compiler's programs. */
    readonly toolchain: string;
    readonly symbols: readonly FirmwareSymbol[];
    readonly sizes: FirmwareSizes;
  } | null;
  /** Flags of the compiler, in words of its own; empty when nothing was built. */
  readonly flags: string;
  /** What counts and what charges cycles; UNCOUNTED and the reason where nothing does. */
  readonly counter: string;
  readonly cycleModel: string;
  /** What the plugin wrote, once the emulator has left; null when nothing counts. */
  readCounts(): Promise<Uint8Array | null>;
  /** The same of a profile, with the names of its places; null without one. */
  readProfile(): Promise<{ readonly names: ProfileNames; readonly lines: Uint8Array } | null>;
  /** Removes temporary files. */
  dispose(): Promise<void>;
}

/** Throws MissingToolError, BuildError or UsageError when it cannot be made ready. */
export async function prepareDevice(request: DeviceRequest): Promise<Device> {
  if (request.port !== undefined) return portDevice(request.port);
  return emulatedDevice(request, requireEmulated(request.board));
}

/** @throws UsageError TP-USE-126 for a real board */
export function requireEmulated(board: Board): EmulatedBoard {
  if (board.kind === "emulated") return board;
  throw new UsageError(
    "TP-USE-126",
    {
      what: `${board.id} cannot be emulated`,
      why: "it is a real board, and no port was named",
      fix: `pioneer run MODEL --board ${board.emulatedBy} --as ${board.id}`,
    },
    { board: board.id },
  );
}

/** How `counter` begins on an emulated board whose plugin is missing; the reason and its code follow. */
const UNCOUNTED = "none: ";

function portDevice(port: string): Device {
  return {
    link: portLink(port),
    firmware: null,
    flags: "",
    counter: "none",
    cycleModel: "none",
    readCounts: async () => null,
    readProfile: async () => null,
    dispose: async () => {},
  };
}

/** A serial port, or tcp:HOST:PORT. @throws UsageError TP-USE-127 */
export function portLink(port: string): Link {
  if (!port.startsWith("tcp:")) return createSerialLink({ path: port, baudRate: BAUD_RATE });
  const [, host, number] = /^tcp:([^:]+):(\d{1,5})$/.exec(port) ?? [];
  if (host !== undefined) return createTcpLink(host, Number(number));
  throw new UsageError("TP-USE-127", {
    what: `"${port}" is no connection`,
    why: "it is spelt tcp:HOST:PORT",
    fix: "--port tcp:127.0.0.1:5555, or a serial device of: pioneer ports",
  });
}

/** The firmware of an emulated board, its flags, and where its region marks lie. */
async function buildFor(request: DeviceRequest, board: EmulatedBoard) {
  const { app, key, modelDir, flags, project, progress, signal } = request;
  progress.step(`building ${project === undefined ? app : "the project"} for ${board.id}`);
  const firmware = { board: board.id, app, modelDir, key, flags, project, signal };
  const { elf } = await buildFirmware(firmware);
  const compiler = compilerOf(board.id);
  const { toolchain } = compiler;
  const [symbols, sizes] = await Promise.all([
    readSymbols(elf, toolchain),
    readSizes(elf, toolchain),
  ]);
  return {
    firmware: { elf, toolchain, symbols, sizes },
    flags: compilerFlags(compiler, flags ?? []),
    marks: {
      begin: addressOf(symbols, "pioneer_region_begin"),
      end: addressOf(symbols, "pioneer_region_end"),
    },
  };
}

/** Without profile and memories, which only the plugin has. */
async function rp2040jsDevice(request: DeviceRequest, board: EmulatedBoard): Promise<Device> {
  if (request.profile) throw needsQemu(board, "a profile is made");
  const { firmware, flags, marks } = await buildFor(request, board);
  const folder = await mkdtemp(join(tmpdir(), "pioneer-counts-"));
  const counts = join(folder, "counts.jsonl");
  return {
    link: createRp2040jsLink({
      script: join(FIRMWARE_DIR, "rp2040js", "run.mjs"),
      elf: firmware.elf,
      counts: { file: counts, ...marks },
    }),
    firmware,
    flags,
    counter: "rp2040js, between the region marks",
    cycleModel: "rp2040js counts no cycles here; the program's own counter does",
    readCounts: () => readFile(counts).catch(() => null),
    readProfile: async () => null,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

async function emulatedDevice(request: DeviceRequest, board: EmulatedBoard): Promise<Device> {
  if (board.emulator.program === RP2040JS) return rp2040jsDevice(request, board);
  const { progress } = request;
  const { firmware, flags, marks } = await buildFor(request, board);
  const { elf, toolchain, symbols } = firmware;
  progress.step("preparing the counting plugin");
  const plugin = await pluginOf(request, board);
  const folder = await mkdtemp(join(tmpdir(), "pioneer-counts-"));
  const counts = join(folder, "counts.jsonl");
  const memory = join(folder, "memory.txt");
  if (request.standsFor !== undefined) {
    const objects = await readObjects(elf, toolchain);
    const placed = placesOf({ emulated: board, objects, ...request.standsFor });
    await writeFile(memory, memoryText(request.standsFor.real, placed));
  }
  const profile = request.profile && {
    names: join(folder, "places.txt"),
    lines: join(folder, "profile.jsonl"),
    ...request.profile,
  };
  let names: ProfileNames | null = null;
  if (profile) {
    progress.step("naming the places of the program");
    const { parts } = profile;
    const alignment = board.core.startsWith("xtensa") ? 1 : 2;
    const map = await readPlaces(elf, toolchain, symbols, parts, alignment);
    await writeFile(profile.names, placeLines(map.ranges));
    names = { places: map.places, layers: profileLayers(parts) };
  }
  const link = createQemuLink({
    machine: board.emulator.machine,
    command: board.emulator.program,
    args: [
      ...emulatorArguments(board, elf),
      ...("uncounted" in plugin
        ? []
        : pluginArguments(plugin, marks, counts, {
            variedRegions: request.variedRegions ?? VARIED_FRAMES,
            ...(request.standsFor === undefined ? {} : { memory }),
            ...(profile && {
              profile: {
                places: profile.names,
                profile: profile.lines,
                tracedSteps: profile.tracedSteps,
              },
            }),
          })),
      ...(request.emulatorArguments ?? []),
    ],
  });
  return {
    link,
    firmware,
    flags,
    ...("uncounted" in plugin
      ? { counter: `${UNCOUNTED}${plugin.uncounted}`, cycleModel: plugin.uncounted }
      : {
          counter: "QEMU timing plugin, between the region marks",
          cycleModel: plugin.source,
        }),
    readCounts: () => readFile(counts).catch(() => null),
    readProfile: async () => {
      if (!profile || names === null) return null;
      const lines = await readFile(profile.lines).catch(() => null);
      return lines === null ? null : { names, lines };
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The counting plugin, or why there is none. @throws MissingToolError where the request needs it */
async function pluginOf(
  { mayGoUncounted, progress, rules, signal, standsFor }: DeviceRequest,
  board: EmulatedBoard,
): Promise<TimingPlugin | { readonly uncounted: string }> {
  try {
    return await prepareTimingPlugin({
      core: board.core,
      rules: rules ?? (standsFor && fittedRules(findMeasured(standsFor.real))),
      emulator: board.emulator.program,
      signal,
    });
  } catch (error) {
    if (!mayGoUncounted || !(error instanceof MissingToolError)) throw error;
    const { what, why, fix } = error.text;
    progress.note(`warning: nothing counts in this run [${error.code}]`);
    progress.note(`  why: ${what}: ${why}\n  fix: ${fix}`);
    return { uncounted: `${what}: ${why} [${error.code}]` };
  }
}

/**
 * What starts QEMU for a board with a program; the serial line and the plugin come on top.
 * @throws UsageError TP-USE-131 for a board of another emulator
 */
export function emulatorArguments(board: EmulatedBoard, elf: string): readonly string[] {
  if (board.emulator.program === RP2040JS) throw needsQemu(board, "this is measured");
  const { machine, arguments: own } = board.emulator;
  return ["-M", machine, ...own, "-display", "none", "-monitor", "none", "-kernel", elf];
}

function needsQemu(board: EmulatedBoard, what: string): UsageError {
  return new UsageError(
    "TP-USE-131",
    {
      what: `${board.id} cannot do that`,
      why: `${what} in QEMU alone, and it runs in ${board.emulator.program}`,
      fix: "--board qemu-m0, which runs code for the same core",
    },
    { board: board.id },
  );
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
