/**
 * The typed record of one run: everything the analyzer may know, whichever machine it came from.
 * Collecting it from captures, counts and board files is left to workflow/; judging it to the modules beside this one.
 */

import type { ClockError } from "./device-clock.ts";
import type { FieldFacts } from "./field-curve.ts";
import type { HearableFacts } from "./hearable.ts";
import type { KernelWork } from "./kernel-work.ts";
import type { MemoryFrame } from "./memory-frame.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { measured, stated } from "./quantity.ts";
import type { SparedFacts } from "./spared-work.ts";
import type { SustainedFacts } from "./sustained.ts";

/**
 * S: read in the source named. M: from memory, waits for a data sheet or a measurement. measured: a board reported it.
 * modelled: an emulated board's loops took so long by its core's table.
 */
export type Confidence = "S" | "M" | "measured" | "modelled";

/** One value of a board or platform file. */
export interface StatedValue {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  readonly confidence: Confidence;
  /** [low, high], same unit, where the value is known to vary. */
  readonly interval?: readonly [number, number];
}

/** A memory as a roof: bytes it can deliver in one core cycle. */
export interface MemoryFacts {
  readonly name: string;
  readonly bytesPerCycle: StatedValue;
  /**
   * weights: the weights stream from here once a frame. core: every counted load and store passes. data: activations,
   * state and sums lie here. other: drawn only.
   */
  readonly traffic: "weights" | "core" | "data" | "other";
}

/** What reading the weights makes a step wait, by the memory that holds them and the caches before it. */
export interface WeightWaitFacts {
  /** Weights up to so many are still in a cache when the next step comes, and wait for nothing [byte]. */
  readonly residentBytes: number;
  /** Fetched at once [byte]. */
  readonly partBytes: number;
  /** For each of those [cycle]. */
  readonly stallsPerPart: number;
  readonly source: string;
}

/** A rate of arithmetic as a roof. */
export interface ComputeFacts {
  readonly name: string;
  /** [MAC/cycle] */
  readonly macsPerCycle: StatedValue;
}

/** What the analyzer uses of a board file; null where the file does not say. */
export interface BoardFacts {
  readonly id: string;
  readonly name: string;
  /** By its maker's name; absent in recordings of before it was kept. */
  readonly chip?: string;
  /** Core name as in boards/cores, for example "cortex-m4"; cycles carry over only between boards with the same one. */
  readonly core: string;
  /** True for QEMU: its own clock and current mean nothing. */
  readonly emulated: boolean;
  /** Of the chip; absent: one. */
  readonly cores?: StatedValue;
  /** Name of the cycle counter in the board's file; absent for an emulated board. */
  readonly counter?: string;
  /** [Hz] or [MHz]. */
  readonly clock: StatedValue | null;
  /** [V] */
  readonly supply: StatedValue | null;
  /** Computing, radios off [mA], [uA] or [uA/MHz]. */
  readonly activeCurrent: StatedValue | null;
  /** Asleep between frames, RAM kept [mA] or [uA]. */
  readonly sleepCurrent: StatedValue | null;
  /** What the board's documents call that sleep; absent where they have one alone. */
  readonly sleepName?: string;
  /** Into that sleep and out of it again [us] or [ms]; absent where no source gives it, and then 0. */
  readonly wake?: StatedValue;
  /** Shorter sleeps are refused [us] or [ms]. */
  readonly shortestSleep?: StatedValue;
  /** Rates of multiply-accumulates, the hardware's own peak first: MFU is against it, the others are drawn. */
  readonly computeRoofs: readonly ComputeFacts[];
  /** Most instructions the core can issue in a cycle [instruction/cycle]. */
  readonly issuePerCycle: StatedValue | null;
  readonly memories: readonly MemoryFacts[];
  /** Absent for an emulated board, and in recordings of before it was kept. */
  readonly weightWaits?: WeightWaitFacts;
  /** [byte] */
  readonly flashBytes: StatedValue | null;
  /** [byte] */
  readonly ramBytes: StatedValue | null;
}

export interface ModelFacts {
  readonly name: string;
  /** First 16 hex digits of the plan's SHA-256, or more. */
  readonly digest: string;
  /** Useful multiply-accumulates a frame, without padding. */
  readonly macs: number;
  /** Of all weights of the network, where `macs` leaves some of them out for good; absent: macs are all. */
  readonly networkMacs?: number;
  /** Multiply-accumulates that execute a frame, padding included. */
  readonly paddedMacs: number;
  /** Weights, biases and padding as stored; streamed once a frame [byte]. */
  readonly weightBytes: number;
  /** State kept between frames [byte]. */
  readonly stateBytes: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** Layers with weights: what a GPU launches. */
  readonly layers: number;
  /** A step may leave part of macs and weightBytes undone: sums kept (delta), silence repeated (skip). Absent: none does. */
  readonly leavesWorkOut?: boolean;
}

/** What a counting instrument saw between the marks around one frame. */
export interface FrameCounts {
  readonly instructions: number;
  /** Cycles by the core's timing table [cycle]; null where it has none. */
  readonly cycles: number | null;
  /** Cycles by a second, simpler model; the two bound the uncertainty [cycle]. */
  readonly cyclesSimple: number | null;
  /** With every rule of the table at its low and at its high value [cycle]; absent where the table has no such bounds. */
  readonly cyclesLow?: number;
  readonly cyclesHigh?: number;
  /** With one unsure rule of the table alone at its low and at its high value [cycle]; absent after the first frames. */
  readonly rules?: Readonly<Record<string, readonly [number, number]>>;
  readonly loads: number;
  readonly stores: number;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  /** What the rated board's memories would have done; absent where nothing simulated them. */
  readonly memory?: MemoryFrame;
  /** Instructions by class: "mac", "load", ...; null where nothing decodes them. */
  readonly classes: Readonly<Record<string, number>> | null;
}

/** Cycles of each frame by the device's own counter. */
export interface DeviceCycles {
  /** Modelled where an emulator drives the counter. */
  readonly kind: "measured" | "modelled";
  readonly perFrame: readonly number[];
  readonly source: string;
}

export interface VerifyFacts {
  /** Every compared value is equal. */
  readonly bitExact: boolean;
  readonly mismatches: number;
  readonly comparedValues: number;
  /** Largest distance to the float64 reference, in units of the model's output; null when not computed. */
  readonly maxFloatError: number | null;
}

export interface LinkFacts {
  readonly bytes: number;
  readonly records: number;
  readonly discardedBytes: number;
  readonly lostRecords: number;
  /** Records that the device could not send, by its own count; absent without its Summary. */
  readonly droppedRecords?: number;
  /** Frames that reached the device damaged or made no sense to it. */
  readonly badFrames?: number;
  /** How often the device went away in the middle and came back; absent where it never did. */
  readonly returns?: number;
}

/** Code and constants, variables with initial values, and variables without [byte]. */
export interface SectionSizes {
  readonly text: number;
  readonly data: number;
  readonly bss: number;
}

export interface MemoryUse {
  /** Program, tables and weights [byte]. */
  readonly flashBytes: number | null;
  /** Static data [byte]. */
  readonly ramBytes: number | null;
  /** Deepest use of the stack, painted and read back [byte]. */
  readonly stackBytes: number | null;
  /** Absent for a program that was linked elsewhere. */
  readonly sections?: SectionSizes;
}

export interface AudioFacts {
  readonly clip: string;
  /** SI-SDR of the noisy and of the cleaned clip against the clean one [dB]. */
  readonly siSdrInDb: number;
  readonly siSdrOutDb: number;
}

/** This computer running the same model; measured. */
export interface HostFacts {
  /** The processor's own name. */
  readonly name: string;
  /** Runtime, precision and threads. */
  readonly runtime: string;
  /** One frame [ms]. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Frames timed after warm-up. */
  readonly samples: number;
}

export interface BuildFacts {
  readonly compiler: string;
  readonly flags: string;
  /** Where the weights lie. */
  readonly placement: string;
  /** SHA-256 of the ELF that ran, in hexadecimal; absent for a board that was flashed elsewhere. */
  readonly firmwareSha256?: string;
}

export interface RunFacts {
  /** The board the run was on. */
  readonly board: BoardFacts;
  /** The real board whose clock, memories and current apply to the counts; null: the run's own board if it is real. */
  readonly as: BoardFacts | null;
  /** Others, to say where a missed budget would hold. */
  readonly otherBoards: readonly BoardFacts[];
  readonly app: string;
  /** Number format: "int8", "int16x8", "int4", "tflite-int8", "float32". */
  readonly format: string;
  readonly model: ModelFacts;
  /** One a frame, in order; empty when nothing counted. */
  readonly frames: readonly FrameCounts[];
  /** Frames that the device answered, counted or not; absent: as many as were counted. */
  readonly answeredFrames?: number;
  /** What counted, for the source of counted values; "none" and, behind ": ", why nothing did. */
  readonly counter: string;
  /** What turned counts into cycles; where they are null, why. */
  readonly cycleModel: string;
  /** They win over those of the cycle model. */
  readonly deviceCycles: DeviceCycles | null;
  /** Time between two frames: hop / sample rate [ms]. */
  readonly frameIntervalMs: number;
  readonly verify: VerifyFacts | null;
  readonly link: LinkFacts | null;
  /** The device's clock against the host's; absent for an emulator, whose clock is the host's. */
  readonly clock?: ClockError;
  /** Why the chip started, in words, and its own register of it in hex; absent for a board that does not tell. */
  readonly boot?: { readonly cause: string; readonly status: string };
  readonly memory: MemoryUse;
  /** Limits asked for; null: not asked. */
  readonly budgets: { readonly latencyMs: number | null; readonly powerMw: number | null };
  readonly audio: AudioFacts | null;
  readonly host: HostFacts | null;
  readonly build: BuildFacts;
  /** The work of each kernel as the generator counted it; absent in recordings that did not keep it. */
  readonly work?: readonly KernelWork[];
  /** What the twin counted of steps that leave work out; absent where none does, and in recordings of before it was kept. */
  readonly spared?: SparedFacts;
  /** Of a run at the pace of real time. */
  readonly sustained?: SustainedFacts;
  /** Quality in noise, where it was asked for. */
  readonly field?: FieldFacts;
  /** Of a program that takes and gives sound: its frames are whole hops, the model and the front end around it. */
  readonly hearable?: HearableFacts;
  /** Files the run wrote, by what they are. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The board whose numbers apply, or null with an emulated board that stands for none.
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function ratedBoard(facts: Pick<RunFacts, "board" | "as">): BoardFacts | null {
  const board = facts.as ?? (facts.board.emulated ? null : facts.board);
  requireFiniteIn("the board", board);
  return board;
}

/** A value of a board file as a quantity; one that was recalled says so in its source. */
export function quantityOf(value: StatedValue): Quantity {
  const { confidence, interval } = value;
  if (confidence === "measured") return measured(value.value, value.unit, value.source, interval);
  if (confidence === "modelled") {
    const { value: number, unit, source } = value;
    return { value: number, unit, kind: "modelled", source, ...(interval && { interval }) };
  }
  const source = confidence === "M" ? `${value.source} (unverified)` : value.source;
  return stated(value.value, value.unit, source, interval);
}
