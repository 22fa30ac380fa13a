/**
 * What a bad line does to one frame: flipped bits, lost, doubled and foreign bytes, or nothing of it left.
 * How often is left to the soak; what the other end makes of it, too.
 */
import type { Draw } from "../fuzz/draw.ts";

export const FAULTS = [
  "bit flips",
  "lost bytes",
  "doubled bytes",
  "noise",
  "nothing left",
] as const;
export type Fault = (typeof FAULTS)[number];

const MOST_NOISE = 40;

/** The frame as it arrives. It never equals the one that was sent. */
export function damaged(frame: Uint8Array, fault: Fault, draw: Draw): Uint8Array {
  // Inside its delimiters: those of its neighbours stay whole, and so do they.
  const at = 1 + draw(frame.length - 2);
  const length = 1 + draw(Math.min(8, frame.length - 1 - at));
  const around = (middle: readonly number[], from: number) =>
    Uint8Array.from([...frame.subarray(0, at), ...middle, ...frame.subarray(from)]);
  switch (fault) {
    case "bit flips":
      return around([(frame[at] as number) ^ (1 << draw(8))], at + 1);
    case "lost bytes":
      return around([], at + length);
    case "doubled bytes":
      return around([...frame.subarray(at, at + length)], at);
    case "noise":
      return around(
        // Without a delimiter, behind which the frame could begin anew and be whole.
        Array.from({ length: 1 + draw(MOST_NOISE) }, () => 1 + draw(255)),
        at,
      );
    case "nothing left":
      return new Uint8Array(0);
  }
}
