/**
 * Decides how the curve of tiles left out is shown: the table of docs/sizing.md and its picture.
 * Measuring is left to sparse-curve.ts.
 */
import { formatNumber } from "../../host/report/format.ts";
import { type Series, seriesPicture } from "../../host/report/series-svg.ts";
import { type Picture, standaloneSvg } from "../../host/report/svg.ts";
import { EMULATED, REAL_BOARD } from "./spared-curve.ts";
import type { SparseCurve, SparseKind, SparsePoint } from "./sparse-curve.ts";

const WORDS: Readonly<Record<SparseKind, (amount: number) => string>> = {
  dense: () => "64 units as trained",
  tiles: (amount) => `\`--sparse ${amount}\``,
  units: (amount) => `pruned to ${amount} units`,
  weights: (amount) => `${amount} % of the weights thinned one by one`,
};

function row({ kind, amount, gainDb, stoi, ...costs }: SparsePoint): string {
  const cells = [
    WORDS[kind](amount),
    `${gainDb.mean.toFixed(2)} (${gainDb.low.toFixed(2)} to ${gainDb.high.toFixed(2)})`,
    stoi === null ? "-" : stoi.toFixed(3),
    formatNumber(costs.macs),
    formatNumber(costs.weightBytes),
    formatNumber(costs.instructions),
    formatNumber(Math.round(costs.cycles)),
    costs.energyUj.toFixed(2),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Percent of tiles from which a cost is below the dense model's, on the line through its first and last point; null where it does not fall. */
export function breakEven(
  points: readonly Pick<SparsePoint, "kind" | "amount" | "instructions" | "cycles">[],
  cost: "instructions" | "cycles",
): number | null {
  const dense = points.find(({ kind }) => kind === "dense")?.[cost];
  const tiles = points.filter(({ kind }) => kind === "tiles");
  const [first, last] = [tiles[0], tiles.at(-1)];
  if (dense === undefined || first === undefined || last === undefined) return null;
  const slope = (last[cost] - first[cost]) / (last.amount - first.amount);
  return slope < 0 ? Math.max(0, first.amount + (dense - first[cost]) / slope) : null;
}

/** The table, with what was measured, counted and modelled said before it. */
export function sparseBlock({ set, clipsPerSnr, points }: SparseCurve): string {
  const [instructions, cycles] = (["instructions", "cycles"] as const).map((cost) =>
    breakEven(points, cost),
  );
  const from = (percent: number | null | undefined): string =>
    percent == null ? "nowhere" : `from ${percent.toFixed(0)} % of the tiles on`;
  return [
    "",
    `SI-SDR gain in dB with its 95 % interval (bootstrap over clips) and mean STOI, measured: the exact int8 twin on ${clipsPerSnr} clips of the ${set} set at each of -5, 0, 5 and 10 dB, from zero state. MACs that are done, bytes of weights as stored and instructions (counted, median) and cycles (modelled) of a frame on \`${EMULATED}\` as \`${REAL_BOARD}\`, bit for bit the twin's; energy of a frame's 10 ms, sleep included, is modelled from them:`,
    "",
    "| what goes | SI-SDR gain | STOI | MACs done | weights [B] | instructions | cycles | µJ |",
    "|---|---|---|---|---|---|---|---|",
    ...points.map(row),
    "",
    `Against the dense kernel \`--sparse\` takes fewer instructions ${from(instructions)} (counted), fewer cycles ${from(cycles)} (modelled).`,
    "",
  ].join("\n");
}

const NAMES: Readonly<Record<SparseKind, string>> = {
  dense: "64 units as trained",
  tiles: "--sparse N [%]",
  units: "pruned to N units",
  weights: "N % thinned one by one",
};

export function sparsePicture({ points }: SparseCurve): Picture {
  const kinds = ["dense", "tiles", "units", "weights"] as const;
  const series = kinds.flatMap((kind): readonly Series[] => {
    const own = points.filter((point) => point.kind === kind);
    if (own.length === 0) return [];
    return [
      {
        name: NAMES[kind],
        ...(kind === "tiles" ? { labelsAbove: true } : {}),
        points: own.map(({ amount, gainDb, energyUj }) => ({
          x: energyUj,
          y: gainDb.mean,
          ...(kind === "dense" ? {} : { label: String(amount) }),
          words: `${WORDS[kind](amount).replaceAll("`", "")}: ${gainDb.mean.toFixed(2)} dB, ${energyUj.toFixed(2)} µJ`,
        })),
      },
    ];
  });
  return seriesPicture({
    id: "weights-left-out",
    title: `Weights left out: quality over energy on ${REAL_BOARD}`,
    description:
      "SI-SDR gain over the modelled energy of a frame, for tiles of weights left out, units pruned and weights thinned.",
    xLabel: "energy of a frame's 10 ms, sleep included [µJ] (modelled)",
    yLabel: "SI-SDR gain [dB]",
    series,
  });
}

export function sparseSvg(curve: SparseCurve): string {
  return standaloneSvg(sparsePicture(curve));
}
