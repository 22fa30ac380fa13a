/** Finds the best of several items by a number that some of them may not have. */

/** The item with the least value; the first of equals, null when none is known. */
export function least<T>(items: readonly T[], value: (item: T) => number | null): T | null {
  let best: { readonly item: T; readonly value: number } | null = null;
  for (const item of items) {
    const found = value(item);
    if (found !== null && (best === null || found < best.value)) best = { item, value: found };
  }
  return best?.item ?? null;
}
