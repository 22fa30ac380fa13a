/** Puts numbers that nobody expects into the arguments of a call, one at a time, seeded. */

/** What a division, a full disk or a hand-edited file leaves behind. */
const HOSTILE = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -1,
  -1e308,
  1e308,
  5e-324,
  2 ** 53,
  0.5,
  1e9 + 0.5,
];

/** Draws in [0, 1): mulberry32. */
export function seededDraws(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A copy of the arguments with one number hostile, or one list of numbers empty, single or backwards.
 * Null when the descent met nothing to change. Instances of classes and `kept` objects are left as they are, and a list
 * of two numbers, which may be a range, keeps both.
 */
export function hostile(
  args: readonly unknown[],
  draw: () => number,
  kept: readonly unknown[] = [],
): unknown[] | null {
  const copy = copyOf(args, kept) as unknown[];
  let at: Record<string, unknown> = copy as unknown as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at)
      .filter((key) => typeof at[key] === "number" || isBranch(at[key]))
      .filter((key) => !kept.includes(at[key]));
    const key = keys[Math.floor(draw() * keys.length)];
    if (key === undefined) return null;
    const value = at[key];
    if (typeof value === "number") {
      at[key] = HOSTILE[Math.floor(draw() * HOSTILE.length)];
      return copy;
    }
    if (isNumbers(value) && draw() < 0.5) {
      const backwards = [...value].reverse();
      at[key] =
        value.length === 2 ? backwards : [[], [value[0]], backwards][Math.floor(draw() * 3)];
      return copy;
    }
    at = value as Record<string, unknown>;
  }
}

/** Where a NaN is in a result; null when nowhere. */
export function nanIn(value: unknown, path = "result"): string | null {
  if (typeof value === "number") return Number.isNaN(value) ? path : null;
  if (!isBranch(value)) {
    return typeof value === "string" && /\bNaN\b/.test(value) ? `${path}: "${value}"` : null;
  }
  for (const [key, child] of Object.entries(value as object)) {
    const found = nanIn(child, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "number";
}

function isBranch(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const kind = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === Array.prototype;
}

function copyOf(value: unknown, kept: readonly unknown[]): unknown {
  if (kept.includes(value) || !isBranch(value)) return value;
  if (Array.isArray(value)) return value.map((of) => copyOf(of, kept));
  const copies = Object.entries(value as object).map(([key, of]) => [key, copyOf(of, kept)]);
  return Object.fromEntries(copies);
}
