/**
 * Decides how one frame fares elsewhere: on this computer (measured) and on rented devices (stated numbers).
 * Which platforms exist is left to platforms.ts; scenarios, queues and batches to later modules.
 */

import type { Family } from "./counts.ts";
import type { EnergyFamily } from "./energy.ts";
import type { BoardFacts, HostFacts, ModelFacts, RunFacts, StatedValue } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import type { TimeParts } from "./iron-law.ts";
import { timeOf } from "./iron-law.ts";
import type { NetworkPath } from "./networks.ts";
import { FRAME_UPLINK_UJ, NETWORKS } from "./networks.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { Platform } from "./platforms.ts";
import { EFFICIENCY, LAYER_OVERHEAD, PLATFORMS } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive, measured, modelled, stated } from "./quantity.ts";
import type { Tail } from "./tail.ts";
import { digits } from "./wording.ts";

/** Cloud devices that every report shows; the rest of platforms.ts is for the asking. */
const SHOWN_PLATFORMS = ["t4", "l4", "a100", "h100"] as const;

/** One machine's answer to the same frame. */
export interface Column {
  readonly id: string;
  readonly name: string;
  readonly place: "device" | "this computer" | "cloud" | "edge";
  /** Computing one frame [ms]. */
  readonly computeMs: Quantity;
  /** Round trip to it [ms]; null where the audio never leaves the machine. */
  readonly networkMs: Quantity | null;
  /** computeMs + networkMs [ms]. */
  readonly totalMs: Quantity;
  /** Energy the wearable spends a frame: computing it, or sending it [uJ]; null when not known. */
  readonly wearableUj: Quantity | null;
  /** Rent [USD/h]; null for what one owns. */
  readonly price: Quantity | null;
  /** Rent of a million frames on a device kept busy [USD]. */
  readonly usdPerMillionFrames: Quantity | null;
  /** Whether 99 of 100 frames can be back in time. */
  readonly inTime: boolean | null;
  /** The arithmetic, in words. */
  readonly why: string;
}

/** The board's own column. @throws AnalysisError TP-USE-242 */
export function deviceColumn(
  board: { readonly id: string; readonly name: string },
  p99Ms: Quantity,
  energyUj: Quantity | null,
  deadlineMs: number,
): Column {
  requireFiniteIn("the board's column", [p99Ms, energyUj, deadlineMs]);
  return {
    id: board.id,
    name: board.name,
    place: "device",
    computeMs: p99Ms,
    networkMs: null,
    totalMs: p99Ms,
    wearableUj: energyUj,
    price: null,
    usdPerMillionFrames: null,
    inTime: p99Ms.value <= deadlineMs,
    why: "the audio never leaves the device",
  };
}

/** This computer, as the run found it. @throws AnalysisError TP-USE-242 */
export function hostColumn(host: HostFacts, deadlineMs: number): Column {
  requireFiniteIn("the computer's column", [host, deadlineMs]);
  const source = `${host.runtime}, median of ${host.samples} frames on this computer`;
  const computeMs = measured(host.p50Ms, "ms", source);
  return {
    id: "host",
    name: host.name,
    place: "this computer",
    computeMs,
    networkMs: null,
    totalMs: computeMs,
    wearableUj: null,
    price: null,
    usdPerMillionFrames: null,
    inTime: host.p99Ms <= deadlineMs,
    why: `P99 ${digits(host.p99Ms)} ms, without any network`,
  };
}

/**
 * One frame at batch 1 on a platform: max(F / (eta * peak), bytes / (eta_m * BW)) + overhead, F = 2 * macs of the whole network, weights in
 * 16-bit floats, bytes = W * (1 + 0.1 * batch), overhead a call and a layer. Source: mlsysim.
 */
export function platformTime(platform: Platform, model: ModelFacts): TimeParts {
  const weightBytes = 2 * model.parameters;
  const overheadUs = platform.callOverhead.value + LAYER_OVERHEAD.value * model.layers;
  return timeOf(
    { ops: 2 * (model.networkMacs ?? model.macs), bytesMoved: weightBytes * 1.1 },
    {
      peakOpsPerSecond: platform.fp16.value * 1e12,
      peakBytesPerSecond: platform.bandwidth.value * 1e9,
      computeEfficiency: EFFICIENCY.compute.value,
      memoryEfficiency: EFFICIENCY.memory.value,
      overheadSeconds: overheadUs * 1e-6,
    },
  );
}

/** A platform reached over a network path. @throws AnalysisError TP-USE-242 */
export function platformColumn(
  platform: Platform,
  network: NetworkPath,
  model: ModelFacts,
  deadlineMs: number,
): Column {
  requireFiniteIn(`the way to ${platform.name}`, [network, deadlineMs]);
  const time = platformTime(platform, model);
  const computeMs = modelled(
    time.totalSeconds * 1e3,
    "ms",
    `max(F / (eta * peak), bytes / (eta_m * BW)) + overhead; fp16 ${platform.fp16.value} ${platform.fp16.unit} and ${platform.bandwidth.value} ${platform.bandwidth.unit} from ${sourceOf(platform.fp16)}; overhead ${platform.callOverhead.value} us (${sourceOf(platform.callOverhead)}) + ${LAYER_OVERHEAD.value} us a layer; eta ${EFFICIENCY.compute.value}, eta_m ${EFFICIENCY.memory.value} from mlsysim`,
  );
  const [low, high] = network.roundTripMs;
  const path: StatedValue = {
    value: (low + high) / 2,
    unit: "ms",
    source: `${network.name}, middle of ${low} to ${high} ms: ${network.source}`,
    confidence: network.confidence,
  };
  const { source } = quantityOf(path);
  const networkMs = stated(path.value, "ms", source, [low, high]);
  const best99 = low * network.p99Factor[0] + computeMs.value;
  const price = platform.price === null ? null : quantityOf(platform.price);
  return {
    id: platform.id,
    name: platform.name,
    place: platform.place,
    computeMs,
    networkMs,
    totalMs: derive(
      computeMs.value + networkMs.value,
      "ms",
      "compute + network",
      [computeMs, networkMs],
      [computeMs.value + low, computeMs.value + high],
    ),
    wearableUj: quantityOf(FRAME_UPLINK_UJ),
    price,
    usdPerMillionFrames:
      price === null
        ? null
        : derive(
            (price.value / 3.6e6) * computeMs.value * 1e6,
            "USD",
            "price x compute time x 1e6, every moment used",
            [price, computeMs],
          ),
    inTime: best99 <= deadlineMs,
    why: `P99 at its best: ${low} ms round trip x ${network.p99Factor[0]} + ${digits(computeMs.value)} ms = ${digits(best99)} ms against ${deadlineMs} ms, encoding not counted; ${time.bound === "overhead" ? "the call costs more than the arithmetic" : `${time.bound}-bound`}`,
  };
}

/** Every column of a run: the rated board, this computer where it was timed, and the cloud devices shown. */
export function comparisonOf(
  facts: RunFacts,
  rated: BoardFacts | null,
  latencyMs: (Family & Tail) | null,
  energyUj: EnergyFamily | null,
): readonly Column[] {
  const deadlineMs = facts.budgets.latencyMs ?? facts.frameIntervalMs;
  const network = NETWORKS[0];
  const quantity = (family: Family, value: number, unit: string): Quantity => ({
    value,
    unit,
    kind: family.kind,
    source: family.source,
  });
  const own =
    rated === null || latencyMs === null
      ? []
      : [
          deviceColumn(
            rated,
            quantity(latencyMs, latencyMs.p99, "ms"),
            energyUj === null ? null : quantity(energyUj, energyUj.perFrame, "uJ"),
            deadlineMs,
          ),
        ];
  const host = facts.host === null ? [] : [hostColumn(facts.host, deadlineMs)];
  const cloud =
    network === undefined
      ? []
      : PLATFORMS.filter((platform) => SHOWN_PLATFORMS.some((id) => id === platform.id)).map(
          (platform) => platformColumn(platform, network, facts.model, deadlineMs),
        );
  return [...own, ...host, ...cloud];
}

function sourceOf(value: StatedValue): string {
  return quantityOf(value).source;
}
