/**
 * Decides whether a wearable should compute a frame itself: the places compared, break-even points, and the answer in
 * words.
 * What each place costs is left to places.ts, drawing to report/.
 */
import type { BreakEvenBatch, BreakEvenDistance } from "./break-even.ts";
import { breakEvenBatch, breakEvenDistance, breakEvenMacs } from "./break-even.ts";
import { answerInWords } from "./edge-or-cloud-words.ts";
import type { MachineRecord } from "./machine-record.ts";
import { radioRoundTripMs } from "./network.ts";
import type { ParetoAxis } from "./pareto.ts";
import { paretoFront } from "./pareto.ts";
import type { Place, Transport } from "./places.ts";
import { besideIt, farAway, offloadUj, onWearable } from "./places.ts";
import type { Platform } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Ranking } from "./ultimate.ts";
import { rankBy, TRACK_METRICS } from "./ultimate.ts";

export type PlaceMetric = "latency" | "p99" | "energy" | "rent" | "efficiency" | "exposure";

/** What places may be compared by. */
export const PLACE_METRICS: Readonly<
  Record<PlaceMetric, ParetoAxis<Place> & { readonly unit: string }>
> = {
  latency: axis("latency", "ms", "lower", ({ latencyMs }) => latencyMs),
  p99: axis("P99", "ms", "lower", ({ p99Ms }) => p99Ms),
  energy: axis("energy on the wearable a frame", "uJ", "lower", ({ wearableUj }) => wearableUj),
  rent: axis("rent of a million frames", "USD", "lower", (place) => place.usdPerMillionFrames),
  efficiency: axis("FPS/W", "frame/J", "higher", ({ framesPerJoule }) => framesPerJoule),
  exposure: axis("sound that leaves", "byte/s", "lower", ({ leaves }) => leaves),
};

export interface OffloadQuestion {
  /** The wearable's record of the model; its energy may be unknown. */
  readonly board: MachineRecord;
  /** A measured computer beside it, or null. */
  readonly computer: MachineRecord | null;
  readonly platforms: readonly Platform[];
  readonly transport: Transport;
  /** Longest time until a frame is back [ms]. */
  readonly deadlineMs: number;
  /** The two metrics of the Pareto front. */
  readonly by: readonly [PlaceMetric, PlaceMetric];
}

export interface OffloadAnswer {
  readonly deadlineMs: number;
  /** How a frame leaves, in words. */
  readonly transport: string;
  /** The wearable first. */
  readonly places: readonly Place[];
  readonly breakEven: {
    /** Work a frame whose energy equals sending it [MAC]; null without the wearable's energy. */
    readonly macs: Quantity | null;
    /** Streams a call: until a platform spends no more energy a frame than the wearable, or no more rent than the cheapest. */
    readonly batches: readonly BreakEvenBatch[];
    /** For the platform that computes fastest; null without one. */
    readonly distance: BreakEvenDistance | null;
  };
  readonly pareto: {
    readonly by: readonly [PlaceMetric, PlaceMetric];
    /** Ids, best first metric first. */
    readonly front: readonly string[];
    readonly unplaced: readonly string[];
  };
  /** The one ultimate metric of every track. */
  readonly ultimate: readonly Ranking[];
  /** What somebody learns who receives what leaves. */
  readonly privacy: string;
  /** The answer, a sentence each. */
  readonly words: readonly string[];
}

/** @throws AnalysisError TP-USE-260 to -263 */
export function edgeOrCloud(question: OffloadQuestion): OffloadAnswer {
  const { board, computer, platforms, transport, deadlineMs, by } = question;
  const far = platforms.flatMap(
    (platform) => farAway(platform, board, transport, deadlineMs) ?? [],
  );
  const places: readonly Place[] = [
    onWearable(board, deadlineMs),
    ...(computer === null ? [] : [besideIt(computer, transport, deadlineMs)]),
    ...far,
  ];
  const { front, unplaced } = paretoFront(places, PLACE_METRICS[by[0]], PLACE_METRICS[by[1]]);
  const { form, radio, path } = transport;
  const answer = {
    deadlineMs,
    transport: `${form.name} every ${transport.intervalMs} ms over ${radio.name}, then ${path.name}`,
    places,
    breakEven: {
      macs: macsOf(board, transport),
      batches: batchesOf(question, far),
      distance: distanceOf(far, transport, deadlineMs),
    },
    pareto: { by, front: front.map(({ id }) => id), unplaced: unplaced.map(({ id }) => id) },
    ultimate: TRACK_METRICS.map((track) =>
      rankBy(
        track,
        places.map(({ id, p99Ms, framesPerJoule }) => ({
          id,
          usdPerToken: null,
          p99Ms,
          framesPerJoule,
        })),
      ),
    ),
    privacy: `${form.reveals} (${form.name})`,
  };
  return { ...answer, words: answerInWords(answer, board.workload) };
}

/** From the energy of the wearable's own frame, over its multiply-accumulates. */
function macsOf({ metrics, workload }: MachineRecord, transport: Transport): Quantity | null {
  const { energyPerRun } = metrics;
  const { ops } = workload;
  if (energyPerRun === undefined || ops === null || !(ops.value > 0)) return null;
  if (!(energyPerRun.value > 0)) return null;
  const perMac = derive(
    energyPerRun.value / (ops.value / 2),
    "uJ/MAC",
    "energy of a frame / MACs",
    [energyPerRun, ops],
  );
  return breakEvenMacs(offloadUj(transport), perMac);
}

function batchesOf(
  { board, platforms }: OffloadQuestion,
  far: readonly Place[],
): readonly BreakEvenBatch[] {
  const { energyPerRun } = board.metrics;
  const rents = far.flatMap(({ usdPerMillionFrames: rent }) => rent ?? []);
  const cheapest = rents.reduce<Quantity | null>(
    (best, rent) => (best === null || rent.value < best.value ? rent : best),
    null,
  );
  return platforms.flatMap((platform) => [
    ...(energyPerRun === undefined || !(energyPerRun.value > 0)
      ? []
      : present(breakEvenBatch(platform, board.workload, "energy", energyPerRun))),
    ...(cheapest === null
      ? []
      : present(breakEvenBatch(platform, board.workload, "rent", cheapest))),
  ]);
}

function distanceOf(
  far: readonly Place[],
  { radio }: Transport,
  deadlineMs: number,
): BreakEvenDistance | null {
  const fastest = far
    .flatMap(({ computeMs }) => computeMs ?? [])
    .reduce<Quantity | null>(
      (best, time) => (best === null || time.value < best.value ? time : best),
      null,
    );
  if (fastest === null) return null;
  const air = radioRoundTripMs(radio);
  const other =
    air === null
      ? fastest
      : derive(fastest.value + air.value, "ms", "radio + computing", [fastest, air]);
  return breakEvenDistance(deadlineMs, other);
}

function present<T>(value: T | null): readonly T[] {
  return value === null ? [] : [value];
}

function axis(
  name: string,
  unit: string,
  better: "lower" | "higher",
  of: (place: Place) => Quantity | null,
): ParetoAxis<Place> & { readonly unit: string } {
  return { name, unit, better, value: (place) => of(place)?.value ?? null };
}
