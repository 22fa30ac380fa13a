/**
 * Measures how the shipped model hears at fewer units: pruned whole, thinned weight by weight, trained at that size, and
 * trained on from the pruned weights where such files lie in the folder given.
 * Hearing is left to heard.ts: the exact integer twin on clips; what is shown is left to write-sizing.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { resized, shapeOf } from "../../codegen/size/network.ts";
import { magnitudePruned, pruneModel } from "../../codegen/size/prune.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { bootstrap } from "../../host/workflow/quality/bootstrap.ts";
import type { Clip, ClipSet } from "../../host/workflow/quality/clip-set.ts";
import {
  calibrationOf,
  heardClips,
  integersOf,
  type Loaded,
  loadDenoiser,
  meanStoi,
} from "../evaluation/heard.ts";

const FAMILY = "hearable";
const OWN = 64;
/** Ratios that the one number is the mean of [dB]. */
export const RATIOS: readonly number[] = [-5, 0, 5, 10];
export const PRUNED_SIZES: readonly number[] = [48, 32];

export type Way = "as trained" | "pruned" | "pruned, trained on" | "thinned";

export interface ResizedQuality {
  readonly hiddenSize: number;
  readonly way: Way;
  /** Weights that are not 0. */
  readonly weights: number;
  /** SI-SDR gain of the int8 twin at each ratio, and of all clips together [dB]. */
  readonly gainDb: readonly number[];
  readonly mean: { readonly value: number; readonly low: number; readonly high: number };
  /** Of all clips together. */
  readonly stoi: number | null;
}

export interface ResizedResults {
  readonly set: ClipSet["kind"];
  readonly clipsPerSnr: number;
  readonly rows: readonly ResizedQuality[];
}

/** Of each ratio the clips at equal distances through the set, so that every speaker and noise has its share. */
export function clipsOf({ clips }: ClipSet, perSnr: number): readonly Clip[] {
  return RATIOS.flatMap((ratio) => {
    const own = clips.filter(({ snrDb }) => snrDb === ratio);
    const count = Math.min(perSnr, own.length);
    return Array.from(
      { length: count },
      (_, i) => own[Math.floor((i * own.length) / count)] as Clip,
    );
  });
}

function weightsOf({ layers }: RecurrentModel): number {
  return layers.reduce((sum, layer) => {
    const matrices =
      layer.kind === "dense"
        ? [layer.weights]
        : layer.kind === "lstm"
          ? [layer.inputWeights, layer.recurrentWeights]
          : [];
    return sum + matrices.reduce((n, { values }) => n + values.filter((w) => w !== 0).length, 0);
  }, 0);
}

/** Weights of the dense model at that size. */
function weightsAt(model: RecurrentModel, hiddenSize: number): number {
  return resized(shapeOf(model), [hiddenSize]).layers.reduce(
    (sum, layer) =>
      layer.kind === "dense"
        ? sum + layer.inputSize * layer.outputSize
        : sum + 4 * layer.hiddenSize * (layer.inputSize + layer.hiddenSize),
    0,
  );
}

interface Variant {
  readonly hiddenSize: number;
  readonly way: Way;
  readonly loaded: Loaded;
}

function variants(retrained: string | null): readonly Variant[] {
  const own = loadDenoiser(FAMILY, MODELS_DIR);
  const data = calibrationOf(own);
  const total = weightsOf(own.model);
  const of = (model: RecurrentModel): Loaded => ({ ...own, model });
  const trained = [
    { hiddenSize: OWN, way: "as trained" as const, loaded: own },
    {
      hiddenSize: 32,
      way: "as trained" as const,
      loaded: loadDenoiser(`${FAMILY}-32`, MODELS_DIR),
    },
  ];
  const made = PRUNED_SIZES.flatMap((hiddenSize): readonly Variant[] => {
    const name = `${FAMILY}-pruned-${hiddenSize}`;
    const hasMore = retrained !== null && existsSync(join(retrained, `${name}.onnx`));
    const share = 1 - weightsAt(own.model, hiddenSize) / total;
    return [
      { hiddenSize, way: "pruned", loaded: of(pruneModel(own.model, [hiddenSize], data)) },
      ...(hasMore
        ? [
            {
              hiddenSize,
              way: "pruned, trained on" as const,
              loaded: loadDenoiser(name, retrained),
            },
          ]
        : []),
      // As many weights go, wherever they lie: the model stays at 64 units.
      { hiddenSize, way: "thinned", loaded: of(magnitudePruned(own.model, share)) },
    ];
  });
  return [...trained, ...made];
}

/** Clips of each ratio that the page's table rests on. */
export const CLIPS_PER_SNR = 6;

/** @param retrained folder of models hearable-pruned-N that were trained on; null for none */
export function measureResized(
  set: ClipSet,
  retrained: string | null,
  progress: Progress,
): ResizedResults {
  const clips = clipsOf(set, CLIPS_PER_SNR);
  const rows = variants(retrained).map(({ hiddenSize, way, loaded }): ResizedQuality => {
    const label = `${hiddenSize} units, ${way}`;
    const heard = heardClips(loaded, integersOf(loaded, "int8"), clips, label, progress);
    const gains = heard.map(({ gainDb }) => gainDb);
    const at = (ratio: number) => gains.filter((_, index) => clips[index]?.snrDb === ratio);
    return {
      hiddenSize,
      way,
      weights: weightsOf(loaded.model),
      gainDb: RATIOS.map((ratio) => bootstrap(at(ratio)).mean),
      mean: meanOf(gains),
      stoi: meanStoi(heard),
    };
  });
  progress.end();
  return { set: set.kind, clipsPerSnr: clips.length / RATIOS.length, rows };
}

function meanOf(values: readonly number[]): ResizedQuality["mean"] {
  const { mean, low, high } = bootstrap(values);
  return { value: mean, low, high };
}
