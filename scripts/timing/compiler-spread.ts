/**
 * Decides how far the cycles of one source move when another version of the compiler builds it.
 * Which workloads that concerns is left to published.ts, what it makes of an interval to compare.ts.
 */

/**
 * Times of Embench's 19 programs on one core, relative to one baseline, as four versions of GCC built them with -O2:
 * embench/embench-iot-results, ri5cy-gcc-{7.2,7.5,9.2}-*-o2.json and ri5cy-gcc-10.0.0-*-isa-rv32imc-o2.json. Nothing of
 * them is in the judging set, nor is their core.
 */
const TIMES: readonly (readonly number[])[] = [
  [
    1.0, 0.96, 0.97, 1.03, 1.2, 1.0, 0.97, 0.97, 0.98, 1.14, 1.02, 1.01, 1.0, 1.04, 0.95, 0.95,
    1.46, 0.98, 1.19,
  ],
  [
    0.99, 0.93, 0.97, 1.04, 1.22, 1.0, 0.97, 0.97, 0.98, 1.15, 1.03, 1.01, 1.0, 1.04, 0.98, 0.96,
    1.46, 0.98, 1.19,
  ],
  [
    1.0, 1.0, 1.0, 1.04, 1.18, 1.0, 1.0, 0.99, 1.0, 1.14, 1.0, 1.03, 1.0, 0.99, 1.0, 1.0, 1.41, 1.0,
    1.23,
  ],
  [
    1.0, 0.96, 1.01, 1.05, 1.03, 1.0, 1.03, 1.0, 1.0, 1.06, 1.0, 1.02, 1.01, 0.99, 1.07, 1.0, 0.97,
    1.0, 1.01,
  ],
];

/** The part of all cases that an interval is meant to hold: the project's goal for published values. */
const SHARE = 0.8;

/**
 * The factor that two versions' times stay within in 80 % of all programs and pairs of versions, above 1.
 * `times` [version][program].
 */
export function compilerSpread(times: readonly (readonly number[])[] = TIMES): number {
  const ratios = times
    .flatMap((one, index) =>
      times.slice(index + 1).flatMap((other) => one.map((time, i) => time / (other[i] as number))),
    )
    .map((ratio) => Math.max(ratio, 1 / ratio))
    .sort((a, b) => a - b);
  return ratios[Math.ceil(SHARE * ratios.length) - 1] as number;
}
