/**
 * Turns a recording into the facts of its run: outputs against the twin, counts, audio, losses.
 * What follows from the facts is left to analyze/, showing it to report/.
 */
import type { FrontEnd, Quantization } from "../../codegen/index.ts";
import {
  analyse,
  dequantizeValues,
  parseSidecar,
  synthesise,
  VALUE_BYTES,
  valueArray,
} from "../../codegen/index.ts";
import { type ClockError, clockError } from "../analyze/device-clock.ts";
import type { AudioFacts, DeviceCycles, RunFacts, VerifyFacts } from "../analyze/facts.ts";
import type { ProfileFacts } from "../analyze/profile/facts.ts";
import type { StampedStep } from "../analyze/profile/trace.ts";
import { siSdrDb } from "../audio/si-sdr.ts";
import { decodeWav, encodeWav, monoSamples, toInt16 } from "../audio/wav.ts";
import type { Capture } from "../capture/format.ts";
import { replayRun } from "../capture/replay.ts";
import type { DeviceRun } from "../decode/device-run.ts";
import { bootCause, hexWord } from "../link/causes.ts";
import type { Clip } from "../report/audio-svg.ts";
import { parseCounts, type RegionCounts } from "./counts.ts";
import {
  cleanedSound,
  differingRecoveries,
  hearableFacts,
  heardRateHz,
  hopCounts,
  wholeHops,
} from "./hearable/judge.ts";
import { recordedProfile, stampedSteps } from "./profile/recorded-profile.ts";
import type { RunManifest } from "./recording.ts";
import { ATTACHMENTS, recordingError, runManifest } from "./recording.ts";
import { decodeWork } from "./spared-frames.ts";

/** One run, ready for the analyzer and the reports. */
export interface JudgedRun {
  readonly facts: RunFacts;
  readonly clips: readonly Clip[];
  /** The licence beside the model; absent where it had none. */
  readonly licence?: string;
  /** Null where the run was not profiled. */
  readonly profile: ProfileFacts | null;
  /** By the device's own clock and counter; none without one. */
  readonly steps: readonly StampedStep[];
}

/** The region that the programs mark around one step (firmware/apps/region.h). */
const STEP_REGION = 0;

/**
 * @param files what the run wrote, for the document
 * @throws UsageError TP-USE-151 when the recording's parts contradict each other
 */
export function judgeRecording(
  capture: Capture,
  files: Readonly<Record<string, string>>,
): JudgedRun {
  const manifest = runManifest(capture);
  const { run, totals } = replayRun(capture);
  const outputs = run.outputs.map(({ record }) => record.values);
  const audio = audioOf(capture, manifest, outputs);
  const regions = regionsOf(capture);
  const { hearable } = manifest;
  const hops = hearable && hopCounts(regions);
  const facts: RunFacts = {
    board: manifest.board,
    as: manifest.as,
    otherBoards: manifest.otherBoards,
    app: capture.manifest.app,
    format: capture.manifest.format,
    model: manifest.model,
    frames: hops ? wholeHops(hops) : regions.filter(({ region }) => region === STEP_REGION),
    answeredFrames: outputs.length,
    counter: counterOf(capture, manifest),
    cycleModel: manifest.cycleModel,
    deviceCycles: deviceCyclesOf(manifest, run),
    frameIntervalMs: hearable
      ? (1e3 * hearable.hopSamples) / heardRateHz(hearable, run)
      : manifest.frameIntervalMs,
    verify: verify(capture, manifest, run),
    link: {
      bytes: totals.bytes,
      records: totals.records,
      discardedBytes: totals.discardedBytes,
      lostRecords: totals.lostRecords,
      ...(run.summary && {
        droppedRecords: run.summary.droppedRecords,
        badFrames: run.summary.badFrames,
      }),
      ...(run.greetedAgainAfter.length > 0 && { returns: run.greetedAgainAfter.length }),
    },
    ...clockOf(manifest, run),
    ...(run.boot && { boot: { cause: bootCause(run.boot), status: hexWord(run.boot.status) } }),
    memory: {
      flashBytes: manifest.flashBytes,
      ramBytes: manifest.ramBytes,
      ...(manifest.sections && { sections: manifest.sections }),
      stackBytes: run.summary?.stackBytes ?? null,
    },
    budgets: manifest.budgets,
    audio: audio?.facts ?? null,
    host: manifest.host,
    build: { ...manifest.build, compiler: run.hello?.compiler ?? "unknown" },
    ...(manifest.work === undefined ? {} : { work: manifest.work }),
    ...sparedFacts(capture, manifest, run, regions.length),
    files,
    ...sustainedFacts(capture, manifest, run),
    ...fieldFacts(capture),
    ...(hearable && hops ? { hearable: hearableFacts(manifest, hearable, run, hops) } : {}),
  };
  const licence = capture.attachments.get(ATTACHMENTS.licence);
  return {
    facts,
    clips: audio?.clips ?? [],
    profile: recordedProfile(capture, facts.frames.length),
    steps: stampedSteps(run, manifest.stamped),
    ...(licence === undefined ? {} : { licence: new TextDecoder().decode(licence) }),
  };
}

/** How late each answer came, where the run was at the pace of real time; answers that never came are left out. */
function sustainedFacts(
  { attachments }: Capture,
  { minutes, board }: RunManifest,
  { temperatures }: DeviceRun,
): Pick<RunFacts, "sustained"> {
  const bytes = attachments.get(ATTACHMENTS.latencies);
  if (!bytes || minutes === undefined) return {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all = Array.from({ length: bytes.length >> 3 }, (_, frame) =>
    view.getFloat64(8 * frame, true),
  );
  const latencyMs = all.filter(Number.isFinite);
  if (latencyMs.length === 0) return {};
  const celsius = temperatures.map(({ millikelvin }) => millikelvin / 1000 - 273.15);
  const temperatureC = celsius.length === 0 ? null : celsius;
  return { sustained: { minutes, latencyMs, temperatureC, simulated: board.emulated } };
}

/** The frames whose cycles are known: those that arrived of a device with a counter, else those that were counted. */
function sparedFacts(
  { attachments }: Capture,
  manifest: RunManifest,
  run: DeviceRun,
  counted: number,
): Pick<RunFacts, "spared"> {
  const bytes = attachments.get(ATTACHMENTS.spared);
  if (!bytes || manifest.spared === undefined) return {};
  const all = decodeWork(bytes, manifest.spared.kept);
  const frames =
    deviceCyclesOf(manifest, run) === null
      ? all.slice(0, counted)
      : run.outputs.flatMap(({ record }) => all[record.frame] ?? []);
  return { spared: { ...manifest.spared, frames } };
}

function fieldFacts({ attachments }: Capture): Pick<RunFacts, "field"> {
  const bytes = attachments.get(ATTACHMENTS.field);
  return bytes ? { field: JSON.parse(new TextDecoder().decode(bytes)) } : {};
}

/** The plugin's passes through marked regions, in order; none when nothing counted. */
function regionsOf(capture: Capture): readonly RegionCounts[] {
  const bytes = capture.attachments.get(ATTACHMENTS.counts);
  if (!bytes) return [];
  const { regions, problems } = parseCounts(new TextDecoder().decode(bytes));
  const [problem] = problems;
  if (problem)
    throw recordingError(`the counts' line ${problem.line}: ${problem.what}, ${problem.detail}`);
  return regions;
}

/** What counted; an emulator's counts come last, so that a recording that was cut off has none. */
function counterOf({ attachments, outcome }: Capture, { counter, board }: RunManifest): string {
  const isCut = board.emulated && outcome === undefined && !attachments.has(ATTACHMENTS.counts);
  return isCut && !counter.startsWith("none")
    ? "none: the recording ends before its counts"
    : counter;
}

/** By its outputs; an emulator's clock is this computer's. */
function clockOf({ board }: RunManifest, run: DeviceRun): { readonly clock?: ClockError } {
  if (board.emulated) return {};
  const points = run.outputsByOneClock.map(({ deviceTimeUs, receiveTimeUs }) => ({
    deviceUs: deviceTimeUs,
    hostUs: receiveTimeUs,
  }));
  const clock = clockError(points);
  return clock === null ? {} : { clock };
}

function deviceCyclesOf({ board }: RunManifest, run: DeviceRun): DeviceCycles | null {
  if (run.hello?.counterKind !== 1) return null;
  const perFrame = run.outputs.map(({ record }) => Number(record.cycles));
  const source = `the cycle counter of ${run.hello.board}`;
  return board.emulated
    ? { kind: "modelled", perFrame, source: `${source}, as its emulator drives it` }
    : { kind: "measured", perFrame, source };
}

/** Compares every value that arrived with the twin's; a frame that did not arrive is as wrong as a different one. */
function verify(capture: Capture, manifest: RunManifest, run: DeviceRun): VerifyFacts | null {
  const expected = capture.attachments.get(ATTACHMENTS.expected);
  if (!expected) return null;
  const states = capture.attachments.get(ATTACHMENTS.states);
  const valueBytes = VALUE_BYTES[manifest.output.type];
  const outputParts = [{ values: manifest.outputBytes / valueBytes, bytes: valueBytes }];
  let comparedValues = 0;
  let mismatches = 0;
  const compare = (
    all: Uint8Array,
    frame: number,
    actual: Uint8Array,
    parts: RunManifest["stateParts"],
  ) => {
    const frameBytes = parts.reduce((sum, part) => sum + part.values * part.bytes, 0);
    const wanted = all.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    const values = parts.reduce((sum, part) => sum + part.values, 0);
    comparedValues += values;
    const isWhole = wanted.length === frameBytes && actual.length === frameBytes;
    mismatches += isWhole ? differingValues(wanted, actual, parts) : values;
  };
  const arrived = new Map(run.outputs.map(({ record }) => [record.frame, record]));
  const empty = new Uint8Array();
  // Of a recording that was cut off, what arrived is compared; of a whole one, what should have arrived.
  const arrivedFrames = Math.min(run.nextFrame, manifest.frames);
  const frames = capture.outcome === undefined ? arrivedFrames : manifest.frames;
  for (let frame = manifest.lastOnly ? frames - 1 : 0; frame < frames; frame++) {
    const record = arrived.get(frame);
    compare(expected, frame, record?.values ?? empty, outputParts);
    if (states) compare(states, frame, record?.state ?? empty, manifest.stateParts);
  }
  if (manifest.hearable !== undefined) mismatches += differingRecoveries(capture, run);
  const bitExact = mismatches === 0 && comparedValues > 0;
  return {
    bitExact,
    mismatches,
    comparedValues,
    maxFloatError: floatError(capture, manifest, run),
  };
}

function differingValues(a: Uint8Array, b: Uint8Array, parts: RunManifest["stateParts"]): number {
  let differing = 0;
  let at = 0;
  for (const { values, bytes } of parts) {
    for (let i = 0; i < values; i++, at += bytes) {
      let same = true;
      for (let k = 0; k < bytes; k++) same &&= a[at + k] === b[at + k];
      if (!same) differing++;
    }
  }
  return differing;
}

/** Largest |dequantized device output - float64 reference|, in units of the output. */
function floatError(capture: Capture, manifest: RunManifest, run: DeviceRun): number | null {
  const bytes = capture.attachments.get(ATTACHMENTS.reference);
  if (!bytes) return null;
  const reference = new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
  let largest = 0;
  for (const { record } of run.outputs) {
    const real = realValues(record.values, manifest.output);
    for (const [i, value] of real.entries()) {
      const exact = reference[record.frame * real.length + i];
      if (exact !== undefined) largest = Math.max(largest, Math.abs(value - exact));
    }
  }
  return largest;
}

function realValues(bytes: Uint8Array, quantization: Quantization): Float64Array {
  const { type } = quantization;
  const values = valueArray(type, Math.floor(bytes.length / VALUE_BYTES[type]));
  new Uint8Array(values.buffer).set(bytes.subarray(0, values.byteLength));
  return dequantizeValues(values, quantization);
}

interface JudgedAudio {
  readonly facts: AudioFacts | null;
  readonly clips: readonly Clip[];
}

/** The device's gains applied to the recording; null when none was played or frames are missing. */
function audioOf(
  capture: Capture,
  manifest: RunManifest,
  outputs: readonly Uint8Array[],
): JudgedAudio | null {
  const { attachments } = capture;
  const noisyWav = attachments.get(ATTACHMENTS.noisy);
  const sidecar = attachments.get(ATTACHMENTS.sidecar);
  if (!noisyWav || !sidecar || outputs.length !== manifest.frames) return null;
  const { frontEnd } = parseSidecar(new TextDecoder().decode(sidecar), ATTACHMENTS.sidecar);
  const { sampleRateHz } = frontEnd;
  const noisy = monoSamples(
    decodeWav(noisyWav, ATTACHMENTS.noisy),
    sampleRateHz,
    ATTACHMENTS.noisy,
  );
  const cleaned =
    manifest.hearable === undefined
      ? cleanedByGains(noisy, frontEnd, manifest, outputs)
      : cleanedSound(outputs, manifest.hearable, noisy.length);
  const clip = (id: string, label: string, samples: Int16Array): Clip => ({
    id,
    label,
    sampleRateHz,
    samples,
    wav: encodeWav({ sampleRateHz, channels: [samples] }),
  });
  const clips = [
    clip("noisy", "Noisy, as recorded", noisy),
    clip("cleaned", "Cleaned by the device", cleaned),
  ];
  const cleanWav = attachments.get(ATTACHMENTS.clean);
  if (!cleanWav) return { facts: null, clips };
  const clean = monoSamples(
    decodeWav(cleanWav, ATTACHMENTS.clean),
    sampleRateHz,
    ATTACHMENTS.clean,
  );
  // SI-SDR of silence is not defined.
  const facts = [noisy, cleaned, clean].some(isSilent)
    ? null
    : {
        clip: manifest.clip ?? "input",
        siSdrInDb: siSdrDb(noisy, clean),
        siSdrOutDb: siSdrDb(cleaned, clean),
      };
  return { facts, clips: [...clips, clip("clean", "The speech without noise", clean)] };
}

const isSilent = (samples: Int16Array): boolean => samples.every((sample) => sample === 0);

/** The device's gains on the spectra of the recording. */
function cleanedByGains(
  noisy: Int16Array,
  frontEnd: FrontEnd,
  { output }: RunManifest,
  outputs: readonly Uint8Array[],
): Int16Array {
  const { spectra } = analyse(noisy, frontEnd);
  if (spectra.length !== outputs.length) {
    throw recordingError("its audio and its frames do not agree");
  }
  const gains = outputs.map((bytes) => realValues(bytes, output));
  return toInt16(synthesise(spectra, gains, frontEnd, noisy.length));
}
