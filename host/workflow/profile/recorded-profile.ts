/**
 * Decides what of a run's profile a recording keeps, reads it back, and writes the files that were asked for.
 * What a profile says is left to analyze/profile.
 */
import { UsageError } from "../../../codegen/index.ts";
import type { ProfileFacts } from "../../analyze/profile/facts.ts";
import { foldedStacks } from "../../analyze/profile/folded.ts";
import { profileTrace, type StampedStep, stampedTrace } from "../../analyze/profile/trace.ts";
import type { Capture } from "../../capture/format.ts";
import type { DeviceRun } from "../../decode/device-run.ts";
import type { ReportInput } from "../../report/report-input.ts";
import { subjectOf } from "../../report/report-input.ts";
import { writeFileWhole } from "../output-file.ts";
import { ATTACHMENTS } from "../recording.ts";
import { parseNames, parseProfile } from "./profile-file.ts";

/** Paths of what is to be written. */
export interface ProfileOutputs {
  /** Stacks for flame graph programs. */
  readonly folded?: string;
  /** Chrome's trace-event JSON. */
  readonly trace?: string;
}

/** Steps whose spans a trace shows; a step of a large model has thousands. */
export const TRACED_STEPS = 10;

/** True when a run has to be profiled for what is asked. */
export function asksForProfile(request: ProfileOutputs & { readonly profile?: boolean }): boolean {
  return request.profile === true || request.folded !== undefined || request.trace !== undefined;
}

/** The profile in a recording; null where it has none. @throws UsageError TP-USE-151 */
export function recordedProfile(capture: Capture, passes: number): ProfileFacts | null {
  const names = capture.attachments.get(ATTACHMENTS.profileNames);
  const cells = capture.attachments.get(ATTACHMENTS.profile);
  if (names === undefined || cells === undefined) return null;
  const decoder = new TextDecoder();
  return parseProfile(decoder.decode(cells), parseNames(decoder.decode(names)), passes);
}

/**
 * Steps by the device's own clock and counter; none of a device without a counter.
 * @param kernels names of those that the program stamps, in order
 */
export function stampedSteps(
  run: DeviceRun,
  kernels: readonly string[] = [],
): readonly StampedStep[] {
  const { hello } = run;
  if (hello === undefined || hello.counterKind !== 1 || hello.clockHz === 0) return [];
  const perUs = hello.clockHz / 1e6;
  const ends = new Map(run.kernels.map(({ frame, ends: bytes }) => [frame, bytes]));
  // A record is stamped when it is sent, right after its step.
  return run.outputsByOneClock.map(({ record, deviceTimeUs }) => {
    const lengthUs = Number(record.cycles) / perUs;
    const beginUs = deviceTimeUs - lengthUs;
    const done = kernelEnds(ends.get(record.frame) ?? new Uint8Array());
    const layers = done.map((end, index) => {
      const begin = done[index - 1] ?? 0;
      return {
        name: kernels[index] ?? `kernel ${index}`,
        beginUs: beginUs + begin / perUs,
        lengthUs: (end - begin) / perUs,
      };
    });
    return { frame: record.frame, beginUs, lengthUs, layers };
  });
}

/** Cycles from a step's begin; what is out of order is cut off, so that no layer has a negative length. */
function kernelEnds(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends = Array.from({ length: bytes.length >> 2 }, (_, index) =>
    view.getUint32(4 * index, true),
  );
  const wrong = ends.findIndex((end, index) => end < (ends[index - 1] ?? 0));
  return wrong < 0 ? ends : ends.slice(0, wrong);
}

/** @throws UsageError TP-USE-152 when the run was not profiled */
export function writeProfileFiles({ folded, trace }: ProfileOutputs, report: ReportInput): void {
  const { profile = null, steps = [] } = report;
  if (folded !== undefined) {
    if (profile === null) throw notProfiled(folded);
    writeFileWhole(folded, foldedStacks(profile));
  }
  if (trace !== undefined) {
    writeFileWhole(trace, `${JSON.stringify(traceOf(trace, report, profile, steps))}\n`);
  }
}

function traceOf(
  path: string,
  report: ReportInput,
  profile: ProfileFacts | null,
  steps: readonly StampedStep[],
) {
  const { document } = report;
  const { clock, cycleSource, counter } = document.provenance;
  const request = {
    device: subjectOf(document),
    model: document.model.name,
    clockHz: clock === null ? null : clock.value * (clock.unit === "MHz" ? 1e6 : 1),
    source: cycleSource ?? counter,
  };
  if (profile !== null) return profileTrace(profile, request);
  const kind = document.cycles?.kind === "measured" ? "measured" : "modelled";
  if (steps.length > 0) return stampedTrace(steps, request, kind);
  throw notProfiled(path);
}

function notProfiled(path: string): UsageError {
  return new UsageError(
    "TP-USE-152",
    {
      what: `${path} is not written: the run has no profile`,
      why: "it was recorded without one, and its device stamps no times",
      fix: "record it again: pioneer run MODEL --board ID --profile",
    },
    { path },
  );
}
