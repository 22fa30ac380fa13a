/**
 * How much a model file may ask for, and the errors for files that ask for more or are damaged.
 * Reading the bytes is left to wire.ts, their meaning to messages.ts and graph.ts.
 */

import { ModelFileError } from "../../errors.ts";

/** Bounds on a hostile file; each is far above any network that fits a microcontroller. */
export const LIMITS = {
  /** Largest file [byte]; also bounds every tensor in it. */
  fileBytes: 64 * 1024 * 1024,
  /** Messages and names; an empty one costs 2 bytes in the file and hundreds in memory. */
  parts: 200_000,
  /** Values in lists outside raw tensor bytes; one costs at least 1 byte in the file and 8 in memory. */
  listValues: 16 * 1024 * 1024,
  /** Weights that layers may copy beyond one for each 4 B of the file; nodes may share a tensor. */
  sharedWeights: 4 * 1024 * 1024,
  /** Numbers listed to say which values tensors hold, all tensors together. */
  listed: 4 * 1024 * 1024,
  /** Characters of a name or text [UTF-8 byte]. */
  textBytes: 1024,
  /** Dimensions of a tensor. */
  rank: 8,
  /** Values per time step of any layer; keeps every product of two sizes exact. */
  layerSize: 65_536,
} as const;

/** The beginning of a list that a file may make long, for messages. */
export function shown(values: ArrayLike<number>): string {
  const first = Array.from({ length: Math.min(values.length, 8) }, (_, index) => values[index]);
  return `${first}${values.length > 8 ? `, ... (${values.length})` : ""}`;
}

const EXPORT_AGAIN = "export the model again, or copy the file again; onnx.checker names the fault";

/** TP-MODEL-001: the file is empty or larger than {@link LIMITS}.fileBytes. */
export function fileSizeError(file: string, bytes: number): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-001",
    {
      what: `${file} holds ${bytes} B; a model file holds 1 to ${LIMITS.fileBytes} B`,
      why:
        bytes === 0 ? "the file is empty" : "no network that fits a microcontroller is this large",
      fix: "check that the path names the model, and export only the recurrent network",
    },
    { file, bytes, limitBytes: LIMITS.fileBytes },
  );
}

/** TP-MODEL-002: the bytes are no protobuf message; `why` says where they stop making sense. */
export function damagedFileError(file: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-002",
    {
      what: `${file} cannot be read as ONNX`,
      why: `the file is damaged, cut short, or of another format: ${why}`,
      fix: EXPORT_AGAIN,
    },
    { file },
  );
}

/** TP-MODEL-003: something in the file is beyond a bound of {@link LIMITS}. */
export function limitError(file: string, what: string, limit: number): ModelFileError {
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

/** TP-MODEL-004: a tensor's bytes are not what its dimensions and type ask for. */
export function tensorError(file: string, tensor: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-004",
    { what: `${file}: tensor "${tensor}" cannot be read`, why, fix: EXPORT_AGAIN },
    { file, tensor },
  );
}

/** TP-MODEL-005: a protobuf message, but no ONNX model with one graph. */
export function notOnnxError(file: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-005",
    { what: `${file} is not an ONNX model`, why, fix: EXPORT_AGAIN },
    { file },
  );
}

/** TP-MODEL-006: the graph contradicts itself: a value from nowhere, a weight of the wrong shape. */
export function graphError(file: string, node: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-006",
    { what: `${file}: node "${node}" contradicts the graph`, why, fix: EXPORT_AGAIN },
    { file, node },
  );
}

/** TP-MODEL-007: a weight that is NaN or infinite. */
export function nonFiniteError(file: string, tensor: string, index: number): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-007",
    {
      what: `${file}: tensor "${tensor}" holds NaN or infinity at element ${index}`,
      why: "the training diverged or the file is damaged; no scale can hold such a weight",
      fix: "export a checkpoint from before the loss became NaN",
    },
    { file, tensor, index },
  );
}

/** TP-MODEL-008: a tensor whose bytes lie in another file that cannot be used. */
export function externalDataError(file: string, tensor: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-008",
    {
      what: `${file}: tensor "${tensor}" lies in another file`,
      why,
      fix: "put the file beside the model, or onnx.save_model(onnx.load(FILE), FILE, save_as_external_data=False)",
    },
    { file, tensor },
  );
}
