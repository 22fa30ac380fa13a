/**
 * Hears the held-out set by the front end of the shipped model, in float64 and as generated in each arithmetic, and makes
 * the table. What a row says is left to held-out.ts, the page to write-front-end.ts.
 */
import { basename, join } from "node:path";
import { FRONT_END_ARITHMETICS, loadModel } from "../../codegen/index.ts";
import { MODELS_DIR, PROJECT_DIR } from "../../host/workflow/paths.ts";
import { createProgress } from "../../host/workflow/progress.ts";
import { type Clip, readClipSet } from "../../host/workflow/quality/clip-set.ts";
import { frontEndAccuracy } from "./accuracy.ts";
import { HELD_OUT_HEADS, heldOutRows } from "./held-out.ts";

const HEARD = "hearable";

/** Of each ratio the first, and every clip so many further on. */
export function everyClip(clips: readonly Clip[], every: number): readonly Clip[] {
  const met = new Map<number, number>();
  return clips.filter(({ snrDb }) => {
    const index = met.get(snrDb) ?? 0;
    met.set(snrDb, index + 1);
    return index % every === 0;
  });
}

/** The table, as Markdown. @param every takes a clip in so many of each ratio; 1 for all of them */
export function heldOutBlock(every: number): string {
  if (!Number.isInteger(every) || every < 1) {
    throw new RangeError(`--every ${every}: a clip in how many is heard, 1 or more`);
  }
  const path = join(PROJECT_DIR, "training/.cache/heldout/manifest.json");
  const clips = everyClip(readClipSet([{ kind: "held-out", path }]).clips, every);
  const progress = createProgress();
  const { sidecar, ...loaded } = loadModel(HEARD, { modelsDir: MODELS_DIR });
  if (sidecar === undefined) throw new RangeError(`${HEARD} has no sidecar`);
  const named = clips.map((clip) => ({ ...clip, name: basename(clip.noisy, ".noisy.wav") }));
  const rows = FRONT_END_ARITHMETICS.flatMap((arithmetic) => {
    progress.step(`${HEARD}, ${arithmetic}: ${clips.length} clips of the held-out set`);
    const { fftSize } = sidecar.frontEnd;
    const heard = frontEndAccuracy({ ...loaded, sidecar }, "int8", named, fftSize, arithmetic);
    return heldOutRows(
      arithmetic,
      heard.map((clip, index) => ({ ...clip, snrDb: Number(clips[index]?.snrDb) })),
    );
  });
  progress.end();
  const rule = `|${"---|".repeat(HELD_OUT_HEADS.length)}`;
  return ["", `| ${HELD_OUT_HEADS.join(" | ")} |`, rule, ...rows, ""].join("\n");
}
