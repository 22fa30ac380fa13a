/**
 * Decides whether a wearable should compute a frame itself: the places compared, break-even points, and the answer in
 * words.
 * What each place costs is left to places.ts, picking the records to offload-question.ts, drawing to report/.
 */
import { batchedCall } from "./batching.ts";
import type { BatchCurve, BreakEvenBatch, NetworkReach } from "./break-even.ts";
import { batchCurve, breakEvenBatch, breakEvenMacs, networkReach } from "./break-even.ts";
import { answerInWords } from "./edge-or-cloud-words.ts";
import { least } from "./least.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Metric, ParetoIds } from "./metrics.ts";
import { paretoIds } from "./metrics.ts";
import type { Transport } from "./network.ts";
import { frameBytes } from "./network.ts";
import { NETWORKS } from "./networks.ts";
import type { Place } from "./places.ts";
import { measuredPlace, onWearable, statedPlace } from "./places.ts";
import type { Platform } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import { offloadUj } from "./radio-energy.ts";
import type { Ranking } from "./ultimate.ts";
import { rankBy, TRACK_METRICS } from "./ultimate.ts";

export interface OffloadQuestion {
  /** The wearable's record of the model; its energy may be unknown. */
  readonly board: MachineRecord;
  /** Other wearables of the same work. */
  readonly otherBoards: readonly MachineRecord[];
  /** Measured machines of the same work. */
  readonly machines: readonly MachineRecord[];
  readonly platforms: readonly Platform[];
  readonly transport: Transport;
  /** Longest time until a frame is back [ms]. */
  readonly deadlineMs: number;
  /** The two metrics of the Pareto front. */
  readonly by: readonly [Metric, Metric];
}

export interface OffloadAnswer {
  readonly workload: string;
  readonly deadlineMs: number;
  /** How a frame leaves. */
  readonly transport: {
    readonly network: string;
    readonly form: string;
    /** [ms] */
    readonly intervalMs: number;
    /** [km] */
    readonly distanceKm: number;
    readonly words: string;
  };
  /** The wearable first. */
  readonly places: readonly Place[];
  readonly breakEven: {
    /** Work a frame whose energy equals sending it [MAC]; null without the wearable's energy, or without a radio. */
    readonly macs: Quantity | null;
    /** Streams a call: until a platform spends no more energy a frame than the wearable, or no more rent than the cheapest. */
    readonly batches: readonly BreakEvenBatch[];
    readonly curves: readonly BatchCurve[];
    /** How far the platform that computes fastest may stand, over each network; empty without one. */
    readonly reach: readonly NetworkReach[];
  };
  readonly pareto: ParetoIds;
  /** The one ultimate metric of every track. */
  readonly ultimate: readonly Ranking[];
  /** What somebody learns who receives what leaves. */
  readonly privacy: string;
  /** The answer, a sentence each. */
  readonly words: readonly string[];
}

/** @throws AnalysisError TP-USE-260 to -263 */
export function edgeOrCloud(question: OffloadQuestion): OffloadAnswer {
  const { board, otherBoards, machines, platforms, transport, deadlineMs, by } = question;
  const far = platforms.flatMap(
    (platform) => statedPlace(platform, board, transport, deadlineMs) ?? [],
  );
  const places: readonly Place[] = [
    ...[board, ...otherBoards].map((each) => onWearable(each, deadlineMs)),
    ...machines.map((machine) => measuredPlace(machine, transport, deadlineMs)),
    ...far,
  ];
  const { form, path, intervalMs, distanceKm } = transport;
  const answer = {
    workload: board.workload.name,
    deadlineMs,
    transport: {
      network: path.id,
      form: form.id,
      intervalMs,
      distanceKm,
      words: transportWords(transport),
    },
    places,
    breakEven: {
      macs: macsOf(board, transport),
      batches: batchesOf(question),
      curves: platforms.flatMap((platform) => batchCurve(platform, board.workload) ?? []),
      reach: reachOf(far, transport, deadlineMs),
    },
    pareto: paretoIds(places, by),
    ultimate: TRACK_METRICS.map((track) => rankBy(track, places)),
    privacy: `${form.reveals} (${form.name})`,
  };
  return { ...answer, words: answerInWords(answer, board.workload) };
}

function transportWords({ form, path, intervalMs, distanceKm }: Transport): string {
  const radio = path.radio === null ? "" : ` over ${path.radio.name},`;
  const far = distanceKm === 0 ? "" : ` and ${distanceKm} km of fibre beyond it`;
  return `${form.name} every ${intervalMs} ms${radio} by ${path.name}${far}`;
}

/** From the energy of the wearable's own frame, over its multiply-accumulates. */
function macsOf({ metrics, workload }: MachineRecord, transport: Transport): Quantity | null {
  const { energyPerRun } = metrics;
  const { ops } = workload;
  const bytes = frameBytes(transport.form, transport.intervalMs).value;
  const sending = offloadUj(transport.path.radio, bytes, transport.intervalMs);
  if (sending === null || energyPerRun === undefined || ops === null) return null;
  if (!(energyPerRun.value > 0 && ops.value > 0)) return null;
  const perMac = derive(
    energyPerRun.value / (ops.value / 2),
    "uJ/MAC",
    "energy of a frame / MACs",
    [energyPerRun, ops],
  );
  return breakEvenMacs(sending, perMac);
}

/** Against the wearable's energy, and against the least rent of one stream a call. */
function batchesOf({ board, platforms }: OffloadQuestion): readonly BreakEvenBatch[] {
  const { workload, metrics } = board;
  const energy = metrics.energyPerRun;
  const rents = platforms.flatMap(
    (platform) => batchedCall(platform, workload, 1)?.usdPerMillionFrames ?? [],
  );
  const cheapest = least(rents, ({ value }) => value);
  return platforms.flatMap((platform) =>
    [
      energy !== undefined && energy.value > 0
        ? breakEvenBatch(platform, workload, "energy", energy)
        : null,
      cheapest !== null ? breakEvenBatch(platform, workload, "rent", cheapest) : null,
    ].filter((found) => found !== null),
  );
}

function reachOf(
  far: readonly Place[],
  { form }: Transport,
  deadlineMs: number,
): readonly NetworkReach[] {
  const fastest = least(
    far.flatMap(({ computeMs }) => computeMs ?? []),
    ({ value }) => value,
  );
  if (fastest === null) return [];
  return NETWORKS.map((path) => networkReach(path, form, fastest, deadlineMs));
}
