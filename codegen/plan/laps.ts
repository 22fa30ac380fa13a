/**
 * Decides how many columns a lap of the Cortex-M4's int8 kernel takes, by cycles and by the code that a board can fetch.
 * The lap's text is left to templates/columns-packed-pairs-grouped.hbs, its floor to schedule.ts.
 */
import type { StreamLayout } from "./layout.ts";
import type { Schedule } from "./schedule.ts";
import type { Target } from "./target.ts";

/** 1 KB of code, or 4 KB: fewer laps, and so fewer instructions, in whose place more fours are done the fast way. */
export type LapColumns = 32 | 128;

/** Code that must come without waits: the long lap, the short one for what is left, and what stands around them [byte]. */
const LONG_LOOP_BYTES = 6144;

/** Cycles of four columns: in as few cycles as can be, in as few instructions; alone, with the loop around them. */
const FAST = 37;
const FEW = 38;
const ALONE = FEW + 6;
/** Compare and branch of a lap. */
const LAP_END = 5;
const SHORT_LAP = 4 * FAST + 4 * FEW + LAP_END;
const LONG_LAP = 20 * FAST + 12 * FEW + LAP_END;
const SHORT_OF_LONG = 5 * FAST + 3 * FEW + LAP_END;
/** Finding the way to columns before the laps, and back. */
const SHORT_DETOUR = 6;
const LONG_DETOUR = 18;

function alone(columns: number): number {
  return ((columns % 32) / 4) * ALONE;
}

/** Cycles that a block's columns take, in laps of so many. */
export function lapCycles(columns: number, lap: LapColumns): number {
  const detour = lap === 32 ? SHORT_DETOUR : LONG_DETOUR;
  const before = alone(columns) + (columns % lap === 0 ? 0 : detour);
  if (lap === 32) return Math.floor(columns / 32) * SHORT_LAP + before;
  const short = Math.floor((columns % 128) / 32);
  return Math.floor(columns / 128) * LONG_LAP + short * SHORT_OF_LONG + before;
}

/** Of its cycles, what the long lap must spare: less is lost again in a call's larger frame, which is not counted here. */
const WORTH = 0.01;

/** What takes fewer cycles, of what a board can fetch. */
export function lapOf(
  { variant }: Schedule,
  streams: readonly StreamLayout[],
  { loopBytes }: Target,
): LapColumns {
  if (variant !== "dsp-packed-pairs-grouped") return 32;
  if (loopBytes !== null && loopBytes < LONG_LOOP_BYTES) return 32;
  const cycles = (lap: LapColumns): number =>
    streams.reduce(
      (sum, { blocks, paddedColumns, fourBits }) =>
        fourBits ? sum : sum + blocks * lapCycles(paddedColumns, lap),
      0,
    );
  return cycles(128) < (1 - WORTH) * cycles(32) ? 128 : 32;
}
