/**
 * A board whose program was just loaded is waited for: away for a while, back under another name, noisy, silent, starting over
 * and over, with its old program, or another board. The devices are simulated, the ports are pseudo terminals.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PortInfo } from "../../host/link/passive-port.ts";
import {
  awaitBoard,
  lastingConnect,
  type ReturnRequest,
  returnedPort,
} from "../../host/link/returning-port.ts";
import { createSerialLink } from "../../host/link/serial.ts";
import { DeskPort, missingForPorts } from "./desk-port.ts";
import { type DeviceBehaviour, DIGEST, RESTART_LOG, SimulatedDevice } from "./link-device.ts";

const usb = [{ vendor: "2e8a", product: "000a", device: "Pico" }];
const board = { id: "sim", usb };

function port(path: string, serialNumber?: string, productId = "000a"): PortInfo {
  return { path, serialNumber, vendorId: "2E8A", productId } as PortInfo;
}

describe("where the board is after the upload", () => {
  const before = port("/dev/ttyACM0", "E66");
  const absent = () => false;

  test("the serial number tells, under whatever name", () => {
    const request = { path: "/dev/ttyACM0", before, board };
    const ports = [port("/dev/ttyACM0", "OTHER"), port("/dev/ttyACM1", "E66")];
    expect(returnedPort(request, ports, absent)).toBe("/dev/ttyACM1");
    // A probe with two ports has one serial number: the named one stays.
    const two = [port("/dev/ttyACM1", "E66"), before];
    expect(returnedPort(request, two, absent)).toBe("/dev/ttyACM0");
  });

  test("without one the name tells, else the only port with the board's USB ids", () => {
    const request = { path: "/dev/ttyACM0", before: undefined, board };
    expect(returnedPort(request, [], () => true)).toBe("/dev/ttyACM0");
    expect(returnedPort(request, [port("/dev/ttyACM3", "E66")], absent)).toBe("/dev/ttyACM3");
    const two = [port("/dev/ttyACM3", "E66"), port("/dev/ttyACM4", "E67")];
    expect(returnedPort(request, two, absent)).toBeUndefined();
    expect(returnedPort(request, [port("/dev/ttyACM3", "E66", "ffff")], absent)).toBeUndefined();
  });

  test("another device under the old name is not taken for the board", () => {
    const request = { path: "/dev/ttyACM0", before, board: { id: "sim" } };
    expect(returnedPort(request, [port("/dev/ttyACM0", "OTHER")], () => true)).toBeUndefined();
  });
});

test("a cable that was unplugged: its board is opened under its new name, and no other in its place", async () => {
  let listed = [port("/dev/ttyACM0", "E66"), port("/dev/ttyACM1", "OTHER")];
  const opened: string[] = [];
  const connect = lastingConnect("/dev/ttyACM0", board, {
    list: async () => listed,
    link: (path) => {
      opened.push(path);
      return createSerialLink({ path, baudRate: 115_200 });
    },
  });
  await connect();
  listed = [port("/dev/ttyACM0", "OTHER", "ffff")];
  await expect(connect()).rejects.toThrow("TP-LINK-040");
  listed = [port("/dev/ttyACM0", "OTHER", "ffff"), port("/dev/ttyACM2", "E66")];
  await connect();
  expect(opened).toEqual(["/dev/ttyACM0", "/dev/ttyACM2"]);
});

describe.skipIf(missingForPorts.length > 0)("the board on the desk", { timeout: 30_000 }, () => {
  let folder = "";
  let plugged: DeskPort[] = [];
  let listed: PortInfo[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-desk-"));
    plugged = [];
    listed = [];
  });
  afterEach(async () => {
    for (const one of plugged) await one.unplug();
    rmSync(folder, { recursive: true, force: true });
  });

  const path = () => join(folder, "port");

  async function plug(behaviour: DeviceBehaviour, name = path()): Promise<DeskPort> {
    const desk = await DeskPort.plug(name, (wire) => new SimulatedDevice(wire, behaviour));
    plugged.push(desk);
    return desk;
  }

  function wait(further: Partial<ReturnRequest> = {}) {
    return awaitBoard(
      {
        ...{ path: path(), before: undefined, board },
        expect: { board: "sim", app: "stream", modelDigest: DIGEST },
        ...{ uploadMs: performance.now(), returnMs: 20_000, greetingMs: 1500 },
        ...further,
      },
      {
        list: async () => listed,
        link: (name) => createSerialLink({ path: name, baudRate: 115_200 }),
      },
    );
  }

  test("comes back after a while, says what its boot ROM says, and greets", async () => {
    const waiting = wait();
    await sleep(400);
    await plug({ bootLog: RESTART_LOG, deafFor: 1, stays: true });
    expect(await waiting).toMatchObject({ path: path(), hello: { board: "sim", app: "stream" } });
  });

  test("comes back under another name", async () => {
    const other = join(folder, "other");
    const waiting = wait({ before: port(path(), "E66") });
    await sleep(300);
    await plug({ stays: true }, other);
    listed = [port(other, "E66")];
    expect(await waiting).toMatchObject({ path: other });
  });

  test("goes away again before it greets, and is sought again", async () => {
    const first = await plug({ silent: true });
    const waiting = wait();
    await sleep(400);
    await first.unplug();
    await sleep(300);
    await plug({ stays: true });
    expect(await waiting).toMatchObject({ path: path() });
  });

  test("runs the old program until it restarts with the new one", async () => {
    const old = await plug({ digest: "fedcba9876543210", stays: true });
    const waiting = wait();
    await sleep(600);
    await old.unplug();
    await plug({ stays: true });
    expect(await waiting).toMatchObject({ hello: { modelDigest: DIGEST } });
  });

  test("never comes back", async () => {
    await expect(wait({ returnMs: 300 })).rejects.toMatchObject({
      code: "TP-LINK-040",
      exitStatus: 4,
      text: { why: expect.stringContaining("there is none") },
    });
  });

  test("hangs without a byte", async () => {
    await plug({ silent: true });
    await expect(wait({ returnMs: 700, greetingMs: 500 })).rejects.toMatchObject({
      code: "TP-LINK-041",
      text: { why: "not one byte came", fix: expect.stringContaining("reset button") },
    });
  });

  test("hangs after the words of its boot ROM", async () => {
    await plug({ babble: "ets Jul 29 2019 12:21:46\r\nwaiting for download\r\n" });
    await expect(wait({ returnMs: 2000, greetingMs: 2000 })).rejects.toMatchObject({
      code: "TP-LINK-041",
      text: { why: expect.stringMatching(/^\d+ bytes came .* the last: waiting for download$/) },
    });
  });

  test("starts over and over", async () => {
    await plug({ babble: RESTART_LOG });
    await expect(wait({ returnMs: 2500, greetingMs: 2500 })).rejects.toMatchObject({
      code: "TP-LINK-041",
      text: {
        why: expect.stringMatching(/^it starts over and over, \d+ times .*: rst:0xc/),
        fix: expect.stringContaining("stronger supply"),
      },
    });
  });

  test("is another board, which is said at once", async () => {
    await plug({ board: "nucleo-l476rg", stays: true });
    const startMs = performance.now();
    await expect(wait({ returnMs: 20_000 })).rejects.toMatchObject({
      code: "TP-LINK-005",
      text: {
        what: "the device runs board nucleo-l476rg; expected sim",
        fix: "name the port of the board that is meant: pioneer ports lists them",
      },
    });
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });

  test("has run since before the upload", async () => {
    await plug({ uptimeUs: 60_000_000, stays: true });
    await expect(wait({ returnMs: 300 })).rejects.toMatchObject({
      code: "TP-LINK-041",
      text: { why: "what answers has been running since before the upload" },
    });
  });

  test("is left alone when the user gives up", async () => {
    const abort = new AbortController();
    const reason = new Error("the user left");
    setTimeout(() => abort.abort(reason), 200);
    await expect(wait({ signal: abort.signal })).rejects.toThrow();
  });
});
