/**
 * Tells what is installed and what is missing, without changing anything: set-up acts on it, `pioneer doctor` shows it.
 * Serial ports and their permissions are left to the doctor.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodePackagesMatch } from "./node-packages.mjs";
import { installCommands } from "./packages.mjs";
import { PIO, PLATFORMIO_ENV, platformioReady, toolScons } from "./platformio.mjs";
import { PROGRAMS } from "./programs.mjs";
import { capture, PROJECT_DIR } from "./system.mjs";

const SETUP = "npm run setup";

/** One finding a thing that the project needs, in the order in which set-up cares for them. */
export function inventory() {
  return [node(), nodePackages(), ...PROGRAMS.map(inspect), platformio(), scons()];
}

/** The Node that runs this against package.json's engines. */
export function node() {
  const { engines } = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8"));
  const minimum = engines.node.replace(/^>=/, "");
  const version = process.versions.node;
  return {
    name: "node",
    status: atLeast(version, minimum) ? "ok" : "outdated",
    version,
    neededFor: `everything; at least ${minimum}`,
    level: "always",
    fix: "install a current Node.js, for example with nvm: nvm install --lts",
  };
}

/** Programs that are not there, of the levels asked for. */
export function missingPrograms(levels) {
  return PROGRAMS.filter(({ level, find }) => levels.includes(level) && find() === null);
}

/** Findings of programs that are there but older than what was tried. */
export function outdatedPrograms(levels) {
  const versioned = PROGRAMS.filter(({ level, minimum }) => levels.includes(level) && minimum);
  return versioned.map(inspect).filter(({ status }) => status === "outdated");
}

function nodePackages() {
  const ok = nodePackagesMatch();
  return {
    name: "node packages",
    status: ok ? "ok" : "missing",
    version: null,
    neededFor: "everything",
    level: "always",
    fix: SETUP,
  };
}

function inspect(program) {
  const { name, neededFor, level, minimum } = program;
  const path = program.find();
  const version = path && program.version ? versionOf(program.version(path)) : null;
  const outdated = version !== null && minimum !== undefined && !atLeast(version, minimum);
  const status = path === null ? "missing" : outdated ? "outdated" : "ok";
  const need = minimum === undefined ? neededFor : `${neededFor}; at least ${minimum}`;
  const fix = installCommands([program]).join("; ");
  return { name, status, version, neededFor: need, level, fix };
}

function platformio() {
  const ready = platformioReady();
  return {
    name: "PlatformIO Core",
    status: ready ? "ok" : "missing",
    version: ready ? versionOf([PIO, ["--version"]]) : null,
    neededFor: "building firmware for every board",
    level: "always",
    fix: SETUP,
  };
}

function scons() {
  const words = {
    package: "PlatformIO's own package",
    shim: "SCons of .venv: PlatformIO's registry was out of reach",
    absent: "PlatformIO fetches it at the first build",
  };
  return {
    name: "tool-scons",
    status: "ok",
    version: null,
    neededFor: `building firmware for every board; ${words[toolScons()]}`,
    level: "always",
    fix: SETUP,
  };
}

function versionOf([command, args]) {
  return /\d+(\.\d+)+/.exec(capture(command, args, { env: PLATFORMIO_ENV }) ?? "")?.[0] ?? null;
}

/** Compares dotted numbers; missing ones are zero. */
export function atLeast(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split(".").map(Number));
  for (let i = 0; i < need.length; i++) {
    if ((have[i] ?? 0) !== need[i]) return (have[i] ?? 0) > need[i];
  }
  return true;
}
