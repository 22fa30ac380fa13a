/**
 * Reads from firmware/platformio.ini what one board's firmware is made of: sources, flags, scripts.
 * Turning that into a project is left to new-project.ts, building it to PlatformIO.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, UsageError } from "../../../codegen/index.ts";
import { firmwareEnvironment } from "../firmware-environment.ts";
import { FIRMWARE_DIR } from "../paths.ts";
import { filesIn } from "./folder.ts";

/** What an environment adds to every board's. */
export interface Environment {
  /** Its section is env:NAME, and so is its file in firmware/boards. */
  readonly name: string;
  /** Folders, ending in a slash, and C files under firmware/; the conversation in records is among them. */
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  /** For the project's own sources alone; a framework's have warnings of their own. */
  readonly sourceFlags: readonly string[];
  /** What PlatformIO brings; null where the local platform calls a compiler that is there. */
  readonly framework: {
    /** The platform, pinned. */
    readonly platform: string;
    /** The board by PlatformIO's name. */
    readonly board: string;
    readonly name: string;
  } | null;
  /** Scripts that run after linking, under firmware/. */
  readonly scripts: readonly string[];
  /** Label of the drive that the board shows for a program; null on an emulator. */
  readonly drive: string | null;
}

/** What build.py adds for programs that talk in records, as a project's does. */
const CONVERSATION = "apps/session.c";

type Section = ReadonlyMap<string, string>;

/** A file of sections with keys; a line that begins with a blank goes on with the value before. */
export function parseIni(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key = "";
  for (const line of text.split("\n")) {
    if (/^\s*(;.*)?$/.test(line)) continue;
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, own, value] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = new Map();
      sections.set(name, section);
    } else if (own !== undefined) {
      key = own;
      section.set(key, value ?? "");
    } else {
      section.set(key, `${section.get(key) ?? ""} ${line.trim()}`.trim());
    }
  }
  return sections;
}

/** One value with what it refers to put in: a section's own, its parents', else [env]'s; a process's own is empty. */
function resolved(sections: ReadonlyMap<string, Section>, name: string, key: string): string {
  const section = sections.get(name);
  const own = section?.get(key);
  if (own === undefined) {
    return name === "env" ? "" : resolved(sections, section?.get("extends") ?? "env", key);
  }
  return own.replaceAll(/\$\{(\w+)\.(\w+)\}/g, (_, from: string, what: string) =>
    from === "sysenv" ? "" : resolved(sections, from, what),
  );
}

/** C and C++ files under firmware/ that the environment of that name compiles, beside program and model. */
export function sourcesOf(name: string): readonly string[] {
  const filter = resolved(readFirmwareIni(), `env:${name}`, "build_src_filter");
  const named = [...filter.matchAll(/\+<([^>]+)>/g)].map(([, path]) => String(path));
  return named.flatMap((path) => (path.endsWith("/") ? filesIn(path, /\.(c|cpp)$/) : [path]));
}

/**
 * The environment of a board: without a framework where there is one and `framework` does not ask for the other.
 * @throws UsageError TP-USE-133 for a board of ESP-IDF, TP-USE-136 for one that PlatformIO does not know
 */
export function environmentOf(board: Board, framework = false): Environment {
  const sections = readFirmwareIni();
  const { name, platform } = firmwareEnvironment(board, framework);
  const value = (key: string) => resolved(sections, `env:${name}`, key);
  if (value("framework") === "espidf") throw ownBuild(board);
  const sources = [...value("build_src_filter").matchAll(/\+<([^>]+)>/g)].map(([, path]) => path);
  const scripts = value("extra_scripts").split(/[\s,]+/);
  return {
    name,
    sources: [...(sources as string[]), CONVERSATION],
    flags: wordsOf(value("build_flags")),
    sourceFlags: wordsOf(value("build_src_flags")),
    framework:
      platform === null ? null : { platform, board: value("board"), name: value("framework") },
    drive: platform === null ? driveOf(name) : null,
    scripts: scripts
      .filter((script) => script.startsWith("post:"))
      .map((script) => script.slice(5)),
  };
}

function wordsOf(flags: string): readonly string[] {
  return flags.split(/\s+/).filter((flag) => flag !== "");
}

function driveOf(name: string): string | null {
  const file = readFileSync(join(FIRMWARE_DIR, "boards", `${name}.json`), "utf8");
  return (JSON.parse(file) as { upload: { drive?: string } }).upload.drive ?? null;
}

function readFirmwareIni(): ReadonlyMap<string, Section> {
  return parseIni(readFileSync(join(FIRMWARE_DIR, "platformio.ini"), "utf8"));
}

function ownBuild(board: Board): UsageError {
  return new UsageError(
    "TP-USE-133",
    {
      what: `no project is made for ${board.id}`,
      why: "its framework is ESP-IDF alone, which has a build of its own under PlatformIO's",
      fix: `pioneer generate MODEL --board ${board.id} --library makes a component's C; --board esp32-c3-devkitm-1 makes a project`,
    },
    { board: board.id },
  );
}
