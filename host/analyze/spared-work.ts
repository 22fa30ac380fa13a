/**
 * Decides how much of its plan's work a frame did whose step may leave some out: columns taken in again, results repeated.
 * Counting the columns is left to the twin, whose bits are the device's; what the work took to workflow/plan-work.ts.
 */
import { type CycleFamily, cyclesPerFrame } from "./counts.ts";
import type { RunFacts } from "./facts.ts";
import { type KernelWork, TRAFFIC_PARTS, totalTraffic } from "./kernel-work.ts";
import { counted, type Quantity } from "./quantity.ts";

/** A kernel that keeps its sums, by the columns that it takes in. */
export interface KeptKernel {
  readonly name: string;
  /** Of its matrix, all of which may move; without padding. */
  readonly columns: number;
  /** With none, one and two columns taken in; each one beyond adds what the second did. */
  readonly work: readonly [KernelWork, KernelWork, KernelWork];
}

/** What one frame did, as its twin counted it. */
export interface FrameWork {
  /** It gave the result before it once more. */
  readonly repeated: boolean;
  /** Columns taken in, one number for each kernel that keeps its sums. */
  readonly moved: readonly number[];
}

/** Of a run whose steps may leave work out. */
export interface SparedFacts {
  readonly kept: readonly KeptKernel[];
  /** What telling silence adds to every frame, and all that a repeated one does; null where no frame repeats. */
  readonly silence: KernelWork | null;
  /** In the order of the frames' cycles. */
  readonly frames: readonly FrameWork[];
}

/** Columns of one kernel. */
export interface MovedColumns {
  readonly kernel: string;
  /** Columns that it has. */
  readonly of: number;
  /** Taken in a frame. */
  readonly mean: Quantity;
  readonly max: Quantity;
}

/** What a run's frames did of the plan's work. */
export interface WorkDone {
  /** Of the frame whose cycles are the median. */
  readonly macs: Quantity;
  readonly paddedMacs: Quantity;
  /** Weights, biases and multipliers that it read [byte]. */
  readonly weightBytes: Quantity;
  readonly columns: readonly MovedColumns[];
  /** Frames that repeated a result, of all. */
  readonly repeated: Quantity;
}

/** A run as the frame that it is judged by, or why that frame's work is not known. */
export interface MedianWork {
  readonly missing?: string;
  /** The run with that frame alone, and its work in place of the model's. */
  readonly alone?: RunFacts;
  /** Of that frame; absent where nothing counted. */
  readonly instructions?: number;
  readonly done?: WorkDone;
}

const SOURCE = "counted by the twin, whose every value the device's equals";

/** The frame with the median of the cycles, and the columns of all. */
export function medianWork(facts: RunFacts, cycles: CycleFamily | null): MedianWork {
  const { spared, work, verify } = facts;
  if (spared === undefined || work === undefined) {
    return { missing: "steps leave out work that nobody counted (--delta, --skip)" };
  }
  if (verify?.bitExact !== true) {
    return { missing: "the device did not do what its twin counted: their values differ" };
  }
  if (cycles === null) return { missing: "no cycles, so no frame has their median" };
  const all = cyclesPerFrame(facts);
  if (spared.frames.length !== all.length) {
    const missing = `the twin counted the work of ${spared.frames.length} frames, and ${all.length} have cycles`;
    return { missing };
  }
  const frame = all.indexOf(cycles.median);
  const own = workOf(work, spared, spared.frames[frame] as FrameWork);
  const done = workDone(own, spared);
  if (done.macs.value === 0) {
    return { missing: "the median frame repeats a result and multiplies nothing", done };
  }
  const model = {
    ...facts.model,
    macs: done.macs.value,
    paddedMacs: done.paddedMacs.value,
    weightBytes: done.weightBytes.value,
  };
  const frames = facts.frames.slice(frame, frame + 1);
  const [counts] = frames;
  return {
    done,
    alone: { ...facts, model, work: own, frames },
    ...(counts === undefined ? {} : { instructions: counts.instructions }),
  };
}

function workDone(own: readonly KernelWork[], spared: SparedFacts): WorkDone {
  const sum = (field: "macs" | "paddedMacs"): number =>
    own.reduce((total, kernel) => total + kernel[field], 0);
  const ofMedian = (value: number, unit: string): Quantity =>
    counted(value, unit, `of the frame with the median of the cycles, ${SOURCE}`);
  const repeats = spared.frames.filter(({ repeated }) => repeated).length;
  return {
    macs: ofMedian(sum("macs"), "MAC"),
    paddedMacs: ofMedian(sum("paddedMacs"), "MAC"),
    weightBytes: ofMedian(totalTraffic(own).weights, "byte"),
    columns: spared.kept.map(({ name, columns }, at) => movedColumns(name, columns, spared, at)),
    repeated: counted(repeats, "frame", SOURCE),
  };
}

function movedColumns(
  kernel: string,
  of: number,
  { frames }: SparedFacts,
  at: number,
): MovedColumns {
  const moved = frames.map((frame) => frame.moved[at] ?? 0);
  const mean = moved.reduce((sum, one) => sum + one, 0) / moved.length;
  const max = moved.reduce((most, one) => Math.max(most, one), 0);
  return {
    kernel,
    of,
    mean: counted(mean, "column", `mean of ${moved.length} frames, ${SOURCE}`),
    max: counted(max, "column", SOURCE),
  };
}

/** Kernel by kernel. */
function workOf(
  work: readonly KernelWork[],
  { kept, silence }: SparedFacts,
  { repeated, moved }: FrameWork,
): readonly KernelWork[] {
  const watch = silence === null ? [] : [silence];
  if (repeated) return watch;
  const done = work.map((kernel) => {
    const at = kept.findIndex(({ name }) => name === kernel.name);
    return at < 0 ? kernel : atColumns(kept[at] as KeptKernel, moved[at] ?? 0);
  });
  return [...watch, ...done];
}

function atColumns({ work: [none, one, two] }: KeptKernel, moved: number): KernelWork {
  if (moved === 0) return none;
  const at = (field: (kernel: KernelWork) => number): number =>
    field(one) + (moved - 1) * (field(two) - field(one));
  const traffic = Object.fromEntries(
    TRAFFIC_PARTS.map((part) => [part, at((kernel) => kernel.traffic[part])]),
  ) as unknown as KernelWork["traffic"];
  return {
    ...one,
    macs: at(({ macs }) => macs),
    paddedMacs: at(({ paddedMacs }) => paddedMacs),
    traffic,
  };
}
