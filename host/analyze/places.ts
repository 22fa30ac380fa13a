/**
 * Decides what a frame of a wearable costs wherever it may be computed: on it, on a computer beside it, far away.
 * Weighing the places against each other is left to edge-or-cloud.ts.
 */
import { batchedCall } from "./batching.ts";
import { inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import { typicalTime } from "./machine-analysis.ts";
import type { MachineRecord } from "./machine-record.ts";
import { frameBytes, radioRoundTripMs, receiveUj, roundTrip, sendUj } from "./network.ts";
import { platformRecord } from "./platform-record.ts";
import type { Radio, StreamForm } from "./platforms/radios.ts";
import type { NetworkPath, Platform } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive } from "./quantity.ts";
import { candidateOf } from "./ultimate.ts";
import { digits } from "./wording.ts";

/** How a frame leaves the wearable, and how often. */
export interface Transport {
  readonly radio: Radio;
  readonly form: StreamForm;
  /** From the computer beside the wearable on. */
  readonly path: NetworkPath;
  /** Time between two frames [ms]. */
  readonly intervalMs: number;
}

/** One place to compute a frame; null where a number is not known. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly where: "on the wearable" | "beside it" | "cloud" | "edge";
  /** A typical frame alone [ms]. */
  readonly computeMs: Quantity | null;
  /** Radio and network, there and back [ms]; null where the frame stays. */
  readonly wayMs: Quantity | null;
  /** Until a typical frame is back, encoding and buffers not counted [ms]. */
  readonly latencyMs: Quantity | null;
  /** 99 of 100 frames are back by then, the same not counted [ms]. */
  readonly p99Ms: Quantity | null;
  /** at best: only with the least of the ranges. */
  readonly inTime: "yes" | "at best" | "no" | null;
  /** Energy on the wearable a frame: computing it, or sending it and receiving the answer [uJ]. */
  readonly wearableUj: Quantity | null;
  /** Rent, every moment used [USD]. */
  readonly usdPerMillionFrames: Quantity | null;
  /** Frames a second a watt of the computer itself [frame/J]. */
  readonly framesPerJoule: Quantity | null;
  /** Of the wearer's sound, over the air [byte/s]. */
  readonly leaves: Quantity;
}

/** The wearable itself. */
export function onWearable(board: MachineRecord, deadlineMs: number): Place {
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
    inTime: slow === null ? null : slow.value <= deadlineMs ? "yes" : "no",
    wearableUj: board.metrics.energyPerRun ?? null,
    usdPerMillionFrames: counted(0, "USD", "nothing is rented"),
    framesPerJoule,
    leaves: counted(0, "byte/s", "the sound never leaves the device"),
  };
}

/** A measured computer that the wearable's radio reaches directly. */
export function besideIt(computer: MachineRecord, transport: Transport, deadlineMs: number): Place {
  const time = typicalTime(computer);
  const computeMs = time === null ? null : inUnit(time, 1e3, "ms");
  const { p99Ms: slowest, framesPerJoule } = candidateOf(computer);
  const wayMs = radioRoundTripMs(transport.radio);
  const latencyMs = sum(computeMs, wayMs);
  const p99Ms = sum(slowest ?? computeMs, wayMs);
  return {
    id: computer.id,
    name: computer.machine,
    where: "beside it",
    computeMs,
    wayMs,
    latencyMs,
    p99Ms,
    inTime: p99Ms === null ? null : p99Ms.value <= deadlineMs ? "yes" : "no",
    ...onTheAir(transport),
    usdPerMillionFrames: null,
    framesPerJoule,
  };
}

/** A stated platform, one stream at a call, reached by radio and network. @returns null when the work is not known */
export function farAway(
  platform: Platform,
  board: MachineRecord,
  transport: Transport,
  deadlineMs: number,
): Place | null {
  const record = platformRecord(platform, board.workload);
  const time = record === null ? null : typicalTime(record);
  if (record === null || time === null) return null;
  const computeMs = inUnit(time, 1e3, "ms");
  const trip = roundTrip(transport.path);
  const air = radioRoundTripMs(transport.radio);
  const wayMs = sum(trip.median, air) ?? trip.median;
  const latencyMs = sum(computeMs, wayMs);
  const p99Ms = sum(computeMs, sum(trip.p99, air) ?? trip.p99);
  const [least, most] = p99Ms?.interval ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    id: platform.id,
    name: platform.name,
    where: platform.place,
    computeMs,
    wayMs,
    latencyMs,
    p99Ms,
    inTime: most <= deadlineMs ? "yes" : least <= deadlineMs ? "at best" : "no",
    ...onTheAir(transport),
    usdPerMillionFrames: batchedCall(platform, board.workload, 1)?.usdPerMillionFrames ?? null,
    framesPerJoule: candidateOf(record).framesPerJoule,
  };
}

/** Sending one frame and receiving its answer of the same size [uJ]. */
export function offloadUj({ radio, form, intervalMs }: Transport): Quantity {
  const bytes = frameBytes(form, intervalMs).value;
  const [up, down] = [sendUj(radio, bytes), receiveUj(radio, bytes)];
  return derive(
    up.value + down.value,
    "uJ",
    `sending ${bytes} byte (${digits(up.value)} uJ: ${up.source}) and receiving as many (${digits(down.value)} uJ)`,
    [up, down],
  );
}

function onTheAir(transport: Transport): Pick<Place, "wearableUj" | "leaves"> {
  const rate = quantityOf(transport.form.rate);
  const leaves = inUnit(rate, 1 / 8, "byte/s");
  return { wearableUj: offloadUj(transport), leaves };
}

/** Two parts of a delay, intervals added end to end; one alone where the other is null. */
function sum(a: Quantity | null, b: Quantity | null): Quantity | null {
  if (a === null || b === null) return a ?? b;
  const ends = ({ interval, value }: Quantity) => interval ?? [value, value];
  const interval =
    a.interval === undefined && b.interval === undefined
      ? undefined
      : ([ends(a)[0] + ends(b)[0], ends(a)[1] + ends(b)[1]] as const);
  return derive(a.value + b.value, "ms", `${a.source} + ${b.source}`, [a, b], interval);
}
