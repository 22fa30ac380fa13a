/**
 * Batteries that a person may name, with what their makers say a fresh one holds.
 * How long one lasts is left to power-document.ts.
 *
 * Typical capacities at the makers' own drain and end voltage; none was checked against a source, and a cold or aged
 * battery, and one that is drained fast, holds less.
 */
export interface Battery {
  /** [mAh] */
  readonly capacityMah: number;
  /** Average while it is drained [V]. */
  readonly nominalV: number;
}

export const BATTERIES: Readonly<Record<string, Battery>> = {
  cr2032: { capacityMah: 225, nominalV: 2.9 },
  cr2450: { capacityMah: 600, nominalV: 2.9 },
  lir2032: { capacityMah: 40, nominalV: 3.6 },
  "zinc-air-10": { capacityMah: 90, nominalV: 1.3 },
  "zinc-air-312": { capacityMah: 175, nominalV: 1.3 },
  "zinc-air-13": { capacityMah: 300, nominalV: 1.3 },
  "zinc-air-675": { capacityMah: 620, nominalV: 1.3 },
  aaa: { capacityMah: 1100, nominalV: 1.3 },
  aa: { capacityMah: 2500, nominalV: 1.3 },
};
