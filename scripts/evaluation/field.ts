/**
 * Measures how the shipped model's versions hear in the field: by signal-to-noise ratio and by the kind of noise.
 * Hearing is left to heard.ts, what is shown to field-page.ts.
 */
import { withDelta } from "../../codegen/quantize/delta.ts";
import { pruneModel } from "../../codegen/size/prune.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { bootstrap, type Estimate } from "../../host/workflow/quality/bootstrap.ts";
import type { Clip, ClipSet } from "../../host/workflow/quality/clip-set.ts";
import type { HeardClip } from "../../host/workflow/quality/hearing.ts";
import {
  calibrationOf,
  type HeardModel,
  heardClips,
  integersOf,
  type Loaded,
  loadDenoiser,
  meanStoi,
} from "./heard.ts";

/** [dB] */
export const FIELD_RATIOS: readonly number[] = [-5, 0, 5, 10, 20];
/** Ratio at which kinds of noise are told apart [dB]. */
export const NOISE_RATIO = 0;
/** Clips of each kind of noise, at that ratio and at the others. */
const CLIPS_A_NOISE = { told: 4, other: 2 } as const;
/** The version that is none. */
export const UNTOUCHED = "noisy";
const PRUNED_SIZE = 48;
const DELTA = { input: 12, hidden: 8 } as const;

export interface FieldCell {
  readonly clips: number;
  /** SI-SDR gain [dB]. */
  readonly gainDb: Estimate;
  readonly stoi: number | null;
}

export interface FieldVersion {
  readonly name: string;
  /** Keyed by ratio [dB]. */
  readonly byRatio: ReadonlyMap<number, FieldCell>;
  /** At NOISE_RATIO, keyed by kind. */
  readonly byNoise: ReadonlyMap<string, FieldCell>;
}

export interface FieldResults {
  readonly set: ClipSet["kind"];
  readonly versions: readonly FieldVersion[];
}

interface Version {
  readonly name: string;
  readonly model: HeardModel;
  /** Whose front end it hears by. */
  readonly loaded: Loaded;
}

/** The noisy clips as they are, then each version. */
function versions(): readonly Version[] {
  const own = loadDenoiser("hearable", MODELS_DIR);
  const clean = loadDenoiser("hearable-clean", MODELS_DIR);
  const pruned = { ...own, model: pruneModel(own.model, [PRUNED_SIZE], calibrationOf(own)) };
  const int8 = integersOf(own, "int8");
  const of = (name: string, model: HeardModel, loaded = own): Version => ({ name, model, loaded });
  return [
    of(UNTOUCHED, "noisy"),
    of("float64", own.model),
    of("int8", int8),
    of("int16x8", integersOf(own, "int16x8")),
    of(`pruned to ${PRUNED_SIZE}`, integersOf(pruned, "int8")),
    of(`delta ${DELTA.input},${DELTA.hidden}`, withDelta(int8, DELTA)),
    of("clean-trained", integersOf(clean, "int8"), clean),
  ];
}

/** Of every ratio and kind of noise the clips at equal distances through the set. */
export function fieldClips({ clips }: ClipSet): readonly Clip[] {
  const kinds = [...new Set(clips.map(({ noise }) => noise))];
  return FIELD_RATIOS.flatMap((ratio) =>
    kinds.flatMap((kind) => {
      const own = clips.filter(({ snrDb, noise }) => snrDb === ratio && noise === kind);
      const most = ratio === NOISE_RATIO ? CLIPS_A_NOISE.told : CLIPS_A_NOISE.other;
      const count = Math.min(most, own.length);
      return Array.from(
        { length: count },
        (_, i) => own[Math.floor((i * own.length) / count)] as Clip,
      );
    }),
  );
}

function cellOf(heard: readonly HeardClip[]): FieldCell {
  return {
    clips: heard.length,
    gainDb: bootstrap(heard.map(({ gainDb }) => gainDb)),
    stoi: meanStoi(heard),
  };
}

/** Cells of the clips that share a key, in order of first appearance. */
function cellsBy<Key>(
  clips: readonly Clip[],
  heard: readonly HeardClip[],
  keyOf: (clip: Clip) => Key | undefined,
): ReadonlyMap<Key, FieldCell> {
  const groups = new Map<Key, HeardClip[]>();
  clips.forEach((clip, index) => {
    const key = keyOf(clip);
    if (key === undefined) return;
    const group = groups.get(key) ?? [];
    group.push(heard[index] as HeardClip);
    groups.set(key, group);
  });
  return new Map([...groups].map(([key, group]) => [key, cellOf(group)]));
}

export function measureField(set: ClipSet, progress: Progress): FieldResults {
  const clips = fieldClips(set);
  return {
    set: set.kind,
    versions: versions().map(({ name, model, loaded }) => {
      const heard = heardClips(loaded, model, clips, name, progress);
      return {
        name,
        byRatio: cellsBy(clips, heard, ({ snrDb }) => snrDb),
        byNoise: cellsBy(clips, heard, ({ snrDb, noise }) =>
          snrDb === NOISE_RATIO ? noise : undefined,
        ),
      };
    }),
  };
}
