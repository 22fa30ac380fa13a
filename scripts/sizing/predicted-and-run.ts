/**
 * Predicts networks on emulated cores, then generates, builds and runs them, and sets both side by side.
 * The predictor sees nothing of these runs; what is shown of them is left to write-sizing.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EmulatedBoard, loadBoard } from "../../codegen/board.ts";
import { canonicalDigest } from "../../codegen/plan/canonical-json.ts";
import { type NetworkShape, outputSizeOf, seededModel } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import { rulesDigests } from "../../codegen/size/step-costs.ts";
import { countSteps } from "../../host/workflow/bench/count-steps.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { writeFileWhole } from "../../host/workflow/output-file.ts";
import { WORK_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import { JUDGED_NETWORKS } from "./judged-networks.ts";

export const JUDGED_BOARDS = ["qemu-m4", "qemu-m7", "qemu-rv32"] as const;

export interface Judged {
  readonly board: string;
  readonly network: string;
  readonly macs: number;
  /** [cycle a step] */
  readonly predicted: number;
  readonly interval: readonly [number, number];
  readonly run: number;
}

export interface Agreement {
  readonly rows: readonly Judged[];
  /** Spearman's, over the rows of each board. */
  readonly rankCorrelation: Readonly<Record<string, number>>;
  /** Over all rows, relative. */
  readonly medianError: number;
  readonly worstError: number;
}

/** "32 -> LSTM 64 -> dense 32" */
export function networkName({ inputSize, layers }: NetworkShape): string {
  const names = { lstm: "LSTM", gru: "GRU", dense: "dense" } as const;
  const parts = layers.map((layer) => `${names[layer.kind]} ${outputSizeOf(layer)}`);
  return [inputSize, ...parts].join(" -> ");
}

/** Runs that were counted before with the same rules are not repeated. */
async function runCycles(
  shape: NetworkShape,
  board: EmulatedBoard,
  progress: Progress,
): Promise<number> {
  const key = canonicalDigest({ shape, rules: rulesDigests(board.core)?.rulesDigest }).slice(0, 16);
  const file = join(WORK_DIR, "sizing", `${board.id}-${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as number;
  const { signal } = new AbortController();
  const model = seededModel(shape);
  const counted = await countSteps({ model, board, format: "int8", progress, signal });
  const cycles = counted.mean("cycles");
  if (!counted.bitExact || cycles === null) {
    throw new RangeError(`${model.name} on ${board.id} cannot be compared`);
  }
  writeFileWhole(file, JSON.stringify(cycles));
  return cycles;
}

export async function predictAndRun(progress: Progress): Promise<Agreement> {
  const rows: Judged[] = [];
  for (const id of JUDGED_BOARDS) {
    const board = requireEmulated(loadBoard(id));
    const predictor = createPredictor(board, "int8");
    for (const shape of JUDGED_NETWORKS) {
      const { cycles, footprint } = predictor.of(shape);
      if (cycles === null) throw new RangeError(`${id}: ${predictor.missing}`);
      rows.push({
        board: id,
        network: networkName(shape),
        macs: footprint.macs,
        predicted: cycles.value,
        interval: [cycles.low, cycles.high],
        run: await runCycles(shape, board, progress),
      });
    }
  }
  return agreementOf(rows);
}

export function agreementOf(rows: readonly Judged[]): Agreement {
  const errors = rows
    .map(({ predicted, run }) => Math.abs(predicted / run - 1))
    .sort((a, b) => a - b);
  const middle = errors.length / 2;
  const upper = errors[Math.floor(middle)] as number;
  const boards = [...new Set(rows.map(({ board }) => board))];
  return {
    rows,
    rankCorrelation: Object.fromEntries(
      boards.map((id) => {
        const own = rows.filter(({ board }) => board === id);
        return [
          id,
          spearman(
            own.map((row) => row.predicted),
            own.map((row) => row.run),
          ),
        ];
      }),
    ),
    medianError: Number.isInteger(middle) ? (upper + (errors[middle - 1] as number)) / 2 : upper,
    worstError: errors.at(-1) as number,
  };
}

/** Of values without ties: 1 - 6 sum d^2 / (n (n^2 - 1)). */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const rank = (values: readonly number[]): readonly number[] =>
    values.map((value) => values.filter((other) => other < value).length);
  const [ranksA, ranksB] = [rank(a), rank(b)];
  const squares = ranksA.reduce((sum, r, i) => sum + (r - (ranksB[i] as number)) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}
