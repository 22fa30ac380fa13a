/**
 * Shapes and element types of HDF5 datasets and attributes, and their elements as numbers or texts.
 * Where the elements lie is left to object.ts.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.b and IV.A.2.d.
 */
import type { Hdf5Bytes } from "./bytes.ts";

const MAX_RANK = 8;

/** [] of a scalar. @throws ModelFileError TP-MODEL-002 */
export function readShape(bytes: Hdf5Bytes, at: number): readonly number[] {
  const version = bytes.byte(at);
  const rank = bytes.byte(at + 1);
  if ((version !== 1 && version !== 2) || rank > MAX_RANK) {
    throw bytes.damaged(`a dataspace of version ${version} and ${rank} dimensions`);
  }
  const start = at + (version === 1 ? 8 : 4);
  // A null dataspace has no element at all.
  if (version === 2 && bytes.byte(at + 3) === 2) return [0];
  return Array.from({ length: rank }, (_, index) => bytes.long(start + 8 * index));
}

/** How one element is written. */
export type ElementType =
  | { readonly kind: "real"; readonly size: 2 | 4 | 8; readonly littleEndian: boolean }
  | { readonly kind: "text"; readonly size: number }
  /** 16 bytes: length, heap address and index. */
  | { readonly kind: "heap text"; readonly size: 16 }
  | { readonly kind: "other"; readonly size: number; readonly what: string };

const CLASS = { integer: 0, real: 1, text: 3, variable: 9 } as const;
/** Bits of exponent and mantissa of IEEE 754's binary16, 32 and 64. */
const IEEE: Readonly<Record<number, string>> = { 2: "5,10", 4: "8,23", 8: "11,52" };

export function readType(bytes: Hdf5Bytes, at: number): ElementType {
  const kind = bytes.byte(at) & 15;
  const size = bytes.number(at + 4, 4);
  const bits = bytes.byte(at + 1);
  if (size < 1) throw bytes.damaged("elements of 0 B");
  if (kind === CLASS.real) {
    const widths = `${bytes.byte(at + 13)},${bytes.byte(at + 15)}`;
    if ((bits & 0x40) === 0 && IEEE[size] === widths) {
      return { kind: "real", size: size as 2 | 4 | 8, littleEndian: (bits & 1) === 0 };
    }
    return { kind: "other", size, what: `${8 * size}-bit numbers of an unusual layout` };
  }
  if (kind === CLASS.text) return { kind: "text", size };
  if (kind === CLASS.variable && (bits & 15) === 1 && size === 16) {
    return { kind: "heap text", size };
  }
  return { kind: "other", size, what: kind === CLASS.integer ? "integers" : `class ${kind}` };
}

/** @param data all elements, as many as their size divides */
export function realsOf(
  data: Uint8Array,
  { size, littleEndian }: Extract<ElementType, { kind: "real" }>,
): Float64Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float64Array.from({ length: data.length / size }, (_, index) => {
    const at = index * size;
    if (size === 8) return view.getFloat64(at, littleEndian);
    return size === 4
      ? view.getFloat32(at, littleEndian)
      : halfValue(view.getUint16(at, littleEndian));
  });
}

/** IEEE 754 binary16. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The text of an element of variable length; "" where it points nowhere. */
export function heapText(bytes: Hdf5Bytes, at: number): string {
  const length = bytes.number(at, 4);
  const collection = bytes.long(at + 4);
  const wanted = bytes.number(at + 12, 4);
  if (length === 0 || wanted === 0) return "";
  bytes.expect(collection, "GCOL");
  const end = collection + bytes.long(collection + 8);
  bytes.check(collection, end - collection);
  for (let object = collection + 16; object + 16 <= end; ) {
    bytes.spend(1);
    const index = bytes.number(object, 2);
    const size = bytes.long(object + 8);
    if (index === wanted) {
      if (length > size) throw bytes.damaged(`a text of ${length} B in ${size} B of a heap`);
      return bytes.text(object + 16, length);
    }
    if (index === 0) break;
    object += 16 + 8 * Math.ceil(size / 8);
  }
  throw bytes.damaged(`heap ${collection} has no object ${wanted}`);
}
