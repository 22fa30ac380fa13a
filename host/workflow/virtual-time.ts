/**
 * Decides how long an instruction takes in an emulator whose clock is its own instructions, not this computer's time.
 * Starting the emulator is left to the caller; cycles are left to the counting plugin.
 */
import { clockHz } from "../analyze/power.ts";
import type { Prepared } from "./generate.ts";
import { knownBoard } from "./known-board.ts";

/** Without a real board's clock: an instruction in 2^4 ns, about a core of 64 MHz. */
const DEFAULT_SHIFT = 4;
/** What QEMU takes. */
const LARGEST_SHIFT = 10;

export interface VirtualTime {
  /** For QEMU's command line. */
  readonly args: readonly string[];
  /** What times by that clock rest on; their kind is modelled. */
  readonly source: string;
}

/** Every instruction takes the power of two of nanoseconds that is nearest to a cycle of the real board behind the run. */
export function virtualTime({ board, as }: Pick<Prepared, "board" | "as">): VirtualTime {
  if (board.kind === "emulated" && !board.emulator.program.startsWith("qemu-")) {
    return { args: [], source: `the clock that ${board.emulator.program} drives` };
  }
  const rated = as && knownBoard(as);
  const hz = rated?.clock ? clockHz(rated.clock) : null;
  const shift = hz === null ? DEFAULT_SHIFT : shiftOf(hz);
  const like =
    hz === null || rated === null
      ? "no board's clock: name one with --as"
      : `near a cycle of ${rated.id} at ${hz / 1e6} MHz`;
  return {
    args: ["-icount", `shift=${shift}`],
    source: `QEMU -icount shift=${shift}: every instruction takes ${2 ** shift} ns, ${like}`,
  };
}

/** The power of two of nanoseconds that is nearest to a clock's period, 0 to 10. */
export function shiftOf(hz: number): number {
  return Math.min(LARGEST_SHIFT, Math.max(0, Math.round(Math.log2(1e9 / hz))));
}
