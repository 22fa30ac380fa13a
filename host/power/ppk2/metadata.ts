/**
 * Reads what a PPK2 says of itself: calibration a range, supply, hardware.
 * Asking for it is left to ppk2.ts, using the constants to samples.ts.
 */

/** Measuring ranges of the instrument, 0 the most sensitive. */
export const RANGES = 5;

/** Longest metadata that is read [byte]; a real one takes about 400. */
export const MAX_METADATA_BYTES = 8192;

/** Constants of one range; a sample's current follows from them (samples.ts). */
export interface RangeConstants {
  /** Shunt [ohm]. */
  readonly r: number;
  /** Gain's slope [1/A] and its constant part. */
  readonly gs: number;
  readonly gi: number;
  /** ADC offset [LSB of the scaled ADC value]. */
  readonly o: number;
  /** Offset current by supply [A/V] and its constant part [A]. */
  readonly s: number;
  readonly i: number;
  /** User's gain. */
  readonly ug: number;
}

export interface Ppk2Metadata {
  /** null when it does not say. */
  readonly calibrated: boolean | null;
  /** Supply it was last set to [mV]; null when it does not say. */
  readonly vddMillivolts: number | null;
  readonly hardware: string | null;
  readonly ranges: readonly RangeConstants[];
  /** Constants that were missing or no usable numbers: the defaults stand in. */
  readonly warnings: readonly string[];
}

const DEFAULT_SHUNTS_OHM = [1031.64, 101.65, 10.15, 0.94, 0.043] as const;

/** Whether the text holds its last line. */
export function isWhole(text: string): boolean {
  return /(^|\n)END\s*$/.test(text);
}

/** The constants of `KEY: VALUE` lines; never throws, for what is missing or `-nan` the defaults stand in. */
export function parseMetadata(text: string): Ppk2Metadata {
  const values = new Map<string, string>();
  for (const line of text.slice(0, MAX_METADATA_BYTES).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const warnings: string[] = [];
  const read = (key: string, otherwise: number, isUsable: (value: number) => boolean): number => {
    const text = values.get(key);
    const value = text === undefined || text === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && isUsable(value)) return value;
    warnings.push(`${key} is ${text === undefined ? "missing" : text}: ${otherwise} stands in`);
    return otherwise;
  };
  const any = () => true;
  const positive = (value: number) => value > 0;
  const ranges = DEFAULT_SHUNTS_OHM.map((shunt, range) => ({
    r: read(`R${range}`, shunt, positive),
    gs: read(`GS${range}`, 1, any),
    gi: read(`GI${range}`, 1, any),
    o: read(`O${range}`, 0, any),
    s: read(`S${range}`, 0, any),
    i: read(`I${range}`, 0, any),
    ug: read(`UG${range}`, 1, positive),
  }));
  const calibrated = values.get("Calibrated");
  const vdd = Number(values.get("VDD") ?? Number.NaN);
  return {
    calibrated: calibrated === undefined ? null : calibrated === "1",
    vddMillivolts: Number.isFinite(vdd) && vdd > 0 ? vdd : null,
    hardware: values.get("HW") ?? null,
    ranges,
    warnings,
  };
}
