/**
 * Decides which known names are close to a mistyped one.
 * Saying so is left to the errors.
 */

/** At most `limit` names, nearest first: those that share a part with `typed` or are a few letters away from it. */
export function nearest(typed: string, names: readonly string[], limit = 3): readonly string[] {
  const wanted = typed.toLowerCase();
  const parts = words(typed);
  return names
    .map((name) => {
      const shared = words(name).filter((word) => parts.includes(word)).length;
      const letters = editDistance(wanted, name.toLowerCase());
      const close = letters <= Math.max(2, Math.floor(wanted.length / 3));
      const contained = wanted.length >= 3 && name.toLowerCase().includes(wanted);
      return { name, fits: close || shared > 0 || contained, rank: letters - 4 * shared };
    })
    .filter(({ fits }) => fits)
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** "kv-cache-bytes" and "kvCacheBytes" are the words kv, cache, bytes. */
function words(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1);
}

/** Fewest insertions, deletions and substitutions between two words. Source: Levenshtein 1966. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(
        Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
