/**
 * Measures the shipped models in float64 and in the exact integer twins, and writes card and sidecar.
 *
 *   npx tsx scripts/evaluate-models.ts [--models hearable,hearable-32] [--formats int4] [--directory models]
 *   npx tsx scripts/evaluate-models.ts --field
 *
 * Formats that are not measured anew keep what the sidecar says of the same model on the same clips.
 * Reads training's held-out set; where it is absent, the shipped clips, which are printed but not written.
 * --field instead compares versions of the shipped hearable and writes docs/field.md and its picture, with the set's name in
 * them, from whichever set there is; --models and --formats do not matter to it.
 */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ToolkitError, UsageError } from "../codegen/errors.ts";
import { loadModel, shippedModels } from "../codegen/model/load.ts";
import { INTEGER_FORMATS } from "../codegen/quantize/params.ts";
import { MODELS_DIR, PROJECT_DIR } from "../host/workflow/paths.ts";
import { createProgress } from "../host/workflow/progress.ts";
import { type ClipSet, readClipSet } from "../host/workflow/quality/clip-set.ts";
import { measureField } from "./evaluation/field.ts";
import { fieldBlock, fieldSvg } from "./evaluation/field-page.ts";
import { createMeasurement } from "./evaluation/measure.ts";
import {
  resultsMarkdown,
  summarise,
  type TwinResults,
  withCardBlock,
  withOtherFormats,
  withSidecarField,
} from "./evaluation/publish.ts";
import { replaceBlock } from "./replace-block.ts";

const { values: options } = parseArgs({
  options: {
    models: { type: "string" },
    formats: { type: "string" },
    directory: { type: "string", default: MODELS_DIR },
    field: { type: "boolean", default: false },
  },
});
const formats = INTEGER_FORMATS.filter(
  (format) => options.formats?.split(",").includes(format) ?? true,
);
const progress = createProgress();

function evaluate(name: string, set: ClipSet): TwinResults {
  const { sidecar, ...loaded } = loadModel(name, { modelsDir: options.directory });
  if (!sidecar) {
    throw new UsageError("TP-USE-037", {
      what: `${name} has no sidecar`,
      why: "without its front end there are no features to feed it",
      fix: "npm run train writes the sidecar beside the model",
    });
  }
  const measurement = createMeasurement({ ...loaded, sidecar }, formats);
  progress.step(`${name}: ${set.clips.length} clips of the ${set.kind} set`);
  const gains = set.clips.map((clip, index) => {
    progress.update(index, set.clips.length);
    return measurement.clip(clip);
  });
  progress.end();
  return summarise(set.kind, loaded.model.source.digest, gains, measurement.clippedShare());
}

/** Writes beside the target first, so that a stopped program leaves no half file. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

function publish(name: string, results: TwinResults): void {
  const card = join(options.directory, `${name}.md`);
  const sidecar = join(options.directory, `${name}.json`);
  const text = readFileSync(sidecar, "utf8");
  const whole = withOtherFormats(results, JSON.parse(text).twin);
  const block = resultsMarkdown(whole);
  replaceFile(card, withCardBlock(readFileSync(card, "utf8"), block, `${name}.md`));
  replaceFile(sidecar, withSidecarField(text, "twin", whole));
}

function writeField(set: ClipSet): void {
  const results = measureField(set, progress);
  progress.end();
  const page = join(PROJECT_DIR, "docs", "field.md");
  replaceFile(page, replaceBlock(readFileSync(page, "utf8"), "field", fieldBlock(results)));
  replaceFile(join(PROJECT_DIR, "docs", "field.svg"), fieldSvg(results));
}

try {
  const set = readClipSet([
    { kind: "held-out", path: join(PROJECT_DIR, "training/.cache/heldout/manifest.json") },
    { kind: "shipped-clips", path: join(options.directory, "clips/manifest.json") },
  ]);
  const names = options.models?.split(",") ?? shippedModels(options.directory);
  if (options.field) writeField(set);
  for (const name of options.field ? [] : names) {
    const results = evaluate(name, set);
    process.stdout.write(`## ${name}\n\n${resultsMarkdown(results)}\n\n`);
    if (set.kind === "held-out") publish(name, results);
    else progress.note(`${name}: not written, these few clips make no measurement`);
  }
} catch (error) {
  progress.end();
  if (!(error instanceof ToolkitError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitStatus;
}
