/** The verbs that watch a link, as a user types them, with a board of its own behind a pseudo terminal. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { loadCapture } from "../../host/capture/file.ts";
import { replayRun } from "../../host/capture/replay.ts";
import { PIONEER, PROJECT, pioneer } from "./cli.ts";

const DEVICE = fileURLToPath(new URL("link_device.py", import.meta.url));
const missing =
  process.platform === "linux" && spawnSync("python3", ["--version"]).status === 0
    ? []
    : ["Linux with python3"];
/** What the board sends in 100 ms. */
const FRAMES_IN_100_MS = 20;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-link-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { cwd: PROJECT, stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  return child;
}

/** A board on a port of its own; `ask` gives the line that a command is answered with. */
async function plugIn(name: string) {
  const port = join(folder, name);
  const child = start("python3", [DEVICE, port]);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await once(lines, "line");
  const tell = (command: string) => child.stdin?.write(`${command}\n`);
  return {
    port,
    tell,
    async ask(command: string): Promise<number> {
      tell(command);
      return Number((await once(lines, "line"))[0]);
    },
  };
}

/** A verb that goes on until it is told otherwise. */
function type(args: readonly string[]) {
  const child = start(process.execPath, [PIONEER, ...args]);
  const said = { stdout: "", stderr: "" };
  child.stdout?.on("data", (text) => {
    said.stdout += text;
  });
  child.stderr?.on("data", (text) => {
    said.stderr += text;
  });
  const ended = once(child, "close").then(([status]) => status as number | null);
  return { child, said, ended };
}

const framesIn = async (path: string) =>
  replayRun(await loadCapture(path)).run.outputs.map(({ record }) => record.frame);

describe.skipIf(missing.length > 0)(`a watched link ${missing.join(", ")}`, () => {
  test("record outlives an unplugged cable, and replay prints the same bytes", async () => {
    const board = await plugIn("unplugged");
    const path = join(folder, "unplugged.tpcap");
    const recording = type(["record", path, "--port", board.port, "--seconds", "6", "--json"]);
    await vi.waitFor(() => expect(existsSync(path)).toBe(true), 30_000);
    await vi.waitFor(async () => expect((await framesIn(path)).length).toBeGreaterThan(50), 30_000);
    const before = await board.ask("count");
    board.tell("unplug");
    expect(await recording.ended, recording.said.stderr).not.toBeNull();
    expect(recording.said.stderr).toContain("went away");
    expect(recording.said.stderr).toContain("is there again");

    const document = JSON.parse(recording.said.stdout);
    expect(document.device).toMatchObject({ board: "nucleo-f446re", app: "stream", model: "toy" });
    expect(document.records.hello).toBeGreaterThanOrEqual(2);
    const frames = await framesIn(path);
    expect(frames.some((frame) => frame < before)).toBe(true);
    expect(frames.at(-1)).toBeGreaterThan(before);
    const capture = await loadCapture(path);
    expect(capture).toMatchObject({
      outcome: "stopped",
      manifest: { board: "nucleo-f446re", wireVersion: 1, link: board.port, monitor: null },
    });
    expect(capture.manifest.git?.commit).toMatch(/^[0-9a-f]{40}$/);

    const again = pioneer(["replay", path, "--json"]);
    expect(again.stdout).toBe(recording.said.stdout);
  });

  // A starved computer may not give the recorder its turn for 100 ms.
  test("a recorder that is killed loses at most the last 100 ms", { retry: 3 }, async () => {
    const board = await plugIn("killed");
    const path = join(folder, "killed.tpcap");
    rmSync(path, { force: true });
    const recording = type(["record", path, "--port", board.port]);
    await vi.waitFor(() => expect(existsSync(path)).toBe(true), 30_000);
    await vi.waitFor(async () => expect((await framesIn(path)).length).toBeGreaterThan(50), 30_000);
    const sent = await board.ask("count");
    recording.child.kill("SIGKILL");
    await recording.ended;
    const capture = await loadCapture(path);
    expect(capture.outcome).toBeUndefined();
    const frames = await framesIn(path);
    expect(frames).toEqual(frames.map((_, index) => (frames[0] as number) + index));
    expect(frames.at(-1)).toBeGreaterThanOrEqual(sent - FRAMES_IN_100_MS);

    const replayed = pioneer(["replay", path, "--json"]);
    expect(replayed.status, replayed.stderr).toBe(0);
    expect(replayed.stderr).toContain("warning: read up to byte");
    expect(JSON.parse(replayed.stdout).records.output).toBe(frames.length);
  });

  test("monitor shows records as they come, a fault and the depth of the stack among them", async () => {
    const board = await plugIn("watched");
    const watching = type(["monitor", "--port", board.port, "--seconds", "60"]);
    await vi.waitFor(() => expect(watching.said.stdout).toMatch(/output +frame 20,/), 30_000);
    board.tell("fault");
    board.tell("summary");
    await vi.waitFor(() => expect(watching.said.stdout).toMatch(/summary/), 10_000);
    await sleep(50);
    watching.child.kill("SIGINT");
    await watching.ended;
    const { stdout } = watching.said;
    expect(stdout).toMatch(/hello +nucleo-f446re, stream, toy 0123456789abcdef, cc, 180 MHz/);
    expect(stdout).toMatch(/fault +the device met a bus fault at 0x08000123/);
    expect(stdout).toMatch(/summary +\d+ frames, 0 records dropped, 0 bad frames, 1184 B of stack/);
    expect(stdout).toContain("1,184 B of stack at most");
  });
});
