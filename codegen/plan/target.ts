/**
 * Decides what the plan needs to know of a board: its instructions, its line for weights and their section.
 * Everything else a board is stays in codegen/board.ts.
 */
import type { Board, LineRule } from "../board.ts";

export interface Target {
  /** The board's id. */
  readonly id: string;
  readonly core: Board["core"];
  /** SMLAD, SXTB16, SSAT and SMMUL are there. */
  readonly dsp: boolean;
  /** What the memory or core takes at a time when it reads weights [byte]. */
  readonly lineBytes: number;
  readonly lineRule: LineRule;
  /** One sentence from the board file. */
  readonly lineWhy: string;
  /** Linker section for weights; empty: where the linker puts constants. */
  readonly weightsSection: string;
}

const DSP_CORES: readonly Board["core"][] = ["cortex-m4"];

export function targetOf(board: Board): Target {
  return {
    id: board.id,
    core: board.core,
    dsp: DSP_CORES.includes(board.core),
    lineBytes: board.weights.line.value,
    lineRule: board.weights.rule,
    lineWhy: board.weights.why,
    weightsSection: board.weights.section,
  };
}
