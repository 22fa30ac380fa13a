/**
 * The `bench host` verb: this computer as the cloud's column, its roofs, calls and power measured.
 * Every measurement is left to the modules beside this one, the records to host-records.ts, the text to report/.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { env } from "onnxruntime-node";
import type { LoadedModel } from "../../../codegen/index.ts";
import { loadModel, UsageError } from "../../../codegen/index.ts";
import type { CallFit } from "../../analyze/call-fit.ts";
import { fitCalls } from "../../analyze/call-fit.ts";
import { SCHEMA } from "../../analyze/document.ts";
import type { MachineRecord } from "../../analyze/machine-record.ts";
import type { Quantity } from "../../analyze/quantity.ts";
import { measured } from "../../analyze/quantity.ts";
import { hostBenchText } from "../../report/host-bench.ts";
import type { VerbContext } from "../context.ts";
import { withUsageErrors } from "../import.ts";
import { summarize } from "../inspect.ts";
import { writeFileWhole } from "../output-file.ts";
import { MODELS_DIR } from "../paths.ts";
import { measureArithmeticRoofs, measureEmptyCall } from "./arithmetic-roofs.ts";
import type { Computer } from "./computer.ts";
import { describeComputer } from "./computer.ts";
import type { HostMeasurement, MeasuredCalls, ModelWork, ThreadRoofs } from "./host-records.ts";
import { hostRecords, pointOf } from "./host-records.ts";
import { measureMemoryRoofs } from "./memory-roofs.ts";
import type { EnergyMeter } from "./rapl.ts";
import { joulesBetween, openRapl } from "./rapl.ts";
import { openSteps } from "./step-session.ts";
import { withFreeStreams } from "./stream-model.ts";
import { timeCalls } from "./timed-calls.ts";

const DEFAULT_MODEL = "hearable";
const MOST_STREAMS = 65_536;
const MOST_SIZES = 16;
/** An energy counter must not wrap twice within one measurement: its range lasts minutes at full power. */
const MOST_SECONDS = 30;
/** Steps a call that, beside several streams, tell the bytes from the call itself. */
const FITTED_STEPS = [4, 16] as const;

export interface HostBenchOptions {
  /** Streams a call, separated by commas. */
  readonly batch: string;
  /** Longest time of one measurement [s]. */
  readonly seconds: number;
  readonly out?: string;
}

export interface HostBenchDocument {
  readonly schema: typeof SCHEMA;
  readonly computer: Computer;
  readonly runtime: string;
  readonly model: string;
  readonly roofs: readonly { readonly threads: number; readonly roofs: MachineRecord["roofs"] }[];
  readonly emptyCall: Quantity;
  /** Of one thread. */
  readonly fit: CallFit;
  /** With nothing to do; null with the reason in `why` [W]. */
  readonly idlePower: Quantity | null;
  readonly why: Readonly<Record<string, string>>;
  readonly rows: readonly MachineRecord[];
}

/** @throws UsageError TP-USE-390 to -393, and what loadModel throws */
export async function benchHostVerb(
  context: VerbContext,
  options: HostBenchOptions,
  name: string,
): Promise<number> {
  const streams = parseStreams(options.batch);
  const seconds = checkSeconds(options.seconds);
  const loaded = loadModel(name || DEFAULT_MODEL, { modelsDir: MODELS_DIR });
  const document = await withUsageErrors(() => measureHost(context, loaded, streams, seconds));
  if (options.out !== undefined) {
    writeFileWhole(options.out, `${JSON.stringify(document, null, 2)}\n`);
  }
  context.print(document, () => hostBenchText(document, options.out));
  return 0;
}

async function measureHost(
  context: VerbContext,
  loaded: LoadedModel,
  streams: readonly number[],
  seconds: number,
): Promise<HostBenchDocument> {
  const { progress, signal } = context;
  const computer = describeComputer();
  const rapl = openRapl();
  const meter = "why" in rapl ? null : rapl;
  const idlePower = meter === null ? null : await idlePowerOf(context, meter, seconds);
  const threadCounts = [...new Set([1, computer.usableCores])];
  const roofs: ThreadRoofs[] = [];
  for (const threads of threadCounts) {
    progress.step(
      `measuring arithmetic and memories, ${threads} of ${computer.usableCores} threads`,
    );
    const arithmetic = await measureArithmeticRoofs(threads, seconds, signal);
    const memory = await measureMemoryRoofs(computer, threads, seconds, signal);
    roofs.push({ threads, arithmetic, memory });
  }
  const emptyCall = await measureEmptyCall(signal);
  const timed = await timeModel({ context, loaded, streams, seconds, meter, threadCounts });
  const { work, calls } = timed;
  const points = calls.flatMap((each) =>
    each.size.threads === 1 ? (pointOf(work, each) ?? []) : [],
  );
  const runtime = `onnxruntime-node ${env.versions.node ?? ""}`.trim();
  const measurement: HostMeasurement = {
    computer,
    runtime,
    command: `pioneer bench host ${work.name}`,
    work,
    roofs,
    emptyCall,
    idlePower,
    powerSource: meter?.source ?? null,
    calls,
    fit: fitCalls(points),
  };
  const fastestMemory = Math.max(
    ...roofs.flatMap(({ memory }) => memory.memories.map(({ roof }) => roof.peak.value)),
  );
  return {
    schema: SCHEMA,
    computer,
    runtime,
    model: work.name,
    roofs: roofs.map(({ threads, arithmetic, memory }) => ({
      threads,
      roofs: [...arithmetic, ...memory.memories.map(({ roof }) => roof), memory.copy],
    })),
    emptyCall,
    fit: measurement.fit,
    idlePower,
    why: {
      ...timed.why,
      ...((measurement.fit.bandwidth?.value ?? 0) > fastestMemory
        ? { bandwidth: "the fitted one is above every memory's: the bytes hide behind the rest" }
        : {}),
      ...("why" in rapl ? { power: rapl.why } : {}),
    },
    rows: hostRecords(measurement),
  };
}

interface ModelTiming {
  readonly context: VerbContext;
  readonly loaded: LoadedModel;
  readonly streams: readonly number[];
  readonly seconds: number;
  readonly meter: EnergyMeter | null;
  readonly threadCounts: readonly number[];
}

/** Every size of call on every number of threads, and a few steps a call on one. */
async function timeModel({ context, loaded, streams, seconds, meter, threadCounts }: ModelTiming) {
  const { progress, signal } = context;
  const { model } = loaded;
  const bytes = readFileSync(loaded.path);
  progress.step(`reading ${model.name}`);
  const freed = await withFreeStreams(bytes, model.inputSize);
  const file = freed.model ?? bytes;
  const first = await openSteps(file, { threads: 1, streams: 1, steps: 1 });
  const { stateSize, freeSteps } = first;
  await first.release();
  const oneStep = (freed.model === null ? [1] : streams).flatMap((count) =>
    threadCounts.map((threads) => ({ threads, streams: count, steps: 1 })),
  );
  const moreSteps = freeSteps
    ? FITTED_STEPS.map((steps) => ({ threads: 1, streams: 1, steps }))
    : [];
  const sizes = [...oneStep, ...moreSteps];
  progress.step(`timing ${model.name}`);
  const calls: MeasuredCalls[] = [];
  for (const [index, size] of sizes.entries()) {
    progress.update(index, sizes.length);
    const session = await openSteps(file, size);
    try {
      calls.push({ size, calls: await timeCalls(() => session.run(), seconds, meter, signal) });
    } finally {
      await session.release();
    }
  }
  return {
    calls,
    work: workOfModel(loaded, stateSize),
    why: {
      ...(freed.model === null ? { batch: `one stream a call: ${freed.why}` } : {}),
      ...(freeSteps
        ? {}
        : { fit: "the model takes one step a call: its weights cannot be told from the call" }),
    },
  };
}

function workOfModel({ model, sidecar }: LoadedModel, stateSize: number): ModelWork {
  const { macs, parameters } = summarize(model).model;
  const recurrent = model.layers.map((layer) =>
    "recurrentWeights" in layer ? layer.recurrentWeights.values.length : 0,
  );
  return {
    name: model.name,
    macs,
    parameters,
    recurrentParameters: recurrent.reduce((sum, count) => sum + count, 0),
    layers: model.layers.filter(({ kind }) => kind !== "activation").length,
    // The state goes in and comes out.
    frameValues: model.inputSize + model.outputSize + 2 * stateSize,
    frameMs:
      sidecar === undefined
        ? null
        : (1000 * sidecar.frontEnd.hopLength) / sidecar.frontEnd.sampleRateHz,
  };
}

async function idlePowerOf(
  { progress, signal }: VerbContext,
  meter: EnergyMeter,
  seconds: number,
): Promise<Quantity> {
  progress.step("measuring the idle computer");
  const before = meter.read();
  const start = process.hrtime.bigint();
  await sleep(seconds * 1000, undefined, { signal });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  return measured(joulesBetween(meter, before, meter.read()) / wall, "W", meter.source);
}

/** @throws UsageError TP-USE-391 */
export function parseStreams(text: string): readonly number[] {
  const words = text.split(",").map((word) => word.trim());
  const counts = [...new Set(words.map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : 0)))];
  if (counts.length <= MOST_SIZES && counts.every((n) => n >= 1 && n <= MOST_STREAMS)) {
    return counts.sort((a, b) => a - b);
  }
  throw new UsageError("TP-USE-391", {
    what: `"${text}" is no list of streams a call`,
    why: `it takes whole numbers from 1 to ${MOST_STREAMS}, at most ${MOST_SIZES} of them`,
    fix: "--batch 1,8,64,256",
  });
}

/** @throws UsageError TP-USE-392 */
export function checkSeconds(seconds: number): number {
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new UsageError("TP-USE-392", {
    what: `a measurement was to take ${seconds} s`,
    why: `each takes above 0 and at most ${MOST_SECONDS} s, so that energy counters wrap at most once`,
    fix: "pioneer bench host hearable --seconds 1",
  });
}
