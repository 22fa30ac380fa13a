/**
 * Runs programs and tells what kind of machine this is, with nothing but Node.
 * What is to be installed is decided in programs.mjs, and by whom in setup.mjs.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_DIR = fileURLToPath(new URL("../..", import.meta.url));

export const WINDOWS = process.platform === "win32";

/** A line for people; stdout stays free for what a script asked for. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** The full path of a program on PATH, or null. */
export function findProgram(name) {
  const endings = WINDOWS ? (process.env.PATHEXT ?? ".EXE;.CMD").split(";") : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

function isExecutable(file) {
  try {
    accessSync(file, WINDOWS ? constants.F_OK : constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program in the project's folder, its output on stderr and nothing on its stdin; true when it ends with 0.
 * A program that was interrupted interrupts set-up too.
 */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", 2, 2],
    shell: options.shell ?? false,
  });
  if (signal === "SIGINT" || signal === "SIGTERM") process.exit(130);
  return error === undefined && status === 0;
}

/** What a program printed on stdout (stderr where that stayed empty), or null when it failed. */
export function capture(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 30_000,
  });
  if (error !== undefined || status !== 0) return null;
  return stdout.trim() === "" ? stderr.trim() : stdout.trim();
}

/** How this system installs packages, or null where set-up does not know. */
export function packageManager() {
  if (process.platform === "darwin") return "brew";
  if (WINDOWS) return "winget";
  for (const [program, manager] of [
    ["apt-get", "apt"],
    ["dnf", "dnf"],
    ["pacman", "pacman"],
  ]) {
    if (findProgram(program) !== null) return manager;
  }
  return null;
}

/**
 * The words before a command that needs root: none for root, sudo for a person at a terminal, sudo that never asks
 * elsewhere; null where there is no sudo.
 */
export function asRoot(
  user = { uid: process.getuid?.(), ci: isCi(), terminal: process.stderr.isTTY },
) {
  if (user.uid === 0) return [];
  if (findProgram("sudo") === null) return null;
  return user.terminal && !user.ci ? ["sudo"] : ["sudo", "-n"];
}

function isCi() {
  return process.env.CI !== undefined && process.env.CI !== "" && process.env.CI !== "false";
}
