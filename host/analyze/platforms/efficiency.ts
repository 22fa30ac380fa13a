/**
 * How much of its peaks a public model grants a platform, and what a launch costs.
 * The peaks are left to the platforms.
 */
import { MLSYSIM, value, worked } from "./sources.ts";

/** Share of the peak that mlsysim grants small kernels: compute, memory. */
export const EFFICIENCY = {
  compute: value(0.5, "1", worked(MLSYSIM, "eta")),
  memory: value(1, "1", worked(MLSYSIM, "eta_m")),
} as const;

/** Added for every layer with weights, one or more launches each [us]. */
export const LAYER_OVERHEAD = value(10, "us", worked(MLSYSIM, "overhead a layer"));
