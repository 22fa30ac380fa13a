/**
 * `pioneer run --app mlperf_tiny`: a runner for MLPerf Tiny that downloads inputs, times loops and scores answers.
 * The conversation is left to host/mlperf, scores and rules to analyze/mlperf.
 */
import { join } from "node:path";
import { formatName, UsageError } from "../../../codegen/index.ts";
import type { ClockFacts } from "../../analyze/mlperf/document.ts";
import { mlperfDocument } from "../../analyze/mlperf/document.ts";
import { energyScore } from "../../analyze/mlperf/energy.ts";
import { energyNumbers } from "../../analyze/mlperf/energy-document.ts";
import type { Loop, Prediction } from "../../analyze/mlperf/score.ts";
import {
  accuracyScore,
  LOOP_SECONDS,
  LOOPS,
  performanceScore,
} from "../../analyze/mlperf/score.ts";
import { createQemuLink } from "../../link/qemu.ts";
import type { Link } from "../../link/source.ts";
import type { LabelledFile } from "../../mlperf/dataset.ts";
import { readDataset } from "../../mlperf/dataset.ts";
import { DeviceUnderTest } from "../../mlperf/device.ts";
import type { Inference } from "../../mlperf/replies.ts";
import { accuracyText, energyText, performanceText } from "../../mlperf/results-text.ts";
import type { SessionError, SessionResult } from "../../mlperf/session-files.ts";
import { sessionFolder, writeSession } from "../../mlperf/session-files.ts";
import { hearTimestamps } from "../../mlperf/timestamps.ts";
import { TimestampLoad } from "../../power/simulated/timestamp-load.ts";
import { mlperfText } from "../../report/mlperf-tiny.ts";
import type { VerbContext } from "../context.ts";
import type { GenerateRequest, Prepared } from "../generate.ts";
import { prepare } from "../generate.ts";
import { OUT_DIR } from "../paths.ts";
import { portLink } from "../port-link.ts";
import { parsePin } from "../power.ts";
import { streamStimulus } from "../stimulus.ts";
import type { MlperfMode } from "./emulated.ts";
import { buildEmulatedDut, MODES } from "./emulated.ts";
import type { EnergyRequest } from "./energy.ts";
import { MonitorPump, runTrials, startEnergyMonitor } from "./energy.ts";
import { serveDut } from "./serve.ts";
import { TwinAnswers } from "./twin-answers.ts";

export interface MlperfRequest extends GenerateRequest, EnergyRequest {
  readonly mode?: string;
  readonly dataset?: string;
  readonly serve?: boolean;
  readonly port?: string;
  /** The port is that of the benchmark's interface board. */
  readonly ioManager?: boolean;
  /** Average power that energy mode allows [mW]. */
  readonly budgetMw?: number;
  readonly input?: string;
  /** Folder of the sessions. */
  readonly out?: string;
}

/** Inferences that tell how many a loop needs, warmed up by so many. */
const TRIAL = { inferences: 20, warmUp: 2 };
/** Steps compared with the twin before anything is timed: the second one sees the state of the first. */
const CHECKED_STEPS = 2;
/** Loops are made longer than asked for by so much, as the trial is short. */
const MARGIN = 1.05;
/** A loop may take longer here than by the device's clock: an emulator is slow [ms]. */
const LOOP_LIMIT_MS = 30 * 60_000;

/** Exit 1 when a rule of the open runner is broken or an answer is not the twin's. @throws UsageError TP-USE-161, -162 */
export async function mlperfTiny(
  context: VerbContext,
  request: MlperfRequest,
  modelName: string,
): Promise<number> {
  const mode = parseMode(request);
  context.progress.step(`generating ${modelName} for ${request.as ?? request.board}`);
  const prepared = prepare(modelName, request);
  for (const warning of prepared.generated.warnings) context.progress.note(`warning: ${warning}`);
  if (request.serve) return serveDut(context, await buildEmulatedDut(context, prepared, mode));
  const files = filesOf(request, prepared);
  const load = new TimestampLoad();
  const pump = mode === "energy" ? await startPump(context, request, prepared, load) : null;
  const log: string[] = [];
  let device: DeviceUnderTest | undefined;
  try {
    const { link, clock } = await reach(context, request, prepared, mode);
    const heard = pump === null ? link : hearTimestamps(link, (begins) => load.timestamp(begins));
    const keep = (line: string) => void log.push(line);
    device = new DeviceUnderTest(heard, context.signal, keep, request.ioManager ?? false);
    const identity = await device.open();
    const { name } = prepared.generated.stages.plan;
    const twin = new TwinAnswers(prepared);
    const parts = { context, device, request, files, twin, timeKind: clock.kind };
    const { loops, results, predictions, summary, energy } =
      pump !== null
        ? await weighTrials(parts, pump)
        : mode === "performance"
          ? await timeLoops(parts, clock)
          : await answerAll(parts, clock);
    const performance = mode === "performance" ? performanceScore(loops) : null;
    const accuracy = mode === "accuracy" ? accuracyScore(predictions) : null;
    const session = sessionFolder(request.out ?? join(OUT_DIR, "sessions"), new Date());
    const entries = [...results, ...(performance ? errorsOf(loops) : [])];
    const paths = writeSession(session, log, entries, summary);
    const document = mlperfDocument(
      {
        mode,
        board: prepared.board.id,
        as: prepared.as?.id ?? null,
        format: formatName(prepared.generated.stages.plan),
        device: { name: identity.name, profile: identity.profile, model: identity.model },
        clock,
        verify: twin.verified,
        files: paths,
      },
      loops,
      performance,
      accuracy,
      energy,
    );
    if (identity.model !== name) {
      context.progress.note(`warning: the device runs ${identity.model}, ${name} was asked for`);
    }
    context.print(document, () => mlperfText(document));
    const isOver = document.energy?.budgets.some(({ met }) => met !== true) ?? false;
    return document.valid && document.verify.bitExact && !isOver ? 0 : 1;
  } finally {
    await device?.close();
    await pump?.stop();
  }
}

/** First the monitor, which may be what supplies the board. */
async function startPump(
  { progress, signal }: VerbContext,
  request: MlperfRequest,
  { board }: Prepared,
  load: TimestampLoad,
): Promise<MonitorPump> {
  const pin = parsePin(request.pin ?? "D0");
  progress.step(`opening ${request.monitor ?? "the monitor"}`);
  const isEmulated = request.port === undefined && board.kind === "emulated";
  const monitor = await startEnergyMonitor(request, isEmulated, load, signal);
  return new MonitorPump(monitor, pin);
}

interface TestParts {
  readonly context: VerbContext;
  readonly device: DeviceUnderTest;
  readonly request: MlperfRequest;
  readonly files: readonly LabelledFile[];
  readonly twin: TwinAnswers;
  readonly timeKind: string;
}

interface Tested {
  readonly loops: readonly Loop[];
  readonly results: readonly SessionResult[];
  readonly predictions: readonly Prediction[];
  /** Text of results.txt. */
  readonly summary: string;
  readonly energy: ReturnType<typeof energyNumbers> | null;
}

/** Energy: the first input only, in trials of equal length beside a monitor. */
async function weighTrials(parts: TestParts, pump: MonitorPump): Promise<Tested> {
  const { context, device, request, files, twin } = parts;
  const [file] = files as readonly [LabelledFile, ...LabelledFile[]];
  const [input] = file.windows as readonly [Uint8Array, ...Uint8Array[]];
  const { progress, signal } = context;
  await device.load(input);
  twin.compare(input, CHECKED_STEPS, (await device.infer(CHECKED_STEPS, 0, LOOP_LIMIT_MS)).results);
  const trials = await runTrials({ device, pump, request, input, progress, signal });
  const score = energyScore(trials);
  const { facts } = pump.monitor;
  const energy = energyNumbers(facts, await pump.stop(), trials, score, request.budgetMw);
  const kind = facts.simulated ? "simulated" : "measured";
  return {
    loops: [],
    predictions: [],
    results: trials.map(({ answer, inferences, window }) => ({
      ...sessionResult(file, answer, inferences, TRIAL.warmUp, kind),
      ...("why" in window
        ? {}
        : { power: { samples: window.millisecondsJ, timestamps: window.timestamps } }),
    })),
    summary: energyText(trials, score, energy.reasons, { kind, source: facts.name }),
    energy,
  };
}

/** Performance: the first input only, in loops of equal length. */
async function timeLoops(parts: TestParts, clock: ClockFacts): Promise<Tested> {
  const { context, device, request, files, twin } = parts;
  const [file] = files as readonly [LabelledFile, ...LabelledFile[]];
  const [input] = file.windows as readonly [Uint8Array, ...Uint8Array[]];
  const wanted = request.loops ?? LOOPS;
  const seconds = request.loopSeconds ?? LOOP_SECONDS;
  await device.load(input);
  twin.compare(input, CHECKED_STEPS, (await device.infer(CHECKED_STEPS, 0, LOOP_LIMIT_MS)).results);
  const trial = await device.infer(TRIAL.inferences, TRIAL.warmUp, LOOP_LIMIT_MS);
  const perInferenceUs = Math.max(1, elapsedUs(trial)) / TRIAL.inferences;
  const inferences = Math.ceil((MARGIN * seconds * 1e6) / perInferenceUs);
  const loops: Loop[] = [];
  const results: SessionResult[] = [];
  for (let loop = 0; loop < wanted; loop++) {
    context.progress.step(`loop ${loop + 1} of ${wanted}: ${inferences} inferences`);
    await device.load(input);
    const inference = await device.infer(inferences, TRIAL.warmUp, LOOP_LIMIT_MS);
    const elapsed = elapsedUs(inference);
    loops.push({ inferences, elapsedUs: elapsed });
    const throughput = inferences / (elapsed / 1e6);
    results.push(
      sessionResult(file, inference, inferences, TRIAL.warmUp, parts.timeKind, throughput),
    );
  }
  const summary = performanceText(loops, performanceScore(loops).throughput, clock);
  return { loops, results, predictions: [], summary, energy: null };
}

/** Accuracy: every window of every file, once. */
async function answerAll(parts: TestParts, clock: ClockFacts): Promise<Tested> {
  const { context, device, files, twin } = parts;
  const results: SessionResult[] = [];
  const predictions: Prediction[] = [];
  for (const [index, file] of files.entries()) {
    context.progress.update(index, files.length);
    const outputs: (readonly number[])[] = [];
    for (const window of file.windows) {
      await device.load(window);
      const inference = await device.infer(1, 0, LOOP_LIMIT_MS);
      twin.compare(window, 1, inference.results);
      outputs.push(inference.results);
      results.push(sessionResult(file, inference, 1, 0, parts.timeKind));
    }
    predictions.push({ class: file.class, outputs });
  }
  const summary = accuracyText(accuracyScore(predictions), clock);
  return { loops: [], results, predictions, summary, energy: null };
}

function elapsedUs({ startUs, endUs }: Inference): number {
  if (startUs !== null && endUs !== null) return endUs - startUs;
  throw new UsageError("TP-USE-162", {
    what: "the device tells no times",
    why: "its firmware is that of energy mode, whose timestamps are pulses on a pin",
    fix: "build the program mlperf_tiny without MLPERF_ENERGY",
  });
}

function sessionResult(
  file: LabelledFile,
  inference: Inference,
  iterations: number,
  warmups: number,
  timeKind: string,
  throughput?: number,
): SessionResult {
  const { startUs, endUs } = inference;
  return {
    file: file.file,
    classes: String(file.classes),
    class: String(file.class),
    bytes_to_send: file.bytesToSend === null ? null : String(file.bytesToSend),
    stride: file.stride === null ? null : String(file.stride),
    total_length: file.bytesToSend === null ? null : file.windows.length,
    infer: {
      results: inference.results,
      start_time: startUs,
      end_time: endUs,
      elapsed_time: startUs === null || endUs === null ? null : endUs - startUs,
      total_inferences: 1,
      iterations,
      warmups,
      ...(throughput === undefined ? {} : { throughput }),
      time_kind: timeKind,
    },
  };
}

/** "error 1": not exactly five loops; "error 2": one was too short. */
function errorsOf(loops: readonly Loop[]): readonly SessionError[] {
  const isShort = loops.some(({ elapsedUs: us }) => us < LOOP_SECONDS * 1e6);
  return [
    ...(loops.length === LOOPS ? [] : [{ error: "error 1" }]),
    ...(isShort ? [{ error: "error 2" }] : []),
  ];
}

/** The labelled files; without a data set the model's own first input, which has no class. */
function filesOf(request: MlperfRequest, prepared: Prepared): readonly LabelledFile[] {
  const { name } = prepared.generated.stages.plan;
  if (request.dataset !== undefined) return readDataset(request.dataset, name);
  if (parseMode(request) === "accuracy") {
    throw new UsageError("TP-USE-161", {
      what: "accuracy mode needs a data set",
      why: "accuracy is the share of labelled inputs that are answered rightly",
      fix: "--dataset DIR, a folder with y_labels.csv and its files",
    });
  }
  const { inputs } = streamStimulus(prepared, {
    frames: 1,
    ...(request.input === undefined ? {} : { input: request.input }),
  });
  return [
    {
      file: name,
      classes: 0,
      class: 0,
      bytesToSend: null,
      stride: null,
      windows: inputs.slice(0, 1),
    },
  ];
}

async function reach(
  context: VerbContext,
  request: MlperfRequest,
  prepared: Prepared,
  mode: MlperfMode,
): Promise<{ readonly link: Link; readonly clock: ClockFacts }> {
  if (request.port !== undefined) {
    const source = `the clock of the device on ${request.port}`;
    return {
      link: portLink(request.port),
      // Behind a port that an emulator serves time is modelled, and nothing tells it from a board.
      clock:
        prepared.board.kind === "emulated"
          ? { kind: "modelled", source: `${source}, an emulator` }
          : { kind: "measured", source },
    };
  }
  const dut = await buildEmulatedDut(context, prepared, mode);
  const { machine, program } = dut.board.emulator;
  return { link: createQemuLink({ machine, command: program, args: dut.args }), clock: dut.clock };
}

function parseMode({ mode = "performance" }: MlperfRequest): MlperfMode {
  const found = MODES.find((candidate) => candidate === mode);
  if (found) return found;
  throw new UsageError("TP-USE-161", {
    what: `there is no mode "${mode}"`,
    why: `MLPerf Tiny has ${MODES.join(", ")}`,
    fix: "--mode performance",
  });
}
