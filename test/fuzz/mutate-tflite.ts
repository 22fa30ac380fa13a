/**
 * Changes a TFLite file where it hurts: scalars, lengths, lists of fields, weights, and offsets, which then share
 * tables, point out of the file or, wrapped around, back to where they came from; and bytes anywhere.
 * Counting what becomes of it is left to campaign.ts.
 */

import { readFileSync } from "node:fs";
import { readTfliteModel } from "../../codegen/model/tflite/read.ts";
import { recordedFiles } from "../unit/generated-models.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, NUMBERS, pick, SINGLES } from "./draw.ts";
import { type Place, placesOf } from "./flatbuffer-places.ts";

/** Larger files only slow the campaign down. */
const MAX_SEED_BYTES = 32 * 1024;

function write(view: DataView, { at, size }: Place, value: bigint): void {
  if (size === 1) view.setUint8(at, Number(BigInt.asUintN(8, value)));
  else if (size === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
  else if (size === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
  else view.setBigUint64(at, BigInt.asUintN(64, value), true);
}

function read(view: DataView, { at, size }: Place): bigint {
  if (size === 1) return BigInt(view.getUint8(at));
  if (size === 2) return BigInt(view.getUint16(at, true));
  if (size === 4) return BigInt(view.getUint32(at, true));
  return view.getBigUint64(at, true);
}

/** An edge, a step up or down, a small number, or what stands in another place of its kind. */
function otherNumber(view: DataView, place: Place, places: readonly Place[], draw: Draw): bigint {
  switch (draw(5)) {
    case 0:
      return pick(NUMBERS, draw);
    case 1:
      return read(view, place) + (draw(2) === 0 ? 1n : -1n);
    case 2:
      return BigInt(draw(160));
    case 3:
      return BigInt(pick(SINGLES, draw));
    default: {
      const other = pick(places, draw);
      return other.size === place.size ? read(view, other) : 0n;
    }
  }
}

/** One change of what the file is made of, in place. */
function mutatePlace(bytes: Uint8Array, found: ReturnType<typeof placesOf>, draw: Draw): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = (places: readonly Place[]): void => {
    if (places.length === 0) return;
    const place = pick(places, draw);
    write(view, place, otherNumber(view, place, places, draw));
  };
  const choice = draw(12);
  if (choice < 7) {
    numbers(choice < 5 ? found.scalars : choice === 5 ? found.lengths : found.slots);
    return;
  }
  if (choice < 9) {
    const { at } = pick(found.offsets, draw);
    const { target } = pick(found.offsets, draw);
    view.setUint32(at, draw(8) === 0 ? Number(pick(NUMBERS, draw) & 0xffffn) : target - at, true);
    return;
  }
  if (found.buffers.length === 0) return;
  const { at, size } = pick(found.buffers, draw);
  const word = at + 4 * draw(Math.max(1, Math.floor(size / 4)));
  if (size >= 4 && draw(2) === 0) view.setUint32(word, pick(SINGLES, draw), true);
  else bytes[at + draw(size)] = draw(256);
}

/** One to four changes of places, or now and then of bytes. */
function mutate(bytes: Uint8Array, draw: Draw): Uint8Array {
  if (draw(10) === 0) return mutateBytes(bytes, draw);
  const changed = bytes.slice();
  const found = placesOf(bytes);
  for (let count = 1 + draw(4); count > 0; count--) mutatePlace(changed, found, draw);
  return draw(20) === 0 ? mutateBytes(changed, draw) : changed;
}

/** Every recorded TFLite file of the tests, mutated. */
export const TFLITE_FORMAT: Format = {
  seeds: recordedFiles(".tflite")
    .map((file) => Uint8Array.from(readFileSync(file)))
    .filter(({ length }) => length <= MAX_SEED_BYTES),
  mutate,
  read: (bytes) => readTfliteModel(bytes, "mutant.tflite"),
};
