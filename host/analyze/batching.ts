/**
 * Decides time, energy and rent of a frame on a stated platform that computes several streams in one call.
 * Where a batch breaks even is left to break-even.ts, one frame at a call to platform-record.ts.
 */
import { inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import { timeOf } from "./iron-law.ts";
import type { Workload } from "./machine-record.ts";
import { outOfRange } from "./number-limits.ts";
import type { Platform } from "./platforms.ts";
import { EFFICIENCY, LAYER_OVERHEAD } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import { mfu } from "./utilization.ts";

/** Traffic of one input's activations over that of the weights. Source: mlsysim, a heuristic. */
const ACTIVATION_SHARE = 0.1;
const BYTES_PER_WEIGHT = 2;
/** Share of its design power that a platform draws whenever it is at work, and the share that grows with MFU. */
const POWER = { base: 0.3, withMfu: 0.7 } as const;

/** More streams than any service has. */
export const MOST_STREAMS = 2 ** 40;

/** One call with a frame of each of `batch` streams. */
export interface BatchedCall {
  readonly batch: number;
  /** Time until the whole call is back [ms]. */
  readonly callMs: Quantity;
  /** Energy of the platform over the streams [uJ]. */
  readonly frameUj: Quantity;
  /** Rent of a million frames, every moment used [USD]; null for what one buys. */
  readonly usdPerMillionFrames: Quantity | null;
}

/**
 * 16-bit floats; t = max(B F / (eta peak), W (1 + 0.1 B) / (eta_m BW)) + overhead; P = TDP (0.3 + 0.7 MFU).
 * Source: mlsysim. @returns null when the workload's operations or bytes are not known
 * @throws AnalysisError TP-USE-242 for a batch below 1 or beyond MOST_STREAMS, or another number out of range
 */
export function batchedCall(
  platform: Platform,
  workload: Workload,
  batch: number,
): BatchedCall | null {
  if (!(batch >= 1 && batch <= MOST_STREAMS)) {
    throw outOfRange("the batch", batch, `from 1 to ${MOST_STREAMS} streams`);
  }
  const { ops, layers } = workload;
  const weightBytes = weightBytesOf(workload);
  if (ops === null || !(ops.value > 0) || weightBytes === null) return null;
  const peakOpsPerSecond = platform.fp16.value * 1e12;
  const time = timeOf(
    { ops: batch * ops.value, bytesMoved: weightBytes * (1 + ACTIVATION_SHARE * batch) },
    {
      peakOpsPerSecond,
      peakBytesPerSecond: platform.bandwidth.value * 1e9,
      computeEfficiency: EFFICIENCY.compute.value,
      memoryEfficiency: EFFICIENCY.memory.value,
      overheadSeconds: (platform.callOverhead.value + LAYER_OVERHEAD.value * (layers ?? 0)) * 1e-6,
    },
  );
  const seconds = time.totalSeconds;
  const used = mfu(batch * ops.value, seconds, peakOpsPerSecond);
  const watts = platform.tdp.value * (POWER.base + POWER.withMfu * used);
  const parts = [quantityOf(platform.fp16), quantityOf(platform.bandwidth), ops];
  const frameUj = derive(
    (watts * seconds * 1e6) / batch,
    "uJ",
    `TDP x (${POWER.base} + ${POWER.withMfu} x MFU) x time / ${batch} streams`,
    [...parts, quantityOf(platform.tdp)],
  );
  const call = derive(
    seconds,
    "s",
    `max(B F / (eta peak), W (1 + ${ACTIVATION_SHARE} B) / (eta_m BW)) + overhead, B = ${batch}`,
    parts,
  );
  const { price } = platform;
  return {
    batch,
    callMs: inUnit(call, 1e3, "ms"),
    frameUj,
    usdPerMillionFrames:
      price === null
        ? null
        : derive(
            ((price.value / 3600) * seconds * 1e6) / batch,
            "USD",
            `rent x time x 1e6 / ${batch} streams, every moment used`,
            [quantityOf(price), call],
          ),
  };
}

/** Bytes of the weights as 16-bit floats; without their number, what moves at batch 1 less the activations' share. */
function weightBytesOf({ parameters, bytesMoved }: Workload): number | null {
  if (parameters !== undefined) return BYTES_PER_WEIGHT * parameters;
  if (bytesMoved === null || !(bytesMoved.value > 0)) return null;
  return bytesMoved.value / (1 + ACTIVATION_SHARE);
}
