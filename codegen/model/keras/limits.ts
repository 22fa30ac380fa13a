/**
 * How much a Keras file may ask for, and the errors for files that ask for more or are damaged.
 * Reading is left to archive.ts, ../hdf5 and config.ts.
 */
import { FILE_BYTES, refusalsOf } from "../refusals.ts";

/** Bounds on a hostile file; each is far above any network that fits a microcontroller. */
export const KERAS_LIMITS = {
  /** Files in an archive. */
  entries: 1024,
  /** What an archive's files may hold together beyond its own size, uncompressed [byte]. */
  inflatedBytes: FILE_BYTES / 4,
  /** A configuration [character]. */
  configCharacters: 2 * 1024 * 1024,
  /** Layers, each counted again where it is used again. */
  layers: 4096,
  /** Weights of all layers together. */
  weights: 16 * 1024 * 1024,
  /** Values per time step of any layer; keeps every product of two sizes exact. */
  layerSize: 65_536,
} as const;

export const KERAS = refusalsOf({
  format: "Keras",
  node: "layer",
  again: 'save the model again with model.save("NAME.keras"), or copy the file again',
  write: "save",
});
