/**
 * Lists the programs that come from the system, what each is for, how to tell that it is there and which package brings it.
 * Installing them is left to packages.mjs.
 */
import { existsSync } from "node:fs";
import { capture, findProgram } from "./system.mjs";

/** Emulated boards are emulated here with QEMU's counting plugin, which Windows builds of QEMU do not load. */
const WSL = "emulated boards run inside WSL: wsl --install -d Debian";

/**
 * level: "always" (real boards too), "emulated" (demo, tests, the emulated Cortex-M boards), "boards" (the other
 * emulated boards), "browser" (the page's tests).
 * find: path of the program or null. packages, elsewhere: by package manager; elsewhere is said where there is no package.
 */
export const PROGRAMS = [
  {
    name: "python3 with venv",
    level: "always",
    neededFor: "PlatformIO, which builds the firmware",
    find: findPython,
    version: (path) => [path, ["--version"]],
    minimum: "3.8",
    packages: {
      apt: ["python3", "python3-venv"],
      dnf: ["python3"],
      pacman: ["python"],
      brew: ["python"],
      winget: ["Python.Python.3.12"],
    },
  },
  {
    name: "qemu-system-arm",
    level: "emulated",
    neededFor: "emulated boards: runs the firmware",
    find: () => findProgram("qemu-system-arm"),
    version: (path) => [path, ["--version"]],
    minimum: "7.2",
    packages: {
      apt: ["qemu-system-arm"],
      dnf: ["qemu-system-arm"],
      pacman: ["qemu-system-arm"],
      brew: ["qemu"],
    },
    elsewhere: { winget: WSL },
  },
  {
    name: "arm-none-eabi-gcc",
    level: "emulated",
    neededFor: "emulated boards: compiles the firmware",
    find: () => findProgram("arm-none-eabi-gcc"),
    version: (path) => [path, ["-dumpversion"]],
    minimum: "8.4",
    packages: {
      apt: ["gcc-arm-none-eabi"],
      dnf: ["arm-none-eabi-gcc-cs"],
      pacman: ["arm-none-eabi-gcc"],
      brew: ["--cask", "gcc-arm-embedded"],
    },
    elsewhere: { winget: WSL },
  },
  {
    name: "newlib for arm-none-eabi",
    level: "emulated",
    neededFor: "emulated boards: the firmware's C library",
    find: () => findBeside("arm-none-eabi-gcc", "libc_nano.a"),
    packages: {
      apt: ["libnewlib-arm-none-eabi"],
      dnf: ["arm-none-eabi-newlib"],
      pacman: ["arm-none-eabi-newlib"],
      brew: ["--cask", "gcc-arm-embedded"],
    },
    elsewhere: { winget: WSL },
  },
  {
    name: "C compiler of this computer",
    level: "emulated",
    neededFor: "the plugin that counts instructions in QEMU; the tests of the generated C",
    find: findHostCompiler,
    version: (path) => [path, ["-dumpfullversion", "-dumpversion"]],
    packages: {
      apt: ["gcc", "libc6-dev"],
      dnf: ["gcc", "glibc-devel"],
      pacman: ["gcc"],
    },
    elsewhere: { brew: "xcode-select --install", winget: WSL },
  },
  {
    name: "qemu-system-riscv32",
    level: "boards",
    neededFor: "qemu-rv32: runs its firmware",
    find: () => findProgram("qemu-system-riscv32"),
    version: (path) => [path, ["--version"]],
    minimum: "7.2",
    packages: {
      apt: ["qemu-system-misc"],
      dnf: ["qemu-system-riscv"],
      pacman: ["qemu-system-riscv"],
      brew: ["qemu"],
    },
    elsewhere: { winget: WSL },
  },
  {
    name: "riscv64-unknown-elf-gcc",
    level: "boards",
    neededFor: "qemu-rv32: compiles its firmware",
    find: () => findProgram("riscv64-unknown-elf-gcc"),
    version: (path) => [path, ["-dumpversion"]],
    packages: { apt: ["gcc-riscv64-unknown-elf"] },
    elsewhere: { winget: WSL },
  },
  {
    name: "qemu-system-xtensa",
    level: "boards",
    neededFor: "qemu-xtensa, qemu-xtensa-mac16: runs their firmware",
    find: () => findProgram("qemu-system-xtensa"),
    version: (path) => [path, ["--version"]],
    minimum: "7.2",
    packages: {
      apt: ["qemu-system-misc"],
      dnf: ["qemu-system-xtensa"],
      pacman: ["qemu-system-xtensa"],
      brew: ["qemu"],
    },
    elsewhere: { winget: WSL },
  },
  {
    name: "xtensa-lx106-elf-gcc",
    level: "boards",
    neededFor: "qemu-xtensa, qemu-xtensa-mac16: compiles their firmware",
    find: () => findProgram("xtensa-lx106-elf-gcc"),
    version: (path) => [path, ["-dumpversion"]],
    packages: { apt: ["gcc-xtensa-lx106"] },
    elsewhere: { winget: WSL },
  },
  {
    name: "chromium",
    level: "browser",
    neededFor: "the tests that open the report in a browser",
    find: findBrowser,
    version: (path) => [path, ["--version"]],
    packages: {
      apt: ["chromium"],
      dnf: ["chromium"],
      pacman: ["chromium"],
      brew: ["--cask", "chromium"],
      winget: ["Google.Chrome"],
    },
  },
];

/** A Python that can make virtual environments; Debian ships it without. */
export function findPython() {
  const names = process.platform === "win32" ? ["python", "py"] : ["python3"];
  for (const name of names) {
    const path = findProgram(name);
    if (path !== null && capture(path, ["-c", "import venv, ensurepip; print(1)"]) === "1") {
      return path;
    }
  }
  return null;
}

/** A file of a compiler's library; the compiler answers with the bare name when it does not find it. */
function findBeside(compilerName, file) {
  const compiler = findProgram(compilerName);
  const path = compiler && capture(compiler, [`-print-file-name=${file}`]);
  return path && existsSync(path) ? path : null;
}

function findHostCompiler() {
  const compiler = findProgram("gcc") ?? findProgram("cc");
  const headers = process.platform !== "linux" || existsSync("/usr/include/stdio.h");
  return headers ? compiler : null;
}

export function findBrowser() {
  const onMac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const path = findProgram(name);
    if (path !== null) return path;
  }
  return existsSync(onMac) ? onMac : null;
}
