/**
 * Installs what the project needs and is missing, in an order that lets it stop early; does nothing when all is there.
 *   node scripts/setup.mjs                what `npm run demo` and the emulated Cortex-M boards need
 *   node scripts/setup.mjs --test         also what the tests need: a browser and the tools of the other emulated
 *                                         boards; without them their tests are skipped
 *   node scripts/setup.mjs --boards       also the tools of the other emulated boards
 *   node scripts/setup.mjs --real-boards  only Node packages and PlatformIO: enough for boards on a USB port
 * Plain Node without packages, because it brings them. Exit status: 0 all there, 2 wrong use, 3 something needed is missing.
 */
import { missingPrograms, node, outdatedPrograms } from "./setup/inventory.mjs";
import { ensureNodePackages } from "./setup/node-packages.mjs";
import { installCommands, installWithApt } from "./setup/packages.mjs";
import { ensurePlatformio, ensureToolScons } from "./setup/platformio.mjs";
import { say } from "./setup/system.mjs";

const USAGE = "usage: node scripts/setup.mjs [--test | --boards | --real-boards]";

function main(args) {
  const unknown = args.filter(
    (arg) => !["--test", "--boards", "--real-boards", "--help"].includes(arg),
  );
  if (args.includes("--help") || unknown.length > 0) {
    say(USAGE);
    return unknown.length > 0 ? 2 : 0;
  }
  const runtime = node();
  if (runtime.status !== "ok") {
    return stop(`Node ${runtime.version} is too old`, runtime.neededFor, runtime.fix);
  }
  if (!ensureNodePackages()) {
    return stop(
      "the Node packages could not be installed",
      "npm's messages above say why",
      "npm ci --ignore-scripts",
    );
  }
  const emulated = !args.includes("--real-boards");
  const needed = ["always", ...(emulated ? ["emulated"] : [])];
  const programs = providePrograms(needed, optionalLevels(args));
  if (programs !== 0) return programs;
  for (const { name, version, neededFor } of outdatedPrograms(emulated ? ["emulated"] : [])) {
    say(`setup: ${name} ${version} is older than what was tried (${neededFor})`);
  }
  if (!ensurePlatformio()) {
    return stop(
      "PlatformIO could not be installed",
      "pip's messages above say why",
      "remove .venv and try again",
    );
  }
  if (!ensureToolScons()) {
    return stop(
      "PlatformIO has no SCons",
      "the pinned versions do not fit together",
      "scripts/setup/requirements.txt",
    );
  }
  return 0;
}

/** What not everything stops without: its level, and what is said where it cannot be installed. */
const OPTIONAL = {
  boards:
    "not every board's tools: those boards cannot run, and their tests are skipped. To get them:",
  browser: "no browser: the tests that open the report in one are skipped. To get it:",
};

function optionalLevels(args) {
  if (args.includes("--test")) return ["boards", "browser"];
  return args.includes("--boards") ? ["boards"] : [];
}

/** Installs what is missing of the needed levels and, as far as that goes, of the optional ones. */
function providePrograms(needed, optionalOnes) {
  const essential = missingPrograms(needed);
  if (essential.length > 0) installWithApt(essential);
  for (const level of optionalOnes) {
    const optional = missingPrograms([level]);
    if (optional.length === 0 || installWithApt(optional)) continue;
    say(`setup: ${OPTIONAL[level]}`);
    for (const command of installCommands(optional)) say(`  ${command}`);
  }
  const missing = missingPrograms(needed);
  if (missing.length === 0) return 0;
  stop(
    `missing: ${missing.map(({ name }) => name).join(", ")}`,
    missing.map(({ name, neededFor }) => `${name}: ${neededFor}`).join("\n       "),
    installCommands(missing).join("\n       "),
  );
  if (missing.every(({ level }) => level === "emulated")) {
    say("  Boards on a USB port work without them: node scripts/setup.mjs --real-boards");
  }
  return 3;
}

function stop(what, why, fix) {
  say(`setup: ${what} [TP-NEED-100]\n  why: ${why}\n  fix: ${fix}`);
  return 3;
}

process.exitCode = main(process.argv.slice(2));
