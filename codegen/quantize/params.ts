/**
 * Decides how a real number and what stands for it in C belong together in each of the project's own formats.
 * Which scale a tensor gets is left to calibrate.ts and quantize-model.ts.
 */

/**
 * int8: 8-bit activations and weights. int16x8: 16-bit activations, 8-bit weights.
 * int4: int8's activations and arithmetic; a weight is 4 bits times the scale of its group (weight-groups.ts).
 */
export const INTEGER_FORMATS = ["int8", "int16x8", "int4"] as const;
export type IntegerFormat = (typeof INTEGER_FORMATS)[number];

/** float32: activations, weights and states in single precision; float32-model.ts says which. */
export const FORMATS = [...INTEGER_FORMATS, "float32"] as const;
export type Format = (typeof FORMATS)[number];

/** The arithmetic of TFLite Micro's reference kernels on a file's own integers: int8 weights, int8 or int16 activations. */
export const TFLITE_FORMATS = ["tflite-int8", "tflite-int16x8"] as const;
export type TfliteFormat = (typeof TFLITE_FORMATS)[number];

/** Every format that a model can be generated in. */
export const ALL_FORMATS = [...FORMATS, ...TFLITE_FORMATS] as const;
export type AnyFormat = (typeof ALL_FORMATS)[number];

export function isTfliteFormat(format: AnyFormat): format is TfliteFormat {
  return (TFLITE_FORMATS as readonly AnyFormat[]).includes(format);
}

/** The values of a tensor that crosses the model's edge, as they lie in memory. */
export type ActivationArray = Int8Array | Int16Array | Float32Array;

/** real = scale * (q - zeroPoint); a float32 is its own real value, its scale 1. */
export interface Quantization {
  readonly type: "int8" | "int16" | "float32";
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Bytes of one value of each type. */
export const VALUE_BYTES = { int8: 1, int16: 2, float32: 4 } as const satisfies Readonly<
  Record<Quantization["type"], number>
>;

/** Largest magnitude of a 4-bit weight: its range is symmetric. */
export const NIBBLE_MAX = 7;
/** Largest scale of a group of 4-bit weights: the sign bit of its byte is left to the stream (plan/rows/nibble-groups.ts). */
export const GROUP_SCALE_MAX = 127;

/** What the arithmetic of one integer format fixes for every model. */
export interface FormatFacts {
  readonly activationType: "int8" | "int16";
  readonly activationBytes: 1 | 2;
  /** Largest magnitude an activation can have, the negative end: bounds every product. */
  readonly activationMagnitude: number;
  /** Largest positive activation; scales map the calibrated peak to it. */
  readonly activationMax: number;
  /** Largest magnitude of an integer weight; of 4-bit ones with their group's scale. */
  readonly weightMax: number;
  /** Real value of one step of the hidden state, whose range is [-1, 1). */
  readonly hiddenScale: number;
  /** Every |accumulator| stays below this, enforced when rows are quantized (weights.ts). */
  readonly accumulatorLimit: number;
  /** The accumulator is multiplied by this before the high half of the product with the multiplier is taken. */
  readonly accumulatorShift: number;
  /** multiplier = m * 2^multiplierBits, so that (accumulator << shift) * multiplier >> 32 is accumulator * m. */
  readonly multiplierBits: number;
}

const INT8_FACTS: FormatFacts = {
  activationType: "int8",
  activationBytes: 1,
  activationMagnitude: 128,
  activationMax: 127,
  weightMax: 127,
  hiddenScale: 1 / 128,
  accumulatorLimit: 2 ** 23,
  accumulatorShift: 8,
  multiplierBits: 24,
};

export const FORMAT_FACTS: Readonly<Record<IntegerFormat, FormatFacts>> = {
  int8: INT8_FACTS,
  int16x8: {
    activationType: "int16",
    activationBytes: 2,
    activationMagnitude: 32768,
    activationMax: 32767,
    weightMax: 127,
    hiddenScale: 1 / 32768,
    accumulatorLimit: 2 ** 31,
    accumulatorShift: 0,
    multiplierBits: 32,
  },
  int4: { ...INT8_FACTS, weightMax: NIBBLE_MAX * GROUP_SCALE_MAX },
};

/** What is computed on activations. */
export type Arithmetic = Exclude<Format, "int4">;

/** Whose arithmetic on activations a format has: int4 differs from int8 in its weights alone. */
export function arithmeticOf(format: AnyFormat): Arithmetic {
  if (format === "float32") return format;
  return format === "int16x8" || format === "tflite-int16x8" ? "int16x8" : "int8";
}

/** A format's activations are bytes. */
export function hasByteActivations(format: IntegerFormat): boolean {
  return FORMAT_FACTS[format].activationBytes === 1;
}

/** Largest magnitude of an input for which no float32 sum of a model overflows (float32-model.ts). */
export const FLOAT_INPUT_LIMIT = 2 ** 20;

/** Fraction bits of a pre-activation z: int16 in Q3.12, the tables' range [-8, 8). */
export const PREACTIVATION_FRACTION_BITS = 12;

/** Nearest integer, halves away from zero. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

export interface QuantizedValues {
  readonly values: ActivationArray;
  /** How many real values lay outside the range and were clipped to its end. */
  readonly clipped: number;
}

/** An array of a type for `length` values, all 0. */
export function valueArray(type: Quantization["type"], length: number): ActivationArray {
  if (type === "float32") return new Float32Array(length);
  return type === "int8" ? new Int8Array(length) : new Int16Array(length);
}

/** The ends of a type's range; integers are symmetric where the zero point is 0 (int8: -127..127). */
function rangeOf({ type, zeroPoint }: Quantization): readonly [number, number] {
  if (type === "float32") return [-FLOAT_INPUT_LIMIT, FLOAT_INPUT_LIMIT];
  const max = type === "int8" ? 127 : 32767;
  return [zeroPoint === 0 ? -max : -max - 1, max];
}

/**
 * Real values to what stands for them, the nearest within the range.
 * @throws RangeError when a value is NaN
 */
export function quantizeValues(
  real: Float64Array | readonly number[],
  quantization: Quantization,
): QuantizedValues {
  const { type, scale, zeroPoint } = quantization;
  const [min, max] = rangeOf(quantization);
  const values = valueArray(type, real.length);
  let clipped = 0;
  for (let i = 0; i < real.length; i++) {
    const value = real[i] as number;
    if (Number.isNaN(value)) throw new RangeError(`value ${i} to quantize is NaN`);
    const unbounded = type === "float32" ? value : roundHalfAway(value / scale) + zeroPoint;
    const bounded = clamp(unbounded, min, max);
    if (bounded !== unbounded) clipped++;
    values[i] = bounded;
  }
  return { values, clipped };
}

/** What stands for real values, back to them. */
export function dequantizeValues(
  values: ActivationArray,
  quantization: Quantization,
): Float64Array {
  return Float64Array.from(values, (q) => quantization.scale * (q - quantization.zeroPoint));
}
