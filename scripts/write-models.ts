/**
 * Writes the table of docs/models.md: the operators that each importer knows, from the importers' own lists.
 *   npm run models
 * What they mean is left to the page's words.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KERAS_LAYERS, ONNX_OPERATORS, TFLITE_OPERATORS } from "../codegen/index.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { replaceBlock } from "./replace-block.ts";

export const PAGE = join(PROJECT_DIR, "docs", "models.md");

/** As Markdown, a format a row. */
export function operatorsBlock(): string {
  const row = (format: string, names: readonly string[]) =>
    `| ${format} | ${names.length} | ${names.join(", ")} |`;
  return [
    "| format | operators | |",
    "|---|---|---|",
    row("ONNX, operator sets from 7 on", ONNX_OPERATORS),
    row("TFLite", TFLITE_OPERATORS),
    row("Keras", KERAS_LAYERS),
  ].join("\n");
}

export function pageWithOperators(page: string): string {
  return replaceBlock(page, "operators", operatorsBlock());
}

if (import.meta.url === `file://${process.argv[1]}`) {
  writeFileWhole(PAGE, pageWithOperators(readFileSync(PAGE, "utf8")));
}
