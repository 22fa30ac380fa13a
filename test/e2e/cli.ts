/** Runs the command line as a user types it, for the tests of what it prints and how it exits. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const PIONEER = fileURLToPath(new URL("../../host/pioneer.mjs", import.meta.url));
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export interface Typed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function pioneer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Typed {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PIONEER, ...args], {
    cwd: PROJECT,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  });
  return { status, stdout, stderr };
}
