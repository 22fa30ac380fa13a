/**
 * The names of the monitors, for the command line's help.
 * What stands behind a name is left to monitors.ts.
 */
export const MONITORS = ["ppk2", "lpm01a", "file", "sim-ppk2", "sim-lpm01a"] as const;
export type MonitorName = (typeof MONITORS)[number];
