/**
 * How much a file whose graph is imported may ask for, and the errors for files that ask for more or are damaged.
 * Errors in another format's words are left to that format.
 */

import { FILE_BYTES, refusalsOf } from "../refusals.ts";

/** Bounds on a hostile file; each is far above any network that fits a microcontroller. */
export const LIMITS = {
  /** Largest file [byte]; also bounds every tensor in it. */
  fileBytes: FILE_BYTES,
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

export const EXPORT_AGAIN =
  "export the model again, or copy the file again; onnx.checker names the fault";

export const {
  damaged: damagedFileError,
  limit: limitError,
  tensor: tensorError,
  graph: graphError,
  nonFinite: nonFiniteError,
} = refusalsOf({ format: "ONNX", node: "node", again: EXPORT_AGAIN, write: "export" });
