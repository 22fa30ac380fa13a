/**
 * Decides how far each tensor of a model reaches, by running it in float64 over sequences of feature frames.
 * Turning recordings into frames is left to the caller; turning reaches into scales to quantize-model.ts.
 */
import { createFloatModel, type LayerPeaks } from "../model/reference-float.ts";
import type { RecurrentModel } from "../model/types.ts";
import { type Operator, operatorsOf } from "./operators.ts";

/** Feature frames, one inner list a sequence; the model's state starts anew with each sequence. */
export type FrameSequences = readonly (readonly Float64Array[])[];

export interface CalibrationData {
  /** Where the frames came from, for reports. */
  readonly source: string;
  readonly sequences: FrameSequences;
}

/** The largest magnitudes of one operator. */
export interface CalibratedPeaks {
  readonly layer: string;
  /**
   * LSTM: largest |cell|. GRU: largest half of a candidate's pre-activation. Dense: largest |output| after its
   * activation.
   */
  readonly peak: number;
  /** LSTM: largest half of a gate's pre-activation, W x + b or R h. */
  readonly half?: number;
}

/** The largest magnitudes seen, in the order of the fused operators. */
export interface Calibration {
  readonly source: string;
  readonly frames: number;
  readonly inputPeak: number;
  readonly peaks: readonly CalibratedPeaks[];
  readonly warnings: readonly string[];
}

/** The peak of a layer that its operator's scale follows from. */
const CALIBRATED = {
  lstm: "cell",
  gru: "half",
  dense: "output",
  "layer-norm": "output",
  // Its range is fixed.
  softmax: "output",
  // Its values are those of its input.
  window: "output",
} as const satisfies Readonly<Record<Operator["kind"], keyof LayerPeaks>>;

const NOISE_SEED = 20250101;
const NOISE_SEQUENCES = 4;
const NOISE_FRAMES = 64;

/** 32-bit multiplicative-xor generator ("mulberry32", Tommy Ettinger, public domain); uniform in [0, 1). */
export function seededUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Unit-variance noise frames (the sum of 12 uniforms, so that no engine's libm matters), the same on every call. */
export function noiseFrames(inputSize: number): CalibrationData {
  const uniform = seededUniform(NOISE_SEED);
  const value = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  const frame = (): Float64Array => Float64Array.from({ length: inputSize }, value);
  const sequence = (): Float64Array[] => Array.from({ length: NOISE_FRAMES }, frame);
  return {
    source: `seeded noise, unit variance, seed ${NOISE_SEED}`,
    sequences: Array.from({ length: NOISE_SEQUENCES }, sequence),
  };
}

/**
 * Runs the model over the data, or over seeded noise with a warning when there is none.
 * @throws RangeError when a frame has the wrong size or holds a value that is not finite
 */
export function calibrate(model: RecurrentModel, data: CalibrationData | null): Calibration {
  const { source, sequences } = data ?? noiseFrames(model.inputSize);
  const operators = operatorsOf(model);
  const run = createFloatModel(model);
  let frames = 0;
  for (const sequence of sequences) {
    run.reset();
    for (const frame of sequence) {
      if (frame.length !== model.inputSize || !frame.every(Number.isFinite)) {
        throw new RangeError(`calibration frame ${frames} is not ${model.inputSize} finite values`);
      }
      run.step(frame);
      frames++;
    }
  }
  const warnings: string[] = [];
  if (data === null) {
    warnings.push(`no calibration data: ranges come from ${source}; real inputs may clip`);
  }
  if (frames === 0) warnings.push(`${source} holds no frames: every range is taken as 1`);
  const { input, layers } = run.peaks;
  for (const { kind, layer, outputIndex } of operators) {
    if (kind !== "lstm" || !layer.cellClip) continue;
    if ((layers[outputIndex]?.cell ?? 0) < layer.cellClip) continue;
    warnings.push(
      `${layer.name}: its cell reached ${layer.cellClip}, where only the file clips it`,
    );
  }
  return {
    source,
    frames,
    inputPeak: input,
    peaks: operators.map(({ kind, layer, outputIndex }) => ({
      layer: layer.name,
      peak: layers[outputIndex]?.[CALIBRATED[kind]] ?? 0,
      ...(kind === "lstm" ? { half: layers[outputIndex]?.half ?? 0 } : {}),
    })),
    warnings,
  };
}
