/**
 * The names of the monitors, for the command line's help.
 * What stands behind a name is left to monitors.ts.
 */
export const MONITORS = [
  "ppk2",
  "lpm01a",
  "ina",
  "file",
  "sim-ppk2",
  "sim-lpm01a",
  "sim-ina",
] as const;
export type MonitorName = (typeof MONITORS)[number];
