/**
 * Decides what a frame's cycles hold beside the work itself, in words: the interrupts that stay, the other core, radios.
 * Keeping interrupts out is left to firmware/hal, counting to the device or the model.
 */
import type { RunFacts } from "./facts.ts";
import { ratedBoard } from "./facts.ts";

interface Family {
  /** Left in a window of the program speed. */
  readonly left: string;
  /** In windows of programs that answer the host meanwhile. */
  readonly open: string;
  /** Chips that can be built without a framework, whose HAL never takes an interrupt. */
  readonly bare: boolean;
}

const ESPRESSIF: Family = {
  left: "the interrupt watchdog",
  open: "FreeRTOS's tick and the serial port's interrupts",
  bare: false,
};

/** By the counter of a board's file: firmware/hal/arduino has one file for each. */
const FAMILIES: Readonly<Record<string, Family>> = {
  CCOUNT: ESPRESSIF,
  "CSR 0x7E2": ESPRESSIF,
  "DWT CYCCNT": {
    left: "the framework's tick and what is more urgent",
    open: "the framework's tick and the serial port's interrupts",
    bare: true,
  },
  SysTick: { left: "no interrupt", open: "the framework's interrupts", bare: true },
};

/** The program whose host is silent while it measures, so that it keeps interrupts out. */
const QUIET_APP = "speed";

/** Null without a rated board, and for a counter that no HAL here reads. */
export function windowOf(facts: RunFacts): string | null {
  const board = ratedBoard(facts);
  if (board === null) return null;
  const cores = board.cores?.value ?? 1;
  const work = facts.hearable === undefined ? "the step" : "the four parts of a hop";
  if (facts.deviceCycles?.kind !== "measured") {
    const one = cores > 1 ? `one of ${cores} cores, the others idle` : "one core";
    return `${work} alone: ${one}, no interrupt, no radio`;
  }
  const family = FAMILIES[board.counter ?? ""];
  if (family === undefined) return null;
  const { left, open, bare } = family;
  const interrupts =
    facts.app === QUIET_APP
      ? `${left}, and in the first frame, and in every frame after one of 50 ms or more, ${open}`
      : open;
  return [
    `${work} and ${interrupts}`,
    ...(bare ? ["no interrupt in a build without a framework"] : []),
    ...(cores > 1
      ? [`one of ${cores} cores; what the framework runs beside it shares memories`]
      : []),
    "no radio is started",
  ].join("; ");
}
