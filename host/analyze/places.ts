/**
 * Decides what a frame of a wearable costs wherever it may be computed: on it, on a computer beside it, far away.
 * Weighing the places against each other is left to edge-or-cloud.ts.
 */

import { batchedCall } from "./batching.ts";
import { inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import { typicalTime } from "./machine-analysis.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Contender } from "./metrics.ts";
import type { Transport } from "./network.ts";
import { frameBytes, sumMs, wayOf } from "./network.ts";
import { EGRESS } from "./networks.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { platformRecord } from "./platform-record.ts";
import type { Platform } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive } from "./quantity.ts";
import { offloadUj } from "./radio-energy.ts";
import { candidateOf } from "./ultimate.ts";
import { digits } from "./wording.ts";

export type Whereabouts = "on the wearable" | "beside it" | "cloud" | "edge";

/** One place to compute a frame; null where a number is not known. */
export interface Place extends Contender {
  readonly where: Whereabouts;
  /** A typical frame alone [ms]. */
  readonly computeMs: Quantity | null;
  /** Codec, radio and network, there and back [ms]; null where the frame stays. */
  readonly wayMs: Quantity | null;
  /** at best: only with the least of the ranges. */
  readonly inTime: "yes" | "at best" | "no" | null;
  readonly leaves: Quantity;
}

/** A wearable itself. @throws AnalysisError TP-USE-242 */
export function onWearable(board: MachineRecord, deadlineMs: number): Place {
  requireFiniteIn("the wearable", [board, deadlineMs]);
  const time = typicalTime(board);
  const computeMs = time === null ? null : inUnit(time, 1e3, "ms");
  const { p99Ms, framesPerJoule } = candidateOf(board);
  const slow = p99Ms ?? computeMs;
  return {
    id: board.id,
    name: board.machine,
    where: "on the wearable",
    computeMs,
    wayMs: null,
    latencyMs: computeMs,
    p99Ms: slow,
    inTime: inTime(slow, deadlineMs),
    wearableUj: board.metrics.energyPerRun ?? null,
    usdPerMillionFrames: counted(0, "USD", "nothing is rented"),
    usdPerToken: null,
    framesPerJoule,
    leaves: counted(0, "byte/s", "the sound never leaves the device"),
  };
}

/** A measured machine of the same work: a computer beside the wearable, or an accelerator that stands far away. */
export function measuredPlace(
  record: MachineRecord,
  transport: Transport,
  deadlineMs: number,
): Place {
  const far = record.machineClass === "accelerator";
  const { price } = record.metrics;
  const time = typicalTime(record);
  const rent =
    price?.unit !== "USD/h" || time === null
      ? null
      : derive(
          (price.value / 3600) * time.value * 1e6,
          "USD",
          "rent x typical time x 1e6, every moment used",
          [price, time],
        );
  const where = far ? "cloud" : "beside it";
  const { id, machine: name } = record;
  return elsewhere({ record, id, name, where, rent }, transport, deadlineMs);
}

/** A stated platform, one stream at a call. @returns null when the work is not known */
export function statedPlace(
  platform: Platform,
  board: MachineRecord,
  transport: Transport,
  deadlineMs: number,
): Place | null {
  const record = platformRecord(platform, board.workload);
  if (record === null) return null;
  const { id, name, place: where } = platform;
  const rent = batchedCall(platform, board.workload, 1)?.usdPerMillionFrames ?? null;
  return elsewhere({ record, id, name, where, rent }, transport, deadlineMs);
}

interface Elsewhere extends Pick<Place, "id" | "name" | "where"> {
  readonly record: MachineRecord;
  /** Of a million frames [USD]; null for what one owns. */
  readonly rent: Quantity | null;
}

function elsewhere(
  { record, id, name, where, rent }: Elsewhere,
  transport: Transport,
  deadlineMs: number,
): Place {
  const way = wayOf(transport, where === "cloud" ? "a server" : "beside it");
  const time = typicalTime(record);
  const computeMs = time === null ? null : inUnit(time, 1e3, "ms");
  const { p99Ms: slowest, framesPerJoule } = candidateOf(record);
  const slow = slowest ?? computeMs;
  const p99Ms = slow === null ? null : sumMs([slow, way.p99Ms]);
  const bytes = frameBytes(transport.form, transport.intervalMs).value;
  return {
    id,
    name,
    where,
    computeMs,
    wayMs: way.typicalMs,
    latencyMs: computeMs === null ? null : sumMs([computeMs, way.typicalMs]),
    p99Ms,
    inTime: inTime(p99Ms, deadlineMs),
    wearableUj: offloadUj(transport.path.radio, bytes, transport.intervalMs),
    usdPerMillionFrames: rent === null ? null : withEgress(rent, bytes),
    usdPerToken: null,
    framesPerJoule,
    leaves: inUnit(quantityOf(transport.form.rate), 1 / 8, "byte/s"),
  };
}

/** The rent, and what the answers of a million frames cost on their way out, each as large as its frame [USD]. */
function withEgress(rent: Quantity, bytes: number): Quantity {
  const egress = quantityOf(EGRESS);
  const out = bytes * 1e6 * 1e-9 * egress.value;
  return derive(
    rent.value + out,
    "USD",
    `rent ${digits(rent.value)} USD (${rent.source}) + a million answers of ${bytes} byte at ${egress.value} ${egress.unit}, ${digits(out)} USD (${egress.source})`,
    [rent, egress],
  );
}

function inTime(p99Ms: Quantity | null, deadlineMs: number): Place["inTime"] {
  if (p99Ms === null) return null;
  const [least, most] = p99Ms.interval ?? [p99Ms.value, p99Ms.value];
  return most <= deadlineMs ? "yes" : least <= deadlineMs ? "at best" : "no";
}
