/**
 * Turns a constant tensor of a graph into float64 values or integers, checked against its bytes.
 * What the values mean is left to the operators.
 */

import { LIMITS, limitError, nonFiniteError, tensorError } from "./limits.ts";
import type { OnnxTensor } from "./nodes.ts";

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
  // Without the zeros: a tensor without values may not have long axes either.
  let bound = 1;
  for (const dim of tensor.dims) {
    if (dim < 0) throw tensorError(file, tensor.name, `dimension ${dim} is negative`);
    count *= dim;
    bound *= Math.max(1, dim);
    if (bound > LIMITS.fileBytes) {
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
  checkHeld(tensor, file);
  const count = elementCount(tensor, file);
  const values = tensor.raw
    ? rawValues(tensor, tensor.raw, count, file)
    : Float64Array.from(listOf(tensor));
  const bad = firstNonFinite(values);
  if (bad >= 0) throw nonFiniteError(file, tensor.name, bad);
  return values;
}

/** Index of the first value that is NaN or infinite; -1 where none is. */
export function firstNonFinite(values: Float64Array): number {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return index;
  }
  return -1;
}

/**
 * Checks that the file holds as many values as the dimensions say, before anything is made of them.
 * @throws ModelFileError TP-MODEL-003, -004
 */
export function checkHeld(tensor: OnnxTensor, file: string): void {
  const count = elementCount(tensor, file);
  const { raw, name, dims, dataType } = tensor;
  const elementBytes = ELEMENT_BYTES[dataType];
  if (!raw) {
    const { length } = listOf(tensor);
    if (length === count || (elementBytes === undefined && count <= LIMITS.layerSize)) return;
    throw tensorError(file, name, `[${dims}] needs ${count} values; the file holds ${length}`);
  }
  // Types that are not read have at least half a byte a value, and lists of their own.
  if (elementBytes === undefined ? count <= 2 * raw.length : raw.length === count * elementBytes) {
    return;
  }
  throw tensorError(
    file,
    name,
    `[${dims}] values of ${elementBytes ?? "some"} B need ${count * (elementBytes ?? 1)} B; the file holds ${raw.length} B`,
  );
}

function rawValues(tensor: OnnxTensor, raw: Uint8Array, count: number, file: string): Float64Array {
  const elementBytes = ELEMENT_BYTES[tensor.dataType] ?? 0;
  if (tensor.dataType === 1) return singles(raw, count);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read: Readonly<Record<number, (at: number) => number>> = {
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

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Little-endian singles, as weights are: many, so that each costs as little as it can. */
function singles(raw: Uint8Array, count: number): Float64Array {
  const bytes = new Uint8Array(raw);
  if (!LITTLE_ENDIAN)
    for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return Float64Array.from(new Float32Array(bytes.buffer, 0, count));
}

function listOf({ dataType, floats, doubles, integers }: OnnxTensor): ArrayLike<number> {
  return dataType === 1 ? floats : dataType === 11 ? doubles : integers;
}
