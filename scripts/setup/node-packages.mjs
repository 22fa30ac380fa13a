/**
 * Keeps node_modules equal to package-lock.json.
 * Which packages there are is package.json's business.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR, run, say, WINDOWS } from "./system.mjs";

const LOCK = join(PROJECT_DIR, "package-lock.json");
const INSTALLED = join(PROJECT_DIR, "node_modules", ".package-lock.json");
const STAMP = join(PROJECT_DIR, "node_modules", ".pioneer-stamp");

/** True when every package of the lock file lies in node_modules in its version. */
export function nodePackagesMatch() {
  if (!existsSync(INSTALLED)) return false;
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp()) return true;
  return sameVersions(packagesOf(LOCK), packagesOf(INSTALLED));
}

/** Brings node_modules in line with the lock file; false when npm failed. */
export function ensureNodePackages() {
  if (!nodePackagesMatch()) {
    say("setup: installing the Node packages of package-lock.json");
    if (!npmCi()) return false;
  }
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== stamp()) writeFileSync(STAMP, stamp());
  return true;
}

function npmCi() {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  // The packages that have install scripts ship their binaries; onnxruntime's would download CUDA.
  const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  const npm = process.env.npm_execpath;
  if (npm?.endsWith("npm-cli.js")) return run(process.execPath, [npm, ...args], { env });
  return run(WINDOWS ? "npm.cmd" : "npm", args, { env, shell: WINDOWS });
}

/** Folders from one computer do not fit another: the platform is part of it. */
function stamp() {
  const digest = createHash("sha256").update(readFileSync(LOCK)).digest("hex");
  return `${digest} ${process.platform}-${process.arch}\n`;
}

function packagesOf(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
  return new Map(Object.entries(packages).filter(([path]) => path !== ""));
}

/** Optional packages may be absent: most of them are binaries for other computers. */
function sameVersions(wanted, installed) {
  for (const [path, { version, integrity }] of installed) {
    const lock = wanted.get(path);
    if (lock === undefined || lock.version !== version || lock.integrity !== integrity)
      return false;
  }
  for (const [path, { optional }] of wanted) {
    if (!optional && !installed.has(path)) return false;
  }
  return true;
}
