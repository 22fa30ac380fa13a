import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginOf, isAlive, withLock } from "../../host/workflow/lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a lock", () => {
  it("lets one at a time in and leaves nothing behind", async () => {
    const path = join(folder, "deep", "build.lock");
    let inside = 0;
    let most = 0;
    const work = () =>
      withLock(path, undefined, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 10));
        inside--;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
    expect(readdirSync(join(folder, "deep"))).toEqual([]);
  });

  it("names this process while it is held", async () => {
    const path = join(folder, "held.lock");
    await withLock(path, undefined, async () => {
      const [pid] = readFileSync(path, "utf8").split(" ");
      expect(pid).toBe(String(process.pid));
    });
  });

  it("of a process that died is taken", async () => {
    const path = join(folder, "dead.lock");
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    writeFileSync(path, String(child.pid));
    expect(await withLock(path, undefined, async () => "mine")).toBe("mine");
  });

  it.skipIf(beginOf(process.pid) === undefined)(
    "of a process that died is taken though another has its number (needs /proc)",
    async () => {
      const path = join(folder, "reused.lock");
      const begin = beginOf(process.pid);
      expect(isAlive(`${process.pid} ${begin}`)).toBe(true);
      expect(isAlive(`${process.pid} ${Number(begin) - 1}`)).toBe(false);
      writeFileSync(path, `${process.pid} ${Number(begin) - 1}`);
      expect(await withLock(path, undefined, async () => "mine")).toBe("mine");
      expect(existsSync(path)).toBe(false);
    },
  );

  it("is waited for until the signal says otherwise", async () => {
    const path = join(folder, "busy.lock");
    writeFileSync(path, String(process.pid));
    const waiting = withLock(path, AbortSignal.timeout(150), async () => "mine");
    await expect(waiting).rejects.toThrow();
  });
});
