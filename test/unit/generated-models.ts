/**
 * All generated models that the tests hold against a framework, by format, with their operator graphs.
 * The comparisons are left to the tests that each list names.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "../../codegen/model/load.ts";
import { layerGraph, onnxGraph, tfliteGraph } from "./model-graphs.ts";
import { AHEAD_CASES, AHEAD_CLASSIFIER_CASES } from "./onnx-ahead-cases.ts";
import { COMPOSED_CASES } from "./onnx-composed-cases.ts";
import { CLASSIFIER_CASES, RECURRENT_CASES } from "./onnx-recurrent-cases.ts";
import { STEP_CASES } from "./onnx-step-cases.ts";
import { WINDOW_CASES } from "./onnx-window-cases.ts";

export interface GeneratedModels {
  readonly format: string;
  /** What the answers are held against, and how. */
  readonly against: string;
  /** One a model. */
  readonly graphs: readonly string[];
}

const VECTORS = join(import.meta.dirname, "../vectors");

/** Answered by onnxruntime in onnx-operators.test.ts and onnx-ahead.test.ts. */
export const ONNX_CASES = [
  ...STEP_CASES,
  ...RECURRENT_CASES,
  ...CLASSIFIER_CASES,
  ...WINDOW_CASES,
  ...COMPOSED_CASES,
  ...AHEAD_CASES,
  ...AHEAD_CLASSIFIER_CASES,
] as const;

/** Paths of the files below test/vectors with this ending, sorted. */
export function recordedFiles(ending: string): readonly string[] {
  return readdirSync(VECTORS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(VECTORS, file));
}

/** The layers of recorded files whose names begin and end so. */
function recordedLayers(beginning: RegExp, ending: string): readonly string[] {
  return recordedFiles(ending)
    .filter((file) => beginning.test(file))
    .map((file) => layerGraph(loadModel(file, { modelsDir: "" }).model));
}

export const GENERATED_MODELS: readonly GeneratedModels[] = [
  {
    format: "ONNX",
    against: "onnxruntime, live, within 1e-5",
    graphs: ONNX_CASES.map(([, { spec }]) => onnxGraph(spec)),
  },
  {
    format: "TFLite",
    against: "TFLite Micro, recorded: integers exactly, real numbers within 1e-5",
    graphs: recordedFiles(".tflite").map((file) =>
      tfliteGraph(Uint8Array.from(readFileSync(file))),
    ),
  },
  ...[2, 3].flatMap((version) =>
    [".keras", ".h5"].map((ending) => ({
      format: `Keras ${version} ${ending}`,
      against: "Keras, recorded, within 1e-5",
      graphs: recordedLayers(new RegExp(`keras${version}-`), ending),
    })),
  ),
  ...[".torchscript.onnx", ".dynamo.onnx", ".safetensors"].map((ending) => ({
    format: `PyTorch ${ending}`,
    against: "PyTorch, recorded, within 1e-5",
    graphs: recordedLayers(/[/\\]torch[/\\]/, ending),
  })),
];
