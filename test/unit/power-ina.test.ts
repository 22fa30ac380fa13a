/** Registers of INA current monitors against the data sheets' weights, worked by hand, and their gaps. */
import { describe, expect, test } from "vitest";
import type { InaRecord } from "../../host/decode/records.gen.ts";
import { InaGrid } from "../../host/power/ina/ina.ts";
import { inaStepA, inaVolts } from "../../host/power/ina/registers.ts";

const record = (fields: Partial<InaRecord>): InaRecord => ({
  type: "ina",
  part: 226,
  index: 0,
  timeUs: 0,
  shunt: 0,
  bus: 0,
  status: 0,
  ...fields,
});

describe("registers", () => {
  test("INA219: 10 uV a step, 4 mV from bit 3 on", () => {
    // 330 steps are 3.3 mV; 0x19e2 >> 3 is 828, 3.312 V; the two flags are no part of it.
    expect(inaVolts(record({ part: 219, shunt: 330, bus: 0x19e2, status: 0x19e2 }))).toEqual({
      shuntV: 330 * 10e-6,
      busV: 828 * 4e-3,
      isClipped: false,
    });
    expect(inaVolts(record({ part: 219, shunt: 0xffff }))?.shuntV).toBe(-10e-6);
    expect(inaVolts(record({ part: 219, shunt: 32_000 }))?.isClipped).toBe(true);
    expect(inaVolts(record({ part: 219, status: 1 }))?.isClipped).toBe(true);
  });

  test("INA226: 2.5 uV and 1.25 mV a step", () => {
    // The data sheet's example: a bus register of 2570h (9584) is 11.98 V.
    expect(inaVolts(record({ shunt: 0x8300, bus: 0x2570 }))?.busV).toBeCloseTo(11.98, 9);
    // And a shunt register of 8300h is -80 mV.
    expect(inaVolts(record({ shunt: 0x8300 }))?.shuntV).toBeCloseTo(-0.08, 9);
    expect(inaVolts(record({ shunt: 0x7fff }))?.isClipped).toBe(true);
    expect(inaVolts(record({ status: 4 }))?.isClipped).toBe(true);
  });

  test("INA228: 78.125 nV and 195.3125 uV a step, 20 bits from bit 4 on", () => {
    const volts = inaVolts(record({ part: 228, shunt: 0xfffff0, bus: 0x3c0000, status: 2 }));
    expect(volts?.shuntV).toBeCloseTo(-78.125e-9, 15);
    // 0x3c000 is 245,760: 48 V.
    expect(volts?.busV).toBeCloseTo(48, 9);
    expect(inaVolts(record({ part: 228, status: 1 << 9 }))?.isClipped).toBe(true);
  });

  test("another part is none; the steps at 0.1 ohm and 3.3 V are the reference's 330, 83 and 2.6 uW", () => {
    expect(inaVolts(record({ part: 220 }))).toBeUndefined();
    const microwatts = [219, 226, 228].map((part) => 3.3e6 * inaStepA(part, 0.1));
    expect(microwatts[0]).toBeCloseTo(330, 6);
    expect(microwatts[1]).toBeCloseTo(82.5, 6);
    expect(microwatts[2]).toBeCloseTo(2.578, 3);
  });
});

describe("places", () => {
  // 400 steps of 2.5 uV over 1 ohm: 1 mA; 2400 of 1.25 mV: 3 V.
  const at = (index: number, timeUs: number, shunt = 400) =>
    record({ index, timeUs: timeUs >>> 0, shunt, bus: 2400 });

  test("a missing conversion, one that the board had no room for, and a new request", () => {
    const first = [at(0, 0), at(1, 2200), at(2, 4400), at(4, 8800), at(5, 11_000)];
    const grid = new InaGrid(first, 1);
    expect(grid.intervalS).toBeCloseTo(2.2e-3, 9);
    expect(grid.supplyV).toBeCloseTo(3, 9);
    const blocks = grid.place(first);
    expect(blocks.map(({ firstSample }) => firstSample)).toEqual([0, 4]);
    expect(blocks[0]?.currentsA[0]).toBeCloseTo(1e-3, 12);
    expect(grid.totals()).toMatchObject({ samples: 5, lost: 1, clipped: 0 });
    // Conversions 6 and 7 were read and not kept; a second passes between the requests, which is no loss.
    const [next] = grid.place([at(8, 1_000_000), at(9, 1_002_200, 0x7fff)]);
    // Places 6 to 8: two lost, one for the pause.
    expect(next?.firstSample).toBe(9);
    expect(grid.totals()).toMatchObject({ samples: 7, lost: 3, clipped: 1 });
  });

  test("the device's clock starts again after 2^32 us", () => {
    const grid = new InaGrid([at(0, 2 ** 32 - 2200), at(1, 2 ** 32), at(2, 2200)], 1);
    expect(grid.intervalS).toBeCloseTo(2.2e-3, 9);
  });
});
