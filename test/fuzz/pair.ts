/**
 * Two files as one, so that a mutated pair is bytes like any other: the length of the first, the first, the second.
 * What the files are is left to the formats that come in pairs.
 */

const LENGTH_BYTES = 4;

export function packPair(first: Uint8Array, second: Uint8Array): Uint8Array {
  const packed = new Uint8Array(LENGTH_BYTES + first.length + second.length);
  new DataView(packed.buffer).setUint32(0, first.length, true);
  packed.set(first, LENGTH_BYTES);
  packed.set(second, LENGTH_BYTES + first.length);
  return packed;
}

/** @throws RangeError for bytes that packPair did not make */
export function unpackPair(packed: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const end = LENGTH_BYTES + view.getUint32(0, true);
  if (end > packed.length) throw new RangeError("the first file does not lie in the pair");
  return [packed.slice(LENGTH_BYTES, end), packed.slice(end)];
}
