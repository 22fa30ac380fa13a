/**
 * Spells a profile as folded stacks, the text that flame graph programs read: `step;layer;function;[part] COUNT`.
 * What belongs where is left to facts.ts.
 */
import { type ProfileFacts, partOf, stackOf } from "./facts.ts";

/** A line a stack, sorted; the counts are cycles over all steps, or instructions where there are none. */
export function foldedStacks(facts: ProfileFacts): string {
  const stacks = new Map<string, number>();
  for (const cell of facts.cells) {
    const { counts } = cell;
    const frames = [...stackOf(facts, cell), `[${partOf(facts, cell)}]`];
    const stack = frames.map((frame) => frame.replaceAll(/[;\s]/g, "_")).join(";");
    stacks.set(stack, (stacks.get(stack) ?? 0) + (counts.cycles ?? counts.instructions));
  }
  const lines = [...stacks].filter(([, count]) => count > 0).map(([stack, n]) => `${stack} ${n}\n`);
  return lines.sort().join("");
}
