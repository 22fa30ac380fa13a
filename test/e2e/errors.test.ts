/** What goes wrong is told in three lines, with a stable code and the promised exit status. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT, pioneer } from "./cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-errors-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const THREE_LINES = /^.+ \[TP-[A-Z]+-\d{3}\]\n {2}why: .+\n {2}fix: .+\n$/;

describe("wrong use exits with 2", () => {
  test.each([
    { typed: ["boards", "esp42"], code: "TP-USE-101", says: "nrf52840-dk" },
    { typed: ["boards", "../package"], code: "TP-USE-101", says: "qemu-m4" },
    { typed: ["run", "hearable", "--board", "nope"], code: "TP-USE-101", says: "nope" },
    {
      typed: ["run", "hearable", "--board", "nrf52840-dk"],
      code: "TP-USE-126",
      says: "--as nrf52840-dk",
    },
    {
      typed: ["run", "hearable", "--board", "nrf52840-dk", "--as", "qemu-m4"],
      code: "TP-USE-103",
      says: "real board",
    },
    {
      typed: ["run", "hearable", "--board", "qemu-m4", "--app", "x"],
      code: "TP-USE-128",
      says: "stream",
    },
    {
      typed: ["run", "hearable", "--board", "qemu-m4", "--frames", "-1"],
      code: "TP-USE-002",
      says: "whole number",
    },
    { typed: ["build", "--board", "alif-ensemble-e7"], code: "TP-USE-136", says: "--as alif" },
    { typed: ["generate", "hearabel", "--board", "qemu-m4"], code: "TP-USE-020", says: "hearable" },
    {
      typed: ["generate", "missing.onnx", "--board", "qemu-m4"],
      code: "TP-USE-020",
      says: "missing.onnx",
    },
    { typed: ["generate", "hearable"], code: "TP-USE-001", says: "--board" },
    {
      typed: ["generate", "hearable", "--board", "qemu-m4", "--calibrate", "none/here"],
      code: "TP-USE-121",
      says: "no such file",
    },
    {
      typed: ["generate", "hearable", "--board", "qemu-m4", "--dump", "soup"],
      code: "TP-USE-122",
      says: "plan",
    },
    {
      typed: ["generate", "hearable", "--board", "qemu-m4", "--format", "int3"],
      code: "TP-USE-001",
      says: "int16x8",
    },
    { typed: ["analyze", "no-such.tpcap"], code: "TP-USE-150", says: "capture" },
    { typed: ["analyze", "package.json"], code: "TP-USE-281", says: "recording" },
    { typed: ["runn"], code: "TP-USE-001", says: "run" },
  ])("pioneer $typed", ({ typed, code, says }) => {
    const { status, stdout, stderr } = pioneer([...typed, "--quiet"]);
    expect(stderr).toMatch(THREE_LINES);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(says);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  test("--json puts the error on stdout, and nothing else", () => {
    const { status, stdout, stderr } = pioneer(["boards", "esp42", "--json"]);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: "TP-USE-101",
      what: 'there is no board "esp42"',
    });
    expect(stderr).toBe("");
    expect(status).toBe(2);
  });
});

describe("files that are not models", () => {
  test("a truncated one is refused by name", () => {
    const whole = readFileSync(join(PROJECT, "models", "hearable.onnx"));
    const file = join(folder, "cut.onnx");
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    const { status, stderr } = pioneer(["generate", file, "--board", "qemu-m4", "--quiet"]);
    expect(stderr).toMatch(THREE_LINES);
    expect(stderr).toMatch(/TP-MODEL-\d{3}/);
    expect(status).toBe(2);
  });

  test("an empty one too", () => {
    const file = join(folder, "empty.onnx");
    writeFileSync(file, "");
    const { status, stderr } = pioneer(["inspect", file]);
    expect(stderr).toMatch(/TP-MODEL-\d{3}/);
    expect(status).toBe(2);
  });
});

// Where somebody has built for that board, PlatformIO has what it needs.
const installed = existsSync(join(PROJECT, ".pioneer/platformio/platforms/teensy"));
test.skipIf(installed)("a board's framework out of reach exits with 3, without retries", () => {
  // No connection is taken on this port (discard).
  const env = { HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" };
  const { status, stdout, stderr } = pioneer(["build", "--board", "teensy41", "--quiet"], env);
  expect(stderr).toMatch(THREE_LINES);
  expect(stderr).toContain("teensy41 cannot be linked offline");
  expect(stderr).toContain("[TP-NEED-005]");
  expect(stdout).toBe("");
  expect(status).toBe(3);
});

test("a missing compiler exits with 3 and the package that has it", () => {
  const path = join(folder, "bin");
  mkdirSync(path);
  for (const source of (process.env.PATH ?? "").split(":")) {
    let names: string[] = [];
    try {
      names = readdirSync(source);
    } catch {
      continue;
    }
    for (const name of names.filter((file) => !file.startsWith("arm-none-eabi"))) {
      try {
        symlinkSync(join(source, name), join(path, name));
      } catch {
        // Two folders of PATH hold the same name; the first one wins, as in a shell.
      }
    }
  }
  const { status, stderr } = pioneer(["build", "hearable", "--board", "qemu-m4", "--quiet"], {
    PATH: path,
  });
  expect(stderr).toMatch(THREE_LINES);
  expect(stderr).toContain("arm-none-eabi-gcc is not installed [TP-NEED-004]");
  expect(stderr).toContain("apt install gcc-arm-none-eabi");
  expect(status).toBe(3);
});

test("every verb explains itself", () => {
  for (const verb of [
    "demo",
    "doctor",
    "boards",
    "ports",
    "inspect",
    "generate",
    "build",
    "run",
    "analyze",
  ]) {
    const { status, stdout } = pioneer([verb, "--help"]);
    expect(stdout).toContain(`Usage: pioneer ${verb}`);
    expect(stdout).toContain("--json");
    expect(status).toBe(0);
  }
});
