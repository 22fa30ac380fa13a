/**
 * Decides how a board runs the program mlperf_tiny in QEMU: which build, and how long an instruction takes.
 * Talking to it is left to host/mlperf.
 */
import type { EmulatedBoard } from "../../../codegen/index.ts";
import { UsageError } from "../../../codegen/index.ts";
import type { ClockFacts } from "../../analyze/mlperf/document.ts";
import { clockHz } from "../../analyze/power.ts";
import { buildFirmware } from "../build.ts";
import type { VerbContext } from "../context.ts";
import { emulatorArguments, requireEmulated } from "../device.ts";
import type { Prepared } from "../generate.ts";
import { writePrepared } from "../generate.ts";
import { knownBoard } from "../known-board.ts";

export const MODES = ["performance", "accuracy", "energy"] as const;
export type MlperfMode = (typeof MODES)[number];

/** Without a real board's clock: an instruction in 2^4 ns, about a core of 64 MHz. */
const DEFAULT_SHIFT = 4;
/** What QEMU takes. */
const LARGEST_SHIFT = 10;
/** Machines without an output that a timestamp's pulse could be seen on: hal_pin gives false there. */
const WITHOUT_PIN = /^qemu-(rv32|xtensa|stm32f405)/;

export interface EmulatedDut {
  readonly board: EmulatedBoard;
  /** For the emulator's command line, but for the serial line. */
  readonly args: readonly string[];
  readonly clock: ClockFacts;
}

/**
 * Builds the firmware of a mode. Time is virtual: every instruction takes the power of two of nanoseconds that is
 * nearest to a cycle of the real board that stands behind the run.
 * @throws UsageError TP-USE-126 for a real board, TP-USE-161 for energy mode on a machine without an output
 */
export async function buildEmulatedDut(
  context: VerbContext,
  prepared: Prepared,
  mode: MlperfMode,
): Promise<EmulatedDut> {
  const board = requireEmulated(prepared.board);
  if (mode === "energy" && WITHOUT_PIN.test(board.id)) {
    throw new UsageError("TP-USE-161", {
      what: `${board.id} has no timestamp pin`,
      why: "in energy mode a timestamp is a low pulse on a pin, and the machine has none",
      fix: "--board qemu-m4",
    });
  }
  context.progress.step(`building mlperf_tiny for ${board.id}`);
  const { elf } = await buildFirmware({
    board: board.id,
    app: "mlperf_tiny",
    modelDir: writePrepared(prepared),
    key: mode === "energy" ? `${prepared.folder}-energy` : prepared.folder,
    flags: mode === "energy" ? ["-DMLPERF_ENERGY=1"] : [],
    signal: context.signal,
  });
  const rated = prepared.as && knownBoard(prepared.as);
  const hz = rated?.clock ? clockHz(rated.clock) : null;
  const shift = hz === null ? DEFAULT_SHIFT : shiftOf(hz);
  const like =
    hz === null || rated === null
      ? "no board's clock: name one with --as"
      : `near a cycle of ${rated.id} at ${hz / 1e6} MHz`;
  return {
    board,
    args: [...emulatorArguments(board, elf), "-icount", `shift=${shift}`],
    clock: {
      kind: "modelled",
      source: `QEMU -icount shift=${shift}: every instruction takes ${2 ** shift} ns, ${like}`,
    },
  };
}

/** The power of two of nanoseconds that is nearest to a clock's period, 0 to 10. */
export function shiftOf(hz: number): number {
  return Math.min(LARGEST_SHIFT, Math.max(0, Math.round(Math.log2(1e9 / hz))));
}
