/**
 * Decides the records of a run of this project: its board, and the computer that timed the same model beside it.
 * Judging the run is left to document.ts, reading its file to import/project.ts and workflow/.
 */

import type { RunDocument } from "./document.ts";
import type { HostFacts, ModelFacts } from "./facts.ts";
import { slug } from "./import/fields.ts";
import { isRooflineDetail } from "./import/quantities.ts";
import type { MachineRecord, TimeStatistics, Workload } from "./machine-record.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { counted, measured, modelled, stated } from "./quantity.ts";
import { SampleStatistics } from "./sample-statistics.ts";

const MILLISECONDS = 1e-3;
/** Which of a file's records is the computer: it was timed for comparison, not the subject of the run. */
export const BESIDE_A_RUN = "this computer, timed beside the run";

/** What a document leaves out and a recording still knows. */
export interface RunDetails {
  /** Cycles of every frame in order; empty when not known. */
  readonly cycles: readonly number[];
  /** This computer; null when it was not timed. */
  readonly host: HostFacts | null;
}

/** What is known of this computer, from a recording or, in part, from a document. */
interface HostTimes {
  readonly name: string;
  readonly runtime: string;
  readonly p50Ms: number;
  readonly p99Ms: number | null;
  readonly samples: number | null;
}

/**
 * The records of a run, the board's first.
 * @param file the recording or document, for sources
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function runRecords(
  document: RunDocument,
  file: string,
  details?: RunDetails,
): readonly MachineRecord[] {
  requireFiniteIn("the run", document);
  const host = details === undefined ? hostOf(document) : details.host;
  const board = boardRecord(document, file, details?.cycles ?? []);
  return host === null ? [board] : [board, hostRecord(host, document.model, file)];
}

function boardRecord(
  document: RunDocument,
  file: string,
  cycles: readonly number[],
): MachineRecord {
  const { provenance, instructions, ironLaw } = document;
  const id = document.as ?? document.board;
  const { time, samples } = boardTimes(document, cycles);
  const emulated = document.latencyMs === null || document.latencyMs.kind !== "measured";
  return {
    id: slug(id, document.model.name, document.format),
    machine: provenance.asName ?? provenance.boardName,
    machineClass: emulated ? "emulated board" : "board",
    workload: workloadOf(
      document.model,
      document.model.weightBytes,
      "weights as planned, once a frame",
    ),
    time,
    samples,
    metrics: metricsOf(document),
    ...roofsOf(document),
    origin: {
      format: "tiny-pioneer run",
      file,
      records: `${document.frames} frames${ironLaw === null ? "" : `, ${instructions?.source ?? ""}`}`,
    },
    setup: {
      format: document.format,
      app: document.app,
      compiler: provenance.compiler,
      flags: provenance.flags,
      placement: provenance.placement,
    },
    warnings: [
      ...(document.why.latencyMs === undefined ? [] : [`no time: ${document.why.latencyMs}`]),
      ...(document.verify?.bitExact === false ? ["its values differ from the host twin"] : []),
    ],
  };
}

/** Roofs a second, with what else the run's own roofline knows; documents of before hold only the roofs. */
function roofsOf({
  roofline,
  traffic,
  optimisation,
}: RunDocument): Pick<MachineRecord, "roofs" | "detail"> {
  if (roofline === null || roofline.rateUnit !== "op/s") return { roofs: [] };
  const { roofs, levels, terms, whatIfs, dots } = roofline;
  const parts = dots.filter(({ partOf }) => partOf !== undefined);
  const waterfalls = [traffic ?? null, optimisation ?? null].filter((one) => one !== null);
  const detail: unknown = { levels, terms, whatIfs, parts, waterfalls };
  return { roofs, ...(isRooflineDetail(detail) ? { detail } : {}) };
}

/** Times from every frame's cycles where they are known, else the document's own statistics. */
function boardTimes(
  document: RunDocument,
  cycles: readonly number[],
): { time: TimeStatistics | null; samples: readonly number[] } {
  const { latencyMs, cycles: family } = document;
  if (latencyMs === null || family === null) return { time: null, samples: [] };
  const secondsPerCycle = (latencyMs.p50 * MILLISECONDS) / family.median;
  const samples = new SampleStatistics(document.model.name);
  for (const count of cycles) samples.add(count * secondsPerCycle);
  const time = samples.statistics(latencyMs.kind, latencyMs.source);
  if (time !== null) return { time, samples: samples.samples };
  return {
    time: {
      kind: latencyMs.kind,
      source: latencyMs.source,
      unit: "s",
      count: document.frames,
      min: null,
      mean: null,
      p50: latencyMs.p50 * MILLISECONDS,
      p90: null,
      p99: latencyMs.p99 * MILLISECONDS,
      max: latencyMs.max * MILLISECONDS,
      relativeError: 0,
    },
    samples: [],
  };
}

function workloadOf(model: ModelFacts, bytes: number, moved: string): Workload {
  return {
    name: model.name,
    // Another machine would do all of it, this one did a part: no number serves both.
    ops: model.leavesWorkOut ? null : counted(2 * model.macs, "op", "2 x macs of a frame"),
    bytesMoved: model.leavesWorkOut ? null : counted(bytes, "byte", moved),
    parameters: model.parameters,
    layers: model.layers,
  };
}

function metricsOf(document: RunDocument): Record<string, Quantity> {
  const { instructions, cycles, energyUj, powerMw, frameIntervalMs, audio, verify } = document;
  return {
    frameInterval: stated(frameIntervalMs, "ms", "time between two frames of the model"),
    ...(instructions === null
      ? {}
      : { instructions: counted(instructions.median, "instruction", instructions.source) }),
    ...(cycles === null
      ? {}
      : {
          cycles: {
            value: cycles.median,
            unit: "cycle",
            kind: cycles.kind,
            source: cycles.source,
            ...(cycles.interval === undefined ? {} : { interval: cycles.interval }),
          },
        }),
    ...(energyUj === null
      ? {}
      : {
          energyPerRun: {
            value: energyUj.perFrame,
            unit: "uJ",
            kind: energyUj.kind,
            source: energyUj.source,
          },
        }),
    ...(powerMw === null
      ? {}
      : {
          averagePower: {
            value: powerMw.average,
            unit: "mW",
            kind: powerMw.kind,
            source: powerMw.source,
          },
        }),
    ...memoryOf(document),
    ...(verify === null
      ? {}
      : { mismatches: counted(verify.mismatches, "value", "device output against the host twin") }),
    ...(audio === null ? {} : { siSdrGain: audio.siSdrGain }),
  };
}

function memoryOf({ memory }: RunDocument): Record<string, Quantity> {
  const { flashBytes, ramBytes, stackBytes } = memory;
  const linked = "sections of the linked program";
  return {
    ...(flashBytes === null ? {} : { flash: counted(flashBytes, "byte", linked) }),
    ...(ramBytes === null
      ? {}
      : { ram: counted(ramBytes, "byte", `${linked}, without the stack`) }),
    ...(stackBytes === null
      ? {}
      : { stack: measured(stackBytes, "byte", "painted stack, read back on the device") }),
  };
}

/** A document keeps of the computer only its median, in the comparison. */
function hostOf(document: RunDocument): HostTimes | null {
  const column = document.comparison.find(({ place }) => place === "this computer");
  if (column === undefined) return null;
  const frames = /median of (\d+) frames/.exec(column.computeMs.source)?.[1];
  return {
    name: column.name,
    runtime: column.computeMs.source,
    p50Ms: column.computeMs.value,
    p99Ms: null,
    samples: frames === undefined ? null : Number(frames),
  };
}

/** float32 weights, read once a frame. */
function hostRecord(host: HostTimes, model: ModelFacts, file: string): MachineRecord {
  return {
    id: slug(host.name, model.name),
    machine: host.name,
    machineClass: "computer",
    workload: {
      ...workloadOf(model, 4 * model.parameters, "4 byte a parameter, once a frame"),
      bytesMoved: modelled(4 * model.parameters, "byte", "4 byte a parameter, once a frame"),
    },
    time: {
      kind: "measured",
      source: `${host.runtime}, on the computer of ${file}`,
      unit: "s",
      count: host.samples,
      min: null,
      mean: null,
      p50: host.p50Ms * MILLISECONDS,
      p90: null,
      p99: host.p99Ms === null ? null : host.p99Ms * MILLISECONDS,
      max: null,
      relativeError: 0,
    },
    samples: [],
    metrics: {},
    roofs: [],
    origin: { format: "tiny-pioneer run", file, records: BESIDE_A_RUN },
    setup: { runtime: host.runtime },
    warnings: [],
  };
}
