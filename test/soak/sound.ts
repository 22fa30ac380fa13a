/**
 * Sound without end for the soak: the shipped noisy clips in drawn order, each at a drawn loudness.
 * Cutting clips into hops is left to the product.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readMono } from "../../host/audio/wav-file.ts";
import { type Draw, pick } from "../fuzz/draw.ts";

const CLIPS = join(import.meta.dirname, "../../models/clips");
/** From a whisper to overload, which saturates [1/256]. */
const MOST_GAIN = 1024;

/** Hops of `hopSamples`, for ever. */
export function* soundOf(
  sampleRateHz: number,
  hopSamples: number,
  draw: Draw,
): Generator<Int16Array, never> {
  const clips = readdirSync(CLIPS)
    .filter((name) => name.endsWith(".noisy.wav"))
    .sort()
    .map((name) => readMono(join(CLIPS, name), sampleRateHz));
  for (;;) {
    const clip = pick(clips, draw);
    const gain = 1 + draw(MOST_GAIN);
    for (let at = 0; at + hopSamples <= clip.length; at += hopSamples) {
      yield clip
        .subarray(at, at + hopSamples)
        .map((sample) => Math.max(-32768, Math.min(32767, (sample * gain) >> 8)));
    }
  }
}
