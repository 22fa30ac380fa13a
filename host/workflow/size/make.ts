/**
 * Writes a model with other hidden sizes beside its picture: units taken out whole, or zeros added.
 * Which units go is codegen/size's; how the result hears is measured by scripts/evaluate-models.ts, or by training on.
 */
import { cpSync, existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import {
  hiddenSizesOf,
  type LoadedModel,
  noiseFrames,
  padModel,
  pruneModel,
  type RecurrentModel,
  shapeOf,
  UsageError,
  writeSafetensorsModel,
} from "../../../codegen/index.ts";
import { calibrationData } from "../calibration.ts";
import { writeFileWhole } from "../output-file.ts";

export interface Made {
  readonly method: "pad" | "prune";
  readonly hiddenSizes: readonly number[];
  /** The model's file; its description and, where the model had one, its sidecar lie beside it. */
  readonly file: string;
  /** What units were judged by; null where none went. */
  readonly calibration: string | null;
}

/**
 * @param wanted sizes in order of the recurrent layers, as typed: "48" or "48,32"
 * @param calibrate as in `generate`
 * @throws UsageError TP-USE-463 for sizes that are none, or that grow and shrink at once; what pruneModel throws
 */
export function makeModel(
  loaded: LoadedModel,
  wanted: string,
  calibrate: string | undefined,
  folder: string,
): Made {
  const own = hiddenSizesOf(shapeOf(loaded.model));
  const sizes = parseSizes(wanted, own);
  const method = sizes.every((size, layer) => size >= (own[layer] as number)) ? "pad" : "prune";
  const data = calibrationData(calibrate, loaded) ?? noiseFrames(loaded.model.inputSize);
  const model =
    method === "pad" ? padModel(loaded.model, sizes) : pruneModel(loaded.model, sizes, data);
  const before = basename(loaded.path, extname(loaded.path));
  const name = `${before}-${method === "pad" ? "padded" : "pruned"}-${sizes.join("-")}`;
  const file = writeModel(model, loaded, name, folder);
  return { method, hiddenSizes: sizes, file, calibration: method === "pad" ? null : data.source };
}

/** Returns the path of the weights. */
export function writeModel(
  model: RecurrentModel,
  { sidecarText, directory }: LoadedModel,
  name: string,
  folder: string,
): string {
  const { weights, description } = writeSafetensorsModel(model);
  const file = join(folder, `${name}.safetensors`);
  writeFileWhole(file, weights);
  writeFileWhole(join(folder, `${name}.layers.json`), description);
  if (sidecarText !== undefined) {
    copyRecordings(sidecarText, directory, folder);
    writeFileWhole(join(folder, `${name}.json`), sidecarFor(sidecarText, name));
  }
  return file;
}

/** The front end of the model it came from; what was measured of that one is left behind. */
function sidecarFor(text: string, name: string): string {
  const { twin: _, heldOut: __, floatGainDb0: ___, ...kept } = JSON.parse(text);
  return `${JSON.stringify({ ...kept, name, model: `${name}.safetensors` }, null, 1)}\n`;
}

/** A sidecar names recordings in its own folder, so that they come with it. */
function copyRecordings(text: string, from: string, to: string): void {
  const { calibration, clips } = JSON.parse(text) as Readonly<Record<string, string>>;
  for (const path of [calibration, clips]) {
    if (path === undefined || resolve(from) === resolve(to)) continue;
    const source = join(from, path);
    if (existsSync(source)) cpSync(source, join(to, path), { recursive: true });
  }
}

function parseSizes(text: string, own: readonly number[]): readonly number[] {
  const sizes = text.split(",").map((word) => (/^\s*\d{1,4}\s*$/.test(word) ? Number(word) : 0));
  const grows = sizes.some((size, layer) => size > (own[layer] ?? 0));
  const shrinks = sizes.some((size, layer) => size < (own[layer] ?? 0));
  if (sizes.length === own.length && sizes.every((size) => size >= 1) && !(grows && shrinks)) {
    return sizes;
  }
  throw new UsageError("TP-USE-463", {
    what: `"${text}" are no hidden sizes to make of ${own.join(", ")}`,
    why: `one whole number for each of ${own.length} recurrent layers, all at least or all at most as large as they are`,
    fix: `--make ${own.map((size) => Math.max(1, size - 16)).join(",")}`,
  });
}
