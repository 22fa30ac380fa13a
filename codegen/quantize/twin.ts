/**
 * Decides which twin answers for a model's C: that of integers, of TFLite's kernels, or of single precision.
 * Their arithmetic is left to reference-int8.ts, tflite/reference-tflite.ts and reference-float32.ts.
 */
import type { Float32Model, FloatRows } from "./float32-model.ts";
import type { ActivationArray } from "./params.ts";
import type { QuantizedModel, QuantizedRows } from "./quantized-model.ts";
import { createFloat32Twin } from "./reference-float32.ts";
import { createIntegerTwin } from "./reference-int8.ts";
import { isTfliteModel, type TfliteModel } from "./tflite/layers.ts";
import { createTfliteTwin } from "./tflite/reference-tflite.ts";

/** A model in the numbers of its format. */
export type ModelInFormat = QuantizedModel | Float32Model | TfliteModel;

/** Rows of a matrix-vector product in the same. */
export type Rows = QuantizedRows | FloatRows;

export interface Twin {
  /** Back to the model's initial state. */
  reset(): void;
  /** One time step: values in, values out, in the model's own types. */
  step(input: ActivationArray): ActivationArray;
  /**
   * Per LSTM: hidden [H] in its own type, then cell int16 [H]; per GRU: hidden int16 [H], Q0.15; per convolution: the
   * inputs that the next step reads again, oldest first, in their own type. In float32 all are float32. Little-endian,
   * as model_read_state writes it.
   */
  readState(): Uint8Array;
  /** What the last step did; absent where every step does all of its work. */
  lastWork?(): StepWork;
}

/** The work of one step of a model that may leave some out. */
export interface StepWork {
  /** It gave the result of the step before it once more, and did nothing else. */
  readonly repeated: boolean;
  /** Columns that were taken in, one number for each layer that keeps its sums, in their order; 0 in a repeated step. */
  readonly moved: readonly number[];
}

/** A runnable twin in the model's initial state. */
export function createTwin(model: ModelInFormat): Twin {
  if (isTfliteModel(model)) return createTfliteTwin(model);
  return model.format === "float32" ? createFloat32Twin(model) : createIntegerTwin(model);
}
