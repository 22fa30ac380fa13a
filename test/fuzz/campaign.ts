/**
 * Reads many mutated files, each made anew from a seed and its number, and keeps what must not happen.
 * How a format is mutated is left to the files beside this one, as is the command line.
 */

import { ToolkitError } from "../../codegen/errors.ts";
import { layerSize } from "../../codegen/model/layer-size.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { seededUniform } from "../../codegen/quantize/calibrate.ts";
import { ungenerated } from "../../codegen/quantize/operators.ts";

/** No file may take longer to read [ms]; of the processor's time, so that a busy machine says nothing. */
const MAX_READ_MS = 1000;
/** Models larger than this are read, but not run [MAC]. */
const MAX_RUN_MACS = 1e6;

/** Uniform whole numbers in [0, below). */
export type Draw = (below: number) => number;

export interface Format {
  /** Sound files. */
  readonly seeds: readonly Uint8Array[];
  mutate(bytes: Uint8Array, draw: Draw): Uint8Array;
  read(bytes: Uint8Array): RecurrentModel;
}

export interface Finding {
  /** With the seed, what makes the file again. */
  readonly index: number;
  readonly why: string;
}

export interface CampaignResult {
  readonly files: number;
  /** How many were read as a model. */
  readonly models: number;
  /** How many were refused, by code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
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
  let models = 0;
  let slowestMs = 0;
  let index = first;
  for (; goOn(index); index++) {
    const bytes = mutant(format, seed, index);
    const start = process.cpuUsage();
    let model: RecurrentModel | undefined;
    try {
      model = format.read(bytes);
      models++;
    } catch (error) {
      if (error instanceof ToolkitError) codes[error.code] = (codes[error.code] ?? 0) + 1;
      else findings.push({ index, why: `not a coded error: ${String(error)}` });
    }
    const { user, system } = process.cpuUsage(start);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > MAX_READ_MS) findings.push({ index, why: `it took ${Math.round(tookMs)} ms` });
    const why = model && contradiction(model);
    if (why) findings.push({ index, why });
  }
  return { files: index - first, models, codes, slowestMs, findings };
}

/** What is wrong with a model that was read: it must run, and answer as many values as it says. */
function contradiction(model: RecurrentModel): string | undefined {
  try {
    ungenerated(model);
    const macs = model.layers.reduce((sum, layer) => sum + layerSize(layer).macs, 0);
    if (macs > MAX_RUN_MACS) return undefined;
    const { length } = createFloatModel(model).step(new Float64Array(model.inputSize).fill(0.5));
    return length === model.outputSize
      ? undefined
      : `it answers ${length} values, not ${model.outputSize}`;
  } catch (error) {
    return `it was read, but cannot run: ${String(error)}`;
  }
}
