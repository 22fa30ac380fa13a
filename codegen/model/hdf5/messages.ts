/**
 * The header of an HDF5 object as a list of messages, of both versions, continued elsewhere or not.
 * What the messages say is left to the files beside this one.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.
 */
import type { Hdf5Bytes } from "./bytes.ts";

/** Types of the messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  /** Where its body starts. */
  readonly at: number;
  readonly length: number;
  /** Its body is only a reference to another object's. */
  readonly shared: boolean;
}

interface Block {
  readonly at: number;
  readonly end: number;
}

/** The messages of the object at an address, in order. @throws ModelFileError TP-MODEL-002, -003 */
export function readObject(bytes: Hdf5Bytes, address: number): readonly Message[] {
  return bytes.byte(address) === 1 ? readFirst(bytes, address) : readSecond(bytes, address);
}

function readFirst(bytes: Hdf5Bytes, address: number): readonly Message[] {
  const count = bytes.number(address + 2, 2);
  const start = address + 16;
  const blocks: Block[] = [{ at: start, end: start + bytes.number(address + 8, 4) }];
  const messages: Message[] = [];
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    for (let at = block.at; at + 8 <= block.end && messages.length < count; ) {
      bytes.spend(1);
      const length = bytes.number(at + 2, 2);
      const message = messageAt(bytes, bytes.number(at, 2), bytes.byte(at + 4), at + 8, length);
      messages.push(message);
      at += 8 + length;
      if (message.type === MESSAGE.continuation) blocks.push(continued(bytes, message, 0));
    }
  }
  return messages;
}

function readSecond(bytes: Hdf5Bytes, address: number): readonly Message[] {
  bytes.expect(address, "OHDR");
  if (bytes.byte(address + 4) !== 2) throw bytes.damaged("an object header of an unknown version");
  const flags = bytes.byte(address + 5);
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const start = sizeAt + sizeBytes;
  const head = flags & 4 ? 6 : 4;
  const blocks: Block[] = [{ at: start, end: start + bytes.number(sizeAt, sizeBytes) }];
  const messages: Message[] = [];
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    for (let at = block.at; at + head <= block.end; ) {
      bytes.spend(1);
      const length = bytes.number(at + 1, 2);
      const message = messageAt(bytes, bytes.byte(at), bytes.byte(at + 3), at + head, length);
      messages.push(message);
      at += head + length;
      if (message.type === MESSAGE.continuation) {
        const next = continued(bytes, message, 4);
        bytes.expect(next.at - 4, "OCHK");
        blocks.push(next);
      }
    }
  }
  return messages;
}

function messageAt(
  bytes: Hdf5Bytes,
  type: number,
  flags: number,
  at: number,
  length: number,
): Message {
  bytes.check(at, length);
  return { type, at, length, shared: (flags & 2) !== 0 };
}

/** @param frame bytes of signature before the block's messages, and of checksum behind them */
function continued(bytes: Hdf5Bytes, { at, length }: Message, frame: number): Block {
  if (length < 16) throw bytes.damaged("a continuation without an address");
  const start = bytes.long(at);
  const size = bytes.long(at + 8);
  bytes.check(start, size);
  return { at: start + frame, end: start + size - frame };
}
