/**
 * Decides how a board runs the program mlperf_tiny in QEMU: which build, and how long an instruction takes.
 * Talking to it is left to host/mlperf.
 */
import type { EmulatedBoard } from "../../../codegen/index.ts";
import { UsageError } from "../../../codegen/index.ts";
import type { ClockFacts } from "../../analyze/mlperf/document.ts";
import { buildFirmware } from "../build.ts";
import type { VerbContext } from "../context.ts";
import { emulatorArguments, requireEmulated } from "../device.ts";
import type { Prepared } from "../generate.ts";
import { writePrepared } from "../generate.ts";
import { virtualTime } from "../virtual-time.ts";

export const MODES = ["performance", "accuracy", "energy"] as const;
export type MlperfMode = (typeof MODES)[number];

/** Machines without an output that a timestamp's pulse could be seen on: hal_pin gives false there. */
const WITHOUT_PIN = /^qemu-(rv32|xtensa|stm32f405)/;

export interface EmulatedDut {
  readonly board: EmulatedBoard;
  /** For the emulator's command line, but for the serial line. */
  readonly args: readonly string[];
  readonly clock: ClockFacts;
}

/**
 * Builds the firmware of a mode, which runs in virtual time.
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
  const { args, source } = virtualTime(prepared);
  return {
    board,
    args: [...emulatorArguments(board, elf), ...args],
    clock: { kind: "modelled", source },
  };
}
