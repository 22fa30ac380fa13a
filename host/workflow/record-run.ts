/**
 * Decides how a conversation with the device becomes a recording: what is written before, while and after it.
 * What the manifest says is left to run-manifest.ts, the report to judge.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatName } from "../../codegen/index.ts";
import type { FieldFacts } from "../analyze/field-curve.ts";
import { encodeWav } from "../audio/wav.ts";
import { CaptureWriter } from "../capture/file.ts";
import type { CaptureManifest } from "../capture/manifest.ts";
import { recordLink } from "../capture/record-link.ts";
import type { LinkEvent } from "../decode/frames.ts";
import { WIRE_VERSION } from "../decode/records.ts";
import type { RunResult } from "../link/outcome.ts";
import { RETURN_TIMEOUT_MS } from "../link/patience.ts";
import { Session } from "../link/session.ts";
import type { RecordedApp } from "./build.ts";
import type { VerbContext } from "./context.ts";
import type { Prepared } from "./generate.ts";
import { gitState } from "./git-state.ts";
import { isHearable } from "./hearable/stimulus.ts";
import { ATTACHMENTS } from "./recording.ts";
import { manifestOf, type RunFacts } from "./run-manifest.ts";
import { encodeWork } from "./spared-frames.ts";
import type { Stimulus } from "./stimulus.ts";
import { TOOL_VERSION } from "./version.ts";

/** Seed of the inputs that `speed` makes; any but 0, the same in every run so that counts repeat. */
export const SPEED_SEED = 1;
/** Longer than any licence. */
const MAX_LICENCE_BYTES = 64 * 1024;

/** Everything a recorded conversation needs. */
export interface RunParts extends RunFacts {
  readonly context: VerbContext;
  readonly recording: string;
  /** Another conversation between greeting and goodbye than the program's own, which then tells its progress itself. */
  readonly converse?: Conversation;
  readonly field?: FieldFacts;
  /** The program that greets, where the recording knows it by another name. */
  readonly greetsAs?: string;
}

export interface Conversation {
  hold(session: Session): Promise<void>;
  /** Sees every event as it arrives. */
  onEvent(event: LinkEvent): void;
  /** What was fed so far, where only the conversation knows; the recording is described by it in the end. */
  stimulus?(): Stimulus;
  /** What the recording keeps of it, by name. */
  attachments?(): Readonly<Record<string, Uint8Array>>;
}

/** Holds the conversation with everything written to the recording as it arrives. */
export async function recordRun(parts: RunParts): Promise<RunResult> {
  const { context, app, prepared, stimulus, device, converse } = parts;
  const { plan } = prepared.generated.stages;
  const writer = new CaptureWriter(parts.recording, captureManifest(parts));
  const frames = stimulus.inputs.length;
  if (!converse) context.progress.step(`running ${frames} frames on ${device.link.name}`);
  const { name } = device.link;
  // What `speed` times cannot be asked for again: its run ends when the link goes away.
  const canResume = app !== "speed";
  if (canResume) {
    device.link.watch?.({
      lost: (why) => context.progress.note(`${name} went away (${why}); waiting for it`),
      back: () => context.progress.note(`${name} is there again: the run goes on`),
    });
  }
  const session = new Session(recordLink(device.link, writer), {
    expect: {
      board: prepared.board.id,
      app: parts.greetsAs ?? app,
      modelDigest: plan.digest.slice(0, 16),
    },
    signal: context.signal,
    ...(canResume ? { returnTimeoutMs: RETURN_TIMEOUT_MS } : {}),
    onEvent: (event) => {
      if (converse) converse.onEvent(event);
      else context.progress.update(session.run.outputs.length, frames);
    },
  });
  let isTold = converse?.stimulus === undefined;
  /** What was fed while it ran is told behind it, however it ended. */
  const tellFed = () => {
    const fed = isTold ? undefined : converse?.stimulus?.();
    isTold = true;
    if (fed === undefined) return;
    writer.describe(captureManifest({ ...parts, stimulus: fed }));
    attachStimulus(writer, prepared, app, fed);
  };
  try {
    if (isTold) attachStimulus(writer, prepared, app, stimulus);
    await session.open();
    if (converse) await converse.hold(session);
    else if (app === "speed") await session.measure(frames, SPEED_SEED);
    else await session.stream(stimulus.inputs, stimulus.sequenceFrames);
    const result = await session.finish();
    tellFed();
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
    tellFed();
    writer.close();
  }
}

function captureManifest(parts: RunParts): CaptureManifest {
  const { app, prepared, device } = parts;
  const { plan } = prepared.generated.stages;
  return {
    schema: 1,
    toolVersion: TOOL_VERSION,
    board: prepared.board.id,
    as: prepared.as?.id ?? null,
    app,
    format: formatName(plan),
    model: { name: plan.name, digest: plan.digest },
    wireVersion: WIRE_VERSION,
    link: device.link.name,
    git: gitState(),
    monitor: null,
    facts: { ...manifestOf(parts) },
  };
}

function attachStimulus(
  writer: CaptureWriter,
  prepared: Prepared,
  app: RecordedApp,
  stimulus: Stimulus,
): void {
  const { expected, states, reference, audio } = stimulus;
  // What nobody knows the answer to is not compared.
  if (expected.length > 0) writer.attach(ATTACHMENTS.expected, Buffer.concat(expected));
  if (app === "check") writer.attach(ATTACHMENTS.states, Buffer.concat(states));
  if (stimulus.work) writer.attach(ATTACHMENTS.spared, encodeWork(stimulus.work));
  if (reference) {
    const bytes = reference.map((values) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    );
    writer.attach(ATTACHMENTS.reference, Buffer.concat(bytes));
  }
  if (isHearable(stimulus)) {
    writer.attach(ATTACHMENTS.recoveries, Buffer.from(JSON.stringify(stimulus.recoveries)));
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
