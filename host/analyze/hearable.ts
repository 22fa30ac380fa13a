/**
 * Decides what a whole hop of audio costs by its parts, whether every hop met its deadline, and how late sound comes out.
 * Counting and timing are left to the program and its emulator, limits asked for to budgets.ts.
 */
import type { CountFamily } from "./counts.ts";
import { cyclesOf, instructionsOf } from "./counts.ts";
import type { BoardFacts, FrameCounts, RunFacts } from "./facts.ts";
import { requireAtLeast0, requireFiniteIn } from "./number-limits.ts";
import { boardPower, dutyCycle } from "./power.ts";
import { powerSources } from "./power-sources.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, measured } from "./quantity.ts";
import { hopMsOf, type SoundLatency, soundLatency } from "./sound-latency.ts";
import type { Timing } from "./timing.ts";
import { timingOf } from "./timing.ts";

/** The parts of a hop, in the order they run. */
export const HOP_PARTS = ["analyse", "step", "synthesise", "watch"] as const;
export type HopPartName = (typeof HOP_PARTS)[number];

/** One part of every hop. */
export interface HopPartFacts {
  readonly name: HopPartName;
  /** One a hop, in order; empty when nothing counted. */
  readonly frames: readonly FrameCounts[];
  /** Cycles of every hop by the device's own counter; null without one. */
  readonly deviceCycles: readonly number[] | null;
}

/** What the device's deadline monitor said, hop by hop. */
export interface HopTimes {
  /** From samples taken to cleaned samples ready [us]. */
  readonly computeUs: readonly number[];
  /** Hops that took longer than a hop lasts. */
  readonly overruns: number;
  readonly worstUs: number;
  readonly worstFrame: number;
  /** Modelled where an emulator drives the clock. */
  readonly kind: "measured" | "modelled";
  readonly source: string;
}

/** The model's state was put back on the device. */
export interface RecoveryFacts {
  readonly frame: number;
  /** 1: it let nothing through; 2: it let something through with gains that stood still. */
  readonly cause: number;
}

export interface HearableFacts {
  readonly parts: readonly HopPartFacts[];
  /** Null when none of its records arrived. */
  readonly times: HopTimes | null;
  readonly sampleRateHz: number;
  /** [samples] */
  readonly hopSamples: number;
  /** By how many samples the front end's output stream lies behind its input stream. */
  readonly delaySamples: number;
  readonly recoveries: readonly RecoveryFacts[];
  /** Of a run by the board's own microphone. */
  readonly sound?: SoundFacts;
}

/** What became of sound that never crossed the line. */
export interface SoundFacts {
  /** Hops that were overwritten before the program took them. */
  readonly lostHops: number;
  /** Hops for which the output had nothing new. */
  readonly gaps: number;
  /** From a hop's end to where it begins in the output, at most, its computation within; 0 without an output. */
  readonly queuedHops: number;
}

/**
 * What one part takes of a hop: counts of the median one; times, energy and power of the mean one, so that the parts add
 * up to the whole's average. Null where it is not known.
 */
export interface HopPart {
  readonly name: HopPartName;
  /** Of the median hop, as `cycles` and `share`. */
  readonly instructions: Quantity | null;
  readonly cycles: Quantity | null;
  /** Mean of all hops [ms], as the next two. */
  readonly timeMs: Quantity | null;
  /** Computing it [uJ]. */
  readonly energyUj: Quantity | null;
  /** What it adds to the average power over sleeping through [mW]: all that can be saved in it; null where none is slept. */
  readonly aboveSleepMw: Quantity | null;
  /** Of the cycles of all parts, else of their instructions [%]. */
  readonly share: Quantity | null;
}

export interface HearableDocument {
  readonly parts: readonly HopPart[];
  readonly deadline: {
    readonly limitMs: Quantity;
    /** Hops that took longer. */
    readonly overruns: Quantity;
    readonly worstMs: Quantity;
    readonly worstFrame: number;
  } | null;
  /** Hops whose cycles took longer than a hop lasts; null without a rated board. */
  readonly lateHops: Quantity | null;
  readonly latencyMs: SoundLatency;
  /** Of a run by the board's own microphone. */
  readonly sound?: { readonly lostHops: Quantity; readonly gaps: Quantity };
  readonly recoveries: readonly RecoveryFacts[];
  /** What is not in the average power. */
  readonly leftOut: readonly string[];
}

/** The microphone and the speaker are somebody else's parts. */
const OTHER_PARTS =
  "the microphone and the speaker: a digital microphone's own current comes on top";
const MOVING_BY_LINE =
  "moving samples: a board does it by DMA, this run over the serial line between the parts";
const MOVING_BY_BOARD =
  "the clocks and DMA of microphone and output, which run on while the core sleeps, and handing hops over: by PWM some 30 instructions a sample";

/**
 * @param timing of the whole hop; null without a rated board
 * @throws AnalysisError TP-USE-242 for a number that is not finite or out of range
 */
export function hearableOf(
  facts: RunFacts,
  hearable: HearableFacts,
  timing: Timing | null,
  rated: BoardFacts | null,
): HearableDocument {
  requireFiniteIn("the hops", hearable);
  const hopMs = hopMsOf(hearable);
  return {
    parts: sharesOf(
      hearable.parts.map((part) => partOf(part, facts, rated, sleepsIn(timing, rated))),
    ),
    deadline: deadlineOf(hearable.times, hopMs),
    lateHops: timing && lateOf(timing, hopMs),
    latencyMs: soundLatency({
      ...hearable,
      queuedHops: hearable.sound?.queuedHops ?? 0,
      compute: timing?.worst ?? worstOf(hearable.times),
      perHopMs: timing?.perFrameMs ?? ownTimes(hearable.times),
    }),
    ...(hearable.sound && { sound: lossesOf(hearable.sound) }),
    recoveries: hearable.recoveries,
    leftOut: [OTHER_PARTS, hearable.sound ? MOVING_BY_BOARD : MOVING_BY_LINE],
  };
}

function lossesOf({ lostHops, gaps }: SoundFacts): NonNullable<HearableDocument["sound"]> {
  const source = "Sound records of the device";
  return {
    lostHops: counted(requireAtLeast0("the lost hops", lostHops), "hop", source),
    gaps: counted(requireAtLeast0("the gaps", gaps), "hop", source),
  };
}

/** By cycles where every part has them, else by instructions. */
function sharesOf(parts: readonly HopPart[]): readonly HopPart[] {
  const unit = parts.every(({ cycles }) => cycles !== null) ? "cycles" : "instructions";
  const whole = parts.reduce((sum, part) => sum + (part[unit]?.value ?? 0), 0);
  return parts.map((part) => {
    const own = part[unit];
    if (own === null || whole === 0) return part;
    const share = derive((100 * own.value) / whole, "%", `${unit} of the median / of all parts`, [
      { value: own.value, unit: own.unit, kind: own.kind, source: own.source },
    ]);
    return { ...part, share };
  });
}

/** The same run with nothing in its frames but one part. */
function factsOfPart({ name, frames, deviceCycles }: HopPartFacts, facts: RunFacts): RunFacts {
  const { deviceCycles: whole, model } = facts;
  return {
    ...facts,
    frames,
    deviceCycles:
      whole === null || deviceCycles === null ? null : { ...whole, perFrame: deviceCycles },
    // Weights wait in the step alone.
    model: name === "step" ? model : { ...model, weightBytes: 0 },
  };
}

/** Whether a whole hop leaves time to sleep in: only then does a shorter part save more than its own time awake. */
function sleepsIn(timing: Timing | null, rated: BoardFacts | null): boolean {
  const power = rated === null ? null : boardPower(rated);
  if (timing === null || power === null || "missing" in power) return false;
  return dutyCycle(timing.mean.value, timing.intervalMs, power).sleeps;
}

function partOf(
  part: HopPartFacts,
  facts: RunFacts,
  rated: BoardFacts | null,
  sleeps: boolean,
): HopPart {
  const own = factsOfPart(part, facts);
  const instructions = instructionsOf(own);
  const cycles = cyclesOf(own);
  const timing = rated === null ? null : timingOf(own, rated, {});
  return {
    name: part.name,
    instructions: instructions && medianOf(instructions, "instruction"),
    cycles: cycles && medianOf(cycles, "cycle"),
    timeMs: timing?.mean ?? null,
    ...costOf(timing, rated, sleeps),
    share: null,
  };
}

function medianOf(family: CountFamily, unit: string): Quantity {
  const { median, kind, source, interval } = family;
  return { value: median, unit, kind, source, ...(interval && { interval }) };
}

/** The part of P_active * d + P_sleep * (1 - d) that its time brings. */
function costOf(
  timing: Timing | null,
  rated: BoardFacts | null,
  sleeps: boolean,
): Pick<HopPart, "energyUj" | "aboveSleepMw"> {
  const power = rated === null ? null : boardPower(rated);
  if (timing === null || power === null || "missing" in power) {
    return { energyUj: null, aboveSleepMw: null };
  }
  const { mean, intervalMs } = timing;
  const { activeMw, sleepMw } = power;
  const currents = powerSources(rated as BoardFacts);
  return {
    energyUj: derive(activeMw * mean.value, "uJ", "P_active * t", [mean, ...currents]),
    aboveSleepMw: sleeps
      ? derive(
          ((activeMw - sleepMw) * mean.value) / intervalMs,
          "mW",
          "(P_active - P_sleep) * t / T",
          [mean, ...currents],
        )
      : null,
  };
}

function deadlineOf(times: HopTimes | null, limitMs: number): HearableDocument["deadline"] {
  if (times === null) return null;
  const { kind, source, overruns, worstUs, worstFrame } = times;
  return {
    limitMs: counted(limitMs, "ms", "samples of a hop / sample rate"),
    overruns: { value: overruns, unit: "hop", kind, source },
    worstMs: { value: worstUs / 1e3, unit: "ms", kind, source },
    worstFrame,
  };
}

function lateOf({ perFrameMs, worst, source }: Timing, hopMs: number): Quantity {
  const late = perFrameMs.filter((ms) => ms > hopMs).length;
  return { value: late, unit: "hop", kind: worst.kind, source };
}

/** By the device's clock, where that is a real board's own. */
function worstOf(times: HopTimes | null): Quantity | null {
  return times?.kind === "measured" ? measured(times.worstUs / 1e3, "ms", times.source) : null;
}

/** The same of every hop [ms]. */
function ownTimes(times: HopTimes | null): readonly number[] {
  return times?.kind === "measured" ? times.computeUs.map((us) => us / 1e3) : [];
}
