/**
 * Says which state of the sources this program is.
 * What is recorded with it is left to the verbs.
 */
import { spawnSync } from "node:child_process";
import { PROJECT_DIR } from "./paths.ts";

export interface GitState {
  /** Full hash. */
  readonly commit: string;
  /** Files differ from it. */
  readonly changed: boolean;
}

/** Null outside a checkout, or without git. */
export function gitState(): GitState | null {
  const git = (...args: string[]) =>
    spawnSync("git", ["-C", PROJECT_DIR, ...args], { encoding: "utf8", timeout: 10_000 });
  const head = git("rev-parse", "HEAD");
  const commit = head.stdout?.trim();
  if (head.status !== 0 || !commit) return null;
  const status = git("status", "--porcelain", "--untracked-files=no");
  return { commit, changed: status.status !== 0 || status.stdout.trim() !== "" };
}
