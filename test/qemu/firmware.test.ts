/**
 * The firmware on the emulated Cortex-M4: built by PlatformIO, spoken to over its serial port.
 * Its programs on the host, under sanitizers, are left to test/unit/firmware-session.test.ts.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { build, Device, freshFolder, functionAt, missing, TOY_MODEL } from "./device.ts";
import * as wire from "./wire.ts";

const NOTHING = Uint8Array.of(0);
const IDENTIFY = Uint8Array.of(1);

if (missing.length > 0) console.warn(`firmware in QEMU is skipped: ${missing.join(", ")} missing`);

describe.skipIf(missing.length > 0)("firmware in QEMU", { timeout: 20_000 }, () => {
  const elves = new Map<string, string>();
  let device: Device | undefined;

  beforeAll(() => {
    const faultApp = fileURLToPath(new URL("fault-app", import.meta.url));
    for (const [app, env] of [
      ["check", {}],
      ["speed", {}],
      ["stream", {}],
      ["fault", { PIONEER_APP_DIR: faultApp }],
    ] as const) {
      const built = build({ PIONEER_APP: app, PIONEER_MODEL_DIR: TOY_MODEL, ...env });
      expect(built.status, built.log).toBe(0);
      expect(built.log).not.toMatch(/warning/i);
      elves.set(app, built.elf);
    }
  });

  afterEach(() => device?.close());

  async function boot(app: string): Promise<Device> {
    device = await Device.boot(elves.get(app) ?? "");
    return device;
  }

  it("greets, computes and takes its leave", async () => {
    const toy = await boot("check");
    toy.send(wire.IDENTIFY, IDENTIFY);
    const hello = await toy.receive();
    expect(hello.type).toBe(wire.HELLO);
    const text = (value: string) => [value.length, ...Buffer.from(value)];
    const start = ["qemu-m4", "check", "toy", "0123456789abcdef"].flatMap(text);
    expect([...hello.payload.slice(0, start.length)]).toEqual(start);
    // no clock, no counter (QEMU's DWT stands still), 3 bytes in, 3 out, 3 of state, 4 credits
    expect([...hello.payload.slice(-12)]).toEqual([0, 0, 0, 0, 0, 3, 0, 3, 0, 3, 0, 4]);

    toy.send(wire.INPUT, wire.inputPayload(0, [1, 2, 3]));
    toy.send(wire.INPUT, wire.inputPayload(1, [10, 0, 255]));
    toy.send(wire.RESET, NOTHING);
    toy.send(wire.INPUT, wire.inputPayload(2, [10, 0, 255]));
    const frames = [await toy.receive(), await toy.receive(), await toy.receive()];
    expect(frames.map((frame) => wire.readOutput(frame.payload))).toEqual([
      { frame: 0, cycles: 0n, values: [2, 4, 6], state: [1, 2, 3] },
      { frame: 1, cycles: 0n, values: [21, 2, 1], state: [11, 2, 2] },
      { frame: 2, cycles: 0n, values: [20, 0, 254], state: [10, 0, 255] },
    ]);

    toy.send(wire.STOP, NOTHING);
    const summary = await toy.receive();
    expect(summary.sequence).toBe(4);
    expect(wire.readSummary(summary.payload)).toMatchObject({
      frames: 3,
      droppedRecords: 0,
      badFrames: 0,
    });
    // Deeper than the arguments of one call, shallower than the linker script's 32 KB.
    expect(wire.readSummary(summary.payload).stackBytes).toBeGreaterThan(64);
    expect(wire.readSummary(summary.payload).stackBytes).toBeLessThan(4096);
    const times = [hello, ...frames, summary].map((frame) => frame.timestampUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await toy.exitStatus()).toBe(0);
  });

  it("keeps up with a thousand frames sent without waiting", async () => {
    const toy = await boot("stream");
    for (let i = 0; i < 1000; i++) toy.send(wire.INPUT, wire.inputPayload(i, [1, 0, 0]));
    toy.send(wire.STOP, NOTHING);
    for (let i = 0; i < 1000; i++) {
      const { frame, values } = wire.readOutput((await toy.receive()).payload);
      // the sum is i + 1, the output one more
      expect([frame, ...values]).toEqual([i, (i + 2) & 0xff, 0, 0]);
    }
    expect(wire.readSummary((await toy.receive()).payload)).toMatchObject({
      frames: 1000,
      droppedRecords: 0,
      badFrames: 0,
    });
  });

  it("goes on after a flipped, a dropped and a doubled byte", async () => {
    const toy = await boot("stream");
    const frame = wire.frameBytes(wire.INPUT, 0, wire.inputPayload(0, [1, 2, 3]));
    toy.write(frame.map((byte, at) => (at === 3 ? byte ^ 4 : byte)));
    toy.write(frame.filter((_, at) => at !== 3));
    toy.write(Uint8Array.from([...frame.subarray(0, 4), ...frame.subarray(3)]));
    toy.send(wire.INPUT, wire.inputPayload(0, [1, 2, 3]));
    expect(wire.readOutput((await toy.receive()).payload).values).toEqual([2, 4, 6]);
    toy.send(wire.STOP, NOTHING);
    expect(wire.readSummary((await toy.receive()).payload)).toMatchObject({
      frames: 1,
      badFrames: 3,
    });
  });

  it("measures the same twice", async () => {
    const toy = await boot("speed");
    for (let run = 0; run < 2; run++) {
      toy.send(wire.MEASURE, wire.measurePayload(2, 1));
      const first = wire.readOutput((await toy.receive()).payload);
      const last = wire.readOutput((await toy.receive()).payload);
      // by hand from xorshift32, as in the unit test of the programs
      expect(first).toEqual({ frame: 0, cycles: 0n, values: [], state: [] });
      expect(last).toEqual({ frame: 1, cycles: 0n, values: [0x23, 0x2c, 0x14], state: [] });
    }
  });

  // Armv7-M CFSR: 15 BFARVALID, 9 PRECISERR, 16 UNDEFINSTR, 25 DIVBYZERO, 0 IACCVIOL,
  // 7 MMARVALID, 4 MSTKERR, 1 DACCVIOL.
  it.each([
    { fault: 0, cause: 2, where: "read_nowhere", status: 0x8200, address: 0xf0000000 },
    { fault: 1, cause: 3, where: "run_undefined_instruction", status: 1 << 16, address: 0 },
    { fault: 2, cause: 3, where: "divide_by", status: 1 << 25, address: 0 },
    { fault: 3, cause: 1, where: "break_without_debugger", status: 0, address: 0 },
  ])("reports a fault in $where", async ({ fault, cause, where, status, address }) => {
    const toy = await boot("fault");
    toy.send(wire.INPUT, wire.inputPayload(0, [fault, 0, 0]));
    const frame = await toy.receive();
    expect(frame.type).toBe(wire.FAULT);
    const report = wire.readFault(frame.payload);
    expect(report).toMatchObject({ cause, status, address });
    expect(functionAt(elves.get("fault") ?? "", report.pc)).toBe(where);
    expect(functionAt(elves.get("fault") ?? "", report.lr)).toBe("main");
    expect(await toy.exitStatus()).toBe(4);
  });

  it("reports a jump out of the program by where it came from", async () => {
    const toy = await boot("fault");
    toy.send(wire.INPUT, wire.inputPayload(0, [4, 0, 0]));
    const report = wire.readFault((await toy.receive()).payload);
    expect(report).toMatchObject({ cause: 4, pc: 0x40004000, status: 1 });
    expect(functionAt(elves.get("fault") ?? "", report.lr)).toBe("run_peripheral");
    expect(await toy.exitStatus()).toBe(4);
  });

  it("reports where it hung when the watchdog warns", async () => {
    const toy = await boot("fault");
    toy.send(wire.INPUT, wire.inputPayload(0, [6, 0, 0]));
    const report = wire.readFault((await toy.receive()).payload);
    expect(report.cause).toBe(6);
    expect(functionAt(elves.get("fault") ?? "", report.pc)).toBe("hang");
    expect(functionAt(elves.get("fault") ?? "", report.lr)).toBe("main");
    expect(await toy.exitStatus()).toBe(4);
  });

  it("reports a full stack: no program counter, and who called last", async () => {
    const toy = await boot("fault");
    toy.send(wire.INPUT, wire.inputPayload(0, [5, 0, 0]));
    const report = wire.readFault((await toy.receive()).payload);
    expect(report).toMatchObject({ cause: 7, pc: 0, status: 0x92 });
    expect(functionAt(elves.get("fault") ?? "", report.lr)).toBe("recurse");
    // in the linker script's guard, the first 4 KB of RAM
    expect(report.address).toBeGreaterThanOrEqual(0x20000000);
    expect(report.address).toBeLessThan(0x20001000);
    expect(await toy.exitStatus()).toBe(4);
  });

  it("has the symbols that the plugin watches, 16 bytes each", () => {
    const elf = elves.get("stream") ?? "";
    const listing = spawnSync("arm-none-eabi-nm", ["-S", elf], { encoding: "utf8" }).stdout;
    expect(listing).toMatch(/ 00000010 . pioneer_region_begin$/m);
    expect(listing).toMatch(/ 00000010 . pioneer_region_end$/m);
  });

  it("gives the same bytes from another folder, with no path of this computer in them", () => {
    const model = join(freshFolder(), "elsewhere");
    cpSync(TOY_MODEL, model, { recursive: true });
    const again = build({ PIONEER_APP: "stream", PIONEER_MODEL_DIR: model });
    const bytes = readFileSync(again.elf);
    expect(bytes.equals(readFileSync(elves.get("stream") ?? ""))).toBe(true);
    expect(bytes.includes(fileURLToPath(new URL("../../", import.meta.url)))).toBe(false);
    expect(bytes.includes(model)).toBe(false);
  });

  it.each([
    ["PIONEER_APP is not set", { PIONEER_APP: "" }],
    ["has no nope.c", { PIONEER_APP: "nope" }],
    ["has no pioneer_model.h", { PIONEER_APP: "check", PIONEER_MODEL_DIR: "/" }],
  ])("says in one line that %s", (message, env) => {
    const refused = build({ PIONEER_MODEL_DIR: TOY_MODEL, ...env });
    expect(refused.status).not.toBe(0);
    expect(refused.log).toContain(message);
    expect(refused.log).not.toContain("Traceback");
  });

  it("says in one line that the compiler is missing", () => {
    const path = freshFolder();
    mkdirSync(path, { recursive: true });
    for (const program of ["env", "sh", "python3"]) {
      const found = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
      symlinkSync(found.stdout.trim(), join(path, program));
    }
    const refused = build({ PIONEER_APP: "check", PIONEER_MODEL_DIR: TOY_MODEL, PATH: path });
    expect(refused.status).not.toBe(0);
    expect(refused.log.trim().split("\n")).toEqual([
      expect.stringContaining("arm-none-eabi-gcc is not on PATH"),
    ]);
  });
});
