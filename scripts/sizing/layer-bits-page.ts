/**
 * Measures which layers of the shipped model, and of DTLN's first part where it lies beside the project, bear 4 bits, and
 * counts each mix on the emulated Cortex-M4; writes the table of docs/sizing.md.
 * What a mix is and loses is left to host/workflow/size/layer-bits.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadBoard } from "../../codegen/board.ts";
import { type LoadedModel, loadModel } from "../../codegen/model/load.ts";
import type { CalibrationData } from "../../codegen/quantize/calibrate.ts";
import { weightedLayers } from "../../codegen/quantize/mixed-format.ts";
import { shapeOf } from "../../codegen/size/network.ts";
import type { LayerBits } from "../../host/analyze/sizing/bits.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import { formatNumber } from "../../host/report/format.ts";
import { countSteps } from "../../host/workflow/bench/count-steps.ts";
import { calibrationData } from "../../host/workflow/calibration.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { MODELS_DIR, PROJECT_DIR } from "../../host/workflow/paths.ts";
import type { Progress } from "../../host/workflow/progress.ts";
import type { ClipSet } from "../../host/workflow/quality/clip-set.ts";
import type { EvaluationSet } from "../../host/workflow/quality/evaluation-set.ts";
import { ownAnswers } from "../../host/workflow/quality/own-answers.ts";
import { type MeasuredMix, measureBits, mixFormat } from "../../host/workflow/size/layer-bits.ts";
import { predictors } from "../../host/workflow/size/size-by-layer.ts";
import { magnitudes } from "./dtln-frames.ts";
import { clipsOf } from "./resized-quality.ts";

const BOARD = "qemu-m4";
const CLIPS_PER_RATIO = 6;
const SHARED = join(PROJECT_DIR, "..", "shared", "models");
/** Of each recording, from its start: the second's whole frames. */
const DTLN_FRAMES = 120;

interface CountedMix extends MeasuredMix {
  readonly weightBytes: number;
  /** [cycle a step] */
  readonly predicted: number;
  readonly run: number;
}

export interface BitsTable {
  readonly model: string;
  readonly layers: readonly LayerBits[];
  readonly mixes: readonly CountedMix[];
}

/** Of each model its mixes: measured, foretold, and run bit for bit as the twin. */
export async function measureLayerBits(
  clips: ClipSet,
  progress: Progress,
): Promise<readonly BitsTable[]> {
  const hearable = loadModel("hearable", { modelsDir: MODELS_DIR });
  const data = calibrationData(undefined, hearable);
  if (data === null) throw new RangeError("the shipped model has no recordings");
  const name = `the ${clips.kind} set, ${CLIPS_PER_RATIO} at each of -5, 0, 5 and 10 dB`;
  const set: EvaluationSet = { kind: "recordings", name, clips: clipsOf(clips, CLIPS_PER_RATIO) };
  const tables = [await tableOf("hearable", hearable, data, set, progress)];
  const file = join(SHARED, "dtln-part1", "float.onnx");
  if (!existsSync(file)) return tables;
  const dtln = loadModel(file, { modelsDir: MODELS_DIR });
  const [first, second, ...rest] = readRecordings(join(SHARED, "audio"), 16_000).map(
    ({ samples }) =>
      magnitudes(
        Float64Array.from(samples, (sample) => sample / 32768),
        DTLN_FRAMES,
      ),
  );
  const ranges = { source: "two recordings", sequences: [first ?? [], second ?? []] };
  const heard = ownAnswers(dtln.model, { source: "two others", sequences: rest });
  return [...tables, await tableOf("DTLN's first part", dtln, ranges, heard, progress)];
}

async function tableOf(
  name: string,
  loaded: LoadedModel,
  data: CalibrationData,
  set: EvaluationSet,
  progress: Progress,
): Promise<BitsTable> {
  const { model } = loaded;
  const board = requireEmulated(loadBoard(BOARD));
  const names = weightedLayers(model);
  const predictorOf = predictors(board, names);
  const costOf = (fourBits: readonly number[]) => {
    const { workingSet, cycles } = predictorOf(fourBits).of(shapeOf(model));
    return { weightBytes: workingSet.weightBytes, cycles: cycles?.value ?? null };
  };
  const { layers, mixes } = measureBits({ loaded, data, set, costOf, progress });
  const counted: CountedMix[] = [];
  for (const mix of mixes) {
    const { format, fourBits } = mixFormat(names, mix.fourBits);
    const { signal } = new AbortController();
    const steps = await countSteps({ model, board, format, fourBits, progress, signal });
    const run = steps.mean("cycles");
    const { weightBytes, cycles } = costOf(mix.fourBits);
    if (!steps.bitExact || run === null || cycles === null) {
      throw new RangeError(`${model.name} ${mix.format} on ${BOARD} cannot be compared`);
    }
    counted.push({ ...mix, weightBytes, predicted: cycles, run });
  }
  return { model: name, layers, mixes: counted };
}

/** The tables, with what was measured, counted and modelled said before them. */
export function layerBitsBlock(tables: readonly BitsTable[]): string {
  return tables.map(oneTable).join("\n");
}

function oneTable({ model, layers, mixes }: BitsTable): string {
  const [whole] = mixes;
  if (whole === undefined) throw new RangeError(`${model} has no mixes`);
  const { metric, unit, source } = whole.quality;
  const alone = layers.map(
    ({ name, lost, savedBytes }) =>
      `\`${name}\` alone loses ${lost.toFixed(2)} ${unit} for ${formatNumber(savedBytes)} B`,
  );
  const rows = mixes.map(({ format, weightBytes, quality, predicted, run }) => {
    const ends = quality.interval?.map((end) => end.toFixed(2)).join(" to ");
    const cells = [
      `\`${format}\``,
      formatNumber(weightBytes),
      `${quality.value.toFixed(2)}${ends === undefined ? "" : ` (${ends})`}`,
      formatNumber(Math.round(predicted)),
      formatNumber(Math.round(run)),
      `${predicted >= run ? "+" : ""}${(100 * (predicted / run - 1)).toFixed(2)} %`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "",
    `${model}: ${metric} in ${unit}, measured: ${source.replace("exact int8 twin", "each mix's exact twin")}${whole.quality.interval === undefined ? "" : ", with its 95 % interval"}. ${alone.join("; ")}. Cycles of a step on \`${BOARD}\` without waits, modelled: foretold, and of a run bit for bit as the twin:`,
    "",
    `| \`--format\` | weights [B] | ${unit} | foretold | run | off by |`,
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
