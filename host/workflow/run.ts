/**
 * The verbs `run` and `analyze`: a run is recorded, and its report is made from the recording alone.
 * Preparing model, stimulus and device is left to the modules beside this one, every number to analyze/.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Board } from "../../codegen/index.ts";
import {
  findMeasured,
  listBoards,
  loadBoard,
  VALUE_BYTES,
  valueBytes,
  withCalibration,
} from "../../codegen/index.ts";
import type { RunDocument } from "../analyze/document.ts";
import type { HostFacts } from "../analyze/facts.ts";
import type { FieldFacts } from "../analyze/field-curve.ts";
import { percentile } from "../analyze/tail.ts";
import { encodeWav } from "../audio/wav.ts";
import { CaptureWriter, loadCapture } from "../capture/file.ts";
import type { Capture } from "../capture/format.ts";
import { recordLink } from "../capture/record-link.ts";
import type { LinkEvent } from "../decode/frames.ts";
import { WIRE_VERSION } from "../decode/records.ts";
import type { RunResult } from "../link/outcome.ts";
import { explainEnding } from "../link/outcome.ts";
import { Session } from "../link/session.ts";
import type { ReportInput } from "../report/report-input.ts";
import { reportInput } from "../report/report-input.ts";
import { renderTerminal } from "../report/terminal.ts";
import { parseApp, RECORDED_APPS, type RecordedApp } from "./build.ts";
import type { VerbContext } from "./context.ts";
import type { Device } from "./device.ts";
import { prepareDevice } from "./device.ts";
import { type FieldRequest, fieldCurve } from "./field-curve.ts";
import type { GenerateRequest, Prepared } from "./generate.ts";
import { prepare, standsForOf, writePrepared } from "./generate.ts";
import { gitState } from "./git-state.ts";
import { benchHost } from "./host-bench.ts";
import { summarize } from "./inspect.ts";
import { judgeRecording } from "./judge.ts";
import { knownBoard } from "./known-board.ts";
import type { MlperfRequest } from "./mlperf/runner.ts";
import { WORK_DIR } from "./paths.ts";
import { planWork } from "./plan-work.ts";
import { asksForProfile, type ProfileOutputs, TRACED_STEPS } from "./profile/recorded-profile.ts";
import { typedOrProject } from "./project/find-project.ts";
import type { RunManifest } from "./recording.ts";
import { ATTACHMENTS } from "./recording.ts";
import type { ReportFiles } from "./reports.ts";
import { writeReports } from "./reports.ts";
import type { Stimulus, StimulusRequest } from "./stimulus.ts";
import { speedStimulus, streamStimulus } from "./stimulus.ts";
import { SustainedConversation, sustainedFrames } from "./sustained.ts";
import { functionAt } from "./symbols.ts";
import { TOOL_VERSION } from "./version.ts";

/** Seed of the inputs that `speed` makes; any but 0, the same in every run so that counts repeat. */
const SPEED_SEED = 1;
/** Longer than any licence. */
const MAX_LICENCE_BYTES = 64 * 1024;
/** Time between frames of a model that has no front end to say so [ms]. */
const DEFAULT_FRAME_MS = 10;

export interface RunRequest extends GenerateRequest, StimulusRequest, ProfileOutputs, FieldRequest {
  readonly app: string;
  /** Folder of a project of `new`, whose program runs in place of the app. */
  readonly project?: string;
  readonly budgetMs?: number;
  readonly budgetMw?: number;
  readonly port?: string;
  readonly record?: string;
  /** A run at the pace of real time [min]. */
  readonly minutes?: number;
  readonly profile?: boolean;
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
  printReport(context, report);
  return verdictStatus(report.document);
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
  progress.step(`generating ${modelName} for ${request.as ?? request.board}`);
  const prepared = prepare(modelName, request);
  for (const warning of prepared.generated.warnings) progress.note(`warning: ${warning}`);
  const modelDir = writePrepared(prepared);
  const { minutes } = request;
  const repeatFrames =
    minutes === undefined
      ? undefined
      : sustainedFrames({ ...request, minutes }, app, frameIntervalOf(prepared));
  const stimulus =
    app === "speed"
      ? speedStimulus(prepared, SPEED_SEED, request.frames)
      : streamStimulus(
          prepared,
          { ...request, ...(repeatFrames === undefined ? {} : { repeatFrames }) },
          (words) => progress.note(`warning: ${words}`),
        );
  const field = fieldCurve(context, prepared, request);
  const device = await prepareDevice({
    board: prepared.board,
    app,
    modelDir,
    key: prepared.folder,
    standsFor: standsForOf(prepared),
    progress,
    signal,
    // A profile is nothing but counts.
    ...(asksForProfile(request)
      ? { profile: { parts: prepared.generated.parts, tracedSteps: TRACED_STEPS } }
      : { mayGoUncounted: true }),
    ...(request.port === undefined ? {} : { port: request.port }),
    ...(request.project === undefined ? {} : { project: request.project }),
  });
  const kept = request.record ?? join(WORK_DIR, "runs", `${prepared.folder}-${app}.tpcap`);
  // Runs at the same time must not write into one file; the last one that ends is kept.
  const recording = request.record ?? `${kept}.${process.pid}`;
  try {
    progress.step("timing this computer");
    const host = await hostFacts(prepared);
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
      ...(minutes === undefined
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
    const broken = explainEnding(result, (address) => functionAt(symbols, address));
    if (broken) throw broken;
    return { report: reportOf(capture, kept), recording: kept };
  } finally {
    if (recording !== kept && existsSync(recording)) renameSync(recording, kept);
    await device.dispose();
  }
}

/** Everything a recorded conversation needs. */
export interface RunParts {
  readonly context: VerbContext;
  readonly request: RunRequest;
  readonly app: RecordedApp;
  readonly prepared: Prepared;
  readonly stimulus: Stimulus;
  readonly device: Device;
  readonly host: HostFacts | null;
  readonly recording: string;
  /** Another conversation between greeting and goodbye than the program's own, which then tells its progress itself. */
  readonly converse?: Conversation;
  readonly field?: FieldFacts;
}

export interface Conversation {
  hold(session: Session): Promise<void>;
  /** Sees every event as it arrives. */
  onEvent(event: LinkEvent): void;
  /** What the recording keeps of it, by name. */
  attachments?(): Readonly<Record<string, Uint8Array>>;
}

/** Holds the conversation with everything written to the recording as it arrives. */
export async function recordRun(parts: RunParts): Promise<RunResult> {
  const { context, app, prepared, stimulus, device, converse } = parts;
  const { plan } = prepared.generated.stages;
  const writer = new CaptureWriter(parts.recording, {
    schema: 1,
    toolVersion: TOOL_VERSION,
    board: prepared.board.id,
    as: prepared.as?.id ?? null,
    app,
    format: plan.format,
    model: { name: plan.name, digest: plan.digest },
    wireVersion: WIRE_VERSION,
    link: device.link.name,
    git: gitState(),
    monitor: null,
    facts: { ...manifestOf(parts) },
  });
  const frames = stimulus.inputs.length;
  if (!converse) context.progress.step(`running ${frames} frames on ${device.link.name}`);
  const session = new Session(recordLink(device.link, writer), {
    expect: { board: prepared.board.id, app, modelDigest: plan.digest.slice(0, 16) },
    signal: context.signal,
    onEvent: (event) => {
      if (converse) converse.onEvent(event);
      else context.progress.update(session.run.outputs.length, frames);
    },
  });
  try {
    attachStimulus(writer, prepared, app, stimulus);
    await session.open();
    if (converse) await converse.hold(session);
    else if (app === "speed") await session.measure(frames, SPEED_SEED);
    else await session.stream(stimulus.inputs, stimulus.sequenceFrames);
    const result = await session.finish();
    for (const [name, bytes] of Object.entries(converse?.attachments?.() ?? {})) {
      writer.attach(name, bytes);
    }
    if (parts.field) writer.attach(ATTACHMENTS.field, Buffer.from(JSON.stringify(parts.field)));
    const counts = await device.readCounts();
    if (counts) writer.attach(ATTACHMENTS.counts, counts);
    const profile = await device.readProfile();
    if (profile) {
      writer.attach(ATTACHMENTS.profileNames, Buffer.from(JSON.stringify(profile.names)));
      writer.attach(ATTACHMENTS.profile, profile.lines);
    }
    writer.end(result.state);
    return result;
  } finally {
    await session.close();
    writer.close();
  }
}

function attachStimulus(
  writer: CaptureWriter,
  prepared: Prepared,
  app: RecordedApp,
  stimulus: Stimulus,
): void {
  const { expected, states, reference, audio } = stimulus;
  writer.attach(ATTACHMENTS.expected, Buffer.concat(expected));
  if (app === "check") writer.attach(ATTACHMENTS.states, Buffer.concat(states));
  if (reference) {
    const bytes = reference.map((values) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    );
    writer.attach(ATTACHMENTS.reference, Buffer.concat(bytes));
  }
  const licence = licenceBeside(prepared);
  if (licence !== null) writer.attach(ATTACHMENTS.licence, licence);
  if (!audio || !prepared.loaded.sidecarText) return;
  const { sampleRateHz, noisy, clean } = audio;
  writer.attach(ATTACHMENTS.sidecar, Buffer.from(prepared.loaded.sidecarText));
  writer.attach(ATTACHMENTS.noisy, encodeWav({ sampleRateHz, channels: [noisy] }));
  if (clean) writer.attach(ATTACHMENTS.clean, encodeWav({ sampleRateHz, channels: [clean] }));
}

/** The licence in a model's folder; null for a model without a sidecar, whose folder may be anything. */
function licenceBeside({ loaded }: Prepared): Uint8Array | null {
  const path = join(loaded.directory, "LICENSE");
  if (!loaded.sidecarText || !existsSync(path)) return null;
  const text = readFileSync(path);
  return text.length <= MAX_LICENCE_BYTES ? text : null;
}

function manifestOf({ request, app, prepared, stimulus, device, host }: RunParts): RunManifest {
  const { stages } = prepared.generated;
  const { plan, quantize } = stages;
  const rated = prepared.as ?? prepared.board;
  const { parameters } = summarize(stages.model).model;
  const { state } = valueBytes(plan, plan.schedule);
  const { layers } = quantize.model;
  const stateParts = layers.flatMap((layer) =>
    layer.kind === "lstm"
      ? [
          { values: layer.hiddenSize, bytes: VALUE_BYTES[layer.output.type] },
          { values: layer.hiddenSize, bytes: state },
        ]
      : layer.kind === "gru"
        ? [{ values: layer.hiddenSize, bytes: state }]
        : [],
  );
  return {
    board: knownBoard(prepared.board),
    as: prepared.as ? knownBoard(prepared.as) : null,
    otherBoards: boardsLike(rated.id, rated.core),
    model: {
      name: plan.name,
      digest: plan.digest.slice(0, 16),
      macs: plan.cost.macs,
      paddedMacs: plan.cost.paddedMacs,
      weightBytes: plan.cost.weightBytes,
      stateBytes: plan.stateBytes,
      parameters,
      layers: layers.length,
    },
    build: {
      compiler: "",
      flags: device.flags,
      placement: placementText(prepared, rated),
      ...(device.firmware && { firmwareSha256: sha256Of(device.firmware.elf) }),
    },
    flashBytes: device.firmware?.sizes.flashBytes ?? null,
    ramBytes: device.firmware?.sizes.ramBytes ?? null,
    ...(device.firmware && { sections: device.firmware.sizes.sections }),
    counter: device.counter,
    cycleModel: device.cycleModel,
    frameIntervalMs: frameIntervalOf(prepared),
    ...(request.minutes === undefined ? {} : { minutes: request.minutes }),
    budgets: { latencyMs: request.budgetMs ?? null, powerMw: request.budgetMw ?? null },
    host,
    output: plan.output,
    frames: stimulus.inputs.length,
    lastOnly: app === "speed",
    outputBytes: stimulus.expected[0]?.length ?? 0,
    stateBytes: app === "check" ? plan.stateBytes : 0,
    stateParts,
    clip: stimulus.audio?.name ?? null,
    work: planWork(plan),
  };
}

/** Time between two frames [ms]. */
function frameIntervalOf({ loaded }: Prepared): number {
  const frontEnd = loaded.sidecar?.frontEnd;
  return frontEnd ? (1000 * frontEnd.hopLength) / frontEnd.sampleRateHz : DEFAULT_FRAME_MS;
}

/** In hexadecimal. */
function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Where what lies, and what is not fused: what a waterfall of recordings says that a step changed. */
function placementText({ board, placement, generated }: Prepared, rated: Board): string {
  const { fusion } = generated.stages.plan.schedule;
  const passes = fusion === "full" ? "" : `; fusion ${fusion}`;
  const others = (["tables", "code"] as const).flatMap((part) =>
    placement[part] === undefined ? [] : [`, ${part} in ${placement[part]}`],
  );
  return `generated for ${rated.id} with weights in its ${rated.weights.memory}${others.join("")}; linked for ${board.id}${passes}`;
}

/** Other real boards with the same core, to say where a missed budget would hold. */
function boardsLike(id: string, core: string): RunManifest["otherBoards"] {
  return listBoards()
    .filter((board) => board.kind === "real" && board.core === core && board.id !== id)
    .map(({ id: other }) => loadBoard(other))
    .map((board) => knownBoard(withCalibration(board, findMeasured(board))));
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
