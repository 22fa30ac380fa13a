/**
 * Turns generated C and one firmware program into an ELF file, by PlatformIO.
 * What the model's C says is left to codegen, how boards are compiled to firmware/platformio.ini.
 */
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MissingToolError, type RealBoard, ToolkitError, UsageError } from "../../codegen/index.ts";
import type { FirmwareEnvironment } from "./firmware-environment.ts";
import { requirePackages } from "./framework-packages.ts";
import { withLock } from "./lock.ts";
import { writeFileWhole } from "./output-file.ts";
import { FIRMWARE_DIR, PROJECT_DIR, WORK_DIR } from "./paths.ts";
import { runProcess } from "./process.ts";

/** The firmware programs of firmware/apps. */
export const APPS = ["check", "speed", "stream", "hearable", "ina", "mlperf_tiny"] as const;
/** With "ear", which is hearable by the board's own microphone and asked for as such. */
export type App = (typeof APPS)[number] | "ear";

/** Those that hold the conversation in records, which is recorded. */
export const RECORDED_APPS = ["check", "speed", "stream", "hearable"] as const;
export type RecordedApp = (typeof RECORDED_APPS)[number];

/** @throws UsageError TP-USE-128 for a name that is not among `apps` */
export function parseApp<A extends App>(name: string, apps: readonly A[]): A {
  const app = apps.find((candidate) => candidate === name);
  if (app) return app;
  throw new UsageError("TP-USE-128", {
    what: `there is no program "${name}"`,
    why: `firmware/apps has ${apps.join(", ")}`,
    fix: "--app stream",
  });
}

export interface BuildRequest {
  /** PlatformIO environment: the board's id. */
  readonly board: string;
  readonly app: App;
  /** Folder with the generated C and pioneer_model.h. */
  readonly modelDir: string;
  /** Names the build folder; the same key shares its objects. */
  readonly key: string;
  /** Compiler flags after those of platformio.ini, so that theirs win; none contains a space. */
  readonly flags?: readonly string[] | undefined;
  /** A project of `new`, whose own sources are built in place of firmware/. */
  readonly project?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Built {
  readonly elf: string;
  /** What PlatformIO printed. */
  readonly log: string;
}

/** Compiler or linker refused. Exit 1: the work ran and failed. */
export class BuildError extends ToolkitError {}

/** PlatformIO keeps what it fetches in this checkout, and its calls home are off. */
const PLATFORMIO_ENV = {
  PLATFORMIO_CORE_DIR: join(WORK_DIR, "platformio"),
  PLATFORMIO_SETTING_ENABLE_TELEMETRY: "no",
};

/** Folder, settings and result of PlatformIO: of firmware/, or of a project, which brings its platform. */
function placesOf(request: BuildRequest): {
  readonly source: string;
  readonly buildDir: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const { project, app, modelDir, key, flags = [] } = request;
  if (project !== undefined) {
    const own = join(project, ".pio");
    return {
      source: project,
      buildDir: join(own, "build"),
      env: { PLATFORMIO_PLATFORMS_DIR: join(own, "platforms") },
    };
  }
  const buildDir = join(WORK_DIR, "build", `${key}-${app}`);
  const env = {
    PIONEER_APP: app,
    PIONEER_MODEL_DIR: modelDir,
    PIONEER_FLAGS: flags.join(" "),
    PLATFORMIO_BUILD_DIR: buildDir,
  };
  return { source: FIRMWARE_DIR, buildDir, env };
}

/** Builds; throws MissingToolError without PlatformIO (TP-NEED-003), BuildError TP-BUILD-001 with the compiler's words (TP-NEED-004 without a compiler). */
export async function buildFirmware(request: BuildRequest): Promise<Built> {
  const { code, log, buildDir } = await runPlatformio(request, []);
  if (code !== 0) throw buildError(request, buildDir, log);
  return { elf: join(buildDir, request.board, "firmware.elf"), log };
}

/** Loads what buildFirmware built onto a real board, by whatever loader its platform calls. Throws as it does. */
export async function uploadFirmware(
  request: BuildRequest,
  port: string,
): Promise<{ readonly failed: boolean; readonly log: string }> {
  const { code, log } = await runPlatformio(request, ["-t", "upload", "--upload-port", port]);
  return { failed: code !== 0, log };
}

/** `pio run` in the request's folder, one at a time for each. */
async function runPlatformio(request: BuildRequest, words: readonly string[]) {
  const pio = await findPlatformio();
  const { source, buildDir, env } = placesOf(request);
  return withLock(`${buildDir}.lock`, request.signal, async () => {
    const args = ["run", "-d", source, "-e", request.board, ...words];
    const { code, stdout, stderr } = await runProcess(pio, args, {
      env: { ...PLATFORMIO_ENV, ...env },
      signal: request.signal,
      install: "npm run setup",
    });
    return { code, log: stdout + stderr, buildDir };
  });
}

/**
 * What PlatformIO will fetch before it can build a real board's environment; empty where it needs nothing more.
 * @throws MissingToolError TP-NEED-003 without PlatformIO, TP-NEED-005 when it cannot be fetched
 */
export async function packagesToFetch(
  board: RealBoard,
  { name, platform }: FirmwareEnvironment,
  options: {
    readonly project?: string | undefined;
    readonly target?: "upload";
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  if (platform === null) return [];
  return requirePackages({
    ...{ board: board.id, emulatedBy: board.emulatedBy, environment: name },
    project: options.project ?? FIRMWARE_DIR,
    target: options.target,
    env: PLATFORMIO_ENV,
    python: join(dirname(await findPlatformio()), "python"),
    signal: options.signal,
  });
}

/** What PlatformIO says of a framework's program at the end of its build [byte]; null where it says nothing. */
export function sizesInLog(log: string): { flashBytes: number; ramBytes: number } | null {
  const used = (what: string) =>
    new RegExp(`^${what}: .*\\(used (\\d+) bytes from \\d+ bytes\\)`, "m").exec(log)?.[1];
  const [flash, ram] = [used("Flash"), used("RAM")];
  if (flash === undefined || ram === undefined) return null;
  return { flashBytes: Number(flash), ramBytes: Number(ram) };
}

/** The project's own `pio`. @throws MissingToolError TP-NEED-003 when set-up has not made it */
export async function findPlatformio(): Promise<string> {
  const folder = process.platform === "win32" ? "Scripts" : "bin";
  const pio = join(PROJECT_DIR, ".venv", folder, process.platform === "win32" ? "pio.exe" : "pio");
  try {
    await access(pio);
    return pio;
  } catch {
    throw new MissingToolError("TP-NEED-003", {
      what: "PlatformIO is not installed in this project",
      why: "firmware is built by PlatformIO Core in the project's own .venv",
      fix: "npm run setup",
    });
  }
}

function buildError(request: BuildRequest, buildDir: string, log: string): ToolkitError {
  const missing =
    /MissingCompilerError: (\S+) is not on PATH; it comes with Debian's package (\S+)/.exec(log);
  if (missing) {
    return new MissingToolError(
      "TP-NEED-004",
      {
        what: `${missing[1]} is not installed`,
        why: `firmware for ${request.board} is compiled with it`,
        fix: `sudo apt install ${missing[2]}; pioneer doctor lists all that is missing`,
      },
      { command: missing[1] },
    );
  }
  const lines = log.split("\n");
  const firstError = lines.find((line) => /(error|Error|not found|undefined reference)/.test(line));
  const logFile = join(buildDir, "build.log");
  writeFileWhole(logFile, log);
  return new BuildError(
    "TP-BUILD-001",
    1,
    {
      what: `building ${request.app} for ${request.board} failed`,
      why: (firstError ?? lines.at(-2) ?? "PlatformIO gave no reason").trim(),
      fix: `read ${logFile}; pioneer doctor shows whether the tools are there`,
    },
    { logFile },
  );
}
