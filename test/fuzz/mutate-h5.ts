/**
 * Changes an HDF5 file where it hurts: addresses and sizes, types of messages, letters and digits of names and of the
 * configuration, weights; and bytes anywhere.
 * Counting what becomes of it is left to campaign.ts.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readKerasModel } from "../../codegen/model/keras/read.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, NUMBERS, pick, SINGLES } from "./draw.ts";

export const KERAS_VECTORS = join(import.meta.dirname, "../vectors/keras");
/** Larger files only slow the campaign down. */
const MAX_SEED_BYTES = 48 * 1024;

/** What an HDF5 file is made of, by what its bytes look like. */
interface Places {
  /** Of 8 bytes that can be addresses or sizes in the file. */
  readonly addresses: readonly number[];
  /** Of 2 bytes that are small: types, sizes and counts of messages. */
  readonly words: readonly number[];
  readonly digits: readonly number[];
  readonly filled: readonly number[];
}

const FOUND = new WeakMap<Uint8Array, Places>();

function placesOf(bytes: Uint8Array): Places {
  const known = FOUND.get(bytes);
  if (known) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [addresses, words, digits, filled]: number[][] = [[], [], [], []];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== 0) filled?.push(at);
    if (byte >= 0x30 && byte <= 0x39) digits?.push(at);
    if (at % 2 === 0 && at + 2 <= bytes.length && byte !== 0 && bytes[at + 1] === 0)
      words?.push(at);
    if (at % 8 !== 0 || at + 8 > bytes.length) continue;
    const value = view.getBigUint64(at, true);
    if (value > 0n && value <= BigInt(bytes.length)) addresses?.push(at);
  }
  const places = { addresses, words, digits, filled } as Places;
  FOUND.set(bytes, places);
  return places;
}

function mutatePlace(bytes: Uint8Array, places: Places, draw: Draw): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const choice = draw(10);
  if (choice < 4) {
    const at = pick(places.addresses, draw);
    const old = view.getBigUint64(at, true);
    const other = view.getBigUint64(pick(places.addresses, draw), true);
    const values = [other, other, pick(NUMBERS, draw), old + 8n, old - 1n, BigInt(draw(200))];
    view.setBigUint64(at, BigInt.asUintN(64, pick(values, draw)), true);
  } else if (choice < 7) {
    const at = pick(places.words, draw);
    view.setUint16(at, pick([draw(32), draw(65_536), view.getUint16(at, true) + 1], draw), true);
  } else if (choice === 7) bytes[pick(places.digits, draw)] = 0x30 + draw(10);
  else if (choice === 8) bytes[pick(places.filled, draw)] = draw(256);
  else view.setUint32(4 * draw(Math.floor(bytes.length / 4)), pick(SINGLES, draw), true);
}

/** One to four changes of places, or now and then of bytes. */
export function mutateHdf5(bytes: Uint8Array, draw: Draw): Uint8Array {
  if (draw(10) === 0) return mutateBytes(bytes, draw);
  const changed = bytes.slice();
  const places = placesOf(bytes);
  for (let count = 1 + draw(4); count > 0; count--) mutatePlace(changed, places, draw);
  return changed;
}

/** Recorded files of Keras with an ending. */
export function kerasSeeds(ending: string): readonly Uint8Array[] {
  return readdirSync(KERAS_VECTORS)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => Uint8Array.from(readFileSync(join(KERAS_VECTORS, file))))
    .filter(({ length }) => length <= MAX_SEED_BYTES);
}

/** Every recorded .h5 file of the tests, mutated. */
export const H5_FORMAT: Format = {
  seeds: kerasSeeds(".h5"),
  mutate: mutateHdf5,
  read: (bytes) => readKerasModel(bytes, "mutant.h5"),
};
