/**
 * Compiles the firmware's portable C with this computer's gcc under ASan and UBSan, for the unit tests.
 * What is run and what must come out is left to the tests.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const FLAGS = [
  ..."-std=c11 -O1 -g -Wall -Wextra -Wconversion -Wshadow -Werror".split(" "),
  ..."-fsanitize=address,undefined,bounds-strict -fno-sanitize-recover=all".split(" "),
  ...["hal", "telemetry", "apps", "power"].map((folder) => `-I${join(ROOT, "firmware", folder)}`),
  `-I${join(ROOT, "test/qemu/toy-model")}`,
];

/** Whether there is a gcc here. */
export const hasGcc = spawnSync("gcc", ["--version"]).status === 0;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Builds a program of sources, named from the repository's root; it lives until the last test. */
export function buildOnHost(
  name: string,
  sources: readonly string[],
  flags: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-firmware-"));
  folders.push(folder);
  const program = join(folder, name);
  const files = sources.map((source) => join(ROOT, source));
  execFileSync("gcc", [...FLAGS, ...flags, "-o", program, ...files], { stdio: "pipe" });
  return program;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs it on an input; env is added to this process's own. */
export function runOnHost(
  program: string,
  args: readonly string[],
  input: Uint8Array,
  env: Readonly<Record<string, string>> = {},
): Finished {
  const finished = spawnSync(program, args, {
    input,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  return {
    status: finished.status,
    stdout: finished.stdout,
    stderr: finished.stderr.toString(),
  };
}
