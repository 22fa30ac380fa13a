/**
 * Runs the shipped model with thresholds on the emulated cores and holds each frame's cycles against those that are foretold for
 * as many columns; writes the table of docs/sizing.md.
 * Foretelling is left to codegen/size/predict-kept.ts, running and what the twin took in to host/workflow.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "../../codegen/board.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { shapeOf } from "../../codegen/size/network.ts";
import { createKeptPredictor } from "../../codegen/size/predict-kept.ts";
import { loadCapture } from "../../host/capture/file.ts";
import { formatNumber } from "../../host/report/format.ts";
import { createContext } from "../../host/workflow/context.ts";
import { judgeRecording } from "../../host/workflow/judge.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { executeRun } from "../../host/workflow/run.ts";

const MODEL = "hearable";
const BOARDS = ["qemu-m4", "qemu-m7", "qemu-rv32"];
/** None of those that the costs were fitted to. */
const DELTA = { input: 12, hidden: 8 };
/** From the start of the first of the shipped clips. */
const FRAMES = 150;

/** A frame: columns that its LSTM took in, its cycles without waits, foretold and run. */
export interface KeptFrame {
  readonly moved: number;
  readonly foretold: number;
  readonly run: number;
}

export interface KeptRun {
  readonly board: string;
  readonly frames: readonly KeptFrame[];
}

/** @throws RangeError where a frame differs from the twin, was not counted, or nothing is foretold */
export async function measureKept(progress: Progress): Promise<readonly KeptRun[]> {
  const runs: KeptRun[] = [];
  for (const board of BOARDS) runs.push({ board, frames: await framesOn(board, progress) });
  return runs;
}

async function framesOn(board: string, progress: Progress): Promise<readonly KeptFrame[]> {
  const shape = shapeOf(loadModel(MODEL, { modelsDir: MODELS_DIR }).model);
  const predictor = createKeptPredictor(loadBoard(board));
  const folder = mkdtempSync(join(tmpdir(), "pioneer-kept-"));
  try {
    const record = join(folder, "kept.tpcap");
    const signal = new AbortController().signal;
    const context = { ...createContext({ json: true, quiet: true, signal }), progress };
    const { report } = await executeRun(
      context,
      { board, app: "stream", format: "int8", frames: FRAMES, delta: DELTA, record },
      MODEL,
    );
    const { facts } = judgeRecording(await loadCapture(record), {});
    const work = facts.spared?.frames ?? [];
    if (report.document.verify?.bitExact !== true || work.length !== report.cycles.length) {
      throw new RangeError(`${MODEL} on ${board} differs from its twin or was not counted`);
    }
    return work.map(({ moved: [moved = 0] }, at) => ({
      moved,
      foretold: predictor.of(shape, [moved]).cycles.value,
      run: report.cycles[at] as number,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of frames in the order of their columns: those with the fewest, the median and the most, and how far the worst of all is off. */
export function keptBlock(runs: readonly KeptRun[]): string {
  const shown = ({ moved, foretold, run }: KeptFrame): string =>
    `${moved}: ${formatNumber(Math.round(foretold))}, ${formatNumber(run)}`;
  const rows = runs.map(({ board, frames }) => {
    const sorted = [...frames].sort((a, b) => a.moved - b.moved);
    const own = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) =>
      shown(sorted[at] as KeptFrame),
    );
    const worst = Math.max(...frames.map(({ foretold, run }) => Math.abs(foretold / run - 1)));
    const off = `${(100 * worst).toFixed(1)} % of ${frames.length}`;
    return `| \`${board}\` | ${own.join(" | ")} | ${off} |`;
  });
  return [
    "",
    `Frames of the shipped model with \`--delta ${DELTA.input},${DELTA.hidden}\`, which is none of those networks, by the columns that they took in, cycles foretold and run without waits, each frame bit for bit the twin's:`,
    "",
    "| core | fewest columns | median | most | worst of all frames |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
