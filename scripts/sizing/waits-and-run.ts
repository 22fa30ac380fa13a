/**
 * Predicts the shipped model on every real board, then runs it on the emulated core with that board's memories, and sets
 * cycles and waits of both side by side.
 * The predictor sees nothing of these runs; what is shown of them is left to write-sizing.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listBoards, type RealBoard } from "../../codegen/board.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { canonicalDigest } from "../../codegen/plan/canonical-json.ts";
import { shapeOf } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import { rulesDigests } from "../../codegen/size/step-costs.ts";
import { createContext } from "../../host/workflow/context.ts";
import { decoderOf } from "../../host/workflow/core-table.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { writeFileWhole } from "../../host/workflow/output-file.ts";
import { MODELS_DIR, WORK_DIR } from "../../host/workflow/paths.ts";
import { pluginDigest, pluginSources } from "../../host/workflow/plugin-sources.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { executeRun } from "../../host/workflow/run.ts";

const MODEL = "hearable";
/** Enough for a median; caches are warm from the second on. */
const FRAMES = 30;

/** Cycles of a step, and the parts of them that are waits [cycle]. */
export interface Waited {
  readonly cycles: number;
  readonly reads: number;
  readonly code: number;
}

export interface WaitsRow {
  readonly board: string;
  readonly predicted: Waited;
  readonly interval: readonly [number, number];
  /** Whether the prediction has waits for code. */
  readonly hasCodeWaits: boolean;
  /** Of the median frame. */
  readonly run: Waited;
}

export async function waitsAndRun(progress: Progress): Promise<readonly WaitsRow[]> {
  const { model } = loadModel(MODEL, { modelsDir: MODELS_DIR });
  const rows: WaitsRow[] = [];
  for (const board of listBoards()) {
    if (board.kind !== "real") continue;
    const { of, hasCodeWaits } = createPredictor(board, "int8");
    const { cycles } = of(shapeOf(model));
    if (cycles === null) throw new RangeError(`nobody counted steps of ${board.core}`);
    rows.push({
      board: board.id,
      predicted: {
        cycles: cycles.value,
        reads: cycles.stalls - cycles.codeStalls,
        code: cycles.codeStalls,
      },
      interval: [cycles.low, cycles.high],
      hasCodeWaits,
      run: await runOn(board, progress),
    });
  }
  return rows;
}

/** Runs of the same C, rules, plugin and memories are not repeated. */
async function runOn(board: RealBoard, progress: Progress): Promise<Waited> {
  const { id, core, emulatedBy } = board;
  const options = { app: "stream", frames: FRAMES } as const;
  const request = { board: emulatedBy, as: id, format: "int8", ...options } as const;
  const { files } = prepare(MODEL, request).generated;
  const decoder = decoderOf(core);
  const plugin = decoder && pluginDigest(await pluginSources(), decoder);
  const key = canonicalDigest({ files, board, rules: rulesDigests(core), plugin }).slice(0, 16);
  const cache = join(WORK_DIR, "sizing", `waits-${id}-${key}.json`);
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, "utf8")) as Waited;
  const signal = new AbortController().signal;
  const context = { ...createContext({ json: true, quiet: true, signal }), progress };
  const { report } = await executeRun(context, request, MODEL);
  const { verify, cycles } = report.document;
  if (verify?.bitExact !== true || cycles?.memory == null) {
    throw new RangeError(`${MODEL} as ${id} differs from its twin or was not counted`);
  }
  const { fetchStalls, readStalls, writeStalls } = cycles.memory;
  const run = { cycles: cycles.median, reads: readStalls + writeStalls, code: fetchStalls };
  writeFileWhole(cache, JSON.stringify(run));
  return run;
}
