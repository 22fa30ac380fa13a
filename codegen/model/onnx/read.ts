/**
 * ONNX bytes in, RecurrentModel out.
 * Finding the file is left to load.ts.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { importGraph } from "../graph/graph.ts";
import type { RecurrentModel } from "../types.ts";
import { attachExternal, type ReadBeside } from "./external.ts";
import { readMessages } from "./messages.ts";

/**
 * @param bytes a whole ONNX file, not trusted
 * @param file where it came from, for messages and provenance; the model is named after it
 * @param readBeside reads files that hold weights; absent where there is only this one
 * @throws ModelFileError TP-MODEL-001 to -008 for a file that is damaged, hostile or contradicts itself
 * @throws PlanError TP-PLAN-001 for a sound model that uses something unsupported
 */
export function readOnnxModel(
  bytes: Uint8Array,
  file: string,
  readBeside?: ReadBeside,
): RecurrentModel {
  const messages = readMessages(bytes, file);
  const hash = createHash("sha256").update(bytes);
  let size = bytes.length;
  for (const external of attachExternal(messages.graph, file, readBeside)) {
    hash.update(external.location).update(external.bytes);
    size += external.bytes.length;
  }
  const network = importGraph(messages, file, size);
  const name = basename(file).replace(/\.onnx$/i, "");
  return { name, source: { format: "onnx", file, digest: hash.digest("hex") }, ...network };
}
