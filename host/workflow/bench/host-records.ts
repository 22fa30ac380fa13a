/**
 * Decides the machine records of this computer: one a size of call and number of threads, with the roofs that count for it.
 * Measuring is left to host.ts.
 */
import type { CallFit, CallPoint } from "../../analyze/call-fit.ts";
import { slug } from "../../analyze/import/fields.ts";
import type { MachineRecord, TimeModel } from "../../analyze/machine-record.ts";
import type { Quantity } from "../../analyze/quantity.ts";
import { counted, derive, measured, modelled, stated } from "../../analyze/quantity.ts";
import { SampleStatistics } from "../../analyze/sample-statistics.ts";
import type { Computer } from "./computer.ts";
import type { MemoryRoofs } from "./memory-roofs.ts";
import { roofsFor } from "./memory-roofs.ts";
import type { CallSize } from "./step-session.ts";
import type { TimedCalls } from "./timed-calls.ts";

const FLOAT_BYTES = 4;
/** A fit further from its points than this tells nothing of a single call. */
const TRUSTED_RESIDUAL = 0.25;

/** What one stream's frame is worth. */
export interface ModelWork {
  readonly name: string;
  readonly macs: number;
  readonly parameters: number;
  /** Of the parameters, those read once a step however many steps a call has. */
  readonly recurrentParameters: number;
  readonly layers: number;
  /** Values of a frame's input, output and state. */
  readonly frameValues: number;
  /** Time between two frames; null where the model does not say [ms]. */
  readonly frameMs: number | null;
}

/** Roofs of this computer on so many threads. */
export interface ThreadRoofs {
  readonly threads: number;
  readonly arithmetic: MachineRecord["roofs"];
  readonly memory: MemoryRoofs;
}

export interface MeasuredCalls {
  readonly size: CallSize;
  readonly calls: TimedCalls;
}

export interface HostMeasurement {
  readonly computer: Computer;
  readonly runtime: string;
  readonly command: string;
  readonly work: ModelWork;
  readonly roofs: readonly ThreadRoofs[];
  readonly emptyCall: Quantity;
  /** Power with nothing to do; null without a meter [W]. */
  readonly idlePower: Quantity | null;
  readonly powerSource: string | null;
  readonly calls: readonly MeasuredCalls[];
  /** One thread. */
  readonly fit: CallFit;
}

/** Work of one call [op, byte]: float32 weights once, those of the recurrence once a step, the frames' own values. */
export function workOf(
  work: ModelWork,
  { streams, steps }: CallSize,
): { ops: number; bytes: number } {
  const weights = work.parameters + (steps - 1) * work.recurrentParameters;
  return {
    ops: 2 * work.macs * streams * steps,
    bytes: FLOAT_BYTES * (weights + work.frameValues * streams * steps),
  };
}

/** A point of the fit: the median of the calls. @returns null without a call */
export function pointOf(work: ModelWork, { size, calls }: MeasuredCalls): CallPoint | null {
  const seconds = statisticsOf(work.name, calls, "")?.p50 ?? null;
  if (seconds === null) return null;
  const { ops, bytes } = workOf(work, size);
  const steps = size.steps === 1 ? "" : `, ${size.steps} steps`;
  return { name: `${streamsText(size.streams)}${steps}`, ops, bytesMoved: bytes, seconds };
}

/** One record for each size whose calls hold one step: what a frame costs. */
export function hostRecords(measurement: HostMeasurement): readonly MachineRecord[] {
  return measurement.calls
    .filter(({ size }) => size.steps === 1)
    .map((each) => recordOf(measurement, each));
}

function recordOf(measurement: HostMeasurement, { size, calls }: MeasuredCalls): MachineRecord {
  const { computer, work, roofs, runtime } = measurement;
  const { threads, streams } = size;
  const { ops, bytes } = workOf(work, size);
  const own = roofs.find((each) => each.threads === threads);
  const memories = own?.memory.memories ?? [];
  const name = streams === 1 ? work.name : `${work.name}, ${streamsText(streams)}`;
  const source = `${runtime}, ${threadsText(threads)}, the call and its overhead`;
  const time = statisticsOf(name, calls, source);
  const timeModel = threads === 1 ? timeModelOf(measurement, own, bytes) : null;
  return {
    id: slug(computer.cpu, name, threadsText(threads)),
    machine: threads === 1 ? computer.cpu : `${computer.cpu}, ${threadsText(threads)}`,
    machineClass: "computer",
    workload: {
      name,
      ops: counted(ops, "op", `2 x macs of a frame x ${streamsText(streams)}`),
      bytesMoved: modelled(
        bytes,
        "byte",
        "4 byte a parameter once a call, and every stream's input, output and state",
      ),
      parameters: work.parameters,
      layers: work.layers,
    },
    time,
    samples: calls.samples,
    metrics: metricsOf(measurement, size, calls, time?.p50 ?? null),
    roofs: [...(own?.arithmetic ?? []), ...roofsFor(memories, bytes)],
    ...(timeModel === null ? {} : { timeModel }),
    origin: {
      format: "tiny-pioneer bench host",
      file: measurement.command,
      records: `${calls.samples.length} calls`,
    },
    setup: {
      runtime,
      precision: "float32",
      streams: String(streams),
      threads: String(threads),
      system: computer.system,
      governor: computer.governor ?? "not told",
      load: computer.load.toFixed(2),
    },
    warnings: [...computer.warnings, ...(own?.memory.warnings ?? []), ...calls.warnings],
  };
}

function metricsOf(
  { work, emptyCall, idlePower, powerSource }: HostMeasurement,
  { streams }: CallSize,
  { energy }: TimedCalls,
  seconds: number | null,
): MachineRecord["metrics"] {
  const metrics: Record<string, Quantity> = { emptyCall };
  if (work.frameMs !== null) {
    metrics.frameInterval = stated(work.frameMs, "ms", "time between two frames of the model");
  }
  if (seconds !== null) {
    metrics.throughput = measured(streams / seconds, "frame/s", "streams / median of the calls");
  }
  if (energy === null || powerSource === null) return metrics;
  const power = measured(energy.joules / energy.seconds, "W", powerSource);
  const perCall = (energy.joules / energy.calls) * 1e6;
  metrics.power = power;
  metrics.energyPerRun = measured(perCall, "uJ", `${powerSource}; idle included`);
  if (idlePower === null) return metrics;
  metrics.idlePower = idlePower;
  const above = energy.joules - idlePower.value * energy.seconds;
  metrics.energyAboveIdle = derive(
    (above / energy.calls) * 1e6,
    "uJ",
    "energy of a call - idle power x its time",
    [power, idlePower],
  );
  return metrics;
}

/** What the fit says of the roofs' shares; null where it misses the times or lacks a term. */
function timeModelOf(
  { fit, work }: HostMeasurement,
  roofs: ThreadRoofs | undefined,
  bytes: number,
): TimeModel | null {
  const [compute] = roofs?.arithmetic ?? [];
  const [memory] = roofsFor(roofs?.memory.memories ?? [], bytes);
  const { rate, bandwidth, overhead, worst } = fit;
  if (compute === undefined || memory === undefined || worst > TRUSTED_RESIDUAL) return null;
  if (rate === null || bandwidth === null) return null;
  const share = (fitted: Quantity, roof: Quantity, what: string) =>
    derive(Math.min(1, fitted.value / roof.value), "1", what, [fitted, roof]);
  return {
    utilisation: share(rate, compute.peak, `fitted rate / ${compute.name}`),
    memoryShare: share(bandwidth, memory.peak, `fitted bandwidth / ${memory.name}`),
    overhead,
    launchOverhead: 0,
    weightBytes: FLOAT_BYTES * work.parameters,
    intermediateBytes: 0,
  };
}

function statisticsOf(name: string, { samples }: TimedCalls, source: string) {
  const statistics = new SampleStatistics(name);
  for (const seconds of samples) statistics.add(seconds);
  return statistics.statistics("measured", source);
}

function streamsText(streams: number): string {
  return `${streams} stream${streams === 1 ? "" : "s"}`;
}

function threadsText(threads: number): string {
  return `${threads} thread${threads === 1 ? "" : "s"}`;
}
