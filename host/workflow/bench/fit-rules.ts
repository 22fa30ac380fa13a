/**
 * Decides which unsure rules of a core's table measured loops tell, and what they say.
 * What the loops cost by the table is left to the emulator, storing the answer to calibrate.ts.
 *
 * A rule is told by a loop that hangs on it and on no other unsure rule that is not told yet; those that several loops tell
 * are their mean, weighted by how much each loop hangs on the rule. What only comes together with others stays stated.
 */
import type { ReportedValue } from "../../../codegen/index.ts";
import type { CoreRule } from "../core-table.ts";

/** One loop: what was measured, what the table says, what each unsure rule makes of it. */
export interface LoopCost {
  readonly name: string;
  /** A lap, over the repeats [cycle]. */
  readonly measured: {
    readonly minimum: number;
    readonly median: number;
    readonly maximum: number;
  };
  /** The same by the table [cycle]. */
  readonly stated: number;
  /** The same with a rule alone at its low and its high value [cycle]; only rules that change it. */
  readonly ends: Readonly<Record<string, readonly [number, number]>>;
}

interface Told {
  readonly value: number;
  readonly interval: readonly [number, number];
  readonly loops: readonly string[];
}

/** Below this a loop does not hang on a rule [cycle a cycle]. */
const LEAST_SLOPE = 0.05;

/** Parameters "rules.NAME" for boards/measured, in the order in which they were told. */
export function fitRules(
  loops: readonly LoopCost[],
  rules: Readonly<Record<string, CoreRule>>,
): readonly ReportedValue[] {
  const told = new Map<string, Told>();
  for (;;) {
    const found = tellMore(loops, rules, told);
    if (found.size === 0) break;
    for (const [name, one] of found) told.set(name, one);
  }
  return [...told].map(([name, { value, interval, loops: names }]) => {
    const { value: stated, interval: may } = rules[name] as CoreRule;
    const range = may === undefined ? "" : ` (${may.join("..")})`;
    return {
      name: `rules.${name}`,
      value,
      unit: "cycle",
      kind: "modelled",
      source: `fitted to ${names.join(", ")}; in place of ${stated}${range}`,
      interval,
    };
  });
}

/** Rules that one unknown is left of in some loop. */
function tellMore(
  loops: readonly LoopCost[],
  rules: Readonly<Record<string, CoreRule>>,
  told: ReadonlyMap<string, Told>,
): ReadonlyMap<string, Told> {
  const estimates = new Map<string, { loop: LoopCost; slope: number; rest: number }[]>();
  for (const loop of loops) {
    const unknown = Object.keys(loop.ends).filter((name) => !told.has(name) && name in rules);
    const [name] = unknown;
    if (name === undefined || unknown.length > 1) continue;
    const rest = [...told].reduce(
      (sum, [known, { value }]) => sum + movedBy(loop, rules, known, value),
      loop.stated,
    );
    const slope = slopeOf(loop, rules[name] as CoreRule, name, loop.measured.median > rest);
    if (Math.abs(slope) < LEAST_SLOPE) continue;
    estimates.set(name, [...(estimates.get(name) ?? []), { loop, slope, rest }]);
  }
  return new Map(
    [...estimates].map(([name, all]) => {
      const stated = (rules[name] as CoreRule).value;
      const squares = all.reduce((sum, { slope }) => sum + slope * slope, 0);
      const by = (pick: (loop: LoopCost) => number) =>
        Math.max(
          0,
          stated +
            all.reduce((sum, { loop, slope, rest }) => sum + slope * (pick(loop) - rest), 0) /
              squares,
        );
      const ends = [by(({ measured }) => measured.minimum), by(({ measured }) => measured.maximum)];
      const value = by(({ measured }) => measured.median);
      return [
        name,
        {
          value,
          interval: [Math.min(value, ...ends), Math.max(value, ...ends)],
          loops: all.map(({ loop }) => loop.name),
        },
      ] as const;
    }),
  );
}

/** Cycles a lap for each cycle of a rule, on the side of its stated value where the truth lies. */
function slopeOf(loop: LoopCost, rule: CoreRule, name: string, isAbove: boolean): number {
  const [low, high] = rule.interval ?? [rule.value, rule.value];
  const [atLow, atHigh] = loop.ends[name] ?? [loop.stated, loop.stated];
  const above = high > rule.value ? (atHigh - loop.stated) / (high - rule.value) : null;
  const below = low < rule.value ? (loop.stated - atLow) / (rule.value - low) : null;
  return (isAbove ? (above ?? below) : (below ?? above)) ?? 0;
}

/** What a rule at another value than stated adds to a loop. */
function movedBy(
  loop: LoopCost,
  rules: Readonly<Record<string, CoreRule>>,
  name: string,
  value: number,
): number {
  const rule = rules[name] as CoreRule;
  return slopeOf(loop, rule, name, value > rule.value) * (value - rule.value);
}
