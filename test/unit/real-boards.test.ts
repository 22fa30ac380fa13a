/**
 * The boards with a framework: platformio.ini says what their files say, PlatformIO can read it, and each board's HAL and
 * programs compile for its core with warnings as errors, against declarations that stand in for the framework's.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { BOARDS_DIRECTORY, type Core, listBoards, type RealBoard } from "../../codegen/index.ts";
import { bareBoards } from "../../host/workflow/firmware-environment.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { sourcesOf } from "../../host/workflow/project/environment.ts";
import { soundFlags, withFrameworkEnvironments } from "../../scripts/platformio/environments.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FIRMWARE = join(ROOT, "firmware");
const INI = join(FIRMWARE, "platformio.ini");
const STAND_INS = join(ROOT, "test/stand-ins");
const TOY_MODEL = join(ROOT, "test/qemu/toy-model");
const PIO = join(ROOT, ".venv/bin/pio");

const folder = mkdtempSync(join(tmpdir(), "pioneer-real-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real = listBoards().filter((board): board is RealBoard => board.kind === "real");
const withFramework = real.filter(({ platformio }) => platformio !== null);

describe("firmware/platformio.ini", () => {
  test("is what the boards' files say (npm run platformio)", () => {
    const text = readFileSync(INI, "utf8");
    expect(withFrameworkEnvironments(text, listBoards())).toBe(text);
  });

  test("takes a board that is added as one file", () => {
    const boards = join(folder, "boards");
    cpSync(BOARDS_DIRECTORY, boards, { recursive: true });
    const file = (id: string) => join(boards, `${id}.json`);
    const mine = JSON.parse(readFileSync(file("nucleo-l476rg"), "utf8"));
    mine.id = "my-board";
    mine.platformio.board = "my_board";
    writeFileSync(file("my-board"), JSON.stringify(mine));

    const added = withFrameworkEnvironments(readFileSync(INI, "utf8"), listBoards(boards));
    expect(added).toContain(`[env:my-board]
extends = arduino
platform = ${mine.platformio.package}
board = my_board
build_src_filter = \${arduino.build_src_filter} +<hal/arduino/family_dwt.c>
`);
  });

  test.skipIf(!existsSync(PIO))(
    "is read by PlatformIO, each environment with a pinned platform",
    () => {
      const args = ["project", "config", "-d", FIRMWARE, "--json-output"];
      const env = { ...process.env, PLATFORMIO_CORE_DIR: join(folder, "core") };
      const { stdout } = spawnSync(PIO, args, { env, encoding: "utf8" });
      const sections = JSON.parse(stdout) as [string, [string, unknown][]][];
      const named = new Map(sections.map(([name, options]) => [name, Object.fromEntries(options)]));
      for (const { id, platformio } of withFramework) {
        const options = named.get(`env:${id}`);
        expect(options, id).toMatchObject({
          board: platformio?.board,
          framework: [platformio?.framework],
          platform: platformio?.package,
        });
        expect(options?.platform, id).toMatch(/@\d+\.\d+\.\d+$|#[0-9a-f]{40}$/);
      }
    },
  );
});

/** The compiler of each core, and what it is told. */
const COMPILERS: Readonly<Partial<Record<Core, readonly [string, readonly string[]]>>> = {
  "cortex-m0plus": ["arm-none-eabi-", ["-mcpu=cortex-m0plus", "-mthumb"]],
  "cortex-m4": ["arm-none-eabi-", ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard"]],
  "cortex-m7": ["arm-none-eabi-", ["-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard"]],
  "cortex-m33": ["arm-none-eabi-", ["-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=hard"]],
  rv32imc: [
    "riscv64-unknown-elf-",
    ["-march=rv32imc_zicsr", "-mabi=ilp32", "-ffreestanding", "-I", join(FIRMWARE, "freestanding")],
  ],
  // Debian has no compiler for LX6 and LX7; this one knows the same base instructions.
  "xtensa-mac16": ["xtensa-lx106-elf-", ["-ffreestanding", "-I", join(FIRMWARE, "freestanding")]],
};

const WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"];
const APPS = [
  ...["check", "speed", "stream", "hearable", "hearable_hop", "ina", "model_watch", "session"].map(
    (name) => `apps/${name}.c`,
  ),
  ...["ina", "i2c"].map((name) => `power/${name}.c`),
];

test("a board built without a framework has the lines of its file for sound", () => {
  const environments = readFileSync(INI, "utf8").split(/^\[env:/m);
  for (const id of bareBoards()) {
    const board = real.find((one) => one.id === id) as RealBoard;
    const own = environments.find((text) => text.startsWith(`bare-${id}]`)) as string;
    const lines = own.match(/-D PIONEER_(MICROPHONE|I2S|PWM)_\w+=\d+/g) ?? [];
    expect(lines, id).toEqual(soundFlags(board));
  }
});

test("STM32 boards with Arduino hold two hops of sound before they are taken", () => {
  const environments = readFileSync(INI, "utf8").split(/^\[env:/m);
  const stm32 = environments.filter((text) => text.includes("platform = ststm32@"));
  expect(stm32.length).toBeGreaterThanOrEqual(6);
  for (const text of stm32) {
    const [, bytes] = /-D SERIAL_RX_BUFFER_SIZE=(\d+)/.exec(text) ?? [];
    // A hop is 160 samples of 2 B; its frame has some 30 B more.
    expect(Number(bytes)).toBeGreaterThanOrEqual(2 * (2 * 160 + 30));
  }
});

describe("hal/arduino and hal/espidf", () => {
  // Boards of one core and one family differ in names and clocks alone: the first is compiled.
  const keyOf = (board: RealBoard) => `${board.core} ${sourcesOf(board.id).join(" ")}`;
  const different = withFramework.filter(
    (board, at) => withFramework.findIndex((other) => keyOf(other) === keyOf(board)) === at,
  );

  test("stand behind every board, by its framework and its counter", () => {
    const pairs = withFramework.map(({ id }) =>
      sourcesOf(id).filter((path) => path.startsWith("hal/")),
    );
    for (const sources of pairs) {
      expect(sources.filter((path) => /family_\w+\.c$/.test(path))).toHaveLength(1);
      expect(sources).toContain("hal/arduino/counter.c");
    }
    expect(different.length).toBeGreaterThanOrEqual(6);
  });

  test.each(different)("compile for $id and its like", { timeout: 60_000 }, (board) => {
    const [prefix, flags] = COMPILERS[board.core] ?? [];
    if (prefix === undefined || flags === undefined) throw new Error(`no compiler: ${board.core}`);
    if (spawnSync(`${prefix}gcc`, ["--version"]).status !== 0) return;
    const objects = join(folder, board.id);
    mkdirSync(objects);
    const ear = board.sound === undefined ? [] : ["apps/ear.c"];
    const sources = [...sourcesOf(board.id), ...APPS, ...ear].map((path) => join(FIRMWARE, path));
    const shared = [
      ...[...flags, ...WARNINGS, "-O2", "-c"],
      ...["hal", "telemetry", "apps", "power"].flatMap((name) => ["-I", join(FIRMWARE, name)]),
      ...["arduino", "espidf"].flatMap((name) => ["-I", join(STAND_INS, name)]),
      ...["-I", TOY_MODEL, "-Dmain=pioneer_main"],
      ...[`-DPIONEER_BOARD="${board.id}"`, `-DPIONEER_CLOCK_HZ=${board.clockHz.value}`],
      `-DPIONEER_MONITOR_PIN=${board.monitorPin?.value}`,
      ...soundFlags(board).map((flag) => flag.replace("-D ", "-D")),
      // Arduino for the ESP32 defines it, and has a function of its own for the receive ring.
      ...(board.platformio?.package.startsWith("espressif32@") ? ["-DARDUINO_ARCH_ESP32"] : []),
    ];
    const compile = (program: string, language: readonly string[], pattern: RegExp) => {
      const own = sources.filter((path) => pattern.test(path));
      if (own.length === 0) return "";
      const args = [...language, ...shared, ...own];
      const finished = spawnSync(`${prefix}${program}`, args, { cwd: objects, encoding: "utf8" });
      return finished.stdout + finished.stderr;
    };
    expect(compile("gcc", ["-std=gnu11"], /\.c$/)).toBe("");
    expect(compile("g++", ["-std=gnu++11", "-fno-exceptions"], /\.cpp$/)).toBe("");
  });
});

test.skipIf(spawnSync("g++", ["--version"]).status !== 0)(
  "hal/arduino sets a pin's level before it drives, and never drives an I2C line high",
  { timeout: 60_000 },
  () => {
    const program = join(folder, "pins");
    const built = spawnSync(
      "g++",
      [
        ...["-std=gnu++11", "-Wall", "-Wextra", "-Werror", "-I", join(STAND_INS, "arduino")],
        ...['-DPIONEER_BOARD="pins"', "-DPIONEER_CLOCK_HZ=1000000"],
        ...["-DPIONEER_MONITOR_PIN=9", "-o", program],
        join(ROOT, "test/unit/firmware/arduino_harness.cpp"),
        ...["arduino.cpp", "counter.c", "window.c"].map((name) =>
          join(FIRMWARE, "hal/arduino", name),
        ),
      ],
      { encoding: "utf8" },
    );
    expect(built.stdout + built.stderr).toBe("");
    // SDA is pin 1, SCL pin 2 of the stand-in.
    expect(spawnSync(program, { encoding: "utf8" }).stdout).toBe(
      "9 high, 9 out, 9 high, 9 low, a pin; " +
        "2 low, 2 out, 2 low, 1 let go, 2 let go, 1 low, 1 out, 1 low, lines, data high\n",
    );
  },
);

describe("the model's C", () => {
  // LX6 and LX7 pass arguments in register windows, which Debian's assembler does not know: its compiler does.
  const GCC = "xtensa-lx106-elf-gcc";
  const hasGcc = spawnSync(GCC, ["--version"]).status === 0;

  test.skipIf(!hasGcc).each(["esp32dev", "esp32-s3-devkitc-1"])(
    "compiles for %s with its calls, MAC16 and loops as numbers",
    { timeout: 60_000 },
    (board) => {
      const prepared = prepare("hearable", { board, format: "int8" });
      expect(prepared.generated.stages.plan.schedule.variant).toBe("xtensa-mac16");
      const gen = join(folder, `model-${board}`);
      mkdirSync(gen);
      for (const { name, text } of prepared.generated.files) writeFileSync(join(gen, name), text);
      const finished = spawnSync(
        GCC,
        [
          ...["-mabi=windowed", "-std=c11", "-O3", ...WARNINGS, "-ffreestanding"],
          ...["-I", join(FIRMWARE, "freestanding"), "-S", "hearable.c", "-o", "hearable.s"],
        ],
        { cwd: gen, encoding: "utf8" },
      );
      expect(finished.stdout + finished.stderr).toBe("");
      const assembly = readFileSync(join(gen, "hearable.s"), "utf8");
      expect(assembly).toMatch(/entry\s+sp/);
      // loop a9, label: byte 0 is 76h, byte 1 80h and the register, byte 2 the distance.
      expect(assembly).toMatch(/\.byte 0x76, 0x80 \+ 9, 2f/);
    },
  );
});
