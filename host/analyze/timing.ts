/**
 * Decides the time of every frame on the board whose clock applies, and the Iron Law of the median frame.
 * Judging those times is left to budgets.ts.
 */

import type { CountFamily, Family } from "./counts.ts";
import { cyclesPerFrame, waitingOf } from "./counts.ts";
import type { BoardFacts, RunFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import { cyclesPerInstruction, programTime } from "./iron-law.ts";
import { weightStalls } from "./memory-stalls.ts";
import { requireAtLeast0, requirePositive } from "./number-limits.ts";
import { clockHz } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, measured } from "./quantity.ts";
import type { Tail } from "./tail.ts";
import { percentile, tailOf } from "./tail.ts";

/** What budgets and power rest on: cycles carry over to other boards of one core, times do not. */
export interface Timing {
  /** Worst frame [ms]. */
  readonly worst: Quantity;
  /** Mean of all frames [ms]. */
  readonly mean: Quantity;
  /** [cycle] */
  readonly worstCycles: number;
  /** [cycle] */
  readonly meanCycles: number;
  /** The part of those cycles that is this board's waiting [cycle]; 0 in measured ones, whose parts are not known. */
  readonly stalls: number;
  /** Bytes whose reading is in those cycles as this board's wait; 0 in measured cycles, whose parts are not known. */
  readonly weightBytes: number;
  /** Time between two frames [ms]. */
  readonly intervalMs: number;
  /** Every frame in order [ms]. */
  readonly perFrameMs: readonly number[];
  readonly source: string;
}

/** time = instructions x CPI / clock, of the median frame. */
export interface IronLaw {
  readonly instructions: Quantity;
  readonly cpi: Quantity;
  readonly clock: Quantity;
  readonly time: Quantity;
}

/**
 * Times of the run's frames, or null with the reason put under `latencyMs` of `why`.
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function timingOf(
  facts: RunFacts,
  rated: BoardFacts | null,
  why: Record<string, string>,
): Timing | null {
  requirePositive("the time between two frames", facts.frameIntervalMs);
  const perFrame = cyclesPerFrame(facts);
  if (rated === null) {
    why.latencyMs = `${facts.board.id} is emulated and has no clock of its own: name a real board with --as`;
    return null;
  }
  if (rated.clock === null) {
    why.latencyMs = `the file of ${rated.id} states no clock`;
    return null;
  }
  if (perFrame.length === 0) {
    why.latencyMs = why.cycles ?? "";
    return null;
  }
  const clock = quantityOf(rated.clock);
  const hz = clockHz(rated.clock);
  const perFrameMs = perFrame.map((cycles) => (cycles / hz) * 1e3);
  const meanCycles = perFrame.reduce((sum, cycles) => sum + cycles, 0) / perFrame.length;
  const worstCycles = tailOf(perFrame).max;
  const source = `cycles (${facts.deviceCycles?.source ?? facts.cycleModel}) / clock (${clock.source})`;
  // A counter on the device runs from the clock itself, so its time is as measured as its cycles.
  const inMs = (cycles: number) =>
    facts.deviceCycles?.kind !== "measured"
      ? derive((cycles / hz) * 1e3, "ms", source, [modelledCycles(cycles, facts), clock])
      : measured((cycles / hz) * 1e3, "ms", source);
  return {
    worst: inMs(worstCycles),
    mean: inMs(meanCycles),
    worstCycles,
    meanCycles,
    stalls: waitingOf(facts).cycles,
    weightBytes: facts.deviceCycles === null ? constantBytes(facts, rated) : 0,
    intervalMs: facts.frameIntervalMs,
    perFrameMs,
    source,
  };
}

/** What a frame reads of constants: weights, and with a front end around them its tables, as far as they were simulated. */
function constantBytes({ hearable, frames, model }: RunFacts, rated: BoardFacts): number {
  const memory = rated.memories.find(({ traffic }) => traffic === "weights")?.name;
  const first = frames[0]?.memory;
  if (hearable === undefined || memory === undefined || first === undefined) {
    return model.weightBytes;
  }
  const read = frames.map((frame) =>
    (frame.memory?.parts ?? [])
      .filter((part) => part.memory === memory && part.cause === "read")
      .reduce((sum, { bytes }) => sum + bytes, 0),
  );
  return Math.max(model.weightBytes, percentile(read, 0.5));
}

/**
 * The same work on another board of the same core: its waits for weights in place of the `stalls` of the run [cycle].
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function cyclesOn(
  board: BoardFacts,
  cycles: number,
  stalls: number,
  weightBytes: number,
): number {
  requireAtLeast0("cycles", cycles);
  requireAtLeast0("stalls", stalls);
  return Math.max(0, cycles - stalls) + weightStalls(weightBytes, board).cycles;
}

function modelledCycles(cycles: number, facts: RunFacts): Quantity {
  return { value: cycles, unit: "cycle", kind: "modelled", source: facts.cycleModel };
}

/** Family of the frames' times [ms]. */
export function latencyOf(facts: RunFacts, timing: Timing): Family & Tail {
  const kind = facts.deviceCycles?.kind ?? "modelled";
  return { kind, source: timing.source, ...tailOf(timing.perFrameMs) };
}

export function ironLawOf(
  instructions: CountFamily | null,
  cycles: CountFamily | null,
  rated: BoardFacts | null,
): IronLaw | null {
  if (instructions === null || cycles === null || rated === null || rated.clock === null)
    return null;
  const count = counted(instructions.median, "instruction", instructions.source);
  const time = { value: cycles.median, unit: "cycle", kind: cycles.kind, source: cycles.source };
  const cpi = derive(
    cyclesPerInstruction(cycles.median, instructions.median),
    "cycle/instruction",
    "cycles / instructions of the median frame",
    [count, time],
  );
  const clock = quantityOf(rated.clock);
  const seconds = programTime(count.value, cpi.value, clockHz(rated.clock));
  return {
    instructions: count,
    cpi,
    clock,
    time: derive(seconds * 1e3, "ms", "instructions x CPI / clock", [count, cpi, clock]),
  };
}
