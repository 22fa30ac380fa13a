/**
 * Turns a constant tensor of a TFLite file into real values or integers, checked against its bytes.
 * What the values mean is left to the operators.
 */
import type { IntegerEdge, IntegerMatrix } from "../integer-model.ts";
import {
  TFLITE_LIMITS,
  tfliteLimitError,
  tfliteNonFiniteError,
  tfliteTensorError,
} from "./refusals.ts";
import type { TfliteTensor, TfliteType } from "./schema.ts";

const ELEMENT_BYTES: Readonly<Record<Exclude<TfliteType, "other">, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  int16: 2,
  int8: 1,
};

/** Product of the dimensions. @throws ModelFileError TP-MODEL-003 */
export function elementCount(tensor: TfliteTensor, file: string): number {
  const count = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  if (count > TFLITE_LIMITS.weights) {
    throw tfliteLimitError(
      file,
      `tensor "${tensor.name}" of [${tensor.shape}] values`,
      TFLITE_LIMITS.weights,
    );
  }
  return count;
}

/** IEEE half precision: sign, 5 bits of exponent, 10 of fraction. */
function halfToReal(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * The elements as the file holds them, row-major.
 * @throws ModelFileError TP-MODEL-003 beyond a bound, -004 when the bytes are not what shape and type ask for
 */
export function rawValues(tensor: TfliteTensor, file: string): Float64Array {
  const { data, type, shape, name } = tensor;
  const refuse = (why: string) => tfliteTensorError(file, name, why);
  if (type === "other") throw refuse("its element type is not read");
  if (tensor.isSparse) throw refuse("sparse tensors are not read");
  const count = elementCount(tensor, file);
  const elementBytes = ELEMENT_BYTES[type];
  if (data?.length !== count * elementBytes) {
    throw refuse(
      `[${shape}] ${type} values need ${count * elementBytes} B; the file holds ${data?.length ?? 0} B`,
    );
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read: Readonly<Record<typeof type, (at: number) => number>> = {
    float32: (at) => view.getFloat32(at, true),
    float16: (at) => halfToReal(view.getUint16(at, true)),
    int32: (at) => view.getInt32(at, true),
    int64: (at) => Number(view.getBigInt64(at, true)),
    int16: (at) => view.getInt16(at, true),
    int8: (at) => view.getInt8(at),
  };
  const readElement = read[type];
  return Float64Array.from({ length: count }, (_, index) => readElement(index * elementBytes));
}

/** Whether the elements are integers that stand for real values. */
function isQuantized({ type, quantization }: TfliteTensor): boolean {
  return quantization !== undefined && type !== "float32" && type !== "float16";
}

/**
 * The real values, row-major, all finite: integers with a scale are dequantized.
 * @throws ModelFileError as rawValues, and TP-MODEL-007
 */
export function realValues(tensor: TfliteTensor, file: string): Float64Array {
  const values = rawValues(tensor, file);
  if (isQuantized(tensor)) {
    const { scales, zeroPoints, step } = scalesOf(tensor, file);
    for (let index = 0; index < values.length; index++) {
      const channel = scales.length === 1 ? 0 : Math.floor(index / step) % scales.length;
      values[index] =
        (scales[channel] as number) * ((values[index] as number) - (zeroPoints[channel] as number));
    }
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw tfliteNonFiniteError(file, tensor.name, bad);
  return values;
}

interface Scales {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** Elements that lie side by side with the same index along the quantized dimension. */
  readonly step: number;
}

/** @throws ModelFileError TP-MODEL-004 for scales that contradict the shape, or are not positive and finite */
function scalesOf(tensor: TfliteTensor, file: string): Scales {
  const refuse = (why: string) => tfliteTensorError(file, tensor.name, why);
  const { scales = [], zeroPoints: given = [], dimension = 0 } = tensor.quantization ?? {};
  if (scales.length === 0) throw refuse("it has no scale");
  const bad = scales.find((scale) => !(scale > 0 && Number.isFinite(scale)));
  if (bad !== undefined) throw refuse(`a scale is ${bad}`);
  const zeroPoints = given.length === 0 ? scales.map(() => 0) : given;
  if (zeroPoints.length !== scales.length) {
    throw refuse(`${scales.length} scales and ${zeroPoints.length} zero points`);
  }
  if (zeroPoints.some((zeroPoint) => Math.abs(zeroPoint) > 32768)) {
    throw refuse("a zero point is beyond any activation");
  }
  if (scales.length === 1) return { scales, zeroPoints, step: 1 };
  if (tensor.shape[dimension] !== scales.length) {
    throw refuse(`${scales.length} scales along dimension ${dimension} of [${tensor.shape}]`);
  }
  const step = tensor.shape.slice(dimension + 1).reduce((product, size) => product * size, 1);
  return { scales, zeroPoints, step };
}

/** The scale and zero point of an activation; undefined where it is not int8 or int16. @throws as scalesOf */
export function edgeOf(tensor: TfliteTensor, file: string): IntegerEdge | undefined {
  const { type } = tensor;
  if ((type !== "int8" && type !== "int16") || !tensor.quantization) return undefined;
  const { scales, zeroPoints } = scalesOf(tensor, file);
  const [scale, zeroPoint] = [scales[0], zeroPoints[0]];
  if (scales.length !== 1 || scale === undefined || zeroPoint === undefined) {
    throw tfliteTensorError(file, tensor.name, `an activation has ${scales.length} scales`);
  }
  const limit = type === "int8" ? 128 : 0;
  if (zeroPoint < -limit || zeroPoint > Math.max(0, limit - 1)) {
    throw tfliteTensorError(file, tensor.name, `the zero point of ${type} is ${zeroPoint}`);
  }
  return { type, scale, zeroPoint };
}

/**
 * Symmetric int8 weights [rows, cols].
 * @throws ModelFileError TP-MODEL-004 for a zero point other than 0, or scales along another dimension than the rows
 */
export function integerMatrix(tensor: TfliteTensor, file: string): IntegerMatrix {
  const [rows = 0, cols = 0] = tensor.shape;
  const { scales, zeroPoints } = scalesOf(tensor, file);
  if (zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    throw tfliteTensorError(file, tensor.name, "weights have a zero point other than 0");
  }
  if (scales.length > 1 && scales.length !== rows) {
    throw tfliteTensorError(file, tensor.name, `${scales.length} scales of ${rows} rows`);
  }
  return { rows, cols, values: Int8Array.from(rawValues(tensor, file)), scales };
}
