/**
 * ONNX bytes in, RecurrentModel out.
 * Finding the file is left to load.ts.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { RecurrentModel } from "../types.ts";
import { importGraph } from "./graph.ts";
import { readMessages } from "./messages.ts";

/**
 * @param bytes a whole ONNX file, not trusted
 * @param file where it came from, for messages and provenance
 * @param name the model's name; defaults to the file's, without its ending
 * @throws ModelFileError TP-MODEL-001 to -008 for a file that is damaged, hostile or contradicts itself
 * @throws PlanError TP-PLAN-001 for a sound model that uses something unsupported
 */
export function readOnnxModel(
  bytes: Uint8Array,
  file: string,
  name: string = basename(file).replace(/\.onnx$/i, ""),
): RecurrentModel {
  const network = importGraph(readMessages(bytes, file), file);
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { name, source: { format: "onnx", file, digest }, ...network };
}
