import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serialFacts } from "../../host/workflow/serial/facts.ts";
import { type SerialFacts, serialFindings } from "../../host/workflow/serial/findings.ts";
import { installRules, udevRules } from "../../host/workflow/serial/udev-rules.ts";

const BOARDS = [
  { id: "nucleo", usb: [{ vendor: "0483", product: "374b", device: "ST-LINK/V2-1" }] },
  { id: "esp", usb: [{ vendor: "1a86", product: "7523", device: "CH340 serial bridge" }] },
  { id: "other", usb: [{ vendor: "0483", product: "374b", device: "ST-LINK/V2-1" }] },
];
const NUCLEO = { vendorId: "0483", productId: "374b" };
const CH340 = { vendorId: "1a86", productId: "7523" };
const port = (path: string, ids: { vendorId: string; productId: string } = NUCLEO) => ({
  ...{ path, ...ids, accessible: true },
  holders: [],
});

const QUIET: SerialFacts = {
  platform: "linux",
  ports: [],
  usb: [],
  processes: ["systemd", "bash"],
  hasRules: false,
};
const found = (facts: Partial<SerialFacts>) => serialFindings({ ...QUIET, ...facts }, BOARDS);

describe("what keeps a serial port from working", () => {
  it("is nothing on a computer without boards, whatever else runs", () => {
    expect(found({})).toEqual([]);
    expect(found({ processes: ["ModemManager", "brltty"] })).toEqual([]);
    expect(found({ usb: null, processes: null })).toEqual([]);
  });

  it("is a program that has it open, named with the way to end it", () => {
    const holders = [{ pid: 4711, name: "screen" }];
    expect(found({ ports: [{ ...port("/dev/ttyACM0"), holders }] })).toMatchObject([
      {
        name: "port /dev/ttyACM0",
        status: "warning",
        neededFor: "busy: screen (process 4711) has it open",
        fix: "end it: kill 4711",
      },
    ]);
  });

  it("is brltty where a bridge is there that it takes for a Braille display", () => {
    const usb = [{ ...CH340, name: "USB Serial" }];
    const [first] = found({ processes: ["brltty"], usb });
    expect(first).toMatchObject({ name: "brltty" });
    expect(first?.fix).toContain("systemctl mask");
    expect(found({ processes: ["brltty"], ports: [port("/dev/ttyACM0")] })).toEqual([]);
  });

  it("is ModemManager unless the rules keep it off", () => {
    const facts = { processes: ["ModemManager"], ports: [port("/dev/ttyACM0")] };
    expect(found(facts)).toMatchObject([{ name: "ModemManager" }]);
    expect(found({ ...facts, hasRules: true })).toEqual([]);
  });

  it("is a port that this user may not open, which rules would give", () => {
    const ports = [{ ...port("/dev/ttyACM0"), accessible: false }];
    expect(found({ ports })).toMatchObject([
      {
        name: "udev rules",
        neededFor: "this user may not open /dev/ttyACM0",
        fix: "pioneer doctor --udev-rules 70-tiny-pioneer.rules, then what it says",
      },
    ]);
  });

  it("is a board in its boot loader, with the way out", () => {
    const usb = [{ vendorId: "2e8a", productId: "0003", name: "RP2 Boot" }];
    expect(found({ usb })).toMatchObject([
      { name: "RP2040 boot ROM", fix: expect.stringContaining(".uf2") },
    ]);
  });

  it("is a bridge that no driver has", () => {
    const usb = [{ ...CH340, name: "USB Serial" }];
    expect(found({ usb })).toMatchObject([
      { name: "driver of 1a86:7523", fix: expect.stringContaining("modprobe ch341") },
    ]);
    expect(found({ usb, ports: [port("/dev/ttyUSB0", CH340)] })).toEqual([]);
  });

  it("are names: macOS's tty twins hang, Windows counts COM ports", () => {
    const twin = [port("/dev/tty.usbmodem14101")];
    expect(found({ platform: "darwin", ports: twin, usb: null })).toMatchObject([
      { name: "port names", status: "warning", fix: "--port /dev/cu.usbmodem14101" },
    ]);
    expect(found({ platform: "win32", usb: null })).toMatchObject([
      { name: "port names", status: "ok", fix: null, neededFor: expect.stringContaining("COM3") },
    ]);
  });
});

describe("udev rules", () => {
  it("name each device once, for the person at the screen and without ModemManager", () => {
    const text = udevRules(BOARDS);
    const rules = text.split("\n").filter((line) => line.startsWith("SUBSYSTEM"));
    expect(rules).toHaveLength(4);
    expect(rules[0]).toBe(
      'SUBSYSTEM=="tty", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374b", MODE="0660", TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"',
    );
    expect(installRules("a.rules")[0]).toBe(
      "sudo cp a.rules /etc/udev/rules.d/70-tiny-pioneer.rules",
    );
  });
});

describe("facts of a Linux computer", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "serial-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are read from its folders", () => {
    const tty = join(root, "ttyACM0");
    writeFileSync(tty, "");
    const folders = {
      proc: join(root, "proc"),
      usbDevices: join(root, "usb"),
      rules: [join(root, "rules")],
    };
    mkdirSync(join(folders.proc, "12345678", "fd"), { recursive: true });
    writeFileSync(join(folders.proc, "12345678", "comm"), "minicom\n");
    symlinkSync(tty, join(folders.proc, "12345678", "fd", "5"));
    mkdirSync(join(folders.usbDevices, "1-2"), { recursive: true });
    writeFileSync(join(folders.usbDevices, "1-2", "idVendor"), "1a86\n");
    writeFileSync(join(folders.usbDevices, "1-2", "idProduct"), "7523\n");
    mkdirSync(join(folders.usbDevices, "1-2:1.0"));
    mkdirSync(join(root, "rules"));
    writeFileSync(join(root, "rules", "70-tiny-pioneer.rules"), "");
    const row = {
      ...{ path: tty, vendorId: "0483", productId: "374b", accessible: true },
      ...{ manufacturer: null, serialNumber: null, boards: [] },
    };
    expect(serialFacts([row], "linux", folders)).toEqual({
      platform: "linux",
      ports: [
        {
          ...{ path: tty, vendorId: "0483", productId: "374b", accessible: true },
          holders: [{ pid: 12345678, name: "minicom" }],
        },
      ],
      usb: [{ vendorId: "1a86", productId: "7523", name: null }],
      processes: ["minicom"],
      hasRules: true,
    });
  });

  it("are unknown where there are no such folders", () => {
    const none = { proc: join(root, "a"), usbDevices: join(root, "b"), rules: [] };
    expect(serialFacts([], "linux", none)).toMatchObject({ usb: null, processes: null });
    expect(serialFacts([], "darwin", none)).toMatchObject({ usb: null, processes: null });
  });
});
