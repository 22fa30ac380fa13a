/**
 * Decides how the curve of work left out is shown: the table of docs/sizing.md and its picture.
 * Measuring is left to spared-curve.ts.
 */
import { formatNumber } from "../../host/report/format.ts";
import { type Series, seriesPicture } from "../../host/report/series-svg.ts";
import { type Picture, standaloneSvg } from "../../host/report/svg.ts";
import { REAL_BOARD, type SparedCurve, type SparedPoint } from "./spared-curve.ts";

function row({
  way,
  gainDb,
  stoi,
  instructions,
  cycles,
  energyUj,
  averageMw,
}: SparedPoint): string {
  const cells = [
    way.kind === "whole" ? "all of it computed" : `\`${way.label}\``,
    `${gainDb.mean.toFixed(2)} (${gainDb.low.toFixed(2)} to ${gainDb.high.toFixed(2)})`,
    stoi === null ? "-" : stoi.toFixed(3),
    formatNumber(instructions),
    formatNumber(Math.round(cycles)),
    energyUj.toFixed(2),
    averageMw.toFixed(3),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The table, with what was measured, counted and modelled said before it. */
export function sparedBlock({ set, clipsPerSnr, frames, points }: SparedCurve): string {
  return [
    "",
    `SI-SDR gain in dB with its 95 % interval (bootstrap over clips) and mean STOI, measured: the exact int8 twin on ${clipsPerSnr} clips of the ${set} set at each of -5, 0, 5 and 10 dB, from zero state. Instructions (counted, median of a frame) and cycles (modelled, mean of a frame) on \`qemu-m4\` as \`${REAL_BOARD}\`, over ${formatNumber(frames)} frames of one of those clips at each ratio, bit for bit the twin's; energy of a frame's 10 ms, sleep included, and average power are modelled from the mean:`,
    "",
    "| work left out | SI-SDR gain | STOI | instructions | cycles | µJ | mW |",
    "|---|---|---|---|---|---|---|",
    ...points.map(row),
    "",
  ].join("\n");
}

const NAMES = {
  whole: "all of it computed",
  delta: "--delta INPUT,STATE",
  skip: "--skip=LEVEL,5",
  both: "both",
} as const;

export function sparedPicture({ points }: SparedCurve): Picture {
  const kinds = ["whole", "delta", "skip", "both"] as const;
  const series = kinds.flatMap((kind): readonly Series[] => {
    const own = points.filter(({ way }) => way.kind === kind);
    if (own.length === 0) return [];
    return [
      {
        name: NAMES[kind],
        ...(kind === "delta" ? { labelsAbove: true } : {}),
        points: own.map(({ way, gainDb, stoi, energyUj }) => ({
          x: energyUj,
          y: gainDb.mean,
          ...(kind === "whole" ? {} : { label: way.label.replaceAll(/--\w+[= ]/g, "") }),
          words: `${way.label}: ${gainDb.mean.toFixed(2)} dB, STOI ${stoi?.toFixed(3) ?? "-"}, ${energyUj.toFixed(2)} µJ`,
        })),
      },
    ];
  });
  return seriesPicture({
    id: "work-left-out",
    title: `Work left out: quality over energy on ${REAL_BOARD}`,
    description:
      "SI-SDR gain over the modelled energy of a frame, for thresholds of a delta LSTM and levels of silence.",
    xLabel: "energy of a frame's 10 ms, sleep included [µJ] (modelled)",
    yLabel: "SI-SDR gain [dB]",
    series,
  });
}

export function sparedSvg(curve: SparedCurve): string {
  return standaloneSvg(sparedPicture(curve));
}
