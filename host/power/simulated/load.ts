/**
 * The board that a simulated monitor pretends to measure: sleeps, and computes for a while in every period.
 * How a monitor would see it is left to the monitors.
 */

/** A duty-cycled board; times are counted from its first wake-up. */
export interface DutyCycle {
  /** [A] */
  readonly sleepA: number;
  readonly activeA: number;
  /** [s] */
  readonly activeS: number;
  readonly periodS: number;
}

/** About what a hearable on an nRF52840 at 3 V would do: modelled elsewhere, here only plausible. */
export const DEFAULT_LOAD: DutyCycle = {
  sleepA: 3e-6,
  activeA: 3.3e-3,
  activeS: 0.9e-3,
  periodS: 10e-3,
};

/** Far below any sample's interval: a time that is a whole number of periods must not fall into the one before [s]. */
const ROUNDING_S = 1e-9;

/** A board that somebody else drives: its input and its current at a time that does not go back. */
export interface DrivenLoad {
  isHigh(timeS: number): boolean;
  currentA(timeS: number): number;
}

export type SimulatedLoad = DutyCycle | DrivenLoad;

/** Whether the board holds the monitor's input high. */
export function isComputing(load: SimulatedLoad, timeS: number): boolean {
  if ("isHigh" in load) return load.isHigh(timeS);
  const periods = Math.floor((timeS + ROUNDING_S) / load.periodS);
  return timeS + ROUNDING_S - periods * load.periodS < load.activeS;
}

/** [A] */
export function loadCurrentA(load: SimulatedLoad, timeS: number): number {
  if ("isHigh" in load) return load.currentA(timeS);
  return isComputing(load, timeS) ? load.activeA : load.sleepA;
}
