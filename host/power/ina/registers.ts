/**
 * Turns the raw registers of an INA219, INA226 or INA228 into volts, by the tables of their data sheets.
 * Getting the registers is left to ina.ts and the firmware, which runs the INA228 in its fine range.
 */
import type { InaRecord } from "../../decode/records.gen.ts";

export interface InaVolts {
  /** Across the shunt [V]; below 0 where the current runs the other way. */
  readonly shuntV: number;
  readonly busV: number;
  /** The shunt's register is at an end of its range, or the part says that it overflowed. */
  readonly isClipped: boolean;
}

interface Part {
  readonly name: string;
  /** Bits of the registers' values, and those that stand right of them. */
  readonly shuntBits: number;
  readonly shuntShift: number;
  readonly busShift: number;
  /** [V] */
  readonly shuntLsbV: number;
  readonly busLsbV: number;
  /** Largest shunt value that is a measurement. */
  readonly fullScale: number;
  /** In the status register. */
  readonly overflow: number;
}

const PARTS: Readonly<Record<number, Part>> = {
  219: {
    name: "INA219",
    shuntBits: 16,
    shuntShift: 0,
    busShift: 3,
    shuntLsbV: 10e-6,
    busLsbV: 4e-3,
    fullScale: 32_000,
    overflow: 1 << 0,
  },
  226: {
    name: "INA226",
    shuntBits: 16,
    shuntShift: 0,
    busShift: 0,
    shuntLsbV: 2.5e-6,
    busLsbV: 1.25e-3,
    fullScale: 0x7fff,
    overflow: 1 << 2,
  },
  228: {
    name: "INA228",
    shuntBits: 20,
    shuntShift: 4,
    busShift: 4,
    shuntLsbV: 78.125e-9,
    busLsbV: 195.3125e-6,
    fullScale: 0x7ffff,
    overflow: 1 << 9,
  },
};

/** undefined for a number that no part has. */
export function inaName(part: number): string | undefined {
  return PARTS[part]?.name;
}

/** One shunt step as a current [A], for people. */
export function inaStepA(part: number, shuntOhm: number): number {
  return (PARTS[part]?.shuntLsbV ?? Number.NaN) / shuntOhm;
}

/** undefined for a part that is not known. */
export function inaVolts(record: InaRecord): InaVolts | undefined {
  const part = PARTS[record.part];
  if (!part) return undefined;
  const unused = 32 - part.shuntBits;
  const shunt = ((record.shunt >>> part.shuntShift) << unused) >> unused;
  const bus = record.bus >>> part.busShift;
  return {
    shuntV: shunt * part.shuntLsbV,
    busV: bus * part.busLsbV,
    isClipped: Math.abs(shunt) >= part.fullScale || (record.status & part.overflow) !== 0,
  };
}
