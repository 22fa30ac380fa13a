/**
 * What every mutator draws from: seeded whole numbers, sizes and weights that hurt, and changes of bytes anywhere.
 * What a format is made of is left to the mutate-*.ts files.
 */

/** Uniform whole numbers in [0, below). */
export type Draw = (below: number) => number;

/** Sizes, counts and indices at the ends of what 8, 16, 32, 53 and 64 bits hold. */
export const NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  64n,
  65_536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 2n,
  2n ** 64n - 1n,
];

/** 1, NaN, infinity, the largest and the smallest single, -1, 0: their bits. */
export const SINGLES: readonly number[] = [
  0x3f800000, 0x7fc00000, 0x7f800000, 0x7f7fffff, 0x00000001, 0xbf800000, 0x00000000,
];

export function pick<T>(list: readonly T[], draw: Draw): T {
  return list[draw(list.length)] as T;
}

/** Cut, longer, or with one number of it changed. */
export function otherBytes(bytes: Uint8Array, draw: Draw): Uint8Array {
  const choice = draw(4);
  if (choice === 0) return bytes.slice(0, draw(bytes.length + 1));
  if (choice === 1) return Uint8Array.from([...bytes, ...bytes.slice(0, 1 + draw(64))]);
  const changed = bytes.slice();
  if (choice === 2 || bytes.length < 4) {
    if (changed.length > 0) changed[draw(changed.length)] = pick([0, 1, 2, 127, 128, 255], draw);
    return changed;
  }
  const at = 4 * draw(Math.floor(bytes.length / 4));
  new DataView(changed.buffer).setUint32(at, pick(SINGLES, draw), true);
  return changed;
}

/** A whole file cut short, or with one to four of its bytes changed. */
export function mutateBytes(bytes: Uint8Array, draw: Draw): Uint8Array {
  if (draw(4) === 0) return bytes.slice(0, draw(bytes.length));
  const changed = bytes.slice();
  for (let count = 1 + draw(4); count > 0 && changed.length > 0; count--) {
    changed[draw(changed.length)] = draw(256);
  }
  return changed;
}
