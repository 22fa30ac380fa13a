import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LinkError, MissingToolError } from "../../codegen/index.ts";
import { converse } from "../../host/link/converse.ts";
import { explainEnding } from "../../host/link/outcome.ts";
import { createQemuLink } from "../../host/link/qemu.ts";
import { createReplayLink } from "../../host/link/replay.ts";
import { createSerialLink, listPorts } from "../../host/link/serial.ts";
import type { Link } from "../../host/link/source.ts";
import { createTcpLink } from "../../host/link/tcp.ts";
import { INPUT_BYTES, listen } from "./link-device.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(onConnection: Parameters<typeof listen>[0]) {
  const server = await listen(onConnection);
  closers.push(server.close);
  return server;
}

async function readAll(link: Link): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of link.received) pieces.push(bytes);
  return Buffer.concat(pieces);
}

const pattern = (length: number) => Buffer.alloc(length, Uint8Array.of(1, 2, 0, 3, 5, 7, 255));

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a TCP link", () => {
  it("carries every byte both ways, in order, then tells that the other side left", async () => {
    const bytes = pattern(3_000_000);
    const received: Buffer[] = [];
    const server = await serve((socket) => {
      socket.on("data", (piece: Buffer) => received.push(piece));
      socket.end(bytes);
    });
    const link = createTcpLink(server.host, server.port);
    await link.open();
    await link.write(bytes.subarray(0, 100_000));
    expect(Buffer.compare(await readAll(link), bytes)).toBe(0);
    expect(await link.ended).toEqual({
      state: "disconnected",
      why: "the other end closed the connection",
    });
    expect(Buffer.compare(Buffer.concat(received), bytes.subarray(0, 100_000))).toBe(0);
  });

  it("makes a fast sender wait for a slow reader", async () => {
    let sent = 0;
    const server = await serve((socket) => {
      const fill = () => {
        while (sent < 64 << 20 && socket.write(pattern(65_536))) sent += 65_536;
      };
      socket.on("drain", fill).on("error", () => {});
      fill();
    });
    const link = createTcpLink(server.host, server.port);
    await link.open();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const held = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBe(held);
    expect(held).toBeLessThan(32 << 20);
    await link.close();
  });

  it("ends as closed when this side closes it, and then takes nothing more", async () => {
    const server = await serve(() => {});
    const link = createTcpLink(server.host, server.port);
    await link.open();
    const writing = link.write(pattern(10));
    await writing;
    await link.close();
    await link.close();
    expect(await link.ended).toEqual({ state: "closed" });
    expect(await readAll(link)).toHaveLength(0);
    expect(await rejection(link.write(pattern(1)))).toMatchObject({ code: "TP-LINK-010" });
  });

  it("fails the writes that are under way when the link ends", async () => {
    const server = await serve((socket) => {
      socket.pause();
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const link = createTcpLink(server.host, server.port);
    await link.open();
    const error = await rejection(link.write(pattern(64 << 20)));
    expect(error).toMatchObject({ code: "TP-LINK-010" });
    expect((await link.ended).state).toBe("disconnected");
  }, 20_000);

  it("says why it cannot be opened", async () => {
    const server = await listen(() => {});
    server.close();
    const link = createTcpLink(server.host, server.port);
    const error = await rejection(link.open());
    expect(error).toBeInstanceOf(LinkError);
    expect(error).toMatchObject({ code: "TP-LINK-001" });
    expect(String(error)).toContain("ECONNREFUSED");
    await link.close();
  });

  it("is not opened once aborted", async () => {
    const reason = new Error("left");
    const link = createTcpLink("127.0.0.1", 1);
    await expect(link.open(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("a replay link", () => {
  const pieces = Array.from({ length: 40 }, (_, index) => ({
    bytes: Uint8Array.from(pattern(1 + index * 2500)),
    receiveTimeUs: index * 1000 + 7,
  }));

  it("gives the recorded bytes with the recorded times, however slowly they are read", async () => {
    const link = createReplayLink({ name: "recording", pieces });
    await link.open();
    await link.write(Uint8Array.of(1, 2, 3));
    const times = new Map<number, number>();
    for await (const { bytes, receiveTimeUs } of link.received) {
      times.set(receiveTimeUs, (times.get(receiveTimeUs) ?? 0) + bytes.length);
      if (receiveTimeUs % 5000 === 7) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([...times]).toEqual(pieces.map((piece) => [piece.receiveTimeUs, piece.bytes.length]));
    expect(await link.ended).toEqual({ state: "disconnected", why: "the recording ends here" });
  });

  it("keeps the recorded pace on request", async () => {
    const slow = [0, 40, 80].map((ms) => ({ bytes: Uint8Array.of(ms), receiveTimeUs: ms * 1000 }));
    const link = createReplayLink({ name: "recording", pieces: slow, realTime: true });
    const startMs = performance.now();
    await link.open();
    expect(await readAll(link)).toEqual(Buffer.from([0, 40, 80]));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(75);
  });
});

/** A pseudo terminal that sends back what it gets, in upper case; prints its name first. */
const ECHO = `
import os, pty, tty
master, slave = pty.openpty()
tty.setraw(master); tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    os.write(master, os.read(master, 4096).upper())
`;
const canEcho = process.platform === "linux" && spawnSync("python3", ["--version"]).status === 0;

describe("a serial link", () => {
  it.skipIf(!canEcho)("runs over a pseudo terminal (needs Linux and python3)", async () => {
    const echo = spawn("python3", ["-c", ECHO], { stdio: ["ignore", "pipe", "inherit"] });
    closers.push(() => echo.kill());
    const path = await new Promise<string>((resolve) => {
      echo.stdout.once("data", (name) => resolve(String(name).trim()));
    });
    const link = createSerialLink({ path, baudRate: 115_200 });
    await link.open();
    await link.write(Buffer.from("\0hello\xff", "latin1"));
    let heard = "";
    for await (const { bytes } of link.received) {
      heard += Buffer.from(bytes).toString("latin1");
      if (heard.length === 7) break;
    }
    expect(heard).toBe("\0HELLO\xff");
    echo.kill();
    expect((await link.ended).state).toBe("disconnected");
  });

  it("says which port there is not", async () => {
    const link = createSerialLink({ path: "/dev/no-such-port", baudRate: 115_200 });
    const error = await rejection(link.open());
    expect(error).toMatchObject({
      code: "TP-LINK-001",
      text: { what: "/dev/no-such-port cannot be opened" },
    });
  });

  it("lists ports, or says why it cannot", async () => {
    const { ports, warning } = await listPorts();
    expect(Array.isArray(ports)).toBe(true);
    if (warning !== undefined) expect(ports).toEqual([]);
  });
});

const EMULATOR = fileURLToPath(new URL("link-emulator.ts", import.meta.url));
const emulate = (mode: string) =>
  createQemuLink({
    machine: mode,
    command: process.execPath,
    args: ["--import", "tsx", EMULATOR, mode],
  });
const frames = Array.from({ length: 8 }, () => new Uint8Array(INPUT_BYTES));

describe("an emulator link", () => {
  let folder: string;
  const leftovers = () => readdirSync(folder).filter((name) => name.startsWith("pioneer-"));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "t-"));
    vi.stubEnv("TMPDIR", folder);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("starts the emulator, converses, and clears away", async () => {
    const result = await converse(emulate("run"), { kind: "stream", frames });
    expect(result.state).toBe("completed");
    expect(leftovers()).toEqual([]);
  });

  it("calls it a crash at once when the emulator dies", async () => {
    const result = await converse(emulate("die"), { kind: "stream", frames });
    expect(result).toMatchObject({ state: "crashed", end: { state: "exited", status: 134 } });
    expect(explainEnding(result)?.text).toMatchObject({
      what: "the emulator left with status 134 before the run was over",
      why: "qemu: fatal: lockup",
    });
  });

  it("says how to get an emulator that is not installed", async () => {
    const link = createQemuLink({ machine: "m", command: "qemu-system-no-such", args: [] });
    const error = await rejection(link.open());
    expect(error).toBeInstanceOf(MissingToolError);
    expect(error).toMatchObject({ code: "TP-NEED-010", exitStatus: 3 });
    expect(leftovers()).toEqual([]);
  });

  it("shows the last words of an emulator that refuses its arguments", async () => {
    const error = await rejection(emulate("refuse").open());
    expect(error).toMatchObject({
      code: "TP-LINK-002",
      text: { why: "loading plugin; unsupported machine type" },
    });
    expect(String(error)).toContain("left with status 1 before its serial line was up");
  });

  it("is stopped and cleared away when aborted", async () => {
    const abort = new AbortController();
    const link = emulate("silent");
    const talking = converse(link, { kind: "stream", frames }, { signal: abort.signal });
    await vi.waitFor(() => expect(leftovers()).toHaveLength(1), 5000);
    abort.abort(new Error("left"));
    await expect(talking).rejects.toThrow("left");
    expect(leftovers()).toEqual([]);
  });

  it.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "leaves nothing behind when %s ends the program",
    async (signal) => {
      const program = `
          import { createQemuLink } from "./host/link/qemu.ts";
          const boot = () => createQemuLink({ machine: "m", command: process.execPath,
            args: ["--import", "tsx", ${JSON.stringify(EMULATOR)}, "stays"] }).open();
          await Promise.all([boot(), boot()]);
          console.log("open");
          setInterval(() => {}, 1000);`;
      const child: ChildProcess = spawn(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "-e", program],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      expect(leftovers()).toHaveLength(2);
      const pids = leftovers().map((name) => Number(readFileSync(join(folder, name, "pid"))));
      child.kill(signal);
      const [, by] = await new Promise<unknown[]>((resolve) =>
        child.once("close", (...how) => resolve(how)),
      );
      expect(by).toBe(signal);
      await vi.waitFor(() => expect(leftovers()).toEqual([]), 5000);
      await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), 5000);
    },
    60_000,
  );
});
