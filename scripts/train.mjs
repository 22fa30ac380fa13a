// Decides which Python trains and prepares its environment; what is trained is left to
// training/train.py, which gets every argument unchanged.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOMETHING_MISSING = 3;
const OLDEST = [3, 11];
const training = join(dirname(dirname(fileURLToPath(import.meta.url))), "training");
const environment = join(training, ".venv");
const inEnvironment = (program) =>
  process.platform === "win32"
    ? join(environment, "Scripts", `${program}.exe`)
    : join(environment, "bin", program);

function refuse(what, why, fix) {
  process.stderr.write(`${what}\n  why: ${why}\n  fix: ${fix}\n`);
  process.exit(SOMETHING_MISSING);
}

/** The first Python of 3.11 or later on the path. */
function findPython() {
  for (const command of ["python3", "python3.13", "python3.12", "python3.11", "python"]) {
    const asked = spawnSync(command, ["-c", "import sys; print(*sys.version_info[:2])"], {
      encoding: "utf8",
    });
    if (asked.status !== 0) continue;
    const [major, minor] = asked.stdout.trim().split(" ").map(Number);
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return command;
  }
  return refuse(
    "training needs Python 3.11 or later, and there is none on the path",
    "the networks are trained in JAX; nothing else in this project needs Python",
    "install python3 and python3-venv, then npm run train again",
  );
}

/** Makes training/.venv once for each content of requirements.txt; a stamp file says it is whole. */
function prepareEnvironment() {
  const requirements = join(training, "requirements.txt");
  const stamp = join(environment, "requirements.sha256");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const ready = existsSync(stamp) && readFileSync(stamp, "utf8").trim() === digest;
  if (ready && existsSync(inEnvironment("python"))) return;
  process.stderr.write("training: preparing the Python environment (about 150 MB, one minute)\n");
  rmSync(stamp, { force: true });
  const quiet = { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" };
  const made = spawnSync(findPython(), ["-m", "venv", environment], quiet);
  if (made.status !== 0) {
    refuse(
      "the Python environment training/.venv could not be made",
      made.stderr?.trim().split("\n").at(-1) || "python3 -m venv failed",
      "on Debian and Ubuntu: apt-get install python3-venv",
    );
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const filled = spawnSync(inEnvironment("python"), [...pip, "-r", requirements], quiet);
  if (filled.status !== 0) {
    refuse(
      "the pinned Python packages could not be installed",
      filled.stderr?.trim().split("\n").at(-1) || "pip failed",
      "check the network and run again; training/requirements.txt lists the packages",
    );
  }
  writeFileSync(stamp, `${digest}\n`);
}

prepareEnvironment();
const trainer = spawn(
  inEnvironment("python"),
  [join(training, "train.py"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } },
);
// The trainer gets Ctrl-C from the terminal itself; this program waits for it to finish cleanly.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => trainer.kill("SIGTERM"));
trainer.on("close", (status) => {
  process.exitCode = status ?? 130;
});
