/**
 * A project of `pioneer new` and a library of `pioneer generate --library`, each from an empty folder to a conversation:
 * built by PlatformIO with nothing but what lies in the folder, which has been moved since. What the words of its files
 * say is left to readers.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTwin } from "../../codegen/index.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { Device, freshFolder, missing } from "./device.ts";
import * as wire from "./wire.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PIO = join(ROOT, ".venv/bin/pio");

/** One command of the program, in a folder. */
function pioneer(folder: string, ...words: string[]): Record<string, unknown> {
  const args = [join(ROOT, "host/pioneer.mjs"), ...words, "--json"];
  const finished = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  expect(finished.status, finished.stdout + finished.stderr).toBe(0);
  return JSON.parse(finished.stdout);
}

/** Plain `pio run` with a core folder of its own, which has SCons and no platform. */
function pioRun(project: string): void {
  const core = join(freshFolder(), "core");
  mkdirSync(core);
  cpSync(join(ROOT, ".pioneer/platformio/packages"), join(core, "packages"), { recursive: true });
  const env = {
    ...process.env,
    PLATFORMIO_CORE_DIR: core,
    PLATFORMIO_SETTING_ENABLE_TELEMETRY: "no",
  };
  execFileSync(PIO, ["run", "-s"], { cwd: project, env, stdio: "pipe" });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.skipIf(missing.length > 0)("a project of one's own", { timeout: 120_000 }, () => {
  let project = "";
  let device: Device | undefined;
  afterEach(() => device?.close());

  beforeAll(() => {
    const empty = freshFolder();
    pioneer(empty, "new", "first-name", "--board", "qemu-m4", "--model", "hearable");
    project = join(freshFolder(), "my hearable");
    renameSync(join(empty, "first-name"), project);
  });

  /** The first answer of the built program to one input of zeros, against the model's twin. */
  async function expectExactAnswer(): Promise<void> {
    device = await Device.boot(join(project, ".pio/build/qemu-m4/firmware.elf"));
    const { quantize } = prepare("hearable", { board: "qemu-m4", format: "int8" }).generated.stages;
    const input = new Int8Array(quantize.model.inputSize).fill(5);
    device.send(wire.INPUT, wire.inputPayload(0, [...input]));
    const { values } = wire.readOutput((await device.receive()).payload);
    const expected = createTwin(quantize.model).step(input);
    expect(values).toEqual([
      ...new Uint8Array(expected.buffer, expected.byteOffset, expected.length),
    ]);
  }

  test("has a short program and names no folder of this computer", () => {
    const main = readFileSync(join(project, "src/main.cpp"), "utf8");
    expect(main.split("\n").length).toBeLessThan(60);
    for (const file of filesIn(project)) {
      const text = readFileSync(file, "utf8");
      expect(text.includes(ROOT), file).toBe(false);
      expect(text.includes(join(project, "..")), file).toBe(false);
    }
    const tasks = JSON.parse(readFileSync(join(project, ".vscode/tasks.json"), "utf8"));
    expect(tasks.tasks.map(({ label }: { label: string }) => label)).toEqual([
      "build",
      "flash",
      "measure",
    ]);
  });

  test("is built by PlatformIO alone, and its program gives the model's bits", async () => {
    pioRun(project);
    await expectExactAnswer();
  });

  test("is built and run by `pioneer` in its folder, without arguments", () => {
    rmSync(join(project, ".pio"), { recursive: true });
    const built = pioneer(project, "build");
    expect(built).toMatchObject({ board: "qemu-m4", elf: ".pio/build/qemu-m4/firmware.elf" });
    const run = pioneer(project, "run", "--frames", "5");
    expect(run).toMatchObject({ frames: 5, verify: { bitExact: true }, board: "qemu-m4" });
  });

  test("takes the ZIP file of the model as its library", async () => {
    const folder = freshFolder();
    const words = ["generate", "hearable", "--board", "qemu-m4", "--library", "--out", folder];
    const { library } = pioneer(folder, ...words) as { library: string };
    const bytes = readFileSync(library);
    pioneer(folder, ...words);
    expect(readFileSync(library).equals(bytes), "the same C, the same bytes").toBe(true);

    const own = join(project, "lib/hearable");
    rmSync(own, { recursive: true });
    for (const [path, content] of Object.entries(unzipSync(bytes))) {
      const file = join(project, "lib", path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, content);
    }
    const manifest = JSON.parse(strFromU8(readFileSync(join(own, "library.json"))));
    expect(manifest).toMatchObject({ name: "hearable", platforms: "*", frameworks: "*" });
    // PlatformIO finds the library by what the program includes, as in any project.
    const ini = join(project, "platformio.ini");
    const text = readFileSync(ini, "utf8")
      .replace("lib_ldf_mode = off", "lib_ldf_mode = chain")
      .replace("    +<lib/hearable/src/>\n", "")
      .replace("    -I lib/hearable/src\n", "");
    writeFileSync(ini, text);
    rmSync(join(project, ".pio"), { recursive: true });
    pioRun(project);
    await expectExactAnswer();
  });
});

test.skipIf(missing.length > 0)(
  "a project that hears by the board's own microphone is built by PlatformIO alone",
  { timeout: 120_000 },
  () => {
    const project = join(freshFolder(), "ear");
    const sound = ["--app", "hearable", "--audio", "microphone", "--output", "i2s"];
    pioneer(freshFolder(), "new", project, "--board", "nrf52840-dk", ...sound);
    pioRun(project);
    const elf = join(project, ".pio/build/bare-nrf52840-dk/firmware.elf");
    const symbols = execFileSync("arm-none-eabi-nm", [elf], { encoding: "utf8" });
    expect(symbols).toMatch(/ T sound_start\n/);
    expect(symbols).toMatch(/ T hop_clean\n/);
  },
);

test("a folder that holds something is left as it is, and so is a board of ESP-IDF alone", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "mine.txt"), "mine");
  const run = (...words: string[]) => {
    const args = [join(ROOT, "host/pioneer.mjs"), ...words, "--json"];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return { status, code: JSON.parse(stdout).error.code };
  };
  expect(run("new", ".", "--board", "qemu-m4")).toEqual({ status: 2, code: "TP-USE-134" });
  expect(run("new", "other", "--board", "esp32-c6-devkitc-1")).toEqual({
    status: 2,
    code: "TP-USE-133",
  });
  expect(run("build")).toEqual({ status: 2, code: "TP-USE-132" });
  expect(readdirSync(folder)).toEqual(["mine.txt"]);
});

test("outside the checkout, where npx would fetch another's package, the next command is told whole", () => {
  const args = [join(ROOT, "host/pioneer.mjs"), "new", "mine", "--board", "qemu-m4"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: freshFolder(), encoding: "utf8" });
  expect(stdout).toContain(`node ${join(ROOT, "host", "pioneer.mjs")} build`);
  expect(stdout).not.toContain("npx");
});
