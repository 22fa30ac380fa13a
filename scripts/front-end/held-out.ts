/**
 * The generated front end against the float64 one on every held-out clip, as a table by signal-to-noise ratio.
 * Hearing the clips is left to accuracy.ts, the page to write-front-end.ts.
 */
import type { ClipAccuracy } from "./accuracy.ts";

/** A clip's accuracy, and the ratio that it was mixed at [dB]. */
export interface HeldOutAccuracy extends ClipAccuracy {
  readonly snrDb: number;
}

/** What the cleaned clips may differ by [dB]. */
export const LIMIT_DB = 0.2;

const differenceDb = ({ generatedDb, float64Db }: ClipAccuracy): number => generatedDb - float64Db;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A row of means, the clip that differs most, and how many differ by more than the limit. @param clips not empty */
function row(name: string, clips: readonly HeldOutAccuracy[]): string {
  const worst = clips.reduce((most, clip) =>
    Math.abs(differenceDb(clip)) > Math.abs(differenceDb(most)) ? clip : most,
  );
  const beyond = clips.filter((clip) => !(Math.abs(differenceDb(clip)) <= LIMIT_DB));
  const means = [
    mean(clips.map(({ noisyDb }) => noisyDb)).toFixed(2),
    mean(clips.map(({ float64Db }) => float64Db)).toFixed(2),
    mean(clips.map(({ generatedDb }) => generatedDb)).toFixed(2),
    mean(clips.map(differenceDb)).toFixed(4),
  ];
  const most = `${differenceDb(worst).toFixed(3)} (${worst.name})`;
  return `| ${[name, clips.length, ...means, most, beyond.length].join(" | ")} |`;
}

/** An arithmetic's rows: every ratio, lowest first, then all clips. @throws RangeError without clips */
export function heldOutRows(
  arithmetic: string,
  clips: readonly HeldOutAccuracy[],
): readonly string[] {
  if (clips.length === 0) throw new RangeError("no held-out clip was heard");
  const ratios = [...new Set(clips.map(({ snrDb }) => snrDb))].sort((a, b) => a - b);
  return [
    ...ratios.map((ratio) =>
      row(
        `${arithmetic} | ${ratio}`,
        clips.filter(({ snrDb }) => snrDb === ratio),
      ),
    ),
    row(`${arithmetic} | all`, clips),
  ];
}

export const HELD_OUT_HEADS = [
  "arithmetic",
  "SNR [dB]",
  "clips",
  "noisy",
  "float64 front end",
  "generated one",
  "mean difference",
  "largest difference",
  `clips beyond ${LIMIT_DB} dB`,
];
