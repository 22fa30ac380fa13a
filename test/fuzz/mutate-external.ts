/**
 * Changes ONNX models whose weights lie in a file beside them: the model as mutate-onnx.ts does, or that file.
 * What a folder of files may be asked for is tested in onnx-external.test.ts.
 */

import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { externalDataError } from "../../codegen/model/onnx/refusals.ts";
import { RECURRENT_CASES } from "../unit/onnx-recurrent-cases.ts";
import { denoiserSpec, type ModelSpec, writeOnnx } from "../unit/onnx-writer.ts";
import type { Format } from "./campaign.ts";
import { type Draw, mutateBytes, otherBytes } from "./draw.ts";
import { mutateOnnx } from "./mutate-onnx.ts";
import { packPair, unpackPair } from "./pair.ts";

const FILE = "mutant.onnx";
const WEIGHTS = "weights.bin";

/** The model and the file of its weights, one after the other, as a pair. */
function outside(spec: ModelSpec): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const initializers = spec.initializers?.map((tensor) => {
    if ((tensor.type ?? "float") !== "float") return tensor;
    const bytes = new Uint8Array(Float32Array.from(tensor.values).buffer);
    const external = { location: WEIGHTS, offset: `${offset}`, length: `${bytes.length}` };
    parts.push(bytes);
    offset += bytes.length;
    return { ...tensor, external };
  });
  const weights = Uint8Array.from(parts.flatMap((part) => [...part]));
  return packPair(writeOnnx({ ...spec, initializers: initializers ?? [] }), weights);
}

function mutate(bytes: Uint8Array, draw: Draw): Uint8Array {
  const [model, weights] = unpackPair(bytes);
  const choice = draw(8);
  if (choice === 0) return packPair(model, mutateBytes(weights, draw));
  if (choice === 1) return packPair(model, otherBytes(weights, draw));
  return packPair(mutateOnnx(model, draw), weights);
}

export const EXTERNAL_FORMAT: Format = {
  seeds: [denoiserSpec(3, 2, 4), ...RECURRENT_CASES.map(([, { spec }]) => spec)].map(outside),
  mutate,
  read: (bytes) => {
    const [model, weights] = unpackPair(bytes);
    return readOnnxModel(model, FILE, (location, tensor) => {
      if (location === WEIGHTS) return weights;
      throw externalDataError(FILE, tensor, `there is no file "${location}"`);
    });
  },
};
