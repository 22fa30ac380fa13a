/**
 * The names of the monitors, for the command line's help.
 * What stands behind a name is left to monitors.ts.
 */
export const MONITORS = ["ppk2", "sim-ppk2"] as const;
export type MonitorName = (typeof MONITORS)[number];
