import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SETUP = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
const VENV_PYTHON = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));

/** A PATH of its own, with only the programs that a test puts there. */
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "setup-"));
  chmodSync(bin, 0o755);
});
afterEach(() => rmSync(bin, { recursive: true }));

function script(name: string, lines: string, folder = bin): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
}

function setup(args: readonly string[], env: Readonly<Record<string, string>> = { CI: "true" }) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [SETUP, ...args], {
    env: { PATH: bin, HOME: bin, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr, ms: performance.now() - started };
}

/** A user who is not root. */
const NOBODY = { uid: 65534, gid: 65534 };

/** Only root can become somebody else, and this checkout may lie where nobody else can read. */
function nobodyCanRunSetup(): boolean {
  if (process.getuid?.() !== 0) return false;
  return spawnSync(process.execPath, [SETUP, "--help"], NOBODY).status === 0;
}

/** What real boards need, taken from this computer. */
function addPython(): void {
  symlinkSync(VENV_PYTHON, join(bin, "python3"));
}

/** What boards beside the Cortex-M ones need, but for a compiler that is asked for its library. */
const OTHER_BOARDS = ["qemu-system-riscv32", "qemu-system-xtensa", "xtensa-lx106-elf-gcc"];

/** What the emulated boards and the browser tests need, as far as set-up looks. */
function addCompilers(folder = bin): void {
  const programs = ["qemu-system-arm", "gcc", "chromium", ...OTHER_BOARDS];
  for (const name of programs) script(name, "exit 0", folder);
  for (const name of ["arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"]) {
    script(name, `echo ${join(bin, "gcc")}`, folder);
  }
}

describe.skipIf(process.platform !== "linux")("node scripts/setup.mjs", () => {
  it("does nothing, quickly and silently, when all is there", () => {
    addPython();
    addCompilers();
    const runs = [1, 2, 3].map(() => setup(["--test"]));
    for (const run of runs) expect(run).toMatchObject({ status: 0, stdout: "", stderr: "" });
    // The quickest counts: the others may have waited for other programs.
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(2000);
  });

  it("says what is missing, why it is needed and how to get it, and exits 3", () => {
    addPython();
    script("dnf", "exit 0");
    const { status, stderr } = setup([]);
    expect(status).toBe(3);
    expect(stderr.split("\n")).toEqual([
      "setup: missing: qemu-system-arm, arm-none-eabi-gcc, newlib for arm-none-eabi, C compiler of this computer [TP-NEED-100]",
      "  why: qemu-system-arm: emulated boards: runs the firmware",
      "       arm-none-eabi-gcc: emulated boards: compiles the firmware",
      "       newlib for arm-none-eabi: emulated boards: the firmware's C library",
      "       C compiler of this computer: the plugin that counts instructions in QEMU; the tests of the generated C",
      "  fix: sudo dnf install -y qemu-system-arm arm-none-eabi-gcc-cs arm-none-eabi-newlib gcc glibc-devel",
      "  Boards on a USB port work without them: node scripts/setup.mjs --real-boards",
      "",
    ]);
  });

  it("needs no emulator for real boards", () => {
    addPython();
    expect(setup(["--real-boards"]).status).toBe(0);
  });

  it("goes on without a browser, and says what that costs", () => {
    addPython();
    addCompilers();
    rmSync(join(bin, "chromium"));
    const { status, stderr } = setup(["--test"]);
    expect(status).toBe(0);
    expect(stderr).toContain("the tests that open the report in one are skipped");
  });

  it("goes on without the tools of other boards, and says what that costs", () => {
    addPython();
    addCompilers();
    script("dnf", "exit 0");
    for (const name of [...OTHER_BOARDS, "riscv64-unknown-elf-gcc"]) rmSync(join(bin, name));
    expect(setup([])).toMatchObject({ status: 0, stderr: "" });
    const { status, stderr } = setup(["--test"]);
    expect(status).toBe(0);
    expect(stderr.split("\n")).toEqual([
      "setup: not every board's tools: those boards cannot run, and their tests are skipped. To get them:",
      "  sudo dnf install -y qemu-system-riscv qemu-system-xtensa",
      "  install riscv64-unknown-elf-gcc and put it on PATH",
      "  install xtensa-lx106-elf-gcc and put it on PATH",
      "",
    ]);
  });

  it("warns of a program that is older than what was tried, and goes on", () => {
    addPython();
    addCompilers();
    script("qemu-system-arm", "echo QEMU emulator version 6.2.0");
    const { status, stderr } = setup([]);
    expect(status).toBe(0);
    expect(stderr).toBe(
      "setup: qemu-system-arm 6.2.0 is older than what was tried (emulated boards: runs the firmware; at least 7.2)\n",
    );
  });

  it("does not offer real boards when Python is missing too", () => {
    const { status, stderr } = setup([]);
    expect(status).toBe(3);
    expect(stderr).toContain("python3 with venv: PlatformIO");
    expect(stderr).not.toContain("--real-boards");
  });

  it("refuses an option that it does not know", () => {
    expect(setup(["--tests"])).toMatchObject({ status: 2, stdout: "" });
  });
});

describe.skipIf(process.platform !== "linux")("apt", () => {
  /** An apt-get that writes down its arguments and, asked to install, brings the programs. */
  function addApt(installs: string): void {
    symlinkSync("/usr/bin/env", join(bin, "env"));
    script("sudo", `echo "sudo $*" >> ${bin}/log; [ "$1" = -n ] && shift; exec "$@"`);
    script("apt-get", `echo "apt-get $*" >> ${bin}/log; [ "$1" = update ] || { ${installs}; }`);
  }

  function log(): string[] {
    return readFileSync(join(bin, "log"), "utf8").trim().split("\n");
  }

  /** Puts all programs but QEMU and the cross compiler on PATH; what is returned brings those two. */
  function addAllButTheEmulator(): string {
    const hidden = join(bin, "hidden");
    mkdirSync(hidden);
    addCompilers(hidden);
    const others = ["gcc", "chromium", "riscv64-unknown-elf-gcc", ...OTHER_BOARDS];
    for (const name of others) renameSync(join(hidden, name), join(bin, name));
    return `/bin/cp ${hidden}/* ${bin}`;
  }

  it("prints the packages and reasons first, then installs what is missing and nothing else", () => {
    addPython();
    addApt(addAllButTheEmulator());
    const { status, stderr } = setup([]);
    expect(stderr.split("\n").slice(0, 5)).toEqual([
      "setup: missing on this computer:",
      "  qemu-system-arm              qemu-system-arm: emulated boards: runs the firmware",
      "  gcc-arm-none-eabi            arm-none-eabi-gcc: emulated boards: compiles the firmware",
      "  libnewlib-arm-none-eabi      newlib for arm-none-eabi: emulated boards: the firmware's C library",
      expect.stringContaining(
        "env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends qemu-system-arm",
      ),
    ]);
    expect(status).toBe(0);
    expect(log().at(-1)).toBe(
      "apt-get install -y --no-install-recommends qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi",
    );
  });

  it("updates the package lists once and tries again when the installation fails", () => {
    addPython();
    addAllButTheEmulator();
    addApt("exit 100");
    expect(setup([]).status).toBe(3);
    const apt = log().filter((line) => line.startsWith("apt-get"));
    const install =
      "apt-get install -y --no-install-recommends qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi";
    // Without package lists the first try is left out.
    expect([
      [install, "apt-get update", install],
      ["apt-get update", install],
    ]).toContainEqual(apt);
  });

  it.runIf(nobodyCanRunSetup())("never lets sudo ask in CI", () => {
    script("python3", "echo 1");
    addApt(addAllButTheEmulator());
    const { stderr } = spawnSync(process.execPath, [SETUP], {
      env: { PATH: bin, HOME: bin, CI: "true" },
      encoding: "utf8",
      ...NOBODY,
    });
    expect(stderr).toContain("setup: sudo -n env DEBIAN_FRONTEND=noninteractive apt-get");
  });
});

describe("installCommands", () => {
  interface Program {
    readonly name: string;
  }
  type Commands = (programs: readonly Program[], manager: string | null) => string[];

  it.each([
    [
      "brew",
      [
        "brew install python qemu",
        "brew install --cask gcc-arm-embedded chromium",
        "xcode-select --install",
        "install riscv64-unknown-elf-gcc and put it on PATH",
        "install xtensa-lx106-elf-gcc and put it on PATH",
      ],
    ],
    [
      "winget",
      [
        "winget install Python.Python.3.12 Google.Chrome",
        "emulated boards run inside WSL: wsl --install -d Debian",
      ],
    ],
    [
      "pacman",
      [
        "sudo pacman -S --needed python qemu-system-arm arm-none-eabi-gcc arm-none-eabi-newlib gcc qemu-system-riscv qemu-system-xtensa chromium",
        "install riscv64-unknown-elf-gcc and put it on PATH",
        "install xtensa-lx106-elf-gcc and put it on PATH",
      ],
    ],
  ])("of %s name its packages once", async (manager, expected) => {
    const { installCommands }: { installCommands: Commands } = await import(
      new URL("../../scripts/setup/packages.mjs", import.meta.url).href
    );
    const { PROGRAMS }: { PROGRAMS: readonly Program[] } = await import(
      new URL("../../scripts/setup/programs.mjs", import.meta.url).href
    );
    expect(installCommands(PROGRAMS, manager)).toEqual(expected);
  });

  it("say what to look for where the system is unknown", async () => {
    const { installCommands }: { installCommands: Commands } = await import(
      new URL("../../scripts/setup/packages.mjs", import.meta.url).href
    );
    const unknown = [{ name: "a compiler", packages: {} }];
    expect(installCommands(unknown, null)).toEqual(["install a compiler and put it on PATH"]);
  });
});
