/**
 * Turns a constant tensor of an ONNX file into float64 values or integers, checked against its bytes.
 * What the values mean is left to the operators.
 */

import { LIMITS, limitError, nonFiniteError, tensorError } from "./limits.ts";
import type { OnnxTensor } from "./messages.ts";

/** TensorProto.DataType of the kinds that are read, with their size [byte]. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = { 1: 4, 6: 4, 7: 8, 9: 1, 11: 8 };

/** Whether the element type is one of float, double, int32, int64 and bool. */
export function isReadable(tensor: OnnxTensor): boolean {
  return ELEMENT_BYTES[tensor.dataType] !== undefined;
}

/**
 * Product of the dimensions.
 * @throws ModelFileError TP-MODEL-003 beyond what a file can hold, -004 for a negative dimension
 */
export function elementCount(tensor: OnnxTensor, file: string): number {
  let count = 1;
  for (const dim of tensor.dims) {
    if (dim < 0) throw tensorError(file, tensor.name, `dimension ${dim} is negative`);
    count *= dim;
    if (count > LIMITS.fileBytes) {
      throw limitError(
        file,
        `tensor "${tensor.name}" of [${tensor.dims}] values`,
        LIMITS.fileBytes,
      );
    }
  }
  return count;
}

/**
 * The values of a readable tensor, row-major, all finite; memory is taken only for bytes that are there.
 * @throws ModelFileError TP-MODEL-003, -004, -007
 */
export function tensorValues(tensor: OnnxTensor, file: string): Float64Array {
  const count = elementCount(tensor, file);
  const values = tensor.raw
    ? rawValues(tensor, tensor.raw, count, file)
    : listValues(tensor, count, file);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw nonFiniteError(file, tensor.name, bad);
  return values;
}

function rawValues(tensor: OnnxTensor, raw: Uint8Array, count: number, file: string): Float64Array {
  const elementBytes = ELEMENT_BYTES[tensor.dataType] ?? 0;
  if (raw.length !== count * elementBytes) {
    throw tensorError(
      file,
      tensor.name,
      `[${tensor.dims}] values of ${elementBytes} B need ${count * elementBytes} B; the file holds ${raw.length} B`,
    );
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read: Readonly<Record<number, (at: number) => number>> = {
    1: (at) => view.getFloat32(at, true),
    6: (at) => view.getInt32(at, true),
    7: (at) => Number(view.getBigInt64(at, true)),
    9: (at) => view.getUint8(at),
    11: (at) => view.getFloat64(at, true),
  };
  const readElement = read[tensor.dataType];
  if (!readElement)
    throw tensorError(file, tensor.name, `data type ${tensor.dataType} is not read`);
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = readElement(index * elementBytes);
  return values;
}

function listValues(tensor: OnnxTensor, count: number, file: string): Float64Array {
  const list =
    tensor.dataType === 1
      ? tensor.floats
      : tensor.dataType === 11
        ? tensor.doubles
        : tensor.integers;
  if (list.length !== count) {
    throw tensorError(
      file,
      tensor.name,
      `[${tensor.dims}] needs ${count} values; the file holds ${list.length}`,
    );
  }
  return Float64Array.from(list);
}
