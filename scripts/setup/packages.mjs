/**
 * Installs missing programs with apt, or says which command does it on another system.
 * Which programs are needed is decided in programs.mjs and setup.mjs.
 */
import { readdirSync } from "node:fs";
import { asRoot, packageManager, run, say } from "./system.mjs";

const COMMANDS = {
  apt: "sudo apt-get install -y",
  dnf: "sudo dnf install -y",
  pacman: "sudo pacman -S --needed",
  brew: "brew install",
  winget: "winget install",
};

/** The commands, one a line, that get these programs on this system. */
export function installCommands(programs, manager = packageManager()) {
  const packaged = programs.filter((program) => program.packages[manager] !== undefined);
  const lists = packaged.map((program) => program.packages[manager]);
  const plain = unique(lists.filter((list) => list[0] !== "--cask").flat());
  const casks = unique(
    lists.filter((list) => list[0] === "--cask").flatMap((list) => list.slice(1)),
  );
  const commands = [];
  if (plain.length > 0) commands.push(`${COMMANDS[manager]} ${plain.join(" ")}`);
  if (casks.length > 0) commands.push(`${COMMANDS[manager]} --cask ${casks.join(" ")}`);
  const rest = programs.filter((program) => !packaged.includes(program));
  commands.push(
    ...unique(rest.map((p) => p.elsewhere?.[manager] ?? `install ${p.name} and put it on PATH`)),
  );
  return commands;
}

/**
 * Installs the Debian packages of these programs, after printing the list and the reasons; true when that worked.
 * False, with nothing done, where there is no apt or no way to become root.
 */
export function installWithApt(programs) {
  if (packageManager() !== "apt") return false;
  const root = asRoot();
  say("setup: missing on this computer:");
  for (const { name, neededFor, packages } of programs) {
    say(`  ${packages.apt.join(" ").padEnd(28)} ${name}: ${neededFor}`);
  }
  if (root === null) return false;
  const apt = (...args) => {
    const words = [...root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    say(`setup: ${words.join(" ")}`);
    return run(words[0], words.slice(1));
  };
  const install = ["install", "-y", "--no-install-recommends"];
  const packages = unique(programs.flatMap((program) => program.packages.apt));
  if (hasPackageLists() && apt(...install, ...packages)) return true;
  return apt("update") && apt(...install, ...packages);
}

/** A fresh container has none, and one that is years old has stale ones: apt then fails and is updated once. */
function hasPackageLists() {
  try {
    return readdirSync("/var/lib/apt/lists").some((file) => file.includes("_Packages"));
  } catch {
    return false;
  }
}

function unique(list) {
  return [...new Set(list)];
}
