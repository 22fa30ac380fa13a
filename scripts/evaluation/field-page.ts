/**
 * Decides how quality in the field is shown: the tables of docs/field.md and their picture.
 * Measuring is left to field.ts.
 */
import { seriesPicture } from "../../host/report/series-svg.ts";
import { standaloneSvg } from "../../host/report/svg.ts";
import {
  FIELD_RATIOS,
  type FieldCell,
  type FieldResults,
  NOISE_RATIO,
  UNTOUCHED,
} from "./field.ts";

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)];
}

function gainText(cell: FieldCell | undefined): string {
  if (cell === undefined) return "-";
  const { mean, low, high } = cell.gainDb;
  return `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function stoiText(cell: FieldCell | undefined): string {
  return cell?.stoi == null ? "-" : cell.stoi.toFixed(3);
}

/** Clips of a row's cells: one number, or those of each. */
function clipsText(cells: readonly (FieldCell | undefined)[]): string {
  const counts = [...new Set(cells.flatMap((cell) => (cell === undefined ? [] : [cell.clips])))];
  return counts.join(" to ");
}

/** Both tables by ratio, then both by kind of noise. */
export function fieldBlock({ set, versions }: FieldResults): string {
  const denoisers = versions.filter(({ name }) => name !== UNTOUCHED);
  const first = denoisers[0]?.byRatio ?? new Map<number, FieldCell>();
  const ratios = FIELD_RATIOS.filter((ratio) => first.has(ratio));
  const kinds = [...(denoisers[0]?.byNoise.keys() ?? [])].sort();
  const perRatio = clipsText(ratios.map((ratio) => first.get(ratio)));
  const perKind = clipsText(kinds.map((kind) => denoisers[0]?.byNoise.get(kind)));
  const head = ["version", ...ratios.map((ratio) => `${ratio} dB`)];
  return [
    "",
    `SI-SDR gain in dB with its 95 % interval (bootstrap over clips), measured on ${perRatio} clips of the ${set} set a ratio, from zero state; versions are int8 but for the first and the third:`,
    "",
    ...table(
      head,
      denoisers.map(({ name, byRatio }) => [name, ...ratios.map((r) => gainText(byRatio.get(r)))]),
    ),
    "",
    "STOI of the same clips, mean:",
    "",
    ...table(
      head,
      versions.map(({ name, byRatio }) => [name, ...ratios.map((r) => stoiText(byRatio.get(r)))]),
    ),
    "",
    `By kind of noise at ${NOISE_RATIO} dB, ${perKind} clips each, SI-SDR gain in dB:`,
    "",
    ...table(
      ["noise", ...denoisers.map(({ name }) => name)],
      kinds.map((kind) => [
        kind,
        ...denoisers.map(({ byNoise }) => byNoise.get(kind)?.gainDb.mean.toFixed(2) ?? "-"),
      ]),
    ),
    "",
    "and STOI:",
    "",
    ...table(
      ["noise", ...versions.map(({ name }) => name)],
      kinds.map((kind) => [kind, ...versions.map(({ byNoise }) => stoiText(byNoise.get(kind)))]),
    ),
    "",
  ].join("\n");
}

/** Gain over ratio, a line a version. */
export function fieldSvg({ versions }: FieldResults): string {
  const series = versions
    .filter(({ name }) => name !== UNTOUCHED)
    .map(({ name, byRatio }) => ({
      name,
      points: [...byRatio]
        .sort(([a], [b]) => a - b)
        .map(([ratio, { gainDb, stoi }]) => ({
          x: ratio,
          y: gainDb.mean,
          interval: [gainDb.low, gainDb.high] as const,
          words: `${name} at ${ratio} dB: ${gainDb.mean.toFixed(2)} dB, STOI ${stoi?.toFixed(3) ?? "-"}`,
        })),
    }));
  return standaloneSvg(
    seriesPicture({
      id: "field",
      title: "Quality in the field: SI-SDR gain by signal-to-noise ratio",
      description:
        "Versions of one denoiser on the same noisy clips; whiskers are 95 % intervals over clips. One trained on nearly clean audio gains least where it is loud.",
      xLabel: "signal-to-noise ratio [dB]",
      yLabel: "SI-SDR gain [dB]",
      series,
    }),
  );
}
