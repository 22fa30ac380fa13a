/**
 * The files of a student's project that only it has: PlatformIO's settings, the editor's tasks, the README.
 * Which sources the settings name is left to environment.ts.
 */
import { formatName } from "../../../codegen/index.ts";
import type { Prepared } from "../generate.ts";
import { prefixOf } from "../generate.ts";
import type { Environment } from "./environment.ts";
import { LIBRARY, type ProjectFile } from "./firmware-files.ts";
import type { ProjectProgram } from "./program.ts";

/** Everything but the program, the model's library and the copies of firmware/. */
export function projectTexts(
  prepared: Prepared,
  environment: Environment,
  model: string,
  program: ProjectProgram,
): readonly ProjectFile[] {
  return [
    { path: "platformio.ini", text: iniText(prefixOf(prepared), environment) },
    { path: "pioneer.json", text: jsonText(settings(prepared, environment, model, program)) },
    { path: ".vscode/tasks.json", text: jsonText({ version: "2.0.0", tasks: TASKS }) },
    { path: ".gitignore", text: ".pio/\n__pycache__/\n" },
    { path: "README.md", text: readmeText(prepared, environment, program) },
  ];
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function settings(
  { board, generated }: Prepared,
  { framework }: Environment,
  model: string,
  { choice }: ProjectProgram,
): object {
  const { plan } = generated.stages;
  const own = framework === null ? {} : { framework: true };
  return {
    schema: 1,
    board: board.id,
    model,
    format: formatName(plan),
    digest: plan.digest,
    ...choice,
    ...own,
  };
}

/** Flags of the repository's own programs that a student's code should not fail by. */
const STRICT = ["-Werror", "-Wconversion", "-Wshadow"];

function iniText(model: string, environment: Environment): string {
  const { name, sources, flags, scripts, framework, sourceFlags } = environment;
  const places =
    framework === null
      ? ["platform = symlink://platforms/tiny_qemu", `board = ${name}`]
      : [
          `platform = ${framework.platform}`,
          `board = ${framework.board}`,
          `framework = ${framework.name}`,
          `build_src_flags = ${sourceFlags.join(" ")}`,
        ];
  const brought =
    framework === null ? "with the platform that lies beside it" : "and fetches its platform first";
  return `; Made by tiny-pioneer; yours from here on. \`pio run\` builds it, ${brought}.

[platformio]
default_envs = ${name}
src_dir = .

[env:${name}]
${places.join("\n")}
lib_ldf_mode = off
${scripts.map((script) => `extra_scripts = post:${LIBRARY}/${script}\n`).join("")}build_src_filter =
    -<*>
    +<src/>
    +<lib/${model}/src/>
${sources.map((path) => `    +<${LIBRARY}/${path}>`).join("\n")}
build_flags =
${[...flagLines(flags), `-I lib/${model}/src`].map((flag) => `    ${flag}`).join("\n")}
`;
}

/** A flag a line, folders moved to where the copies lie; "-I hal" and "-D NAME=VALUE" are two words. */
function flagLines(flags: readonly string[]): readonly string[] {
  const kept = flags.filter((flag) => !STRICT.includes(flag));
  const isPair = (word: string | undefined) => word === "-I" || word === "-D";
  return kept.flatMap((flag, at) => {
    if (isPair(kept[at - 1])) return [];
    if (flag === "-I") return [`-I ${LIBRARY}/${kept[at + 1]}`];
    return [flag === "-D" ? `-D ${kept[at + 1]}` : flag];
  });
}

const TASKS = [
  { label: "build", type: "shell", command: "pio run", group: { kind: "build", isDefault: true } },
  { label: "flash", type: "shell", command: "pio run -t upload" },
  { label: "measure", type: "shell", command: "npx pioneer run" },
].map((task) => ({ ...task, problemMatcher: [] }));

/** What the program takes and gives, by what it was made with. */
function says({ choice: { app, audio, output } }: ProjectProgram): string {
  if (app === "stream") return "one frame in, one frame out";
  if (audio !== "microphone") return "a hop of sound in and out over the link";
  return output === undefined || output === "serial"
    ? "hears by the board's own microphone and cleans what it hears"
    : `hears by the board's own microphone, cleans what it hears and plays it by ${output.toUpperCase()}`;
}

/** What measuring does, behind the command. */
function measuring({ choice: { app, audio } }: ProjectProgram): string {
  if (audio === "microphone") return "listens, and reports cycles, deadline, losses and budgets";
  const fed = app === "stream" ? "frames" : "sound";
  return `sends ${fed}, compares every value with the model's exact twin, and reports
  instructions, cycles and budgets`;
}

function readmeText(prepared: Prepared, environment: Environment, program: ProjectProgram): string {
  const { board, generated } = prepared;
  const model = prefixOf(prepared);
  const { drive, framework } = environment;
  const isEmulated = board.kind === "emulated";
  const flash = isEmulated
    ? "The board is emulated: there is nothing to flash, `npx pioneer run` starts it."
    : drive === null
      ? "`pio run -t upload`, by the loader that its platform brings."
      : `\`pio run -t upload\` copies the program to the drive \`${drive}\` that the board shows.`;
  const measure = isEmulated
    ? "`npx pioneer run`"
    : "`npx pioneer run --port PORT` (`npx pioneer ports` lists them) builds, uploads,";
  const build =
    framework === null
      ? "`npx pioneer build`, or `pio run` with PlatformIO and the board's compiler installed."
      : `\`npx pioneer build\`, or \`pio run\`; PlatformIO fetches ${framework.platform} before the first build.`;
  const platform =
    framework === null ? "\n| `platforms`, `boards` | how the board's compiler is called |" : "";
  return `# ${model} on ${board.name}

\`${generated.stages.plan.name}\` in \`${formatName(generated.stages.plan)}\`, made by tiny-pioneer. All of it is yours to change.

| | |
|---|---|
| \`${program.main}\` | your program: ${says(program)} |
| \`lib/${model}\` | the model as C, a library of its own |
| \`lib/pioneer\` | the board and the link to the host: copies, without dependencies |${platform}
| \`pioneer.json\` | board, model and format, for \`npx pioneer\` in this folder |

- Build: ${build}
- Flash: ${flash}
- Measure: ${measure} ${measuring(program)}.

The same three are tasks of Visual Studio Code (Terminal, Run Task).

\`npx pioneer\` is found inside tiny-pioneer's own folder, and everywhere once \`npm link\` was typed there. Before that, npx
offers a stranger's package of the same name: say no.
`;
}
