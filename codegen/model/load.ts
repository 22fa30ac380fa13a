/**
 * Finds a model by name or path, reads it by its format, and its sidecar where there is one.
 * Reading the formats is left to onnx/, tflite/, keras/, safetensors/ and sidecar.ts.
 */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { ModelFileError, UsageError } from "../errors.ts";
import { readKerasModel } from "./keras/read.ts";
import { besideModel } from "./onnx/external.ts";
import { readOnnxModel } from "./onnx/read.ts";
import { FILE_BYTES, fileSizeError } from "./refusals.ts";
import { descriptionName, readSafetensorsModel } from "./safetensors/read.ts";
import { checkSidecarFits, parseSidecar, type Sidecar } from "./sidecar.ts";
import { readTfliteModel } from "./tflite/read.ts";
import type { RecurrentModel } from "./types.ts";

/** Who reads a format, by the ending of its files. */
const READERS: Readonly<Record<string, Reader>> = {
  ".onnx": (bytes, file, directory) => readOnnxModel(bytes, file, besideModel(directory, file)),
  ".tflite": (bytes, file) => readTfliteModel(bytes, file),
  ".keras": readKerasModel,
  ".h5": readKerasModel,
  ".hdf5": readKerasModel,
  ".safetensors": (bytes, file, directory) =>
    readSafetensorsModel(bytes, file, textBeside(directory, descriptionName(file))),
};

/** Endings of files whose reading runs code that lies in them. */
const PICKLES = [".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"];

/** @param directory where files that the model's own one names may lie */
type Reader = (bytes: Uint8Array, file: string, directory: string) => RecurrentModel;

export interface LoadedModel {
  readonly model: RecurrentModel;
  /** Where the model's file lies. */
  readonly path: string;
  /** Absent for a model that has no JSON beside it. */
  readonly sidecar?: Sidecar;
  /** The sidecar as it lies in its file. */
  readonly sidecarText?: string;
  /** The folder that the sidecar's paths are relative to. */
  readonly directory: string;
}

/** Names of the models in a folder: those with both NAME.onnx and NAME.json, sorted. */
export function shippedModels(modelsDir: string): readonly string[] {
  if (!existsSync(modelsDir)) return [];
  return readdirSync(modelsDir)
    .filter((file) => file.endsWith(".onnx"))
    .map((file) => file.slice(0, -".onnx".length))
    .filter((name) => existsSync(join(modelsDir, `${name}.json`)))
    .sort();
}

/**
 * Loads a shipped model by name, or any model by path; text with a folder or an ending is a path.
 * @throws UsageError TP-USE-020 when there is no such name or file, listing the shipped names
 * @throws ModelFileError TP-MODEL-nnn for a file that cannot be read
 * @throws PlanError TP-PLAN-001 for a model that uses something unsupported
 */
export function loadModel(
  pathOrName: string,
  { modelsDir }: { readonly modelsDir: string },
): LoadedModel {
  const isName = /^[\w-]+$/.test(pathOrName);
  const path = isName ? join(modelsDir, `${pathOrName}.onnx`) : pathOrName;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw directoryError(pathOrName);
  if (!found?.isFile()) throw unknownModelError(pathOrName, isName, shippedModels(modelsDir));
  const ending = extname(path).toLowerCase();
  const read = Object.hasOwn(READERS, ending) ? READERS[ending] : undefined;
  if (PICKLES.includes(ending)) throw pickleError(pathOrName, ending);
  if (!read) throw formatError(pathOrName, ending);
  // Shown and stored without the machine's own folders, so that the same model gives the same bytes.
  const file = basename(path);
  const directory = dirname(path);
  const model = read(readBounded(path), file, directory);
  const sidecarPath = `${path.slice(0, -ending.length)}.json`;
  if (!existsSync(sidecarPath)) return { model, path, directory };
  const sidecarFile = basename(sidecarPath);
  const sidecarText = new TextDecoder().decode(readBounded(sidecarPath));
  const sidecar = parseSidecar(sidecarText, sidecarFile);
  checkSidecarFits(sidecar, model, sidecarFile);
  return { model, path, sidecar, sidecarText, directory };
}

/** A text beside the model, where there is one. */
function textBeside(directory: string, name: string): string | undefined {
  const path = join(directory, name);
  return existsSync(path) ? new TextDecoder().decode(readBounded(path)) : undefined;
}

/** Reads a file whose size is checked first. @throws ModelFileError TP-MODEL-001 */
function readBounded(path: string): Uint8Array {
  const { size } = statSync(path);
  if (size > FILE_BYTES) throw fileSizeError(basename(path), size);
  return readFileSync(path);
}

function directoryError(asked: string): UsageError {
  return new UsageError(
    "TP-USE-020",
    {
      what: `"${asked}" is a folder`,
      why: "a model is one file, with its .json beside it",
      fix: "name the file in the folder",
    },
    { asked },
  );
}

function unknownModelError(asked: string, isName: boolean, shipped: readonly string[]): UsageError {
  const names = shipped.length > 0 ? shipped.join(", ") : "none";
  return new UsageError(
    "TP-USE-020",
    {
      what: isName ? `there is no model called "${asked}"` : `there is no file "${asked}"`,
      why: `the shipped models are: ${names}`,
      fix: "name one of them, or give the path of an .onnx, .tflite, .keras, .h5 or .safetensors file",
    },
    { asked, shipped },
  );
}

/** TP-MODEL-013: with the three lines that export it safely. */
function pickleError(file: string, ending: string): ModelFileError {
  const name = basename(file, extname(file));
  const lines = [
    "from safetensors.torch import save_file",
    `state = torch.load("${basename(file)}", weights_only=True)`,
    `save_file(state, "${name}.safetensors")`,
  ];
  return new ModelFileError(
    "TP-MODEL-013",
    {
      what: `${file} is a pickle: it is not read`,
      why: "to read a pickle is to run whatever code lies in it",
      fix: `in Python: ${lines.join("; ")}; and write ${name}.layers.json (docs/models-pytorch.md)`,
    },
    { file, ending, lines },
  );
}

function formatError(file: string, ending: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-009",
    {
      what: `${file}: ${ending === "" ? "a file without ending" : `"${ending}"`} is no model format that is read`,
      why: `models are read from ${Object.keys(READERS).join(", ")} files`,
      fix: 'export to ONNX (torch.onnx.export), or save with model.save("NAME.keras")',
    },
    { file, ending },
  );
}
