/**
 * The frames that a device is taken to have sent: 65,536 of them, which follow each other for ever.
 * Spelt by the tests' own description of the wire; how they are damaged is left to damage.ts.
 */
import { blob, text, u8, u16, u32, u64 } from "../../unit/frames-wire.ts";
import type { Draw } from "../draw.ts";
import { sumOf } from "./candidates.ts";

/** One round of sequence numbers. */
export const FRAMES = 0x1_0000;
/** Time between two frames: clock and sequence numbers wrap together [µs]. */
export const FRAME_US = 2 ** 32 / FRAMES;

export interface SentFrame {
  /** With both delimiters. */
  readonly wire: Uint8Array;
  /** What the record must hold, and nothing else. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export type FieldValue = number | bigint | string | Uint8Array;
type Field = readonly [name: string, bytes: readonly number[], value: FieldValue];

const number8 = (name: string, value: number): Field => [name, u8(value), value];
const number16 = (name: string, value: number): Field => [name, u16(value), value];
const number32 = (name: string, value: number): Field => [name, u32(value), value];
const words = (name: string, value: string): Field => [name, text(value), value];
const bytes = (name: string, value: readonly number[]): Field => [
  name,
  blob(value),
  Uint8Array.from(value),
];

/** Frame number `sequence`: mostly Outputs of one small and one large model, sometimes another record. */
export function sentFrame(sequence: number, draw: Draw): SentFrame {
  const kind = draw(100);
  const some = (length: number) => Array.from({ length }, () => draw(256));
  const word = () => draw(2 ** 32);
  if (kind < 60) return output(sequence, word(), some(32), []);
  if (kind < 94) return output(sequence, word(), some(32), some(192));
  if (kind < 96) return output(sequence, word(), some(257), some(draw(800)));
  if (kind === 96) return frame(sequence, 0x04, "log", [words("text", `line ${word()}`)]);
  if (kind === 97) {
    const names = ["frames", "droppedRecords", "badFrames", "stackBytes"];
    return frame(
      sequence,
      0x03,
      "summary",
      names.map((name) => number32(name, word())),
    );
  }
  if (kind === 98) {
    const names = ["pc", "lr", "status", "address"];
    const rest = names.map((name) => number32(name, word()));
    return frame(sequence, 0x05, "fault", [number8("cause", draw(8)), ...rest]);
  }
  return rareFrame(sequence, draw);
}

/** Records that a device sends now and then, each as often as the others. */
function rareFrame(sequence: number, draw: Draw): SentFrame {
  const word = () => draw(2 ** 32);
  const words32 = (...names: readonly string[]) => names.map((name) => number32(name, word()));
  const words16 = (...names: readonly string[]) =>
    names.map((name) => number16(name, draw(0x1_0000)));
  switch (draw(7)) {
    case 0:
      return frame(sequence, 0x10, "ina", [
        ...words16("part"),
        ...words32("index", "timeUs", "shunt", "bus"),
        ...words16("status"),
      ]);
    case 1:
      return frame(sequence, 0x11, "temperature", words32("frame", "millikelvin"));
    case 2:
      return frame(sequence, 0x12, "boot", [number8("cause", draw(10)), ...words32("status")]);
    case 3: {
      const cycles = word();
      return frame(sequence, 0x13, "roof", [
        ...words16("pass", "loop", "loops"),
        ["cycles", u64(cycles), BigInt(cycles)],
      ]);
    }
    case 4:
      return frame(sequence, 0x14, "hop", [
        ...words32("frame", "computeUs", "analyseCycles", "stepCycles", "synthesiseCycles"),
        ...words32("watchCycles", "overruns", "worstUs", "worstFrame"),
      ]);
    case 5:
      return frame(sequence, 0x15, "recovery", [
        ...words32("frame"),
        number8("cause", draw(3)),
        ...words32("frames"),
      ]);
    default:
      return helloFrame(sequence, draw);
  }
}

function helloFrame(sequence: number, draw: Draw): SentFrame {
  const word = () => draw(2 ** 32);
  return frame(sequence, 0x01, "hello", [
    ...["board", "app", "model", "modelDigest", "compiler"].map((name) => words(name, `${word()}`)),
    number32("clockHz", word()),
    number8("counterKind", draw(2)),
    ...["inputBytes", "outputBytes", "stateBytes"].map((name) => number16(name, draw(1024))),
    number8("creditFrames", draw(256)),
  ]);
}

function output(
  sequence: number,
  cycles: number,
  values: readonly number[],
  state: readonly number[],
): SentFrame {
  return frame(sequence, 0x02, "output", [
    number32("frame", sequence),
    ["cycles", u64(cycles), BigInt(cycles)],
    bytes("values", values),
    bytes("state", state),
  ]);
}

function frame(sequence: number, type: number, tag: string, fields: readonly Field[]): SentFrame {
  const payload = fields.flatMap(([, encoded]) => encoded);
  const plain = [1, type, ...u16(sequence), ...u32(sequence * FRAME_US), ...payload];
  const wire = stuffed([...plain, ...u32(sumOf(Uint8Array.from(plain)))]);
  const values = fields.map(([name, , value]) => [name, value]);
  return { wire, fields: { type: tag, ...Object.fromEntries(values) } };
}

/** Between two delimiters: each zero becomes the distance to the next one; 254 bytes without one are a block of their own. */
function stuffed(plain: readonly number[]): Uint8Array {
  const wire = [0];
  let block: number[] = [];
  const close = () => {
    wire.push(block.length + 1, ...block);
    block = [];
  };
  for (const [index, byte] of plain.entries()) {
    if (byte === 0) close();
    else block.push(byte);
    if (block.length === 254 && index + 1 < plain.length) close();
  }
  close();
  wire.push(0);
  return Uint8Array.from(wire);
}
