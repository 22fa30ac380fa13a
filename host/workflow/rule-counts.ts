/**
 * Decides whether what the timing plugin says of a table's unsure rules can be believed, and gives it as typed values.
 * Which rule matters most is left to analyze/.
 */

/** Cycles of a region with one rule alone at its low and at its high value, by its name in boards/cores [cycle]. */
export type RuleEnds = Readonly<Record<string, readonly [number, number]>>;

/** As the plugin limits them. */
const MAX_RULES = 125;
const NAME = /^[A-Za-z]{1,31}$/;

/** The value of a counts line's `rules`, or what is wrong with it. */
export function readRules(value: unknown): RuleEnds | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "not an object";
  const entries = Object.entries(value);
  if (entries.length > MAX_RULES) return "too many";
  const bad = entries.find(([name, ends]) => !NAME.test(name) || !isEnds(ends));
  return bad === undefined ? (value as RuleEnds) : "one is no pair of counts";
}

function isEnds(value: unknown): value is readonly [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((end) => Number.isSafeInteger(end) && end >= 0)
  );
}
