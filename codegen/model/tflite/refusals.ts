/**
 * How much a TFLite file may ask for, and the errors for files that ask for more or are damaged.
 * The codes are those of the other formats for the same situations; reading is left to flatbuffer.ts and schema.ts.
 */
import { ModelFileError } from "../../errors.ts";

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

const EXPORT_AGAIN = "convert the model again, or copy the file again";

/** TP-MODEL-002: the bytes are no flatbuffer of TFLite's schema; `why` says where they stop making sense. */
export function damagedTfliteError(file: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-002",
    {
      what: `${file} cannot be read as TFLite`,
      why: `the file is damaged, cut short, or of another format: ${why}`,
      fix: EXPORT_AGAIN,
    },
    { file },
  );
}

/** TP-MODEL-003: something in the file is beyond a bound of {@link TFLITE_LIMITS}. */
export function tfliteLimitError(file: string, what: string, limit: number): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-003",
    {
      what: `${file}: ${what}; the limit is ${limit}`,
      why: "sizes in a file are not trusted: each is bounded before memory is taken for it",
      fix: EXPORT_AGAIN,
    },
    { file, limit },
  );
}

/** TP-MODEL-004: a tensor's bytes or scales are not what its shape and type ask for. */
export function tfliteTensorError(file: string, tensor: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-004",
    { what: `${file}: tensor "${tensor}" cannot be read`, why, fix: EXPORT_AGAIN },
    { file, tensor },
  );
}

/** TP-MODEL-006: the graph contradicts itself: a tensor from nowhere, a weight of the wrong shape. */
export function tfliteGraphError(file: string, node: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-006",
    { what: `${file}: operator "${node}" contradicts the graph`, why, fix: EXPORT_AGAIN },
    { file, node },
  );
}

/** TP-MODEL-007: a weight that is NaN or infinite. */
export function tfliteNonFiniteError(file: string, tensor: string, index: number): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-007",
    {
      what: `${file}: tensor "${tensor}" holds NaN or infinity at element ${index}`,
      why: "the training diverged or the file is damaged; no scale can hold such a weight",
      fix: "convert a checkpoint from before the loss became NaN",
    },
    { file, tensor, index },
  );
}
