/**
 * Writes the tables of docs/sizing.md.
 *   npm run sizing                     the next, and predictions against runs: builds and runs the judged networks
 *   npm run sizing -- --boards         only what is arithmetic: the shipped model on every board, fits of every core
 *   npm run sizing -- --waits          the shipped model on every board, foretold and run with that board's memories
 *   npm run sizing -- --quality [DIR]  pruned models on the held-out set, with those in DIR that were trained on
 *   npm run sizing -- --spared         work left out: quality on the held-out set against energy, table and picture
 *   npm run sizing -- --kept           cycles of frames by the columns that an LSTM takes in, foretold and run
 *   npm run sizing -- --bits           4-bit weights layer by layer: quality, bytes, cycles foretold and run
 *   npm run sizing -- --sparse         tiles of weights left out, the same beside pruned and thinned models
 * Predicting is left to codegen/size, running to scripts/sizing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listBoards } from "../codegen/board.ts";
import { INTEGER_FORMATS } from "../codegen/quantize/params.ts";
import { sizeRule } from "../codegen/size/rule.ts";
import { stepCosts } from "../codegen/size/step-costs.ts";
import { formatBytes, formatNumber } from "../host/report/format.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { MODELS_DIR, PROJECT_DIR } from "../host/workflow/paths.ts";
import { createProgress, type Progress } from "../host/workflow/progress.ts";
import { type ClipSet, readClipSet } from "../host/workflow/quality/clip-set.ts";
import { sizesFor } from "../host/workflow/size/size.ts";
import { subjectOf } from "../host/workflow/size/subject.ts";
import { replaceBlock } from "./replace-block.ts";
import { keptBlock, measureKept } from "./sizing/kept-page.ts";
import { layerBitsBlock, measureLayerBits } from "./sizing/layer-bits-page.ts";
import { type Agreement, predictAndRun } from "./sizing/predicted-and-run.ts";
import { measureResized, RATIOS, type ResizedResults } from "./sizing/resized-quality.ts";
import { measureSpared } from "./sizing/spared-curve.ts";
import { sparedBlock, sparedSvg } from "./sizing/spared-page.ts";
import { measureSparse } from "./sizing/sparse-curve.ts";
import { sparseBlock, sparseSvg } from "./sizing/sparse-page.ts";
import { type WaitsRow, waitsAndRun } from "./sizing/waits-and-run.ts";

const PAGE = join(PROJECT_DIR, "docs", "sizing.md");
const SPARSE_PICTURE = join(PROJECT_DIR, "docs", "weights-left-out.svg");
const SPARED_PICTURE = join(PROJECT_DIR, "docs", "work-left-out.svg");
const BUDGETS = { budgetMs: 10, budgetMw: 1 } as const;

function cells(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

/** The shipped model as it is and the size to take, on each real board. */
export function boardsBlock(): string {
  const subject = subjectOf("hearable", {}, "int8");
  const rows = listBoards().flatMap((board) => {
    if (board.kind === "emulated") return [];
    const { sizes, document } = sizesFor(subject, board, "int8", BUDGETS);
    const own = sizes.find(({ method }) => method === "given");
    const chosen = sizes.find(({ verdict }) => verdict === "chosen");
    const number = (value: number | null | undefined): string =>
      value == null ? "-" : formatNumber(value);
    const rule = sizeRule(board);
    const stays = rule.residentBytes === 0 ? "-" : formatBytes(rule.residentBytes);
    return cells([
      `\`${board.id}\``,
      `${rule.rule} ${rule.lineBytes} B`,
      stays,
      number(own?.cycles && Math.round(own.cycles.value)),
      number(own?.cycles && Math.round(own.cycles.stalls)),
      number(own?.latencyMs),
      number(own?.powerMw),
      own?.verdict === "unknown"
        ? String(document.missing)
        : own === undefined || own.misses.length === 0
          ? "yes"
          : `no: ${own.misses.join(", ")}`,
      chosen === undefined ? "none" : chosen.hiddenSizes.join(", "),
    ]);
  });
  return [
    "",
    "| board | rule | weights that stay | cycles of 64 units | of them waiting | ms | mW | holds both | largest or best that does |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** How far the reference networks lie from what their loops cost together, on each counted core. */
export function fitsBlock(): string {
  const cores = [...new Set(listBoards().map(({ core }) => core))].sort();
  const rows = cores.flatMap((core) => {
    const costs = INTEGER_FORMATS.map((format) => stepCosts(core, format));
    if (costs.every((one) => one === null)) return [];
    return [
      cells([
        `\`${core}\``,
        ...costs.map((one) => (one === null ? "-" : `${(100 * one.worstError).toFixed(2)} %`)),
      ]),
    ];
  });
  return ["", `| core | ${INTEGER_FORMATS.join(" | ")} |`, "|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

export function predictedBlock({
  rows,
  rankCorrelation,
  medianError,
  worstError,
}: Agreement): string {
  const body = rows.map(({ board, network, macs, predicted, interval, run }) =>
    cells([
      `\`${board}\``,
      network,
      formatNumber(macs),
      formatNumber(Math.round(predicted)),
      interval.map((end) => formatNumber(Math.round(end))).join(".."),
      formatNumber(run),
      `${predicted >= run ? "+" : ""}${(100 * (predicted / run - 1)).toFixed(2)} %`,
    ]),
  );
  const ranks = Object.entries(rankCorrelation).map(
    ([board, value]) => `\`${board}\` ${value.toFixed(3)}`,
  );
  return [
    "",
    "| core | network | MACs | predicted cycles | interval | run | off by |",
    "|---|---|---|---|---|---|---|",
    ...body,
    "",
    `${rows.length} networks: rank correlation ${ranks.join(", ")} (goal 0.95); median error ${(100 * medianError).toFixed(2)} % (goal 5 %), worst ${(100 * worstError).toFixed(2)} %.`,
    "",
  ].join("\n");
}

export function waitsBlock(rows: readonly WaitsRow[]): string {
  const number = (value: number): string => formatNumber(Math.round(value));
  const body = rows.map(({ board, predicted, interval, hasCodeWaits, run }) =>
    cells([
      `\`${board}\``,
      number(predicted.cycles),
      interval.map(number).join(".."),
      number(run.cycles),
      `${predicted.cycles >= run.cycles ? "+" : ""}${(100 * (predicted.cycles / run.cycles - 1)).toFixed(1)} %`,
      `${number(predicted.reads)} / ${number(run.reads)}`,
      `${hasCodeWaits ? number(predicted.code) : "-"} / ${number(run.code)}`,
    ]),
  );
  const within = (part: number): number =>
    rows.filter(({ predicted, run }) => Math.abs(predicted.cycles / run.cycles - 1) <= part).length;
  const inside = rows.filter(
    ({ interval: [low, high], run }) => run.cycles >= low && run.cycles <= high,
  ).length;
  return [
    "",
    "| board | predicted cycles | interval | run | off by | waits for weights and tables: predicted / run | for code |",
    "|---|---|---|---|---|---|---|",
    ...body,
    "",
    `${rows.length} boards: ${within(0.05)} within 5 %, ${within(0.1)} within 10 %, ${inside} inside their interval. "-": nobody counted the fetches of that core.`,
    "",
  ].join("\n");
}

/** How the model hears at fewer units, by the way it came there. */
export function resizedBlock({ set, clipsPerSnr, rows }: ResizedResults): string {
  const body = [...rows]
    .sort((a, b) => b.hiddenSize - a.hiddenSize)
    .map(({ hiddenSize, way, weights, gainDb, mean, stoi }) =>
      cells([
        way === "thinned" ? "64" : String(hiddenSize),
        way === "thinned" ? `thinned to the weights of ${hiddenSize}` : way,
        formatNumber(weights),
        ...gainDb.map((gain) => gain.toFixed(2)),
        `${mean.value.toFixed(2)} (${mean.low.toFixed(2)} to ${mean.high.toFixed(2)})`,
        stoi === null ? "-" : stoi.toFixed(3),
      ]),
    );
  return [
    "",
    `SI-SDR gain of the exact int8 twin in dB, ${clipsPerSnr} clips of the ${set} set at each ratio, from zero state; mean of all with its 95 % interval, bootstrap over clips; mean STOI of all:`,
    "",
    `| units | way | weights | ${RATIOS.map((ratio) => `${ratio} dB`).join(" | ")} | mean | STOI |`,
    "|---|---|---|---|---|---|---|---|---|",
    ...body,
    "",
  ].join("\n");
}

function clipSet(): ClipSet {
  const heldOut = join(PROJECT_DIR, "training", ".cache", "heldout", "manifest.json");
  return readClipSet([
    { kind: "held-out", path: heldOut },
    { kind: "shipped-clips", path: join(MODELS_DIR, "clips", "manifest.json") },
  ]);
}

function measured(progress: Progress): ResizedResults {
  const asked = process.argv[process.argv.indexOf("--quality") + 1];
  return measureResized(clipSet(), asked ?? null, progress);
}

/** The blocks that were asked for, by name; measuring may take long, and the page may change meanwhile. */
async function blocks(progress: Progress): Promise<Readonly<Record<string, string>>> {
  if (process.argv.includes("--quality")) return { resized: resizedBlock(measured(progress)) };
  if (process.argv.includes("--spared")) {
    const curve = await measureSpared(clipSet(), progress);
    writeFileWhole(SPARED_PICTURE, sparedSvg(curve));
    return { spared: sparedBlock(curve) };
  }
  if (process.argv.includes("--kept")) return { kept: keptBlock(await measureKept(progress)) };
  if (process.argv.includes("--bits")) {
    return { bits: layerBitsBlock(await measureLayerBits(clipSet(), progress)) };
  }
  if (process.argv.includes("--sparse")) {
    const curve = await measureSparse(clipSet(), progress);
    writeFileWhole(SPARSE_PICTURE, sparseSvg(curve));
    return { sparse: sparseBlock(curve) };
  }
  if (process.argv.includes("--boards")) return {};
  if (process.argv.includes("--waits")) return { waits: waitsBlock(await waitsAndRun(progress)) };
  return { predicted: predictedBlock(await predictAndRun(progress)) };
}

async function main(): Promise<void> {
  const progress = createProgress();
  const written = { fits: fitsBlock(), boards: boardsBlock(), ...(await blocks(progress)) };
  progress.end();
  const page = Object.entries(written).reduce(
    (text, [name, block]) => replaceBlock(text, name, block),
    readFileSync(PAGE, "utf8"),
  );
  writeFileWhole(PAGE, page);
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
