/**
 * How much a TFLite file may ask for, and the errors for files that ask for more or are damaged.
 * Reading is left to flatbuffer.ts and schema.ts.
 */
import { ModelFileError } from "../../errors.ts";
import { refusalsOf } from "../refusals.ts";

/** Bounds on a hostile file; each is far above any network that fits a microcontroller. */
export const TFLITE_LIMITS = {
  /** Tables, vectors and texts read, counted again each time one is shared. */
  parts: 200_000,
  /** Values of vectors outside buffers. */
  vectorValues: 4 * 1024 * 1024,
  /** Weights of all layers together; operators may share a buffer, layers hold copies. */
  weights: 16 * 1024 * 1024,
  /** Bytes of a name [UTF-8 byte]. */
  textBytes: 1024,
  /** Dimensions of a tensor. */
  rank: 8,
  /** Values per time step of any layer; keeps every product of two sizes exact. */
  layerSize: 65_536,
} as const;

const CONVERT_AGAIN = "convert the model again, or copy the file again";

/** An error of the graph's import, which speaks of ONNX, with what to do about a TFLite file. */
export function inTfliteWords(error: unknown): unknown {
  if (!(error instanceof ModelFileError)) return error;
  const { code, text, facts } = error;
  const fix = text.fix.includes("onnx") ? CONVERT_AGAIN : text.fix;
  return new ModelFileError(code as `TP-MODEL-${number}`, { ...text, fix }, facts);
}

export const {
  damaged: damagedTfliteError,
  limit: tfliteLimitError,
  tensor: tfliteTensorError,
  graph: tfliteGraphError,
  nonFinite: tfliteNonFiniteError,
} = refusalsOf({
  format: "TFLite",
  node: "operator",
  again: CONVERT_AGAIN,
  write: "convert",
});
