/**
 * Weights of an ONNX file that lie in files beside it: which bytes of which file, checked before any is used.
 * What the bytes mean is left to ../graph/tensor.ts.
 */

import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { LIMITS } from "../graph/limits.ts";
import type { OnnxGraph, OnnxTensor } from "../graph/nodes.ts";
import { externalDataError } from "./refusals.ts";

/** All bytes of a file beside the model's. @throws ModelFileError TP-MODEL-008 naming the tensor */
export type ReadBeside = (location: string, tensor: string) => Uint8Array;

/** A file that weights were read from. */
export interface ExternalFile {
  readonly location: string;
  readonly bytes: Uint8Array;
}

/** More files than this are no model. */
const MAX_FILES = 16;

/**
 * Gives every tensor that lies elsewhere its bytes, views of the files read.
 * @param readBeside absent where there is only one file
 * @returns the files, in the order of their names
 * @throws ModelFileError TP-MODEL-008
 */
export function attachExternal(
  graph: OnnxGraph,
  file: string,
  readBeside: ReadBeside | undefined,
): readonly ExternalFile[] {
  const files = new Map<string, Uint8Array>();
  const bytesOf = (location: string, tensor: string): Uint8Array => {
    const known = files.get(location);
    if (known) return known;
    if (!readBeside) {
      throw externalDataError(file, tensor, "only this file's bytes are at hand");
    }
    if (files.size >= MAX_FILES) {
      throw externalDataError(file, tensor, `weights lie in more than ${MAX_FILES} files`);
    }
    const bytes = readBeside(location, tensor);
    files.set(location, bytes);
    const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    if (total > LIMITS.fileBytes) {
      throw externalDataError(file, tensor, `weights take more than ${LIMITS.fileBytes} B`);
    }
    return bytes;
  };
  const tensors = [
    ...graph.initializers,
    ...graph.nodes.flatMap(({ attributes }) =>
      [...attributes.values()].flatMap(({ tensor }) => (tensor ? [tensor] : [])),
    ),
  ];
  for (const tensor of tensors) if (tensor.external) attach(tensor, file, bytesOf);
  return [...files]
    .map(([location, bytes]) => ({ location, bytes }))
    .sort((a, b) => (a.location < b.location ? -1 : 1));
}

function attach(
  tensor: OnnxTensor,
  file: string,
  bytesOf: (location: string, tensor: string) => Uint8Array,
): void {
  const { name, externalData } = tensor;
  const location = externalData.get("location");
  if (location === undefined) throw externalDataError(file, name, "it does not say which file");
  const bytes = bytesOf(location, name);
  const numberOf = (key: string, absent: number): number => {
    const text = externalData.get(key) ?? String(absent);
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value <= bytes.length) return value;
    throw externalDataError(
      file,
      name,
      `${key} is ${text}, and ${location} holds ${bytes.length} B`,
    );
  };
  const offset = numberOf("offset", 0);
  const length = numberOf("length", bytes.length - offset);
  if (offset + length > bytes.length) {
    throw externalDataError(
      file,
      name,
      `it ends at byte ${offset + length}, and ${location} holds ${bytes.length} B`,
    );
  }
  tensor.raw = bytes.subarray(offset, offset + length);
}

/**
 * Reads files in a folder or below it, nowhere else, whatever links say.
 * @param file the model's name, for messages
 */
export function besideModel(directory: string, file: string): ReadBeside {
  return (location, tensor) => {
    const refuse = (why: string) => externalDataError(file, tensor, why);
    if (/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(location)) {
      throw refuse(`"${location}" leads out of the model's folder`);
    }
    const path = join(directory, location);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      throw refuse(`there is no file "${location}" in the model's folder`);
    }
    const root = realpathSync(directory);
    const real = realpathSync(path);
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw refuse(`"${location}" links out of the model's folder`);
    }
    const { size } = statSync(real);
    if (size > LIMITS.fileBytes) {
      throw refuse(`"${location}" holds ${size} B; ${LIMITS.fileBytes} B are read at most`);
    }
    return readFileSync(real);
  };
}
