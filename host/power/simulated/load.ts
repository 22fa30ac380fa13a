/**
 * The board that a simulated monitor pretends to measure: sleeps, and computes for a while in every period.
 * How a monitor would see it is left to the monitors.
 */

/** A duty-cycled board; times are counted from its first wake-up. */
export interface SimulatedLoad {
  /** [A] */
  readonly sleepA: number;
  readonly activeA: number;
  /** [s] */
  readonly activeS: number;
  readonly periodS: number;
}

/** About what a hearable on an nRF52840 at 3 V would do: modelled elsewhere, here only plausible. */
export const DEFAULT_LOAD: SimulatedLoad = {
  sleepA: 3e-6,
  activeA: 3.3e-3,
  activeS: 0.9e-3,
  periodS: 10e-3,
};

/** Far below any sample's interval: a time that is a whole number of periods must not fall into the one before [s]. */
const ROUNDING_S = 1e-9;

export function isComputing(load: SimulatedLoad, timeS: number): boolean {
  const periods = Math.floor((timeS + ROUNDING_S) / load.periodS);
  return timeS + ROUNDING_S - periods * load.periodS < load.activeS;
}

/** [A] */
export function loadCurrentA(load: SimulatedLoad, timeS: number): number {
  return isComputing(load, timeS) ? load.activeA : load.sleepA;
}
