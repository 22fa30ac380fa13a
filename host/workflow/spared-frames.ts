/**
 * Decides how a recording keeps what its twin counted of each frame: little-endian 16-bit words, 1 for a repeated result and
 * else 0, then the columns of each kernel that keeps its sums.
 * Counting is left to the twin, what follows from it to analyze/spared-work.ts.
 */
import type { FrameWork, SparedFacts } from "../analyze/spared-work.ts";
import { recordingError } from "./recording.ts";

const WORD_BYTES = 2;

/** @param frames of at least one; columns of each up to 8192 */
export function encodeWork(frames: readonly FrameWork[]): Uint8Array {
  const words = frames.flatMap(({ repeated, moved }) => [repeated ? 1 : 0, ...moved]);
  const view = new DataView(new ArrayBuffer(words.length * WORD_BYTES));
  words.forEach((word, at) => {
    view.setUint16(at * WORD_BYTES, word, true);
  });
  return new Uint8Array(view.buffer);
}

/** @throws UsageError TP-USE-151 for bytes that are no whole frames of these kernels, or more columns than one has */
export function decodeWork(bytes: Uint8Array, kept: SparedFacts["kept"]): readonly FrameWork[] {
  const width = 1 + kept.length;
  const frames = bytes.length / (width * WORD_BYTES);
  if (!Number.isInteger(frames)) throw recordingError("the work of its frames is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: frames }, (_, frame) => {
    const word = (at: number): number => view.getUint16((frame * width + at) * WORD_BYTES, true);
    const moved = kept.map(({ columns, name }, at) => {
      const count = word(1 + at);
      if (count <= columns) return count;
      throw recordingError(`${name} has ${columns} columns, and frame ${frame} took in ${count}`);
    });
    return { repeated: word(0) !== 0, moved };
  });
}
