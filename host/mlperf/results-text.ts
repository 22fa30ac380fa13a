/**
 * Words a session's results.txt as the open runner's own, so that what reads those finds the score: one text a mode.
 * The numbers are left to analyze/mlperf, writing the file to session-files.ts.
 */
import type { EnergyScore, EnergyTrial } from "../analyze/mlperf/energy.ts";
import type { AccuracyScore, Loop } from "../analyze/mlperf/score.ts";

const RULE = "---------------------------------------------------------";

/** Whose clock or monitor it was; behind everything that the open runner would write. */
export interface Provenance {
  readonly kind: string;
  readonly source: string;
}

const closing = ({ kind, source }: Provenance): string => `Times are ${kind}: ${source}`;

/** @param throughput median [1/s]; null without a loop */
export function performanceText(
  loops: readonly Loop[],
  throughput: number | null,
  clock: Provenance,
): string {
  const lines = loops.map(({ inferences, elapsedUs: us }) => {
    const each = us / 1e6 / inferences;
    return `${inferences} iterations. Elapsed time = ${us / 1e6}\nPer inference: time = ${each}`;
  });
  // What checks submissions wants something before the word.
  if (throughput !== null)
    lines.push(`ulp-mlperf: Median throughput is ${throughput.toFixed(3)} inf./sec.`);
  return `${[...lines, closing(clock)].join("\n")}\n`;
}

export function accuracyText({ topOne, auc }: AccuracyScore, clock: Provenance): string {
  const lines = [
    ...(topOne === null ? [] : [`ulp-mlperf: Top 1% = ${(100 * topOne).toFixed(1)}`]),
    ...(auc === null ? [] : [`ulp-mlperf: AUC = ${auc.toFixed(3)}`]),
  ];
  return `${[...lines, closing(clock)].join("\n")}\n`;
}

export function energyText(
  trials: readonly EnergyTrial[],
  score: EnergyScore,
  reasons: readonly string[],
  monitor: Provenance,
): string {
  const lines = trials.flatMap(({ inferences, window }, index) => {
    const title = `Energy data for trial ${index}`;
    if ("why" in window) return [title, `  void: ${window.why}`];
    const { elapsedS, energyJ } = window;
    return [
      title,
      `  Elapsed time  : ${elapsedS}`,
      `  Inferences    : ${inferences}`,
      `  Power         : ${((1e3 * energyJ) / elapsedS).toFixed(4)} mW.`,
      `  Total Energy  : ${(1e6 * energyJ).toFixed(3)} uJ`,
      `  Energy/Inf    : ${((1e6 * energyJ) / inferences).toFixed(3)} uJ/inf`,
    ];
  });
  if (score.perInferenceJ !== null) {
    const median = (1e6 * score.perInferenceJ).toFixed(4);
    lines.push(RULE, `Median energy cost is ${median} uJ/inf.`, RULE);
  }
  const errors = reasons.map((why) => `ERROR: Not valid for submission.  ${why}`);
  return `${["Power Edition Output", ...lines, ...errors, `Energies are ${monitor.kind}: ${monitor.source}`].join("\n")}\n`;
}
