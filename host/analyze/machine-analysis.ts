/**
 * Decides what follows from one machine record: rate, intensity, the roof that binds, MFU and MBU.
 * The roofline model is left to roofline.ts, putting machines side by side to machines-document.ts.
 */

import type { Roof } from "./board-roofline.ts";
import type { MachineRecord } from "./machine-record.ts";
import { machineTime } from "./machine-time.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Level } from "./roofline.ts";
import { arithmeticIntensity, boundOf, ridgePoint } from "./roofline.ts";
import type { TimeTerms, WhatIfRow } from "./time-terms.ts";
import { mbu, mfu } from "./utilization.ts";
import { digits } from "./wording.ts";

/** The names of the sources below are the ones `explain` takes apart. */
export interface MachineAnalysis {
  /** ops / typical time [op/s]. */
  readonly rate: Quantity | null;
  /** ops / bytesMoved [op/byte]. */
  readonly arithmeticIntensity: Quantity | null;
  /** Highest arithmetic over the memory that holds the data [op/byte]. */
  readonly ridgePoint: Quantity | null;
  readonly bound: "compute" | "memory" | null;
  /** Name of the roof that binds; null when not known. */
  readonly roof: string | null;
  /** The most the roofs allow at that intensity [op/s]. */
  readonly attainable: Quantity | null;
  readonly mfu: Quantity | null;
  readonly mbu: Quantity | null;
  /** The binding constraint in words, with its arithmetic. */
  readonly explanation: string;
  /** time = data / bandwidth against ops / (peak x utilisation) + overhead; null without operations, bytes or roofs. */
  readonly terms: TimeTerms | null;
  readonly whatIfs: readonly WhatIfRow[];
}

/** The roofs that count: the highest arithmetic, and the memory that holds the data. @throws AnalysisError TP-USE-242 */
export function bindingRoofs(roofs: readonly Roof[]): {
  readonly compute: Roof | undefined;
  readonly memory: Roof | undefined;
} {
  requireFiniteIn("the roofs", roofs);
  return {
    compute: roofs.find(({ limits }) => limits === "compute"),
    memory: roofs.find(({ limits }) => limits === "memory"),
  };
}

/** Time of a typical repetition [s]: the median, or the mean where there is no median. */
export function typicalTime(
  record: Pick<MachineRecord, "time"> & Partial<MachineRecord>,
): Quantity | null {
  const { time } = record;
  const value = time?.p50 ?? time?.mean ?? null;
  if (time === null || value === null || !(value > 0)) return null;
  return { value, unit: "s", kind: time.kind, source: time.source };
}

/** @throws AnalysisError TP-USE-242 for a number that is not finite */
export function analyzeMachine(record: MachineRecord): MachineAnalysis {
  requireFiniteIn(`the record ${record.id}`, record);
  const { workload, roofs } = record;
  const time = typicalTime(record);
  const ops = positive(workload.ops);
  const bytes = positive(workload.bytesMoved);
  const { compute, memory } = bindingRoofs(roofs);
  const intensity =
    ops === null || bytes === null
      ? null
      : derive(
          arithmeticIntensity(ops.value, bytes.value),
          "op/byte",
          "ops / bytesMoved of the workload",
          [ops, bytes],
        );
  const found =
    ops === null || bytes === null || compute === undefined || memory === undefined
      ? null
      : boundOf(
          ops.value,
          { name: compute.name, peakOps: compute.peak.value },
          levelsOf(record, memory, bytes),
        );
  const answer =
    found === null ||
    ops === null ||
    bytes === null ||
    compute === undefined ||
    memory === undefined
      ? null
      : machineTime({ record, ops, bytes, compute, memory, time });
  const rate =
    ops === null || time === null
      ? null
      : derive(ops.value / time.value, "op/s", "ops / typical time", [ops, time]);
  return {
    rate,
    arithmeticIntensity: intensity,
    ridgePoint:
      compute === undefined || memory === undefined
        ? null
        : derive(
            ridgePoint(compute.peak.value, memory.peak.value),
            "op/byte",
            `${compute.name} / ${memory.name}`,
            [compute.peak, memory.peak],
          ),
    bound: found?.bound ?? null,
    roof: found?.roof ?? null,
    attainable:
      found === null || intensity === null || compute === undefined || memory === undefined
        ? null
        : derive(found.attainableOps, "op/s", "min(peak, intensity x bandwidth)", [
            compute.peak,
            memory.peak,
            intensity,
          ]),
    mfu:
      ops === null || time === null || compute === undefined
        ? null
        : derive(mfu(ops.value, time.value, compute.peak.value), "1", `rate / ${compute.name}`, [
            ops,
            time,
            compute.peak,
          ]),
    mbu:
      bytes === null || time === null || memory === undefined
        ? null
        : derive(
            mbu(bytes.value, time.value, memory.peak.value),
            "1",
            `bytesMoved / typical time / ${memory.name}`,
            [bytes, time, memory.peak],
          ),
    explanation: explanation(record, found, rate),
    terms: answer?.terms ?? null,
    whatIfs: answer?.whatIfs ?? [],
  };
}

/** Every memory level that the run's own roofline knows, else the memory that holds the data. */
function levelsOf({ detail }: MachineRecord, memory: Roof, bytes: Quantity): readonly Level[] {
  return (
    detail?.levels.map(({ name, bandwidth, bytesMoved }) => ({
      name,
      peakBytes: bandwidth.value,
      bytesMoved: bytesMoved.value,
    })) ?? [{ name: memory.name, peakBytes: memory.peak.value, bytesMoved: bytes.value }]
  );
}

function positive(quantity: Quantity | null): Quantity | null {
  return quantity !== null && quantity.value > 0 ? quantity : null;
}

function explanation(
  record: MachineRecord,
  found: ReturnType<typeof boundOf> | null,
  rate: Quantity | null,
): string {
  if (found === null) return `no bound: ${missing(record).join(" and ")} not known`;
  const { intensity, ridgePoint: ridge, roof, bound } = found;
  const side =
    bound === "memory"
      ? `${digits(intensity)} op/byte lies below the ridge point ${digits(ridge)} op/byte: ${roof} runs out before the arithmetic`
      : `${digits(intensity)} op/byte lies at or above the ridge point ${digits(ridge)} op/byte: ${roof} runs out first`;
  if (rate === null) return `${side}; no time, so no distance to that roof`;
  const share = rate.value / found.attainableOps;
  if (share <= 1) return `${side}; it reaches ${digits(share * 100)} % of that roof`;
  const cause =
    bound === "memory"
      ? "its bytes come from a nearer memory"
      : "the roof was measured too low, as on a busy computer";
  return `${side}; the rate lies ${digits(share)} times above that roof, so ${cause}, or a count is wrong`;
}

function missing({ workload, roofs }: MachineRecord): readonly string[] {
  const { compute, memory } = bindingRoofs(roofs);
  return [
    ...(positive(workload.ops) === null ? ["operations"] : []),
    ...(positive(workload.bytesMoved) === null ? ["bytes moved"] : []),
    ...(compute === undefined || memory === undefined ? ["roofs of the machine"] : []),
  ];
}
