/**
 * The errors of files that are no ONNX model, or whose weights lie where they cannot be used.
 * What graphs of every format are refused for is left to ../graph/limits.ts.
 */
import { ModelFileError } from "../../errors.ts";
import { EXPORT_AGAIN } from "../graph/limits.ts";

/** TP-MODEL-005: a protobuf message, but no ONNX model with one graph. */
export function notOnnxError(file: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-005",
    { what: `${file} is not an ONNX model`, why, fix: EXPORT_AGAIN },
    { file },
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
