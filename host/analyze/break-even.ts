/**
 * Decides where computing elsewhere starts to pay: how much work a frame, how many streams a call, how near a server.
 * What one choice costs is left to batching.ts and network.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { BatchedCall } from "./batching.ts";
import { batchedCall, MOST_STREAMS } from "./batching.ts";
import { byFormula, inUnit } from "./by-formula.ts";
import type { Workload } from "./machine-record.ts";
import { sumMs, wayOf } from "./network.ts";
import type { NetworkPath, StreamForm } from "./networks.ts";
import type { Platform } from "./platforms.ts";
import type { Kind, Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import { digits } from "./wording.ts";

/**
 * Multiply-accumulates a frame whose energy equals that of sending the frame [MAC]; fewer are cheaper on the wearable.
 * @param offloadUj energy on the wearable of sending a frame and getting the answer, above 0 [uJ]
 * @param ujPerMac energy of the wearable's own arithmetic, above 0 [uJ/MAC]
 * @throws AnalysisError TP-USE-263 for any other number
 */
export function breakEvenMacs(offloadUj: Quantity, ujPerMac: Quantity): Quantity {
  for (const { value, unit } of [offloadUj, ujPerMac]) {
    if (!(Number.isFinite(value) && value > 0)) throw notAnEnergy(value, unit);
  }
  return derive(
    offloadUj.value / ujPerMac.value,
    "MAC",
    "energy of sending a frame / energy of a multiply-accumulate",
    [offloadUj, ujPerMac],
  );
}

/** What a batch is weighed by, in the words of a report. */
export type BatchMetric = "energy" | "rent";

/** The fewest streams that must share a call until a frame costs no more than a limit. */
export interface BreakEvenBatch {
  readonly platform: string;
  readonly metric: BatchMetric;
  /** That call; null when no number of streams is enough. */
  readonly call: BatchedCall | null;
  /** The arithmetic, in words. */
  readonly why: string;
}

/**
 * The smallest batch whose frame costs the platform at most `limit`. A larger batch never costs more a frame: rent and
 * base power are shared, and the time of a call grows by less than its batch.
 * @param limit energy [uJ] or rent of a million frames [USD] of the same frame elsewhere
 * @returns null when the workload's work, or the platform's rent, is not known
 * @throws AnalysisError TP-USE-263 when the limit is not finite and above 0
 */
export function breakEvenBatch(
  platform: Platform,
  workload: Workload,
  metric: BatchMetric,
  limit: Quantity,
): BreakEvenBatch | null {
  if (!(Number.isFinite(limit.value) && limit.value > 0))
    throw notAnEnergy(limit.value, limit.unit);
  const cost = (batch: number): number | null => {
    const call = batchedCall(platform, workload, batch);
    const quantity = metric === "energy" ? call?.frameUj : call?.usdPerMillionFrames;
    return quantity?.value ?? null;
  };
  if (cost(1) === null) return null;
  const pays = (batch: number): boolean => (cost(batch) ?? Number.POSITIVE_INFINITY) <= limit.value;
  const found = smallest(pays);
  const call = found === null ? null : batchedCall(platform, workload, found);
  const amount = (value: number) =>
    metric === "energy" ? `${digits(value)} µJ` : `${digits(value)} USD a million frames`;
  const alone = cost(1) ?? 0;
  return {
    platform: platform.id,
    metric,
    call,
    why:
      call === null
        ? `never: even a call that all share costs ${amount(cost(MOST_STREAMS) ?? 0)}, above ${amount(limit.value)}`
        : `one stream alone costs ${amount(alone)}, ${call.batch} sharing a call ${amount(cost(call.batch) ?? 0)}, against ${amount(limit.value)}`,
  };
}

/** Energy a frame over the streams that share a call, for a plot: one kind, the unit in the name. */
export interface BatchCurve {
  readonly platform: string;
  readonly name: string;
  readonly kind: Kind;
  readonly source: string;
  readonly batches: readonly number[];
  readonly frameUj: readonly number[];
}

/** At powers of 4, up to about a million streams. @returns null when the workload's work is not known */
export function batchCurve(platform: Platform, workload: Workload): BatchCurve | null {
  const batches = Array.from({ length: 11 }, (_, power) => 4 ** power);
  const calls = batches.flatMap((batch) => batchedCall(platform, workload, batch) ?? []);
  const [first] = calls;
  if (first === undefined) return null;
  return {
    platform: platform.id,
    name: platform.name,
    kind: first.frameUj.kind,
    source: "TDP x (0.3 + 0.7 x MFU) x time of the call / its streams",
    batches,
    frameUj: calls.map(({ frameUj }) => frameUj.value),
  };
}

/** The smallest whole number of streams from which on a condition holds, by doubling and halving. */
function smallest(holds: (batch: number) => boolean): number | null {
  if (!holds(MOST_STREAMS)) return null;
  let high = 1;
  while (!holds(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** How far away a server may be, or why no distance is short enough. */
export type BreakEvenDistance =
  | { readonly km: Quantity; readonly why: string }
  | { readonly km: null; readonly why: string };

/**
 * The farthest a server may be by light in fibre, other delays taken from the deadline.
 * @param otherMs codec, radio, network and computing
 */
export function breakEvenDistance(deadlineMs: number, otherMs: Quantity): BreakEvenDistance {
  if (otherMs.value >= deadlineMs) {
    return {
      km: null,
      why: `all but the distance takes ${digits(otherMs.value)} ms of ${digits(deadlineMs)} ms`,
    };
  }
  const inputs = { deadlineSeconds: deadlineMs / 1e3, otherSeconds: otherMs.value / 1e3 };
  const km = inUnit(byFormula("deadline-distance", inputs, [otherMs]), 1e-3, "km");
  return {
    km,
    why: `${digits(deadlineMs - otherMs.value)} ms are left for light in glass, there and back`,
  };
}

/** How far a server may be over one network. */
export interface NetworkReach {
  readonly network: string;
  readonly name: string;
  /** 99 of 100 answers of the quickest platform are back by then when it stands in a region nearby [ms]. */
  readonly nearMs: Quantity;
  /** What is left of the deadline, as fibre. */
  readonly distance: BreakEvenDistance;
}

/** @param computeMs of the platform that computes fastest */
export function networkReach(
  path: NetworkPath,
  form: StreamForm,
  computeMs: Quantity,
  deadlineMs: number,
): NetworkReach {
  // The interval between frames does not matter to the delay of one.
  const way = wayOf({ form, path, intervalMs: 1, distanceKm: 0 }, "a server");
  const nearMs = sumMs([computeMs, way.p99Ms]);
  const { id, name } = path;
  return { network: id, name, nearMs, distance: breakEvenDistance(deadlineMs, nearMs) };
}

function notAnEnergy(value: number, unit: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-263",
    {
      what: `a break-even was asked for at ${value} ${unit}`,
      why: "both sides of a comparison must be finite and above 0",
      fix: "compare with a run whose energy is known: one of a board with stated currents",
    },
    { value, unit },
  );
}
