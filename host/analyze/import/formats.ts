/**
 * The text formats that can be imported, in the order in which they are tried.
 * Each is left to its own module.
 */
import { csv } from "./csv.ts";
import { googleBenchmark } from "./google-benchmark.ts";
import type { ImportFormat } from "./importer.ts";
import { llamaBench } from "./llama-bench.ts";
import { loadgenLog } from "./loadgen-format.ts";
import { onnxruntimeProfile } from "./onnxruntime.ts";
import { projectDocument } from "./project.ts";

export const IMPORT_FORMATS: readonly ImportFormat[] = [
  llamaBench,
  googleBenchmark,
  onnxruntimeProfile,
  loadgenLog,
  projectDocument,
  csv,
];

/** The format of a text that begins so; undefined when none knows it. */
export function formatOf(head: string): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.detect(head));
}
