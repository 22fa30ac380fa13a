/**
 * Finds what was measured of a model and of its siblings that were trained with another hidden size.
 * Measuring is left to scripts/evaluate-models.ts, sizes between them to analyze/sizing/quality.ts.
 */
import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import {
  canonicalJson,
  hiddenSizesOf,
  type IntegerFormat,
  type LoadedModel,
  loadModel,
  shapeOf,
} from "../../../codegen/index.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import type { TrainedSize } from "../../analyze/sizing/quality.ts";

/** Signal-to-noise ratios that the one number is the mean of [dB]. */
const RATIOS = ["-5", "0", "5", "10"] as const;

interface TwinRow {
  readonly gainDb: number;
  readonly lowDb: number;
  readonly highDb: number;
}

interface TwinResults {
  readonly set: string;
  readonly clipsPerSnr: number;
  readonly modelDigest: string;
  readonly formats: Readonly<
    Record<string, { readonly bySnrDb: Readonly<Record<string, TwinRow>> } | undefined>
  >;
}

/**
 * The model itself and the siblings NAME-SIZE beside it, as far as they have one recurrent layer and a measurement of the
 * very file; NAME without a number is the family's first.
 */
export function trainedSizes(loaded: LoadedModel, format: IntegerFormat): readonly TrainedSize[] {
  return siblingsOf(loaded).flatMap((one) => {
    const quality = measuredQuality(one.loaded, format);
    return quality === null ? [] : [{ hiddenSize: one.hiddenSize, quality }];
  });
}

/** A model of the family with one recurrent layer. */
export interface Sibling {
  readonly hiddenSize: number;
  readonly loaded: LoadedModel;
}

/**
 * The model itself and its siblings, one a size, smallest first. A file of the family's name that reads or answers something
 * else, or hears through another front end, is none.
 * @param note is told of each such file
 */
export function siblingsOf(
  loaded: LoadedModel,
  note: (words: string) => void = () => {},
): readonly Sibling[] {
  const folder = dirname(loaded.path);
  const own = basename(loaded.path, extname(loaded.path));
  const family = own.replace(/-\d+$/, "");
  const sizes = new Map<number, Sibling>();
  for (const name of siblingNames(folder, family, own)) {
    const one =
      name === own ? loaded : loadModel(join(folder, `${name}.onnx`), { modelsDir: folder });
    const hidden = hiddenSizesOf(shapeOf(one.model));
    const [hiddenSize] = hidden;
    if (hidden.length !== 1 || hiddenSize === undefined) continue;
    const other = difference(one, loaded);
    if (other !== null) {
      note(`${name} is no other size of ${own}: ${other}`);
      continue;
    }
    // The model that was asked about comes before a sibling of its size.
    if (name === own || !sizes.has(hiddenSize)) sizes.set(hiddenSize, { hiddenSize, loaded: one });
  }
  return [...sizes.values()].sort((a, b) => a.hiddenSize - b.hiddenSize);
}

/** What keeps two models from being sizes of one; null where nothing does. */
function difference(one: LoadedModel, other: LoadedModel): string | null {
  const sides = ["inputSize", "outputSize"] as const;
  const differing = sides.find((side) => one.model[side] !== other.model[side]);
  if (differing !== undefined) {
    const what = differing === "inputSize" ? "inputs" : "outputs";
    return `it has ${one.model[differing]} ${what}, not ${other.model[differing]}`;
  }
  const [ours, theirs] = [one, other].map(({ sidecar }) =>
    canonicalJson(sidecar?.frontEnd ?? null),
  );
  return ours === theirs ? null : "its front end is another";
}

const WIDEST = 512;

function siblingNames(folder: string, family: string, own: string): readonly string[] {
  const numbered = Array.from({ length: WIDEST }, (_, size) => `${family}-${size + 1}`);
  const found = [family, ...numbered].filter((name) =>
    [".onnx", ".json"].every((ending) => existsSync(join(folder, `${name}${ending}`))),
  );
  return found.includes(own) ? found : [...found, own];
}

/** The mean SI-SDR gain of the format's twin; null without a measurement of this file. */
export function measuredQuality(
  { model, sidecarText }: LoadedModel,
  format: IntegerFormat,
): Quality | null {
  if (sidecarText === undefined) return null;
  const { twin } = JSON.parse(sidecarText) as { readonly twin?: TwinResults };
  const rows = RATIOS.map((ratio) => twin?.formats[format]?.bySnrDb[ratio]);
  if (twin === undefined || twin.modelDigest !== model.source.digest) return null;
  if (!rows.every((row) => row !== undefined)) return null;
  const mean = (field: keyof TwinRow): number =>
    rows.reduce((sum, row) => sum + row[field], 0) / rows.length;
  return {
    metric: "SI-SDR gain",
    unit: "dB",
    value: mean("gainDb"),
    kind: "measured",
    source: `exact ${format} twin on the ${twin.set} set, ${twin.clipsPerSnr} clips at each of ${RATIOS.join(", ")} dB`,
    interval: [mean("lowDb"), mean("highDb")],
  };
}
