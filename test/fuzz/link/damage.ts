/**
 * Makes a stream of sent frames and damages it: flipped bits, dropped and doubled bytes, joined frames, noise, frames lost,
 * repeated and cut together.
 * What the frames hold is left to sent.ts, judging what a decoder makes of them to campaign.ts.
 */
import type { Draw } from "../draw.ts";
import { FRAMES, type SentFrame } from "./sent.ts";

/** What can happen to a few frames in a row; a third of the stream is left whole. */
export const DAMAGES = [
  "bit flips",
  "dropped bytes",
  "doubled bytes",
  "joined frames",
  "noise between",
  "noise over",
  "lost frames",
  "repeated frames",
  "cut together",
] as const;
export type Damage = (typeof DAMAGES)[number];

export interface Stream {
  /** The next at least `atLeast` bytes; ends between two frames, or where a delimiter was lost. */
  next(atLeast: number): Uint8Array;
  /** Frames sent so far, lost ones among them, repeated ones not. */
  readonly sent: number;
  readonly damaged: Readonly<Record<Damage, number>>;
}

const MOST_FRAMES = 8;
const MOST_NOISE = 2000;
/** Fewer than half a round of sequence numbers, above which a step forward looks like one back. */
const MOST_LOST = 1000;

/** A stream of `frames`, one round of them; without `draw` an undamaged one. */
export function streamOf(frames: readonly SentFrame[], draw: Draw | undefined): Stream {
  const damaged = Object.fromEntries(DAMAGES.map((kind) => [kind, 0])) as Record<Damage, number>;
  let sent = 0;
  const take = (count: number): Uint8Array[] =>
    Array.from({ length: count }, () => (frames[sent++ % FRAMES] as SentFrame).wire);
  const run = (): Uint8Array => {
    if (!draw) return Buffer.concat(take(MOST_FRAMES));
    const choice = draw(DAMAGES.length + Math.floor(DAMAGES.length / 2));
    const kind = DAMAGES[choice];
    const wires = take(2 + draw(MOST_FRAMES - 1));
    if (kind === undefined) return Buffer.concat(wires);
    damaged[kind]++;
    if (kind === "lost frames") sent += 1 + draw(draw(8) === 0 ? MOST_LOST : 4);
    return damage(kind, wires, draw);
  };
  return {
    next(atLeast) {
      const parts: Uint8Array[] = [];
      for (let length = 0; length < atLeast; ) {
        const part = run();
        parts.push(part);
        length += part.length;
      }
      return Buffer.concat(parts);
    },
    get sent() {
      return sent;
    },
    damaged,
  };
}

function damage(kind: Damage, wires: readonly Uint8Array[], draw: Draw): Uint8Array {
  const whole = Buffer.concat(wires);
  const at = draw(whole.length);
  const length = 1 + draw(draw(4) === 0 ? 300 : 4);
  const noise = () => Uint8Array.from({ length: 1 + draw(MOST_NOISE) }, () => draw(256));
  switch (kind) {
    case "bit flips":
      for (let flips = 1 + draw(8); flips > 0; flips--) flip(whole, draw(8 * whole.length));
      return whole;
    case "dropped bytes":
      return Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
    case "doubled bytes":
      return Buffer.concat([whole.subarray(0, at + length), whole.subarray(at)]);
    case "joined frames":
      return Buffer.concat(
        wires.map((wire, index) => (index % 2 ? wire : wire.subarray(0, -1))),
      ).filter((byte, index, all) => byte !== 0 || all[index - 1] === 0 || draw(2) === 0);
    case "noise between":
      return Buffer.concat([whole, noise()]);
    case "noise over":
      whole.set(noise().subarray(0, whole.length - at), at);
      return whole;
    case "lost frames":
      return whole;
    case "repeated frames":
      return Buffer.concat([whole, ...wires.slice(draw(wires.length))]);
    case "cut together": {
      const [first = whole, second = whole] = wires;
      const head = first.subarray(0, draw(first.length));
      return Buffer.concat([head, second.subarray(draw(second.length)), ...wires.slice(2)]);
    }
  }
}

function flip(bytes: Uint8Array, bit: number): void {
  const at = bit >> 3;
  bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
}
