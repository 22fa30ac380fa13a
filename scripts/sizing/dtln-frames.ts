/**
 * Makes what DTLN's first part reads of recordings: magnitudes of a spectrum, by the definition of the transform.
 * Which recordings is left to the callers.
 */
const WINDOW = 512;
export const HOP = 128;
export const BINS = WINDOW / 2 + 1;

/** |DFT| of 512 samples in [-1, 1) every 128, by the definition, as DTLN's own scripts feed its first part. */
export function magnitudes(samples: Float64Array, frames: number): Float64Array[] {
  const cosines = Float64Array.from({ length: WINDOW }, (_, k) =>
    Math.cos((2 * Math.PI * k) / WINDOW),
  );
  const turned = (angle: number) => cosines[angle % WINDOW] as number;
  return Array.from({ length: frames }, (_, frame) =>
    Float64Array.from({ length: BINS }, (_, bin) => {
      let real = 0;
      let imaginary = 0;
      for (let n = 0; n < WINDOW; n++) {
        const sample = samples[frame * HOP + n] as number;
        real += sample * turned(bin * n);
        imaginary += sample * turned(bin * n + WINDOW / 4);
      }
      return Math.hypot(real, imaginary);
    }),
  );
}
