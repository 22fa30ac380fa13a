/**
 * The bytes of a protobuf message as a tree that can be changed and written again, lengths and all.
 * Which fields hold messages is given; what to change is left to mutate-onnx.ts.
 */

import protobuf from "protobufjs/minimal.js";

/** The messages that fields hold, by field number. */
export interface MessageShape {
  readonly [field: number]: MessageShape;
}

export interface WireField {
  field: number;
  /** A varint, or the bytes of anything else, or a message's fields. */
  value: bigint | Uint8Array | WireField[];
  /** 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
  wireType: number;
}

/** @throws Error for bytes that are no message */
export function parseTree(bytes: Uint8Array, shape: MessageShape): WireField[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wireType] = [tag >>> 3, tag & 7];
    const inner = shape[field];
    fields.push({ field, wireType, value: read(wireType, inner) });
  }
  return fields;

  function read(wireType: number, inner: MessageShape | undefined): WireField["value"] {
    switch (wireType) {
      case 0: {
        const { low, high } = reader.int64() as unknown as { low: number; high: number };
        return BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
      }
      case 2: {
        const value = reader.bytes();
        return inner ? parseTree(value, inner) : value.slice();
      }
      default: {
        const size = wireType === 1 ? 8 : 4;
        const value = bytes.slice(reader.pos, reader.pos + size);
        reader.skip(size);
        return value;
      }
    }
  }
}

export function writeTree(fields: readonly WireField[]): Uint8Array {
  const parts: number[] = [];
  const varint = (value: bigint) => {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) parts.push(Number(rest & 127n) | 128);
    parts.push(Number(rest));
  };
  for (const { field, wireType, value } of fields) {
    varint(BigInt((field << 3) | wireType));
    if (typeof value === "bigint") {
      varint(value);
      continue;
    }
    const bytes = Array.isArray(value) ? writeTree(value) : value;
    if (wireType === 2) varint(BigInt(bytes.length));
    for (const byte of bytes) parts.push(byte);
  }
  return Uint8Array.from(parts);
}
