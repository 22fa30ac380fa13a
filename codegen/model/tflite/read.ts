/**
 * TFLite bytes in, RecurrentModel out.
 * Finding the file is left to load.ts.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { RecurrentModel } from "../types.ts";
import { importTfliteGraph } from "./graph.ts";
import { readTflite } from "./schema.ts";

/**
 * @param bytes a whole TFLite file, not trusted
 * @param file where it came from, for messages and provenance
 * @param name the model's name; defaults to the file's, without its ending
 * @throws ModelFileError TP-MODEL-002 to -007 for a file that is damaged, hostile or contradicts itself
 * @throws PlanError TP-PLAN-001 for a sound model that uses something unsupported
 */
export function readTfliteModel(
  bytes: Uint8Array,
  file: string,
  name: string = basename(file).replace(/\.tflite$/i, ""),
): RecurrentModel {
  const network = importTfliteGraph(readTflite(bytes, file), file, bytes.length);
  return {
    name,
    source: {
      format: "tflite",
      file,
      digest: createHash("sha256").update(bytes).digest("hex"),
    },
    ...network,
  };
}
