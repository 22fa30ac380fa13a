/** Hops of samples at every extreme, for tests of the front end. */

/** Silence, full scale of every shape, an impulse, a square wave, DC, single bits, noise of many levels. */
export function extremeHops(hopLength: number, random: () => number): Int16Array[] {
  const hop = (value: (n: number) => number): Int16Array =>
    Int16Array.from({ length: hopLength }, (_, n) => value(n));
  const noise = (peak: number): Int16Array => hop(() => Math.round((2 * random() - 1) * peak));
  const square = (period: number): Int16Array =>
    hop((n) => (n % period < period / 2 ? 32767 : -32768));
  const tone = (perHop: number): Int16Array =>
    hop((n) => Math.round(32767 * Math.sin((2 * Math.PI * perHop * n) / hopLength)));
  return [
    ...[0, 0, 32767, 32767, -32768, -32768].map((level) => hop(() => level)),
    hop((n) => (n === 0 ? 32767 : 0)),
    hop((n) => (n === hopLength - 1 ? -32768 : 0)),
    hop(() => 0),
    ...[2, 2, 4, 8, 16, 16, 40, 80, hopLength].map(square),
    // Full scale with the signs that the window's sum, and that of every bin's quarter, is largest for.
    ...Array.from({ length: 6 }, () => hop(() => (random() < 0.5 ? 32767 : -32768))),
    ...[1, 3, 20, 40, 79.5, 0.5].map(tone),
    ...[1, 2, 30, 300, 3000, 32767, 32767, 0, 32767].map(noise),
    hop((n) => (n % 2 === 0 ? 1 : -1)),
    hop(() => 1),
    hop(() => -1),
    hop(() => 0),
  ];
}
