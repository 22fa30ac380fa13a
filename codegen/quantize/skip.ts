/**
 * Decides when a step repeats the result of the one before it: in silence that has lasted for some frames.
 * What silence is worth to a listener is left to who chooses the level.
 */
import { PlanError } from "../errors.ts";
import type { Quantization } from "./params.ts";
import type { QuantizedModel } from "./quantized-model.ts";
import type { Twin } from "./twin.ts";

/** A frame is silent when its input values, added, do not exceed a level; for a denoiser they are logarithms of power. */
export interface SkipRule {
  /** Largest sum of a silent frame's input values, in their integer steps. */
  readonly level: number;
  /** Silent frames in a row that are computed before the next ones repeat the last result, 1..65535. */
  readonly frames: number;
}

/** As a person gives it. */
export interface SkipRequest {
  /** Largest mean of a silent frame's real input values. */
  readonly level: number;
  readonly frames: number;
}

const MOST_FRAMES = 65_535;

/** The level of a rule for inputs of so many values: the largest integer sum whose mean does not exceed the real one. */
export function skipLevel(mean: number, size: number, { scale, zeroPoint }: Quantization): number {
  return Math.floor((mean / scale + zeroPoint) * size);
}

/**
 * The model with a skip rule.
 * @throws PlanError TP-PLAN-031 for a level that is not within the input's range or frames outside 1..65535
 */
export function withSkip(model: QuantizedModel, { level, frames }: SkipRequest): QuantizedModel {
  const { input, inputSize, name } = model;
  const reach = (input.type === "int8" ? 128 : 32_768) * input.scale;
  const whole = Number.isInteger(frames) && frames >= 1 && frames <= MOST_FRAMES;
  if (!whole || !(Math.abs(level) <= reach)) {
    throw new PlanError(
      "TP-PLAN-031",
      {
        what: `${name} cannot be made with --skip ${level},${frames}`,
        why: whole
          ? `the mean of its inputs lies within ${(-reach).toFixed(2)} and ${reach.toFixed(2)}`
          : `frames are a whole number, 1 to ${MOST_FRAMES}`,
        fix: "--skip=-0.5,8: frames whose inputs have a mean of at most -0.5, from the ninth in a row on",
      },
      { level, frames, reach },
    );
  }
  return { ...model, skip: { level: skipLevel(level, inputSize, input), frames } };
}

/** A twin that repeats its last result in lasting silence, its state untouched. */
export interface SkippingTwin extends Twin {
  /** Steps that repeated, of all. */
  readonly steps: { skipped: number; all: number };
}

export function skippingTwin(twin: Twin, { level, frames }: SkipRule): SkippingTwin {
  const steps = { skipped: 0, all: 0 };
  let quiet = 0;
  let last: ReturnType<Twin["step"]> | null = null;
  let repeated = false;
  return {
    steps,
    lastWork() {
      const { moved } = twin.lastWork?.() ?? { moved: [] };
      return { repeated, moved: repeated ? moved.map(() => 0) : moved };
    },
    readState: () => twin.readState(),
    reset() {
      quiet = 0;
      last = null;
      twin.reset();
    },
    step(input) {
      steps.all++;
      repeated = false;
      let sum = 0;
      for (const value of input) sum += value;
      if (sum > level) quiet = 0;
      else if (quiet < frames) quiet++;
      else if (last !== null) {
        steps.skipped++;
        repeated = true;
        return last.slice();
      }
      last = twin.step(input);
      return last.slice();
    },
  };
}
