/**
 * Decides how a board is reached: an emulator with freshly built firmware and its counting plugin, or a port.
 * The conversation is left to link/session.ts.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Board,
  EmulatedBoard,
  PlacementRequest,
  RealBoard,
  SourceParts,
  Variant,
} from "../../codegen/index.ts";
import {
  findMeasured,
  fittedRules,
  hierarchyOf,
  MissingToolError,
  UsageError,
} from "../../codegen/index.ts";
import type { BoardOnUsb } from "../link/find-board.ts";
import { createLastingLink } from "../link/lasting.ts";
import { createQemuLink } from "../link/qemu.ts";
import { lastingConnect } from "../link/returning-port.ts";
import { createRp2040jsLink } from "../link/rp2040js.ts";
import type { Link } from "../link/source.ts";
import type { App } from "./build.ts";
import { type BuiltFirmware, buildAndRead } from "./built-firmware.ts";
import type { FittedRules } from "./core-table.ts";
import { type FlashBoardRequest, flashBoard } from "./flash/flash-board.ts";
import { placesOf } from "./memory-places.ts";
import { hierarchiesText, memoryText } from "./memory-text.ts";
import { FIRMWARE_DIR } from "./paths.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
  VARIED_FRAMES,
} from "./plugin.ts";
import { isConnection, portLink, systemPorts } from "./port-link.ts";
import { placeLines, profileLayers, readPlaces } from "./profile/places.ts";
import type { ProfileNames } from "./profile/profile-file.ts";
import type { Progress } from "./progress.ts";
import { readObjects } from "./symbols.ts";

/** The most that the plugin takes, and more than any program marks that is run with them. */
const EVERY_REGION = 1000;

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
  /** Build the program and load it through the port first, on a real board; without it what runs there is talked to. */
  readonly upload?: Pick<FlashBoardRequest, "expect" | "framework" | "placement"> | undefined;
  /** Folder of a project of `new`, whose program is built in place of the app. */
  readonly project?: string;
  /** The real board whose memories the emulated one's accesses are charged by. */
  readonly standsFor?: StandsFor | undefined;
  /** Caches that the emulated board's own fetches are sent through in every region, each a variant of its memories. */
  readonly fetchCaches?: readonly Variant[];
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
  /** What was built here, where this tree calls the compiler; null for what a port keeps and what a framework built. */
  readonly firmware: BuiltFirmware | null;
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
  const { board, port, upload } = request;
  if (port !== undefined) {
    return upload === undefined || board.kind === "emulated" || isConnection(port)
      ? portDevice(port, board)
      : flashedDevice({ ...request, ...upload, board, port });
  }
  return emulatedDevice(request, requireEmulated(board));
}

/** @throws UsageError TP-USE-126 for a real board */
export function requireEmulated(board: Board): EmulatedBoard {
  if (board.kind === "emulated") return board;
  throw new UsageError(
    "TP-USE-126",
    {
      what: `${board.id} cannot be emulated`,
      why: "it is a real board, and no port was named",
      fix: `name its port: --port PORT; without it: pioneer run MODEL --board ${board.emulatedBy} --as ${board.id}`,
    },
    { board: board.id },
  );
}

/** How `counter` begins on an emulated board whose plugin is missing; the reason and its code follow. */
const UNCOUNTED = "none: ";

/** A board that is given its program first. */
async function flashedDevice(request: FlashBoardRequest): Promise<Device> {
  const { path, firmware, flags } = await flashBoard(request);
  return { ...portDevice(path, request.board), firmware, flags };
}

function portDevice(port: string, board: BoardOnUsb): Device {
  return {
    link: createLastingLink(
      isConnection(port)
        ? { name: port, kind: "tcp", connect: async () => portLink(port) }
        : { name: port, kind: "serial", connect: lastingConnect(port, board, systemPorts) },
    ),
    firmware: null,
    flags: "",
    counter: "none",
    cycleModel: "none",
    readCounts: async () => null,
    readProfile: async () => null,
    dispose: async () => {},
  };
}

/** The firmware of an emulated board. */
function buildFor(request: DeviceRequest, board: EmulatedBoard) {
  const { app, key, modelDir, flags, project, progress, signal } = request;
  progress.step(`building ${project === undefined ? app : "the project"} for ${board.id}`);
  return buildAndRead({ board: board.id, app, modelDir, key, flags, project, signal });
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
  const { standsFor, fetchCaches } = request;
  if (standsFor !== undefined) {
    const objects = await readObjects(elf, toolchain);
    const placed = placesOf({ emulated: board, objects, ...standsFor });
    await writeFile(memory, memoryText(standsFor.real, placed, request.variedRegions));
  } else if (fetchCaches !== undefined) {
    const own = { emulated: board, real: board, placement: {}, objects: [], prefix: "" };
    await writeFile(
      memory,
      hierarchiesText(hierarchyOf(board), fetchCaches, placesOf(own), EVERY_REGION),
    );
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
            ...(standsFor === undefined && fetchCaches === undefined ? {} : { memory }),
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
