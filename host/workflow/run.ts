/**
 * The verbs `run` and `analyze`: a run is recorded, and its report is made from the recording alone.
 * Preparing model, stimulus and device and recording are left to the modules beside this one, every number to analyze/.
 */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunDocument } from "../analyze/document.ts";
import type { HostFacts } from "../analyze/facts.ts";
import { percentile } from "../analyze/tail.ts";
import { loadCapture } from "../capture/file.ts";
import type { Capture } from "../capture/format.ts";
import { badBoot } from "../link/causes.ts";
import { explainEnding } from "../link/outcome.ts";
import type { ReportInput } from "../report/report-input.ts";
import { reportInput } from "../report/report-input.ts";
import { renderTerminal } from "../report/terminal.ts";
import { parseApp, RECORDED_APPS } from "./build.ts";
import type { VerbContext } from "./context.ts";
import { prepareDevice } from "./device.ts";
import { type FieldRequest, fieldCurve } from "./field-curve.ts";
import type { GenerateRequest, Prepared } from "./generate.ts";
import { frontEndOf, prepare, standsForOf, writePrepared } from "./generate.ts";
import { HOP_REGIONS } from "./hearable/judge.ts";
import { isLive, LiveHearing, stdinPieces } from "./hearable/live.ts";
import {
  MicrophoneHearing,
  type SoundRequest,
  soundKey,
  soundProgram,
} from "./hearable/microphone.ts";
import {
  besideSound,
  cleanedPath,
  createSink,
  requireRoomForSound,
  STDOUT,
  soundOutput,
} from "./hearable/output.ts";
import { hearableStimulus } from "./hearable/stimulus.ts";
import { benchHost } from "./host-bench.ts";
import { judgeRecording } from "./judge.ts";
import type { MlperfRequest } from "./mlperf/runner.ts";
import { writeFileWhole } from "./output-file.ts";
import { WORK_DIR } from "./paths.ts";
import { VARIED_FRAMES } from "./plugin.ts";
import { asksForProfile, type ProfileOutputs, TRACED_STEPS } from "./profile/recorded-profile.ts";
import type { Progress } from "./progress.ts";
import { typedOrProject } from "./project/find-project.ts";
import { recordRun, SPEED_SEED } from "./record-run.ts";
import type { ReportFiles } from "./reports.ts";
import { writeReports } from "./reports.ts";
import { frameIntervalOf, type RunWishes } from "./run-manifest.ts";
import type { StimulusRequest } from "./stimulus.ts";
import { speedStimulus, streamStimulus } from "./stimulus.ts";
import { SustainedConversation, sustainedFrames } from "./sustained.ts";
import { functionAt } from "./symbols.ts";
import { virtualTime } from "./virtual-time.ts";

export interface RunRequest
  extends GenerateRequest,
    StimulusRequest,
    ProfileOutputs,
    FieldRequest,
    SoundRequest,
    RunWishes {
  readonly app: string;
  /** Folder of a project of `new`, whose program runs in place of the app. */
  readonly project?: string;
  readonly port?: string;
  /** False: talk to what runs behind the port. */
  readonly upload?: boolean;
  /** With Arduino or ESP-IDF, where the board also runs without. */
  readonly framework?: boolean;
  readonly record?: string;
  readonly profile?: boolean;
  /** A frame is sent when it is due, not before. */
  readonly realTime?: boolean;
  /** Of the program hearable: where its sound goes, - for standard output. */
  readonly out?: string;
}

/** A finished run: its report, and where its recording lies. */
export interface FinishedRun {
  readonly report: ReportInput;
  readonly recording: string;
}

/** Runs, prints, and gives 1 when a value differs from the twin or an asked budget does not hold. */
export async function runVerb(
  context: VerbContext,
  typed: Omit<RunRequest, "board" | "project"> &
    ReportFiles &
    MlperfRequest & { readonly board?: string },
  typedModel: string,
): Promise<number> {
  const { request, model, project } = typedOrProject(typed, typedModel);
  if (request.app === "mlperf_tiny") {
    return (await import("./mlperf/runner.ts")).mlperfTiny(context, request, model);
  }
  const { report, recording } = await executeRun(
    context,
    project === undefined ? request : { ...request, project },
    model,
  );
  await writeReports(request, report, recording);
  const isHearable = request.app === "hearable";
  printReport(
    isHearable && request.out === STDOUT ? besideSound(context) : context,
    isHearable ? withSound(request, report, recording) : report,
  );
  return verdictStatus(report.document);
}

/** Writes what the device made of the sound, unless it was as it came; a run that played it over and over has none. */
function withSound(request: RunRequest, report: ReportInput, recording: string): ReportInput {
  const cleaned = report.clips.find(({ id }) => id === "cleaned");
  if (cleaned === undefined) return report;
  const path = cleanedPath(request, recording);
  if (!isLive(request)) {
    if (path === STDOUT) soundOutput().write(cleaned.wav);
    else writeFileWhole(path, cleaned.wav);
  }
  if (path === STDOUT) return report;
  const { document } = report;
  return { ...report, document: { ...document, files: { ...document.files, cleaned: path } } };
}

/** The report of a recording, made again. */
export async function analyzeVerb(
  context: VerbContext,
  options: ReportFiles,
  path: string,
): Promise<number> {
  const capture = await loadCapture(path);
  if (capture.outcome === undefined) {
    context.progress.note("warning: the recording is cut off; only what arrived is in the report");
  }
  const report = reportOf(capture, path);
  await writeReports(options, report, path);
  printReport(context, report);
  return verdictStatus(report.document);
}

function printReport(context: VerbContext, { document, cycles }: ReportInput): void {
  const { colour: color, plots } = context;
  context.print(document, () => renderTerminal(document, { color, ...(plots && { cycles }) }));
}

function verdictStatus(document: RunDocument): number {
  const differs = document.verify !== null && !document.verify.bitExact;
  const overBudget = document.budgets?.some((budget) => budget.met === false) ?? false;
  return differs || overBudget || document.void !== undefined ? 1 : 0;
}

/** @throws UsageError for a file that is no recording; LinkError for one of a run that broke */
export async function analyzeRecording(path: string): Promise<ReportInput> {
  return reportOf(await loadCapture(path), path);
}

function reportOf(capture: Capture, path: string): ReportInput {
  const { facts, clips, licence, profile, steps } = judgeRecording(capture, { recording: path });
  return { ...reportInput(facts, clips, licence, profile), steps };
}

/** @throws ToolkitError of whatever kind stopped it; the recording stays, as far as it came. */
export async function executeRun(
  context: VerbContext,
  request: RunRequest,
  modelName: string,
): Promise<FinishedRun> {
  const { progress, signal } = context;
  const app = parseApp(request.app, RECORDED_APPS);
  if (app === "hearable") requireRoomForSound(context, request);
  progress.step(`generating ${modelName} for ${request.as ?? request.board}`);
  const prepared = prepare(
    modelName,
    app === "hearable" ? { ...request, withFrontEnd: true } : request,
  );
  const sound = soundProgram(prepared.board, app, request);
  for (const warning of prepared.generated.warnings) progress.note(`warning: ${warning}`);
  const modelDir = writePrepared(prepared);
  const { minutes } = request;
  const repeatFrames =
    minutes === undefined
      ? undefined
      : sustainedFrames({ ...request, minutes }, app, frameIntervalOf(prepared));
  const warn = (words: string) => progress.note(`warning: ${words}`);
  const played = { ...request, ...(repeatFrames === undefined ? {} : { repeatFrames }) };
  const kept = request.record ?? join(WORK_DIR, "runs", `${prepared.folder}-${app}.tpcap`);
  // A port is fed at the pace of real time: sound comes no faster.
  const realTime = request.realTime === true || (app === "hearable" && request.port !== undefined);
  const hearing =
    sound !== null
      ? new MicrophoneHearing(prepared, request, progress)
      : app === "hearable" && isLive(played)
        ? new LiveHearing(prepared, {
            source: stdinPieces(signal),
            openSink: () =>
              createSink(cleanedPath(request, kept), frontEndOf(prepared.loaded).sampleRateHz),
            progress,
            signal,
            realTime,
            frames: request.frames,
          })
        : null;
  const stimulus =
    hearing !== null
      ? hearing.stimulus()
      : app === "speed"
        ? speedStimulus(prepared, SPEED_SEED, request.frames)
        : app === "hearable"
          ? hearableStimulus(prepared, played, warn)
          : streamStimulus(prepared, played, warn);
  const field = fieldCurve(context, prepared, request);
  const device = await prepareDevice({
    board: prepared.board,
    app: sound?.app ?? app,
    modelDir,
    key: sound === null ? prepared.folder : soundKey(prepared.folder, sound),
    ...(sound === null ? {} : { flags: sound.flags }),
    standsFor: standsForOf(prepared),
    progress,
    signal,
    // A profile is nothing but counts.
    ...(asksForProfile(request)
      ? { profile: { parts: prepared.generated.parts, tracedSteps: TRACED_STEPS } }
      : { mayGoUncounted: true }),
    ...(app === "hearable"
      ? {
          emulatorArguments: virtualTime(prepared).args,
          variedRegions: HOP_REGIONS * VARIED_FRAMES,
        }
      : {}),
    ...(request.port === undefined ? {} : { port: request.port }),
    ...(request.upload === false ? {} : { upload: uploadOf(prepared, sound?.app ?? app, request) }),
    ...(request.project === undefined ? {} : { project: request.project }),
  });
  // Runs at the same time must not write into one file; the last one that ends is kept.
  const recording = request.record ?? `${kept}.${process.pid}`;
  try {
    // Other machines are held against the model alone.
    const host = app === "hearable" ? null : await timedHost(prepared, progress);
    mkdirSync(dirname(recording), { recursive: true });
    const result = await recordRun({
      context,
      request,
      app,
      prepared,
      stimulus,
      device,
      host,
      recording,
      ...(field === null ? {} : { field }),
      ...(sound === null ? {} : { greetsAs: sound.app }),
      ...(hearing !== null
        ? { converse: hearing }
        : minutes === undefined && !realTime
          ? {}
          : {
              converse: new SustainedConversation(
                stimulus,
                frameIntervalOf(prepared),
                progress,
                signal,
              ),
            }),
    });
    const capture = await loadCapture(recording);
    const symbols = device.firmware?.symbols ?? [];
    const bad = badBoot(result.run.boot);
    if (bad !== undefined) progress.note(`warning: ${bad}`);
    const broken = explainEnding(result, (address) => functionAt(symbols, address));
    if (broken) {
      progress.note(`what arrived is in ${kept}`);
      throw broken;
    }
    return { report: reportOf(capture, kept), recording: kept };
  } finally {
    if (recording !== kept && existsSync(recording)) renameSync(recording, kept);
    await device.dispose();
  }
}

/** What a board that was given its program greets with. */
function uploadOf({ board, placement, generated }: Prepared, app: string, request: RunRequest) {
  const modelDigest = generated.stages.plan.digest.slice(0, 16);
  const expect = { board: board.id, app, modelDigest };
  return { expect, framework: request.framework ?? false, placement };
}

async function timedHost(prepared: Prepared, progress: Progress): Promise<HostFacts | null> {
  progress.step("timing this computer");
  return hostFacts(prepared);
}

/** This computer's time for one frame; null for a model that cannot be fed step by step from outside. */
async function hostFacts({ loaded }: Prepared): Promise<HostFacts | null> {
  try {
    const bench = await benchHost(loaded.path);
    return {
      name: bench.cpu,
      runtime: `${bench.runtime}, float32, ${bench.threads} thread`,
      p50Ms: percentile(bench.latencyNs, 0.5) / 1e6,
      p99Ms: percentile(bench.latencyNs, 0.99) / 1e6,
      samples: bench.frames,
    };
  } catch {
    return null;
  }
}
