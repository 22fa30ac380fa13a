/**
 * Keeps PlatformIO Core in the project's own virtual environment, its files inside the project, and its calls home off.
 * Toolchains and frameworks of real boards are left to PlatformIO, compilers of emulated ones to programs.mjs.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findPython } from "./programs.mjs";
import { capture, PROJECT_DIR, run, say, WINDOWS } from "./system.mjs";

const VENV = join(PROJECT_DIR, ".venv");
const VENV_BIN = join(VENV, WINDOWS ? "Scripts" : "bin");
const PYTHON = join(VENV_BIN, WINDOWS ? "python.exe" : "python");
const STAMP = join(VENV, ".pioneer-stamp");
const REQUIREMENTS = join(PROJECT_DIR, "scripts", "setup", "requirements.txt");

const CORE_DIR = join(PROJECT_DIR, ".pioneer", "platformio");
const TOOL_SCONS = join(CORE_DIR, "packages", "tool-scons");
const SHIM_MARK = join(TOOL_SCONS, ".pioneer-shim");
/** The registry's last answer; asked again after a day. */
const REGISTRY = join(CORE_DIR, "pioneer-registry.json");
const DAY_MS = 24 * 3600 * 1000;
/** Longer than the probe's own time-outs, for a name server that never answers. */
const PROBE_MS = 8000;

/** PlatformIO's settings for every start of it. */
export const PLATFORMIO_ENV = {
  PLATFORMIO_CORE_DIR: CORE_DIR,
  PLATFORMIO_SETTING_ENABLE_TELEMETRY: "no",
};

export const PIO = join(VENV_BIN, WINDOWS ? "pio.exe" : "pio");

/** True when the virtual environment holds the pinned packages and its interpreter still exists. */
export function platformioReady() {
  return existsSync(PYTHON) && existsSync(PIO) && readIf(STAMP) === venvStamp();
}

/** Makes the virtual environment and installs the pinned packages; false when Python or pip failed. */
export function ensurePlatformio() {
  if (platformioReady()) return true;
  say("setup: installing PlatformIO into .venv (about 15 s)");
  const python = findPython();
  if (python === null) return false;
  // One that was moved or half made is not worth repairing.
  rmSync(VENV, { recursive: true, force: true });
  const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
  if (!run(python, ["-m", "venv", VENV])) return false;
  if (!run(PYTHON, [...pip, "--requirement", REQUIREMENTS])) return false;
  writeFileSync(STAMP, venvStamp());
  return true;
}

/** What stands where PlatformIO looks for SCons: its own package, this project's shim, or nothing yet. */
export function toolScons() {
  if (existsSync(SHIM_MARK)) return "shim";
  return existsSync(join(TOOL_SCONS, ".piopm")) ? "package" : "absent";
}

/**
 * Puts SCons where PlatformIO Core looks for it, only where Core could not fetch it by itself.
 * False when the installed Core does not say which version it wants, or the pinned SCons is another one.
 */
export function ensureToolScons() {
  const state = toolScons();
  if (state === "package") return true;
  const before = freshAnswer();
  const shimFits = state === "shim" && readIf(SHIM_MARK) === venvStamp();
  if (before !== null && (before.reachable ? state === "absent" : shimFits)) return true;
  const facts = askCore(before === null);
  if (facts === null) return false;
  const reachable = before?.reachable ?? facts.reachable;
  if (before === null) writeWhole(REGISTRY, JSON.stringify({ reachable }));
  if (!reachable) return writeShim(facts.toolScons.replace(/^[~^=]+/, ""));
  rmSync(TOOL_SCONS, { recursive: true, force: true });
  return true;
}

/** Core's own words: which tool-scons it asks for and, when probed, whether its registry answers; null when Core fails. */
function askCore(probe) {
  const script = join(PROJECT_DIR, "scripts", "setup", "core_facts.py");
  const options = { env: PLATFORMIO_ENV, timeoutMs: PROBE_MS };
  const probed = probe ? capture(PYTHON, [script, "--probe"], options) : null;
  // A probe that outlasts its limit counts as no answer.
  const answer = probed ?? capture(PYTHON, [script], { env: PLATFORMIO_ENV });
  return answer === null ? null : { reachable: false, ...JSON.parse(answer) };
}

/** The registry's last answer, or null when there is none of the last day. */
function freshAnswer() {
  if (!existsSync(REGISTRY) || Date.now() - statSync(REGISTRY).mtimeMs > DAY_MS) return null;
  return JSON.parse(readFileSync(REGISTRY, "utf8"));
}

/** A package folder that Core accepts, whose scons.py starts the SCons of the virtual environment. */
function writeShim(version) {
  const wanted = sconsVersion(version);
  const installed = capture(PYTHON, ["-c", "import SCons; print(SCons.__version__)"]);
  if (installed !== wanted) {
    say(`setup: PlatformIO asks for SCons ${wanted}, ${REQUIREMENTS} pins ${installed}`);
    return false;
  }
  say(
    `setup: PlatformIO's registry is out of reach: SCons ${wanted} of .venv stands in for tool-scons`,
  );
  const folder = `${TOOL_SCONS}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const name = "tool-scons";
  const spec = { owner: "platformio", id: null, name, requirements: null, uri: null };
  const files = {
    "package.json": JSON.stringify({
      name,
      version,
      description: "SCons of the virtual environment",
    }),
    ".piopm": JSON.stringify({ type: "tool", name, version, spec }),
    "scons.py": 'import SCons.Script\n\nif __name__ == "__main__":\n    SCons.Script.main()\n',
    ".pioneer-shim": venvStamp(),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  rmSync(TOOL_SCONS, { recursive: true, force: true });
  renameSync(folder, TOOL_SCONS);
  return true;
}

/** tool-scons 4.41101.0 is SCons 4.11.1: the middle number is major, two digits minor, two digits patch. */
function sconsVersion(packageVersion) {
  const [, major, minor, patch] = /^\d+\.(\d)(\d\d)(\d\d)\.\d+$/.exec(packageVersion) ?? [];
  return `${Number(major)}.${Number(minor)}.${Number(patch)}`;
}

/** A virtual environment holds absolute paths: a folder that moved needs a new one. */
function venvStamp() {
  const digest = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex");
  return `${digest} ${PROJECT_DIR}\n`;
}

function writeWhole(file, text) {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function readIf(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
