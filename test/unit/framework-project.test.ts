/**
 * A project of `pioneer new` for a board with a framework: its settings name what lies in it, and what they name compiles for the
 * board's core against declarations that stand in for Arduino's. Linking is left to PlatformIO, which needs a network.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { environmentOf } from "../../host/workflow/project/environment.ts";
import { refuseOther, requireProject } from "../../host/workflow/project/find-project.ts";
import { projectFiles } from "../../host/workflow/project/new-project.ts";
import {
  type ProgramChoice,
  projectProgram,
  withProgram,
} from "../../host/workflow/project/program.ts";

/** Arduino for the ESP32 has ESP-IDF's headers, too. */
const STAND_INS = ["arduino", "espidf"].flatMap((name) => [
  "-I",
  fileURLToPath(new URL(`../stand-ins/${name}`, import.meta.url)),
]);
const FREESTANDING = fileURLToPath(new URL("../../firmware/freestanding", import.meta.url));
const EAR = fileURLToPath(new URL("../../firmware/apps/ear.c", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "pioneer-framework-project-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MICROPHONE = { app: "hearable", audio: "microphone", output: "i2s" } as const;

/** Writes the project of a board; gives its folder and the settings of its one environment, by key, words apart. */
function project(id: string, choice: ProgramChoice, framework = true) {
  const board = loadBoard(id);
  const program = projectProgram(board, choice);
  const files = projectFiles(
    prepare("hearable", { board: id, withFrontEnd: choice.app === "hearable" }),
    "hearable",
    withProgram(environmentOf(board, framework), program),
    program,
  );
  const own = join(folder, `${id}-${choice.app}`);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  }
  const settings = new Map<string, string[]>();
  let key = "";
  for (const line of readFileSync(join(own, "platformio.ini"), "utf8").split("\n")) {
    const [, name, value] = /^(\w+) =(.*)$/.exec(line) ?? [];
    if (name !== undefined) key = name;
    const words = (name === undefined ? line : (value ?? "")).trim().split(/\s+/);
    if (!line.startsWith(";") && !line.startsWith("[")) {
      settings.set(key, [...(settings.get(key) ?? []), ...words.filter((word) => word !== "")]);
    }
  }
  return { own, files, settings };
}

/** C and C++ files that the filter takes: a folder takes all of its own. */
function sourcesOf({ own, settings }: ReturnType<typeof project>): readonly string[] {
  return (settings.get("build_src_filter") ?? []).flatMap((word) => {
    const [, path] = /^\+<(.+)>$/.exec(word) ?? [];
    if (path === undefined) return [];
    if (!path.endsWith("/")) return [path];
    const names = readdirSync(join(own, path)).filter((name) => /\.(c|cpp)$/.test(name));
    return names.map((name) => path + name);
  });
}

const XTENSA = ["xtensa-lx106-elf-", ["-ffreestanding", "-I", FREESTANDING]] as const;
const CORTEX_M0PLUS = ["arm-none-eabi-", ["-mcpu=cortex-m0plus", "-mthumb"]] as const;
const CORTEX_M4 = ["arm-none-eabi-", ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard"]] as const;

/** What the compiler says of the project's sources, by its own settings and headers alone; null without a compiler. */
function complaints(
  made: ReturnType<typeof project>,
  [prefix, core]: readonly [string, readonly string[]],
) {
  const { own, settings } = made;
  if (spawnSync(`${prefix}gcc`, ["--version"]).status !== 0) return null;
  const flags = [
    ...(settings.get("build_src_flags") ?? []),
    ...(settings.get("build_flags") ?? []),
  ];
  // A shell takes the backslashes away.
  const typed = flags.map((flag) => flag.replaceAll('\\"', '"'));
  const compile = (program: string, language: readonly string[], pattern: RegExp) => {
    const chosen = sourcesOf(made).filter((path) => pattern.test(path));
    const args = [...language, ...core, ...typed, "-Werror", "-fsyntax-only", ...STAND_INS];
    const finished = spawnSync(prefix + program, [...args, ...chosen], {
      cwd: own,
      encoding: "utf8",
    });
    return finished.stdout + finished.stderr;
  };
  return (
    compile("gcc", ["-std=gnu11"], /\.c$/) +
    compile("g++", ["-std=gnu++11", "-fno-exceptions"], /\.cpp$/)
  );
}

test.each([
  ["esp32dev", XTENSA, "espressif32@6.13.0"],
  ["nano33ble", CORTEX_M4, "#fec19bae"],
] as const)(
  "%s compiles, by its own settings alone",
  { timeout: 60_000 },
  (id, compiler, platform) => {
    const made = project(id, { app: "stream" });
    const { own, settings, files } = made;
    expect(settings.get("framework")).toEqual(["arduino"]);
    expect(settings.get("board")).toEqual([id]);
    expect(settings.get("platform")?.join()).toContain(platform);
    expect(requireProject(own)).toMatchObject({ board: id, framework: true, model: "hearable" });
    // Nothing of the boards without a framework, and a main that does not meet the framework's.
    expect(files.filter(({ path }) => /\.ld$|^platforms\/|^boards\//.test(path))).toEqual([]);
    const main = readFileSync(join(own, "src/main.cpp"), "utf8");
    expect(main).toContain('extern "C" int pioneer_main() {');
    expect(main).not.toMatch(/\bint main\(/);
    expect(main.split("\n").length).toBeLessThan(60);

    const sources = sourcesOf(made);
    expect(sources).toContain("src/main.cpp");
    expect(sources.filter((path) => /family_\w+\.c$/.test(path))).toHaveLength(1);
    expect(complaints(made, compiler) ?? "").toBe("");
  },
);

test.each([
  ["esp32dev", XTENSA, "hal/arduino/sound_i2s.c"],
  ["nano33ble", CORTEX_M4, "hal/nrf52840/sound.c"],
  ["rpipico", CORTEX_M0PLUS, "hal/rp2040/sound.c"],
] as const)(
  "%s hears by its own microphone, and compiles by its own settings alone",
  { timeout: 60_000 },
  (id, compiler, driver) => {
    const made = project(id, MICROPHONE);
    expect(requireProject(made.own).program).toEqual(MICROPHONE);
    expect(made.settings.get("build_flags")).toContain("-DPIONEER_OUTPUT=SOUND_OUTPUT_I2S");
    const sources = sourcesOf(made);
    expect(sources).toEqual(
      expect.arrayContaining([`lib/pioneer/${driver}`, "lib/hearable/src/hearable_audio.c"]),
    );
    // The program that is measured here, word for word but for the name of its main.
    const main = readFileSync(join(made.own, "src/main.c"), "utf8");
    expect(main.replace("pioneer_main(void)", "main(void)")).toBe(readFileSync(EAR, "utf8"));
    expect(complaints(made, compiler) ?? "").toBe("");
  },
);

test("sound over the link has a program without a microphone; what was typed otherwise, and settings that are none, are refused", () => {
  const { own } = project("nrf52840-dk", { app: "hearable", frontEnd: "float32" }, false);
  expect(requireProject(own).program).toEqual({ app: "hearable", frontEnd: "float32" });
  expect(readFileSync(join(own, "src/main.c"), "utf8")).toMatch(/^\/\*\n \* hearable: /);
  const made = requireProject(own);
  const asked = (typed: object) => () => refuseOther(typed, made);
  expect(asked({ format: "int8", frontEnd: "float32" })).not.toThrow();
  expect(asked({ audio: "microphone" })).toThrow("TP-USE-137");
  expect(asked({ format: "float32" })).toThrow("TP-USE-137");
  expect(asked({ frontEnd: "fixed" })).toThrow("TP-USE-137");
  // The twin would have them, and the project's C not.
  expect(asked({ delta: { input: 8, hidden: 8 } })).toThrow("TP-USE-137");
  expect(asked({ calibrate: "clips" })).toThrow("TP-USE-137");

  const file = join(own, "pioneer.json");
  const settings = JSON.parse(readFileSync(file, "utf8"));
  for (const other of [{ app: "ear" }, { audio: 1 }, { output: "usb" }, { frontEnd: "" }]) {
    writeFileSync(file, JSON.stringify({ ...settings, ...other }));
    expect(() => requireProject(own)).toThrow("TP-USE-135");
  }
  // One of before there was a choice.
  const { app, frontEnd, ...before } = settings;
  writeFileSync(file, JSON.stringify(before));
  expect([app, frontEnd, requireProject(own).program]).toEqual([
    "hearable",
    "float32",
    { app: "stream" },
  ]);
});

test("a board that needs no framework takes one when asked to, and one of ESP-IDF alone is refused", () => {
  const nucleo = loadBoard("nucleo-f446re");
  expect(environmentOf(nucleo)).toMatchObject({ framework: null, drive: "NOD_F446RE" });
  expect(environmentOf(nucleo, true)).toMatchObject({
    framework: { platform: "ststm32@19.6.0", board: "nucleo_f446re", name: "arduino" },
    drive: null,
  });
  expect(() => environmentOf(loadBoard("esp32-c6-devkitc-1"))).toThrow("TP-USE-133");
  expect(() => environmentOf(loadBoard("alif-ensemble-e7"))).toThrow("TP-USE-136");
});
