/**
 * Measures by the exact twin what a model loses when layers go to 4 bits, one alone and then one after the other.
 * The order is analyze/sizing/bits.ts's, what a mix costs on a board size-by-layer.ts's.
 */
import {
  type CalibrationData,
  calibrate,
  type FormatText,
  formatName,
  type LoadedModel,
  quantizeModel,
  weightedLayers,
} from "../../../codegen/index.ts";
import { byLossPerByte, type LayerBits } from "../../analyze/sizing/bits.ts";
import type { Quality } from "../../analyze/sizing/candidate.ts";
import type { Progress } from "../progress.ts";
import { evaluateModel } from "../quality/evaluate.ts";
import type { EvaluationSet } from "../quality/evaluation-set.ts";

/** Layers in 4 bits, by their indices among those with weights, and how the model is with them. */
export interface MeasuredMix {
  readonly fourBits: readonly number[];
  readonly format: FormatText;
  readonly quality: Quality;
}

export interface MeasuredBits {
  readonly layers: readonly LayerBits[];
  /** From bytes throughout, layer after layer in the order of least loss a byte, to the last that saves any. */
  readonly mixes: readonly MeasuredMix[];
}

export interface StepCost {
  readonly weightBytes: number;
  /** Null where nobody knows. */
  readonly cycles: number | null;
}

export interface BitsRequest {
  readonly loaded: LoadedModel;
  /** What ranges are found on. */
  readonly data: CalibrationData;
  /** What is measured on. */
  readonly set: EvaluationSet;
  /** Bytes of weights, as a board stores them, and cycles of a step there, with these layers in 4 bits. */
  readonly costOf: (fourBits: readonly number[]) => StepCost;
  readonly progress: Progress;
}

/** What a mix is called, and what quantizes it: all layers are the format int4. */
export function mixFormat(names: readonly string[], fourBits: readonly number[]) {
  const own = names.filter((_, index) => fourBits.includes(index));
  const isWhole = own.length === names.length;
  return { format: isWhole ? "int4" : "int8", fourBits: isWhole ? [] : own } as const;
}

/** @throws what evaluateModel throws */
export function measureBits(request: BitsRequest): MeasuredBits {
  const { loaded, data, set, progress, costOf } = request;
  const { model } = loaded;
  const names = weightedLayers(model);
  const calibration = calibrate(model, data);
  for (const warning of calibration.warnings) progress.note(`warning: ${warning}`);
  const known = new Map<string, MeasuredMix>();
  const measure = (fourBits: readonly number[]): MeasuredMix => {
    const mix = mixFormat(names, fourBits);
    const format = formatName(mix);
    const before = known.get(format);
    if (before !== undefined) return before;
    progress.step(`${format} on ${set.name}`);
    const quantized = quantizeModel(model, calibration, mix.format, { fourBits: mix.fourBits });
    const quality = evaluateModel(quantized, loaded.sidecar?.frontEnd ?? null, set, (done, total) =>
      progress.update(done, total),
    );
    const measured = { fourBits, format, quality };
    known.set(format, measured);
    return measured;
  };
  const whole = measure([]);
  const layers = names.map((name, index) => {
    const { quality } = measure([index]);
    const [before, after] = [costOf([]), costOf([index])];
    return {
      name,
      savedBytes: before.weightBytes - after.weightBytes,
      savedCycles:
        before.cycles === null || after.cycles === null ? null : before.cycles - after.cycles,
      lost: whole.quality.value - quality.value,
      quality,
    };
  });
  const order = byLossPerByte(layers).map((layer) => layers.indexOf(layer));
  const mixes = order.map((_, count) => measure(order.slice(0, count + 1)));
  return { layers, mixes: [whole, ...mixes] };
}
