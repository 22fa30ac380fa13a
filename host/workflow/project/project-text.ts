/**
 * The files of a student's project that only it has: PlatformIO's settings, the editor's tasks, the README.
 * Which sources the settings name is left to environment.ts.
 */
import type { Prepared } from "../generate.ts";
import { prefixOf } from "../generate.ts";
import type { Environment } from "./environment.ts";
import { LIBRARY, type ProjectFile } from "./firmware-files.ts";

/** Everything but the program, the model's library and the copies of firmware/. */
export function projectTexts(
  prepared: Prepared,
  environment: Environment,
  model: string,
): readonly ProjectFile[] {
  return [
    { path: "platformio.ini", text: iniText(prefixOf(prepared), environment) },
    { path: "pioneer.json", text: jsonText(settings(prepared, model)) },
    { path: ".vscode/tasks.json", text: jsonText({ version: "2.0.0", tasks: TASKS }) },
    { path: ".gitignore", text: ".pio/\n__pycache__/\n" },
    { path: "README.md", text: readmeText(prepared, environment) },
  ];
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function settings({ board, generated }: Prepared, model: string): object {
  const { format, digest } = generated.stages.plan;
  return { schema: 1, board: board.id, model, format, digest };
}

/** Flags of the repository's own programs that a student's code should not fail by. */
const STRICT = ["-Werror", "-Wconversion", "-Wshadow"];

function iniText(model: string, { name, sources, flags, scripts }: Environment): string {
  const kept = flags.filter((flag) => !STRICT.includes(flag));
  // "-I hal" is two words.
  const lines = kept.flatMap((flag, at) => {
    if (kept[at - 1] === "-I") return [];
    return [flag === "-I" ? `-I ${LIBRARY}/${kept[at + 1]}` : flag];
  });
  return `; Made by tiny-pioneer; yours from here on. \`pio run\` builds it, with the platform that lies beside it.

[platformio]
default_envs = ${name}
src_dir = .

[env:${name}]
platform = symlink://platforms/tiny_qemu
board = ${name}
lib_ldf_mode = off
${scripts.map((script) => `extra_scripts = post:${LIBRARY}/${script}\n`).join("")}build_src_filter =
    -<*>
    +<src/>
    +<lib/${model}/src/>
${sources.map((path) => `    +<${LIBRARY}/${path}>`).join("\n")}
build_flags =
${[...lines, `-I lib/${model}/src`].map((flag) => `    ${flag}`).join("\n")}
`;
}

const TASKS = [
  { label: "build", type: "shell", command: "pio run", group: { kind: "build", isDefault: true } },
  { label: "flash", type: "shell", command: "pio run -t upload" },
  { label: "measure", type: "shell", command: "npx pioneer run" },
].map((task) => ({ ...task, problemMatcher: [] }));

function readmeText(prepared: Prepared, environment: Environment): string {
  const { board, generated } = prepared;
  const model = prefixOf(prepared);
  const drive = environment.drive;
  const flash =
    drive === null
      ? "The board is emulated: there is nothing to flash, `npx pioneer run` starts it."
      : `\`pio run -t upload\` copies the program to the drive \`${drive}\` that the board shows.`;
  const measure =
    drive === null
      ? "`npx pioneer run`"
      : "`npx pioneer run --port PORT` (`npx pioneer ports` lists them)";
  return `# ${model} on ${board.name}

\`${generated.stages.plan.name}\` in \`${generated.stages.plan.format}\`, made by tiny-pioneer. All of it is yours to change.

| | |
|---|---|
| \`src/main.cpp\` | your program: one frame in, one frame out |
| \`lib/${model}\` | the model as C, a library of its own |
| \`lib/pioneer\` | the board and the link to the host: copies, without dependencies |
| \`platforms\`, \`boards\` | how the board's compiler is called |
| \`pioneer.json\` | board, model and format, for \`npx pioneer\` in this folder |

- Build: \`npx pioneer build\`, or \`pio run\` with PlatformIO and the board's compiler installed.
- Flash: ${flash}
- Measure: ${measure} ${drive === null ? "" : "builds, uploads, "}sends frames, compares every value with the model's exact twin, and reports
  instructions, cycles and budgets.

The same three are tasks of Visual Studio Code (Terminal, Run Task).
`;
}
