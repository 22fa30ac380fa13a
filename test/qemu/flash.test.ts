/**
 * `pioneer run --board rpipico --port PORT` as a user types it: built, copied onto the drive by PlatformIO, waited for,
 * greeted and compared. The desk is made here: a folder is the drive, a pseudo terminal the port, and rp2040js runs what
 * was copied. The loaders of other boards are left to their makers: none can run here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadBoard, type RealBoard } from "../../codegen/index.ts";
import { uploadFirmware } from "../../host/workflow/build.ts";
import { uploadError } from "../../host/workflow/flash/upload.ts";
import { prepare, writePrepared } from "../../host/workflow/generate.ts";
import { DeskPort, missingForPorts } from "../unit/desk-port.ts";
import { missingFor } from "./device.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RUN = join(ROOT, "firmware/rp2040js/run.mjs");
const FRAMES = 2;

const missing = [...missingFor("qemu-m0"), ...missingForPorts];
if (missing.length > 0) console.warn(`flashing is skipped: ${missing.join(", ")} missing`);

/** A Pico that waits with BOOTSEL held: its drive, and its port once a program was copied. */
class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), "pioneer-flash-"));
  readonly drive = join(this.folder, "drive");
  readonly port = join(this.folder, "port");
  #emulator: ChildProcess | undefined;
  #plugged: DeskPort | undefined;

  constructor() {
    mkdirSync(this.drive);
  }

  /** Starts what lies on the drive, and puts its UART behind the port. */
  async restart(): Promise<void> {
    const line = join(this.folder, "line");
    const args = [RUN, "-kernel", join(this.drive, "firmware.uf2"), "-serial", `unix:${line}`];
    this.#emulator = spawn(process.execPath, args, { stdio: "ignore" });
    for (let tries = 0; !existsSync(line) && tries < 200; tries++) await sleep(50);
    const uart: Socket = connect(line);
    await once(uart, "connect");
    uart.on("error", () => {});
    this.#plugged = await DeskPort.plug(this.port, (wire) => {
      wire.on("error", () => {});
      wire.pipe(uart).pipe(wire);
    });
  }

  async clear(): Promise<void> {
    await this.#plugged?.unplug();
    this.#emulator?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.skipIf(missing.length > 0)("run --port on a real board", { timeout: 300_000 }, () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => desk.clear());

  function typed(...words: string[]) {
    const args = [join(ROOT, "host/pioneer.mjs"), ...words, "--json"];
    const env = { ...process.env, PIONEER_DRIVE: desk.drive };
    const child = spawn(process.execPath, args, { cwd: ROOT, env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const ended = once(child, "close").then(([status]) => ({ status, stdout, stderr }));
    return { child, ended };
  }

  test("builds, uploads, waits, greets, compares and reports", async () => {
    const record = join(desk.folder, "run.tpcap");
    const run = typed(
      ...["run", "hearable", "--board", "rpipico", "--port", desk.port],
      ...["--frames", String(FRAMES), "--record", record],
    );
    while (!existsSync(join(desk.drive, "firmware.uf2")) && run.child.exitCode === null) {
      await sleep(100);
    }
    // The boot ROM restarts the chip once the last block is there, and the drive goes away.
    await sleep(300);
    await desk.restart();
    const { status, stdout, stderr } = await run.ended;
    expect(status, stderr + stdout).toBe(0);
    expect(stderr.split("\n").filter((line) => /^(building|uploading|waiting)/.test(line))).toEqual(
      [
        "building stream for rpipico",
        "uploading to rpipico",
        `waiting for rpipico on ${desk.port}`,
      ],
    );
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ board: "rpipico", frames: FRAMES });
    expect(document.verify).toMatchObject({ bitExact: true, mismatches: 0 });
    // SysTick's, through the greeting's clock; the board says that it is one, so the kind is a measurement's.
    expect(document.latencyMs).toMatchObject({ kind: "measured" });
    expect(document.memory.flashBytes).toBeGreaterThan(10_000);
    expect(readFileSync(record).length).toBeGreaterThan(1000);
  });

  test("says what the loader said, and what helps", async () => {
    const prepared = prepare("hearable", { board: "rpipico", format: "int8" });
    vi.stubEnv("PIONEER_DRIVE", join(desk.folder, "no-drive"));
    const { failed, log } = await uploadFirmware(
      {
        ...{ board: "bare-rpipico", app: "stream", key: prepared.folder },
        modelDir: writePrepared(prepared),
      },
      desk.port,
    );
    vi.unstubAllEnvs();
    expect(failed).toBe(true);
    const { code, exitStatus, text } = uploadError(prepared.board as RealBoard, desk.port, log);
    expect([code, exitStatus]).toEqual(["TP-LINK-042", 4]);
    expect(text.why).toContain("no drive RPI-RP2 is mounted");
    expect(text.fix).toContain("BOOTSEL");
  });
});

describe("an upload that failed", () => {
  const board = loadBoard("esp32dev") as RealBoard;

  test.each([
    // esptool, "Troubleshooting".
    [
      "A fatal error occurred: Failed to connect to ESP32: Wrong boot mode detected (0x13)!",
      "hold BOOT",
    ],
    // pyserial behind esptool.
    [
      "could not open port /dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'",
      "pioneer doctor",
    ],
    // OpenOCD without an ST-LINK.
    ["Error: open failed\nin procedure 'program'", "USB socket of the probe"],
  ])("%s", (log, fix) => {
    const error = uploadError(board, "/dev/ttyUSB0", `${log}\n*** [upload] Error 2\n`);
    expect(error.text.why).toContain(log.split("\n")[0]);
    expect(error.text.fix).toContain(fix);
  });

  test("keeps the loader's last words where they are not known", () => {
    const log = "Looking for it\nError: the flux is not aligned\n*** [upload] Error 1\n";
    expect(uploadError(board, "/dev/ttyUSB0", log).text.why).toBe("Error: the flux is not aligned");
  });
});
