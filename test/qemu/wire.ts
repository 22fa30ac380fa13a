/**
 * A second, independent reading of the wire format, against which the firmware's C is tested.
 * The product's own decoder is host/decode; nothing here comes from it or from its schema.
 */

/** CRC-32 (IEEE 802.3), bit by bit. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** COBS without delimiters: each run between zeros is cut into groups of at most 254. */
export function stuff(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let run: number[] = [];
  const flush = () => {
    out.push(run.length + 1, ...run);
    run = [];
  };
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0) flush();
    else run.push(byte);
    if (run.length === 254 && index + 1 < bytes.length) {
      out.push(255, ...run);
      run = [];
    }
  }
  flush();
  return Uint8Array.from(out);
}

/** The reverse; throws on a group that reaches beyond the end. */
export function unstuff(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at] ?? 0;
    if (code === 0 || at + code > bytes.length) throw new Error(`bad COBS group at ${at}`);
    out.push(...bytes.subarray(at + 1, at + code));
    at += code;
    if (code < 255 && at < bytes.length) out.push(0);
  }
  return Uint8Array.from(out);
}

export interface Frame {
  readonly version: number;
  readonly type: number;
  readonly sequence: number;
  readonly timestampUs: number;
  readonly payload: Uint8Array;
}

/** A whole frame with both delimiters. */
export function frameBytes(
  type: number,
  sequence: number,
  payload: Uint8Array,
  version = 1,
): Uint8Array {
  const bytes = Buffer.alloc(8 + payload.length + 4);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt16LE(sequence & 0xffff, 2);
  bytes.set(payload, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return Uint8Array.from([0, ...stuff(bytes), 0]);
}

/** The frame between two delimiters; throws when it is damaged. */
export function readFrame(stuffed: Uint8Array): Frame {
  const bytes = Buffer.from(unstuff(stuffed));
  const crc = bytes.readUInt32LE(bytes.length - 4);
  if (crc !== crc32(bytes.subarray(0, -4))) throw new Error("bad CRC");
  return {
    version: bytes.readUInt8(0),
    type: bytes.readUInt8(1),
    sequence: bytes.readUInt16LE(2),
    timestampUs: bytes.readUInt32LE(4),
    payload: Uint8Array.from(bytes.subarray(8, -4)),
  };
}

/** All frames of a stream that begins and ends between frames. */
export function readFrames(stream: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let start = 0;
  for (const [index, byte] of stream.entries()) {
    if (byte !== 0) continue;
    if (index > start) frames.push(readFrame(stream.subarray(start, index)));
    start = index + 1;
  }
  if (start !== stream.length) throw new Error("the stream ends inside a frame");
  return frames;
}

export const HELLO = 0x01;
export const OUTPUT = 0x02;
export const SUMMARY = 0x03;
export const LOG = 0x04;
export const FAULT = 0x05;
export const IDENTIFY = 0x80;
export const INPUT = 0x81;
export const RESET = 0x82;
export const MEASURE = 0x83;
export const STOP = 0x84;

/** Payload of Input. */
export function inputPayload(frame: number, values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32LE(frame, 0);
  bytes.writeUInt16LE(values.length, 4);
  return Uint8Array.from([...bytes, ...values]);
}

/** Payload of Measure. */
export function measurePayload(frames: number, seed: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(frames, 0);
  bytes.writeUInt32LE(seed, 4);
  return Uint8Array.from(bytes);
}

/** Fields of an Output. */
export function readOutput(payload: Uint8Array) {
  const bytes = Buffer.from(payload);
  const valuesLength = bytes.readUInt16LE(12);
  const stateLength = bytes.readUInt16LE(14 + valuesLength);
  if (bytes.length !== 16 + valuesLength + stateLength) throw new Error("Output of a wrong length");
  return {
    frame: bytes.readUInt32LE(0),
    cycles: bytes.readBigUInt64LE(4),
    values: [...bytes.subarray(14, 14 + valuesLength)],
    state: [...bytes.subarray(16 + valuesLength)],
  };
}

/** The line of a Log. */
export function readText(payload: Uint8Array): string {
  const [length = 0, ...text] = payload;
  if (text.length !== length) throw new Error("Log of a wrong length");
  return Buffer.from(text).toString();
}

/** Fields of a Summary. */
export function readSummary(payload: Uint8Array) {
  const bytes = Buffer.from(payload);
  return {
    frames: bytes.readUInt32LE(0),
    droppedRecords: bytes.readUInt32LE(4),
    badFrames: bytes.readUInt32LE(8),
    stackBytes: bytes.readUInt32LE(12),
  };
}

/** Fields of a Fault. */
export function readFault(payload: Uint8Array) {
  const bytes = Buffer.from(payload);
  return {
    cause: bytes.readUInt8(0),
    pc: bytes.readUInt32LE(1),
    lr: bytes.readUInt32LE(5),
    status: bytes.readUInt32LE(9),
    address: bytes.readUInt32LE(13),
  };
}
