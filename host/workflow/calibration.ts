/**
 * Turns the files of --calibrate, or the model's own calibration clips, into feature frames.
 * Finding ranges in them is left to codegen.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { CalibrationData, FrontEnd, LoadedModel } from "../../codegen/index.ts";
import { analyse, UsageError } from "../../codegen/index.ts";
import { readMono } from "../audio/wav-file.ts";
import { decodeNpy } from "./npy.ts";

/** More than this adds time, not knowledge. */
const MAX_FILES = 200;
const MAX_NPY_BYTES = 64 << 20;

/**
 * Frames of one file or of all WAV and NPY files of a folder; null when nothing is named and the model brings nothing.
 * @throws UsageError TP-USE-121 when there is nothing to read there, or a recording meets a model without a front end
 */
export function calibrationData(
  path: string | undefined,
  { sidecar, directory, model }: LoadedModel,
): CalibrationData | null {
  const own = sidecar ? join(directory, sidecar.calibration) : undefined;
  const source = path ?? own;
  if (
    source === undefined ||
    (path === undefined && !statSync(source, { throwIfNoEntry: false }))
  ) {
    return null;
  }
  const files = filesOf(source);
  return {
    source: `${files.length} ${files.length === 1 ? "file" : "files"} of ${basename(source)}`,
    sequences: files.map((file) => framesOf(file, sidecar?.frontEnd, model.inputSize)),
  };
}

function filesOf(source: string): readonly string[] {
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats?.isFile()) return [source];
  const files = stats?.isDirectory()
    ? readdirSync(source)
        .filter((file) => [".wav", ".npy"].includes(extname(file).toLowerCase()))
        .sort()
        .slice(0, MAX_FILES)
        .map((file) => join(source, file))
    : [];
  if (files.length > 0) return files;
  throw new UsageError("TP-USE-121", {
    what: `${source} holds nothing to calibrate with`,
    why: stats ? "there is no .wav and no .npy file in it" : "there is no such file or folder",
    fix: "name a 16-bit mono WAV, an .npy of shape [time, features], or a folder of them",
  });
}

function framesOf(
  file: string,
  frontEnd: FrontEnd | undefined,
  inputSize: number,
): readonly Float64Array[] {
  if (extname(file).toLowerCase() === ".npy") return npyFrames(file, inputSize);
  if (frontEnd) return analyse(readMono(file, frontEnd.sampleRateHz), frontEnd).features;
  throw new UsageError("TP-USE-121", {
    what: `${basename(file)} is audio, and this model has no front end`,
    why: "without the JSON beside the model nobody knows how audio becomes its input",
    fix: "give feature frames as .npy of shape [time, features], or put NAME.json beside NAME.onnx",
  });
}

/** Rows of an .npy file as frames of the model. @throws UsageError TP-USE-120 */
export function npyFrames(file: string, inputSize: number): readonly Float64Array[] {
  if (statSync(file).size > MAX_NPY_BYTES) {
    throw new UsageError("TP-USE-120", {
      what: `${basename(file)} is larger than ${MAX_NPY_BYTES} bytes`,
      why: "a few thousand frames are enough",
      fix: "keep part of it: numpy.save(FILE, frames[:10000])",
    });
  }
  const { shape, values } = decodeNpy(readFileSync(file), basename(file));
  if (shape.length !== 2 || shape[1] !== inputSize) {
    throw new UsageError("TP-USE-120", {
      what: `${basename(file)} has shape [${shape.join(", ")}]`,
      why: `the model takes frames of ${inputSize} values: [time, ${inputSize}]`,
      fix: "save it with that shape",
    });
  }
  const rows = shape[0] as number;
  return Array.from({ length: rows }, (_, row) =>
    values.slice(row * inputSize, (row + 1) * inputSize),
  );
}
