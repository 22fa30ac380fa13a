/**
 * The driver of INA current monitors over two I2C lines, under sanitizers, against a model of the parts made from
 * their data sheets. Shunt of conversion n is -(n + 1), bus 1000 + n.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

describe.skipIf(!hasGcc)("INA over I2C (needs gcc)", () => {
  let program: string;
  beforeAll(() => {
    const sources = [
      "firmware/power/ina.c",
      "firmware/power/i2c.c",
      "test/unit/firmware/ina_model.c",
    ];
    program = buildOnHost("ina", sources);
  });

  function read(part: number, count = 2): readonly string[] {
    const env = { PART: String(part), COUNT: String(count) };
    const finished = runOnHost(program, [], new Uint8Array(), env);
    expect(finished.stderr).toBe("");
    return finished.stdout.toString().trim().split("\n");
  }

  // -1 and -2 in 16 bits; the bus register holds 1000 and 1001 from bit 3 on (0x1f40, 0x1f48), ready is bit 1.
  it("INA219: known by its configuration after a reset, read until ready", () => {
    expect(read(219)).toEqual([
      "part 219 configuration 8000 0000",
      "00ffff 001f42 1f42",
      "00fffe 001f4a 1f4a",
      "waited 4",
    ]);
  });

  // 1000 is 0x3e8; ready is bit 3 of mask/enable.
  it("INA226: known by its identification, set to convert without end", () => {
    expect(read(226)).toEqual([
      "part 226 configuration 4127 0000",
      "00ffff 0003e8 0008",
      "00fffe 0003e9 0008",
      "waited 4",
    ]);
  });

  // 20 bits from bit 4 on: -1 is 0xfffff0, 1000 is 0x003e80; the fine range, continuous shunt and bus.
  it("INA228: 24 bits, the fine range", () => {
    expect(read(228)).toEqual([
      "part 228 configuration 0010 bb68",
      "fffff0 003e80 0002",
      "ffffe0 003e90 0002",
      "waited 4",
    ]);
  });

  it("nobody answers: none is found", () => {
    expect(read(0, 0)).toEqual(["part 0 configuration 0000 0000", "waited 0"]);
  });
});
