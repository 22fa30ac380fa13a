/**
 * Lets one process at a time work in a folder, and survives a holder that died.
 * What is done in the folder is left to the caller.
 *
 * A lock is a file that names its holder: process and, where the system tells (Linux), when that process began, so that a
 * later process under the same number is not taken for it.
 */
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

/** Runs `work` while holding `path`; waits for another living holder. */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await tryLock(path))) {
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, `${process.pid} ${beginOf(process.pid) ?? ""}`.trim());
  try {
    // Unlike creating it here, this never shows others a lock whose holder is not yet written.
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(own, { force: true });
  }
  const holder = await readFile(path, "utf8").catch(() => undefined);
  if (holder !== undefined && !isAlive(holder)) await removeStale(path, holder);
  return false;
}

/** Takes the lock of a dead holder away, unless somebody else has done so and locked again meanwhile. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, "utf8")) !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Whether the process that a lock names is still the one that took it. */
export function isAlive(holder: string): boolean {
  const [pid, begin] = holder.split(" ");
  const id = Number(pid);
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const begins = beginOf(id);
  return begin === undefined || begins === undefined || begins === begin;
}

/** When a process began, in the kernel's ticks since the computer did; undefined where the system does not say. */
export function beginOf(pid: number): string | undefined {
  try {
    // proc(5): the name, in parentheses, may hold anything; the begin is field 22, the 20th after it.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
