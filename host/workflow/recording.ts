/**
 * Decides what a recording holds beside the bytes of the link, so that its report can be made again anywhere.
 * The file's layout is left to capture/, judging it to judge.ts.
 */
import type { Quantization } from "../../codegen/index.ts";
import { UsageError } from "../../codegen/index.ts";
import type {
  BoardFacts,
  BuildFacts,
  HostFacts,
  ModelFacts,
  SectionSizes,
} from "../analyze/facts.ts";
import type { KernelWork } from "../analyze/kernel-work.ts";
import type { SparedFacts } from "../analyze/spared-work.ts";
import type { Capture } from "../capture/format.ts";
import { MAX_FRAMES } from "./stimulus.ts";

/** Names of the attachments of a run's recording. */
export const ATTACHMENTS = {
  /** The twin's answers, a frame after the other. */
  expected: "expected.bin",
  /** The twin's state after each frame; absent unless the program sends it. */
  states: "states.bin",
  /** The float64 reference's answers, little-endian doubles. */
  reference: "reference.f64",
  noisy: "noisy.wav",
  clean: "clean.wav",
  /** The model's JSON: how its gains become audio again. */
  sidecar: "sidecar.json",
  /** The licence beside the model: of its weights and of the recordings it came with. */
  licence: "LICENSE",
  /** What the emulator's plugin wrote. */
  counts: "counts.jsonl",
  /** What the twin counted of each frame's work, little-endian 16-bit words; only of steps that may leave some out. */
  spared: "spared.u16",
  /** What it wrote of places, and their names; absent unless the run was profiled. */
  profile: "profile.jsonl",
  profileNames: "profile.json",
  /** From due to answered, a frame after the other, little-endian doubles [ms]; only of a sustained run. */
  latencies: "latencies.f64",
  /** When the twin put its model's state back; only of the program hearable. */
  recoveries: "recoveries.json",
  /** Quality in noise by exact twins; only where it was asked for. */
  field: "field.json",
} as const;

/** One array of the persistent state. */
interface StatePart {
  readonly values: number;
  /** Of one value. */
  readonly bytes: number;
}

/** The part of a manifest that judge.ts reads. */
export interface RunManifest {
  readonly board: BoardFacts;
  readonly as: BoardFacts | null;
  readonly otherBoards: readonly BoardFacts[];
  readonly model: ModelFacts;
  readonly build: BuildFacts;
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  /** Absent for a program that was linked elsewhere, and in recordings of before it was kept. */
  readonly sections?: SectionSizes;
  readonly counter: string;
  readonly cycleModel: string;
  readonly frameIntervalMs: number;
  readonly budgets: { readonly latencyMs: number | null; readonly powerMw: number | null };
  readonly host: HostFacts | null;
  readonly output: Quantization;
  /** Frames the run was to compute. */
  readonly frames: number;
  /** True when only the last frame's values are sent ("speed"). */
  readonly lastOnly: boolean;
  /** Bytes of the values of one frame, and of its state (0: not sent). */
  readonly outputBytes: number;
  readonly stateBytes: number;
  /** What the persistent state is made of, in order. */
  readonly stateParts: readonly StatePart[];
  readonly clip: string | null;
  /** A run at the pace of real time [min]; absent for any other. */
  readonly minutes?: number;
  /** Names of the kernels that the program stamps, in order; absent where it stamps none. */
  readonly stamped?: readonly string[];
  /** Absent in recordings of before it was kept. */
  readonly work?: readonly KernelWork[];
  /** Where steps may leave work out: what a frame's counts are of. Absent in recordings of before it was kept. */
  readonly spared?: Pick<SparedFacts, "kept" | "silence">;
  /** Of the program hearable, whose frames are hops of sound. */
  readonly hearable?: HearableManifest;
}

/** What a recording of the program hearable says beside. */
export interface HearableManifest {
  readonly sampleRateHz: number;
  /** [samples] */
  readonly hopSamples: number;
  /** By how many samples what comes out lies behind what goes in. */
  readonly delaySamples: number;
  /** What the device's clock is on an emulated board; null for a clock of its own. */
  readonly virtualTime: string | null;
}

/** Whether a capture is one of `pioneer run`, not of a link that was only listened to. */
export function isRunRecording(capture: Capture): boolean {
  return capture.manifest.facts?.kind !== "record";
}

/** The run's part of a capture's manifest. @throws UsageError TP-USE-151 when it is not one of `pioneer run`. */
export function runManifest(capture: Capture): RunManifest {
  const facts = capture.manifest.facts as Partial<RunManifest> | undefined;
  const whole =
    isObject(facts?.board) &&
    isObject(facts.model) &&
    isObject(facts.output) &&
    isObject(facts.budgets) &&
    isObject(facts.build) &&
    Array.isArray(facts.otherBoards) &&
    Array.isArray(facts.stateParts) &&
    facts.stateParts.every(isStatePart) &&
    isSize(facts.frames) &&
    facts.frames <= MAX_FRAMES &&
    isSize(facts.outputBytes) &&
    isSize(facts.stateBytes) &&
    typeof facts.frameIntervalMs === "number" &&
    isHearable(facts.hearable);
  if (whole) return facts as RunManifest;
  throw recordingError("its manifest does not describe a run");
}

/** A value takes a byte or more: what a frame compares is bounded by what it holds. */
const isStatePart = (part: Partial<StatePart> | null): boolean =>
  isObject(part) && isSize(part.values) && isSize(part.bytes) && part.bytes > 0;

/** The error of a recording whose parts contradict each other. */
export function recordingError(why: string): UsageError {
  return new UsageError("TP-USE-151", {
    what: "the recording cannot be analysed",
    why,
    fix: "record the run again: pioneer run MODEL --board ID --record FILE",
  });
}

function isHearable(value: Partial<HearableManifest> | undefined): boolean {
  if (value === undefined) return true;
  return (
    isObject(value) &&
    isSize(value.sampleRateHz) &&
    isSize(value.hopSamples) &&
    isSize(value.delaySamples) &&
    value.sampleRateHz > 0 &&
    value.hopSamples > 0
  );
}

function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 1e9;
}
