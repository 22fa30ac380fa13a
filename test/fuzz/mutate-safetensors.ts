/**
 * Changes a safetensors file and the JSON that names its layers: the header's JSON and length, the JSON beside it, weights;
 * and bytes anywhere.
 * How JSON is changed is left to mutate-json.ts.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensorsModel } from "../../codegen/model/safetensors/read.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, NUMBERS, otherBytes, pick } from "./draw.ts";
import { mutateJson } from "./mutate-json.ts";
import { packPair, unpackPair } from "./pair.ts";

const VECTORS = join(import.meta.dirname, "../vectors/pytorch");

/** The header's JSON changed, its length as it is or not. */
function mutateHeader(bytes: Uint8Array, draw: Draw): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = mutateJson(bytes.slice(8, end), draw);
  const changed = new Uint8Array(8 + header.length + bytes.length - end);
  const length = draw(12) === 0 ? pick(NUMBERS, draw) : BigInt(header.length);
  new DataView(changed.buffer).setBigUint64(0, BigInt.asUintN(64, length), true);
  changed.set(header, 8);
  changed.set(bytes.subarray(end), 8 + header.length);
  return changed;
}

function mutate(packed: Uint8Array, draw: Draw): Uint8Array {
  const [bytes, description] = unpackPair(packed);
  switch (draw(6)) {
    case 0:
      return packPair(mutateBytes(bytes, draw), description);
    case 1:
      return packPair(otherBytes(bytes, draw), description);
    case 2:
    case 3:
      return packPair(mutateHeader(bytes, draw), description);
    case 4:
      return packPair(mutateHeader(bytes, draw), mutateJson(description, draw));
    default:
      return packPair(bytes, mutateJson(description, draw));
  }
}

/** Every recorded safetensors file of the tests with its description, mutated. */
export const SAFETENSORS_FORMAT: Format = {
  seeds: readdirSync(VECTORS)
    .filter((file) => file.endsWith(".safetensors"))
    .sort()
    .map((file) => {
      const path = join(VECTORS, file);
      const beside = path.replace(/\.safetensors$/, ".layers.json");
      return packPair(readFileSync(path), readFileSync(beside));
    }),
  mutate,
  read: (packed) => {
    const [bytes, description] = unpackPair(packed);
    const text = new TextDecoder().decode(description);
    return readSafetensorsModel(bytes, "mutant.safetensors", text);
  },
};
