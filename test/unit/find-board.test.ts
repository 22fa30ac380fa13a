import { describe, expect, it } from "vitest";
import { LinkError, MissingToolError } from "../../codegen/index.ts";
import { controlLinesOf } from "../../host/link/control-lines.ts";
import { boardPorts, chooseBoardPort } from "../../host/link/find-board.ts";

const NUCLEO = { vendor: "0483", product: "374b", device: "ST-LINK/V2-1 of Nucleo boards" };
const BRIDGE = { vendor: "10c4", product: "ea60", device: "CP2102N serial bridge" };
const BOARDS = [
  { id: "nucleo-f446re", usb: [NUCLEO] },
  { id: "nucleo-l476rg", usb: [NUCLEO] },
  { id: "esp32dev", usb: [BRIDGE] },
  { id: "bare" },
];

const port = (path: string, vendorId?: string, productId?: string, serialNumber?: string) => ({
  ...{ path, vendorId, productId, serialNumber },
  ...{ manufacturer: undefined, pnpId: undefined, locationId: undefined },
});
const ST = port("/dev/ttyACM0", "0483", "374B", "0670FF");
const ESP = port("/dev/ttyUSB0", "10c4", "ea60", "0001");
const PLAIN = port("/dev/ttyS0");

const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("the ports that boards are on", () => {
  it("are those with their USB ids, whatever the case of the digits", () => {
    expect(boardPorts([PLAIN, ESP, ST], BOARDS)).toEqual([
      {
        path: "/dev/ttyACM0",
        serialNumber: "0670FF",
        device: NUCLEO.device,
        boards: ["nucleo-f446re", "nucleo-l476rg"],
      },
      { path: "/dev/ttyUSB0", serialNumber: "0001", device: BRIDGE.device, boards: ["esp32dev"] },
    ]);
  });

  it("one is taken, and of a named board its own", () => {
    expect(chooseBoardPort([PLAIN, ST], BOARDS, {}).path).toBe("/dev/ttyACM0");
    expect(chooseBoardPort([ESP, ST], BOARDS, { board: "esp32dev" }).path).toBe("/dev/ttyUSB0");
    expect(chooseBoardPort([ESP, ST], BOARDS, { serial: "0670FF" }).path).toBe("/dev/ttyACM0");
  });

  it("two of one device are one: the first in order of their numbers", () => {
    const ports = [10, 9].map((n) => port(`/dev/ttyACM${n}`, "0483", "374b", "0670FF"));
    expect(chooseBoardPort(ports, BOARDS, {}).path).toBe("/dev/ttyACM9");
  });

  it("several devices are listed with the way to choose", () => {
    const error = refusal(() => chooseBoardPort([ESP, ST], BOARDS, {}));
    expect(error).toBeInstanceOf(LinkError);
    expect(error).toMatchObject({
      code: "TP-LINK-011",
      exitStatus: 4,
      text: {
        what: "2 ports could be the board",
        why: "/dev/ttyACM0: ST-LINK/V2-1 of Nucleo boards, serial 0670FF; /dev/ttyUSB0: CP2102N serial bridge, serial 0001",
        fix: "choose one: --serial 0670FF, or --port /dev/ttyACM0",
      },
    });
    const clones = ["/dev/ttyUSB0", "/dev/ttyUSB1"].map((path) => port(path, "10c4", "ea60"));
    expect(refusal(() => chooseBoardPort(clones, BOARDS, {}))).toMatchObject({
      text: { fix: "choose one: --port /dev/ttyUSB0" },
    });
  });

  it("none is an error that says what was looked for and what is there", () => {
    const error = refusal(() => chooseBoardPort([ESP, PLAIN], BOARDS, { board: "nucleo-f446re" }));
    expect(error).toBeInstanceOf(MissingToolError);
    expect(error).toMatchObject({
      code: "TP-NEED-012",
      text: {
        what: "no nucleo-f446re is plugged in",
        why: "no port has USB ids 0483:374b; there are /dev/ttyUSB0 (10c4:ea60)",
      },
    });
    expect(refusal(() => chooseBoardPort([], BOARDS, { serial: "7" }))).toMatchObject({
      text: {
        why: "no port has a known board's USB ids and serial number 7; there is none on USB",
      },
    });
  });
});

describe("control lines", () => {
  it("leave an ESP32 running and make a chip's own USB talk", () => {
    for (const bridge of ["10c4", "1A86", "0403", "303a"]) {
      expect(controlLinesOf(bridge)).toEqual({ dtr: false, rts: false });
    }
    for (const own of ["2e8a", "2341", "16c0"]) {
      expect(controlLinesOf(own)).toEqual({ dtr: true, rts: false });
    }
    expect(controlLinesOf(undefined)).toEqual({ dtr: false, rts: false });
  });
});
