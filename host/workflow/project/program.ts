/**
 * Decides which program a project of `new` has: frames by the link, sound by the link, or sound by the board's own microphone.
 * Its files are copied by firmware-files.ts; what build and run make of the choice is left to find-project.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Board,
  FRONT_END_ARITHMETICS,
  type FrontEndArithmetic,
} from "../../../codegen/index.ts";
import { type SoundRequest, soundProgram } from "../hearable/microphone.ts";
import { AUDIO_OUTPUTS, AUDIO_SOURCES } from "../hearable/sound-names.ts";
import { FIRMWARE_DIR } from "../paths.ts";
import type { Environment } from "./environment.ts";
import { PROJECT_APPS } from "./program-names.ts";

/** What pioneer.json keeps of the program; the names are those of the options. */
export interface ProgramChoice {
  readonly app: (typeof PROJECT_APPS)[number];
  readonly audio?: SoundRequest["audio"];
  readonly output?: SoundRequest["output"];
  readonly frontEnd?: FrontEndArithmetic;
}

/** A project's program: where its text comes from, and what it needs beside the conversation in records. */
export interface ProjectProgram {
  readonly choice: ProgramChoice;
  /** In the project, and under firmware/. */
  readonly main: string;
  readonly from: string;
  /** Further C files under firmware/. */
  readonly sources: readonly string[];
  readonly flags: readonly string[];
}

const FRAMES = { main: "src/main.cpp", from: "project/main.cpp", sources: [] };
/** The programs of sound are the ones that are measured here, word for word. */
const SOUND = { main: "src/main.c", sources: ["apps/hearable_hop.c", "apps/model_watch.c"] };

/** @throws UsageError TP-USE-168 for a microphone or an output that the board or the program has not */
export function projectProgram(
  board: Board,
  { app, audio, output, frontEnd }: ProgramChoice,
): ProjectProgram {
  const asked = { ...(audio && { audio }), ...(output && { output }) };
  const sound = soundProgram(board, app, asked);
  const choice = { app, ...asked, ...(frontEnd && { frontEnd }) };
  if (app === "stream") return { choice, ...FRAMES, flags: [] };
  return { choice, ...SOUND, from: `apps/${sound?.app ?? app}.c`, flags: sound?.flags ?? [] };
}

/** The environment of a board with what the program adds. */
export function withProgram(environment: Environment, program: ProjectProgram): Environment {
  return {
    ...environment,
    sources: [...environment.sources, ...program.sources],
    flags: [...environment.flags, ...program.flags],
  };
}

/** The program's text; a framework has a main of its own, and the HAL calls this one by another name. */
export function mainText({ from }: ProjectProgram, { framework }: Environment): string {
  const text = readFileSync(join(FIRMWARE_DIR, from), "utf8");
  if (framework === null) return text;
  return text
    .replace("int main() {", 'extern "C" int pioneer_main() {')
    .replace("int main(void) {", "int pioneer_main(void) {");
}

/** The choice in a project's settings; undefined where a name is none. A project without one has frames by the link. */
export function choiceIn(settings: Readonly<Record<string, unknown>>): ProgramChoice | undefined {
  const app = named(PROJECT_APPS, settings.app ?? "stream");
  const audio = named(AUDIO_SOURCES, settings.audio);
  const output = named(AUDIO_OUTPUTS, settings.output);
  const frontEnd = named(FRONT_END_ARITHMETICS, settings.frontEnd);
  if (!app || audio === null || output === null || frontEnd === null) return undefined;
  return { app, ...(audio && { audio }), ...(output && { output }), ...(frontEnd && { frontEnd }) };
}

/** One of the names; undefined where nothing is given, null for what is none of them. */
function named<N extends string>(names: readonly N[], value: unknown): N | null | undefined {
  return value === undefined ? undefined : (names.find((name) => name === value) ?? null);
}
