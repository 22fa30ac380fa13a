/**
 * The formats that are mutated, by the name that the command line knows them by.
 * How each is mutated and read is left to its own file.
 */

import type { Format } from "./campaign.ts";
import { EXTERNAL_FORMAT } from "./mutate-external.ts";
import { H5_FORMAT } from "./mutate-h5.ts";
import { KERAS_FORMAT } from "./mutate-keras.ts";
import { ONNX_FORMAT } from "./mutate-onnx.ts";
import { SAFETENSORS_FORMAT } from "./mutate-safetensors.ts";
import { SIDECAR_FORMAT } from "./mutate-sidecar.ts";
import { TFLITE_FORMAT } from "./mutate-tflite.ts";

export const FORMATS: Readonly<Record<string, Format>> = {
  onnx: ONNX_FORMAT,
  "onnx-external": EXTERNAL_FORMAT,
  tflite: TFLITE_FORMAT,
  keras: KERAS_FORMAT,
  h5: H5_FORMAT,
  safetensors: SAFETENSORS_FORMAT,
  sidecar: SIDECAR_FORMAT,
};
