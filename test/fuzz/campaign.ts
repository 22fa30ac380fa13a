/**
 * Reads mutated files, each made anew from a seed and its number, and keeps what must not happen.
 * How a format is mutated is left to the files beside this one, memory and crashes to batches.ts.
 */

import { loadBoard } from "../../codegen/board.ts";
import { ToolkitError } from "../../codegen/errors.ts";
import { layerSize } from "../../codegen/model/layer-size.ts";
import { createFloatModel, runSequence } from "../../codegen/model/reference-float.ts";
import { looksAhead, type RecurrentModel } from "../../codegen/model/types.ts";
import { generate } from "../../codegen/pipeline.ts";
import { seededUniform } from "../../codegen/quantize/calibrate.ts";
import { ungenerated } from "../../codegen/quantize/operators.ts";
import { tfliteFormatOf } from "../../codegen/quantize/tflite/prepare.ts";
import type { Draw } from "./draw.ts";

/** No file may take longer [ms]; of the processor's time, so that a busy machine says nothing. */
export const MAX_MS = 1000;
/** Models larger than this are read, but not run [MAC]. */
const MAX_RUN_MACS = 1e6;
/** One in so many models that can become C does, where it has no more than so many MACs. */
const GENERATED_SHARE = 64;
const MAX_GENERATED_MACS = 20_000;
const BOARD = loadBoard("qemu-m4");

export interface Format {
  /** Sound files. */
  readonly seeds: readonly Uint8Array[];
  mutate(bytes: Uint8Array, draw: Draw): Uint8Array;
  /** Null for a sound file that is no model. @throws ToolkitError */
  read(bytes: Uint8Array): RecurrentModel | null;
}

export interface Finding {
  /** With the seed, what makes the file again. */
  readonly index: number;
  readonly why: string;
}

export interface CampaignResult {
  readonly files: number;
  /** How many were read. */
  readonly read: number;
  /** How many were refused, by code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** Size of the largest file [byte]. */
  readonly largestBytes: number;
  readonly findings: readonly Finding[];
}

/** The mutated file of a number. */
export function mutant(format: Format, seed: number, index: number): Uint8Array {
  const uniform = seededUniform((Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)) | 0);
  const draw: Draw = (below) => Math.floor(uniform() * below);
  const start = format.seeds[draw(format.seeds.length)] as Uint8Array;
  return format.mutate(start, draw);
}

/** @param goOn asked before each file; the campaign ends where it says no */
export function runCampaign(
  format: Format,
  seed: number,
  first: number,
  goOn: (index: number) => boolean,
): CampaignResult {
  const codes: Record<string, number> = {};
  const findings: Finding[] = [];
  let [read, slowestMs, largestBytes] = [0, 0, 0];
  let index = first;
  for (; goOn(index); index++) {
    const bytes = mutant(format, seed, index);
    largestBytes = Math.max(largestBytes, bytes.length);
    const start = process.cpuUsage();
    const outcome = outcomeOf(format, bytes, index);
    const { user, system } = process.cpuUsage(start);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    if (outcome.state === "read") read++;
    else if (outcome.state === "wrong") findings.push({ index, why: outcome.why });
    else codes[outcome.code] = (codes[outcome.code] ?? 0) + 1;
    if (tookMs > MAX_MS) findings.push({ index, why: `it took ${Math.round(tookMs)} ms` });
  }
  return { files: index - first, read, codes, slowestMs, largestBytes, findings };
}

type Outcome =
  | { readonly state: "read" }
  | { readonly state: "refused"; readonly code: string }
  | { readonly state: "wrong"; readonly why: string };

function outcomeOf(format: Format, bytes: Uint8Array, index: number): Outcome {
  let model: RecurrentModel | null;
  try {
    model = format.read(bytes);
  } catch (error) {
    if (error instanceof ToolkitError) return { state: "refused", code: error.code };
    return { state: "wrong", why: `not a coded error: ${String(error)}` };
  }
  const why = model && contradiction(model, index);
  return why ? { state: "wrong", why } : { state: "read" };
}

/** One step's answer; a layer that looks ahead answers a whole sequence, of two steps. */
function answerOf(model: RecurrentModel): Float64Array {
  const frame = new Float64Array(model.inputSize).fill(0.5);
  if (!model.layers.some(looksAhead)) return createFloatModel(model).step(frame);
  return runSequence(model, [frame, frame])[1] as Float64Array;
}

/** What is wrong with a model that was read: it must run, answer as many values as it says, and become C or say why not. */
function contradiction(model: RecurrentModel, index: number): string | undefined {
  try {
    const gaps = ungenerated(model);
    const macs = model.layers.reduce((sum, layer) => sum + layerSize(layer).macs, 0);
    if (macs > MAX_RUN_MACS) return undefined;
    const { length } = answerOf(model);
    if (length !== model.outputSize) return `it answers ${length} values, not ${model.outputSize}`;
    if (gaps.length === 0 && index % GENERATED_SHARE === 0 && macs <= MAX_GENERATED_MACS) {
      becomesC(model);
    }
    return undefined;
  } catch (error) {
    return `it was read, but cannot run: ${String(error)}`;
  }
}

/** In the file's own integers where it has them. A refusal is an answer. @throws anything but a coded error */
function becomesC(model: RecurrentModel): void {
  try {
    generate({ model, board: BOARD, format: tfliteFormatOf(model) ?? "int8", calibration: null });
  } catch (error) {
    if (!(error instanceof ToolkitError)) throw error;
  }
}
