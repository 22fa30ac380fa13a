/**
 * Decides whose counted fetches tell what code a step fetches anew: its own kernels', or those of the whole int8 network of
 * the same sizes where nobody counted its own.
 * What a fetched line costs on a board is left to memory/code-waits.ts, counting to scripts/write-step-costs.ts.
 */
import type { Core } from "../board.ts";
import { FETCH_LINES, type FetchLine } from "../memory/fetch-caches.ts";
import { costOf, type StepCosts, stepCosts } from "./step-costs.ts";
import type { TermCounts } from "./terms.ts";

/** Loops of a step, in each of its formats. */
export type StepTerms = readonly TermCounts[];

export interface FetchCounts {
  /** The lines are another kernel's, or those of each format alone, as if no other had its code beside it. */
  readonly isBorrowed: boolean;
  /** In words, whose they are; null for the step's own. */
  readonly of: string | null;
  /** The terms to ask with are those of the whole network in int8. */
  readonly isOfInt8: boolean;
  /** Lines that a step fetches anew through a cache of so many bytes; 0 for a step whose cycles nobody foretells. */
  readonly lines: (line: FetchLine, capacity: number, terms: StepTerms) => number;
}

/**
 * Null where nobody counted the core's fetches in int8 either.
 * @param costs of the step's own formats; null where they are not those that were counted
 */
export function fetchCounts(core: Core, costs: readonly StepCosts[] | null): FetchCounts | null {
  if (costs?.every(isCounted)) {
    const isMixed = costs.length > 1;
    return {
      isBorrowed: isMixed,
      of: isMixed ? "those of each format's own network" : null,
      isOfInt8: false,
      lines: linesBy(costs),
    };
  }
  const int8 = stepCosts(core, "int8");
  if (int8 === null || !isCounted(int8)) return null;
  return {
    isBorrowed: true,
    of: "those of the same network with all weights in int8",
    isOfInt8: true,
    lines: linesBy([int8]),
  };
}

function isCounted({ fetched }: StepCosts): boolean {
  return fetched(FETCH_LINES[0], 0) !== null;
}

function linesBy(costs: readonly StepCosts[]): FetchCounts["lines"] {
  return (line, capacity, terms) =>
    costs.reduce((sum, { fetched }, index) => {
      const fit = fetched(line, capacity);
      const own = terms[index];
      return fit === null || own === undefined ? sum : sum + (costOf(fit, own) ?? 0);
    }, 0);
}
