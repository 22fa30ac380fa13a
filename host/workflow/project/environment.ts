/**
 * Reads from firmware/platformio.ini what one board's firmware is made of: sources, flags, scripts.
 * Turning that into a project is left to new-project.ts, building it to PlatformIO.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, UsageError } from "../../../codegen/index.ts";
import { FIRMWARE_DIR } from "../paths.ts";
import { filesIn } from "./folder.ts";

/** What an environment adds to every board's. */
export interface Environment {
  /** Its section is env:NAME, and so is its file in firmware/boards. */
  readonly name: string;
  /** Folders, ending in a slash, and C files under firmware/; the conversation in records is among them. */
  readonly sources: readonly string[];
  readonly flags: readonly string[];
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

/** @throws UsageError TP-USE-133 for a board whose firmware needs a framework */
export function environmentOf(board: Board): Environment {
  const sections = readFirmwareIni();
  const name = board.kind === "real" ? `bare-${board.id}` : board.id;
  if (!sections.has(`env:${name}`)) throw noEnvironment(board, [...sections.keys()]);
  const value = (key: string) => resolved(sections, `env:${name}`, key);
  const sources = [...value("build_src_filter").matchAll(/\+<([^>]+)>/g)].map(([, path]) => path);
  const scripts = value("extra_scripts").split(/[\s,]+/);
  return {
    name,
    sources: [...(sources as string[]), CONVERSATION],
    flags: value("build_flags")
      .split(/\s+/)
      .filter((flag) => flag !== ""),
    drive: driveOf(name),
    scripts: scripts
      .filter((script) => script.startsWith("post:"))
      .map((script) => script.slice(5)),
  };
}

function driveOf(name: string): string | null {
  const file = readFileSync(join(FIRMWARE_DIR, "boards", `${name}.json`), "utf8");
  return (JSON.parse(file) as { upload: { drive?: string } }).upload.drive ?? null;
}

function readFirmwareIni(): ReadonlyMap<string, Section> {
  return parseIni(readFileSync(join(FIRMWARE_DIR, "platformio.ini"), "utf8"));
}

function noEnvironment(board: Board, sections: readonly string[]): UsageError {
  const bare = sections.flatMap((name) => /^env:bare-(.+)$/.exec(name)?.[1] ?? []);
  return new UsageError(
    "TP-USE-133",
    {
      what: `no project is made for ${board.id} yet`,
      why: `its firmware would need a framework; of the real boards these need none: ${bare.join(", ")}`,
      fix: board.kind === "real" ? `--board ${board.emulatedBy}` : `--board ${bare[0]}`,
    },
    { board: board.id },
  );
}
