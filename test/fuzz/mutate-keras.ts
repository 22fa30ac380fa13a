/**
 * Changes a .keras archive where it hurts: its configuration, its weights' HDF5, its directory, files missing or twice; and
 * bytes anywhere.
 * How HDF5 and JSON are changed is left to mutate-h5.ts and mutate-json.ts.
 */

import { unzipSync, zipSync } from "fflate";
import { readKerasModel } from "../../codegen/model/keras/read.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, NUMBERS, pick } from "./draw.ts";
import { kerasSeeds, mutateHdf5 } from "./mutate-h5.ts";
import { mutateJson } from "./mutate-json.ts";

/** Offsets of numbers of 2 and 4 bytes in an entry of an archive's directory. */
const FIELDS = [8, 10, 16, 20, 24, 28, 30, 42] as const;

/** Parts of the seeds, so that none is taken apart twice and HDF5's places are found once. */
const PARTS = new WeakMap<Uint8Array, Readonly<Record<string, Uint8Array>>>();

function partsOf(bytes: Uint8Array): Readonly<Record<string, Uint8Array>> {
  const parts = PARTS.get(bytes) ?? unzipSync(bytes);
  PARTS.set(bytes, parts);
  return parts;
}

/** A number of a directory entry. */
function mutateDirectory(bytes: Uint8Array, draw: Draw): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: number[] = [];
  for (let at = 0; at + 46 <= bytes.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) entries.push(at);
  }
  if (entries.length === 0) return bytes;
  const at = pick(entries, draw) + pick(FIELDS, draw);
  view.setUint16(at, Number(BigInt.asUintN(16, pick(NUMBERS, draw))), true);
  return bytes;
}

function mutate(bytes: Uint8Array, draw: Draw): Uint8Array {
  const choice = draw(16);
  if (choice === 0) return mutateBytes(bytes, draw);
  if (choice === 1) return mutateDirectory(bytes.slice(), draw);
  const parts = { ...partsOf(bytes) };
  const weights = parts["model.weights.h5"] as Uint8Array;
  if (choice < 10) parts["config.json"] = mutateJson(parts["config.json"] as Uint8Array, draw);
  if (choice > 7) parts["model.weights.h5"] = mutateHdf5(weights, draw);
  if (choice === 15) delete parts[pick(Object.keys(parts), draw)];
  return zipSync(parts, { level: draw(32) === 0 ? 1 : 0 });
}

/** Every recorded .keras file of the tests, mutated. */
export const KERAS_FORMAT: Format = {
  seeds: kerasSeeds(".keras"),
  mutate,
  read: (bytes) => readKerasModel(bytes, "mutant.keras"),
};
