/**
 * Measures what tiles of weights left out cost and spare, beside fewer units and weights thinned one by one: heard by the exact
 * twin on held-out clips, counted on an emulated core.
 * Hearing is left to heard.ts, running to spared-curve.ts, what is shown to sparse-page.ts.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { magnitudePruned, pruneModel } from "../../codegen/size/prune.ts";
import { sparsifyModel } from "../../codegen/size/sparsify.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { MODELS_DIR, WORK_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { bootstrap, type Estimate } from "../../host/workflow/quality/bootstrap.ts";
import type { ClipSet } from "../../host/workflow/quality/clip-set.ts";
import { writeModel } from "../../host/workflow/size/make.ts";
import {
  calibrationOf,
  heardClips,
  integersOf,
  type Loaded,
  loadDenoiser,
  meanStoi,
} from "../evaluation/heard.ts";
import { CLIPS_PER_SNR, clipsOf, RATIOS } from "./resized-quality.ts";
import { countedOn, EMULATED, energyOf, REAL_BOARD, stimulusOf } from "./spared-curve.ts";

const MODEL = "hearable";
/** A frame's counts do not depend on the sound here. */
const FRAMES = 100;
const LEFT_OUT: readonly number[] = [10, 20, 30, 40, 50, 60, 70, 80];
const UNITS: readonly number[] = [56, 48, 40, 32];
/** Shares of the weights that go one by one [%]. */
const THINNED: readonly number[] = [30, 50, 70];

/** dense: as trained. tiles: left out by --sparse. units: pruned whole. weights: thinned one by one. */
export type SparseKind = "dense" | "tiles" | "units" | "weights";

export interface SparsePoint {
  readonly kind: SparseKind;
  /** Percent left out, or units; 0 of the dense model. */
  readonly amount: number;
  /** SI-SDR gain of the exact twin [dB], over all clips of the set. */
  readonly gainDb: Estimate;
  readonly stoi: number | null;
  /** As stored, with lists, biases and multipliers [byte]. */
  readonly weightBytes: number;
  /** Multiply-accumulates of a frame that are done. */
  readonly macs: number;
  /** Of a frame: counted; modelled with the real board's memories. */
  readonly instructions: number;
  readonly cycles: number;
  /** Of a frame's period on the real board, sleep included [uJ]; modelled. */
  readonly energyUj: number;
}

export interface SparseCurve {
  readonly set: ClipSet["kind"];
  readonly clipsPerSnr: number;
  readonly points: readonly SparsePoint[];
}

interface Way {
  readonly kind: SparseKind;
  readonly amount: number;
  readonly model: RecurrentModel;
  /** What is generated: a model's name or file, and --sparse. */
  readonly file: string;
  readonly sparse?: number;
}

function waysOf(loaded: Loaded): readonly Way[] {
  const data = calibrationOf(loaded);
  const folder = join(WORK_DIR, "sizing", "pruned");
  mkdirSync(folder, { recursive: true });
  const written = (model: RecurrentModel, name: string): Way["file"] =>
    writeModel(model, loaded, name, folder);
  return [
    { kind: "dense", amount: 0, model: loaded.model, file: MODEL },
    ...LEFT_OUT.map((amount): Way => {
      const model = sparsifyModel(loaded.model, amount, data);
      return { kind: "tiles", amount, model, file: MODEL, sparse: amount };
    }),
    ...UNITS.map((amount): Way => {
      const model = pruneModel(loaded.model, [amount], data);
      return { kind: "units", amount, model, file: written(model, `${MODEL}-pruned-${amount}`) };
    }),
    ...THINNED.map((amount): Way => {
      const model = magnitudePruned(loaded.model, amount / 100);
      return { kind: "weights", amount, model, file: written(model, `${MODEL}-thinned-${amount}`) };
    }),
  ];
}

/** Everything of the page's table and picture. @throws RangeError where a frame differs from the twin */
export async function measureSparse(set: ClipSet, progress: Progress): Promise<SparseCurve> {
  const loaded = loadDenoiser(MODEL, MODELS_DIR);
  const { frontEnd } = loaded.sidecar;
  const clips = clipsOf(set, CLIPS_PER_SNR);
  const input = stimulusOf(clips, frontEnd.sampleRateHz);
  const periodMs = (1000 * frontEnd.hopLength) / frontEnd.sampleRateHz;
  const points: SparsePoint[] = [];
  for (const { kind, amount, model, file, sparse } of waysOf(loaded)) {
    const heard = heardClips(
      loaded,
      integersOf({ ...loaded, model }, "int8"),
      clips,
      `${kind} ${amount}`,
      progress,
    );
    const left = sparse === undefined ? {} : { sparse };
    const counted = await countedOn(file, input, { ...left, frames: FRAMES }, progress);
    const request = { board: EMULATED, as: REAL_BOARD, format: "int8", ...left } as const;
    const { macs, weightBytes } = prepare(file, request).generated.stages.plan.cost;
    points.push({
      kind,
      amount,
      gainDb: bootstrap(heard.map(({ gainDb }) => gainDb)),
      stoi: meanStoi(heard),
      weightBytes,
      macs,
      instructions: counted.instructions,
      cycles: counted.cycles,
      energyUj: energyOf(counted.cycles, periodMs).energyUj,
    });
  }
  return { set: set.kind, clipsPerSnr: clips.length / RATIOS.length, points };
}
