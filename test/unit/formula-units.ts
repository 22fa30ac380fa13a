/**
 * Dimensions of units: which powers of second, byte, joule, kelvin, coulomb, metre and dollar a unit is made of.
 * Operations, instructions, cycles, tokens and other counts have none.
 */

export type Dimension = Readonly<Record<string, number>>;

const BASE: Readonly<Record<string, Dimension>> = {
  "1": {},
  x: {},
  dB: {},
  op: {},
  MAC: {},
  cycle: {},
  instruction: {},
  token: {},
  frame: {},
  sample: {},
  s: { s: 1 },
  ms: { s: 1 },
  Hz: { s: -1 },
  h: { s: 1 },
  byte: { byte: 1 },
  GB: { byte: 1 },
  bit: { byte: 1 },
  Mbit: { byte: 1 },
  J: { J: 1 },
  kWh: { J: 1 },
  W: { J: 1, s: -1 },
  mW: { J: 1, s: -1 },
  A: { C: 1, s: -1 },
  Ah: { C: 1 },
  V: { J: 1, C: -1 },
  F: { C: 2, J: -1 },
  K: { K: 1 },
  m: { m: 1 },
  USD: { USD: 1 },
};

/** @throws RangeError for a unit that is not in the table */
export function dimensionOf(unit: string): Dimension {
  const total: Record<string, number> = {};
  let sign = 1;
  for (const part of unit.split(/([*/])/)) {
    if (part === "*" || part === "/") {
      sign = part === "/" ? -1 : 1;
      continue;
    }
    const base = BASE[part];
    if (base === undefined) throw new RangeError(`unknown unit "${part}" in "${unit}"`);
    for (const [name, power] of Object.entries(base)) {
      total[name] = (total[name] ?? 0) + sign * power;
    }
  }
  return total;
}

/** What a number in this unit becomes when the units of measurement shrink by these factors. */
export function rescale(unit: string, factors: Readonly<Record<string, number>>): number {
  return Object.entries(dimensionOf(unit)).reduce(
    (product, [name, power]) => product * (factors[name] ?? 1) ** power,
    1,
  );
}
