/**
 * Decides whether a long run kept its speed: drift, and throttling as a change of level that stays.
 * Holding the run is left to workflow/, the test for changes to statistics/change-points.ts.
 */
import { requireFinite, requireFiniteIn, requirePositive } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { counted, measured } from "./quantity.ts";
import { changePoints } from "./statistics/change-points.ts";
import { median } from "./statistics/summary.ts";

/** A run at the pace of real time. */
export interface SustainedFacts {
  /** As asked for [min]. */
  readonly minutes: number;
  /** From the moment a frame was due until its answer, in order of frames [ms]. */
  readonly latencyMs: readonly number[];
  /** The chip's own sensor over the run [degC]; null where the board cannot read it. */
  readonly temperatureC: readonly number[] | null;
  /** An emulator's speed is this computer's. */
  readonly simulated: boolean;
}

export interface LevelChange {
  readonly frame: number;
  readonly at: Quantity;
  readonly before: Quantity;
  readonly after: Quantity;
  /** Above 0: slower [%]. */
  readonly change: Quantity;
}

export interface SustainedDocument {
  readonly duration: Quantity;
  readonly frames: Quantity;
  readonly latency: Quantity;
  /** Answers that came after the next frame was due. */
  readonly late: Quantity;
  /** Slope over the run, of its median [%/h]. */
  readonly drift: Quantity | null;
  readonly throttling: {
    /** The run ends slower than it began, behind a change of level; null where it was too short to tell. */
    readonly found: boolean | null;
    readonly changes: readonly LevelChange[];
    /** How often steady noise shows a change. */
    readonly falseAlarms: string;
  };
  readonly temperature: {
    readonly first: Quantity;
    readonly last: Quantity;
    readonly max: Quantity;
  } | null;
  readonly why: Readonly<Record<string, string>>;
}

/** Blocks whose medians the slope is fitted to. */
const BLOCKS = 60;
/** Two-sided 95 % of Student's t with BLOCKS - 2 degrees of freedom. */
const T_95 = 2.0017;
/** Changes of a level below this are no throttling [%]. */
const LEAST_CHANGE = 2;
/** A shorter run is over before a chip is warm, and its slope, carried to an hour, says nothing of one [s]. */
const SHORTEST_S = 60;
/** test/unit/sustained.test.ts counts them. */
const FALSE_ALARMS = "at most 3 in 100 runs of steady, independent noise show a change";

/**
 * @param intervalMs between two frames [ms]
 * @throws AnalysisError TP-USE-240 without a frame, -242 for an interval that is not above 0 and for a number that is
 * not finite
 */
export function sustainedOf(facts: SustainedFacts, intervalMs: number): SustainedDocument {
  requirePositive("the time between two frames", intervalMs);
  requireFiniteIn("a long run", facts);
  const { latencyMs, temperatureC, simulated } = facts;
  const source = simulated
    ? "this computer's clock, from due to answered: the emulator's speed, not a board's"
    : "this computer's clock, from due to answered, the link included";
  const mark = <Q extends Quantity>(quantity: Q): Q =>
    simulated ? { ...quantity, simulated: true } : quantity;
  const read = (value: number, unit: string, interval?: readonly [number, number]) =>
    mark(measured(value, unit, source, interval));
  const why: Record<string, string> = {};
  const changes = changePoints(latencyMs)
    .filter(({ change }) => change !== null && Math.abs(100 * change) >= LEAST_CHANGE)
    .map(({ at, before, after }) => ({
      frame: at,
      at: read((at * intervalMs) / 1e3, "s"),
      before: read(before, "ms"),
      after: read(after, "ms"),
      change: read(100 * (after / before - 1), "%"),
    }));
  const first = changes[0]?.before.value ?? 0;
  const last = changes.at(-1)?.after.value ?? 0;
  const seconds = (latencyMs.length * intervalMs) / 1e3;
  const isShort = seconds < SHORTEST_S;
  const slope = isShort ? null : driftOf(latencyMs, intervalMs);
  if (isShort)
    why.drift = why.throttling = `a run of less than ${SHORTEST_S} s is too short to tell`;
  else if (slope === null) why.drift = `fewer than ${3 * BLOCKS} frames`;
  if (temperatureC === null)
    why.temperature = "the board told none: it has no sensor that its program reads";
  return {
    duration: read(seconds, "s"),
    frames: mark(counted(latencyMs.length, "frame", "answers that came")),
    latency: read(median(latencyMs), "ms"),
    late: mark(counted(latencyMs.filter((ms) => ms > intervalMs).length, "frame", source)),
    drift: slope && read(slope.percent, "%/h", slope.interval),
    throttling: {
      found: isShort ? null : last > first * (1 + LEAST_CHANGE / 100),
      changes,
      falseAlarms: FALSE_ALARMS,
    },
    temperature: temperatureOf(temperatureC),
    why,
  };
}

/**
 * Least squares through the medians of equal blocks, of the overall median [%/h], with the 95 % interval of the slope
 * (Draper and Smith, Applied Regression Analysis, 1.4). null where the blocks would hold fewer than 3 frames.
 * @throws AnalysisError TP-USE-242 for a number that is not finite, an interval or a mean that is not above 0
 */
export function driftOf(
  values: readonly number[],
  intervalMs: number,
): { readonly percent: number; readonly interval: readonly [number, number] } | null {
  requirePositive("the time between two frames", intervalMs);
  requireFiniteIn("the latency", values);
  const block = Math.floor(values.length / BLOCKS);
  if (block < 3) return null;
  const medians = Array.from({ length: BLOCKS }, (_, k) =>
    median(values.slice(k * block, (k + 1) * block)),
  );
  const hours = medians.map((_, k) => ((k + 0.5) * block * intervalMs) / 3.6e6);
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const meanX = mean(hours);
  const meanY = requirePositive("the mean latency", mean(medians));
  let [squares, products] = [0, 0];
  for (const [k, x] of hours.entries()) {
    squares += (x - meanX) ** 2;
    products += (x - meanX) * ((medians[k] as number) - meanY);
  }
  const slope = products / squares;
  const residuals = medians.reduce(
    (sum, y, k) => sum + (y - meanY - slope * ((hours[k] as number) - meanX)) ** 2,
    0,
  );
  const half = T_95 * Math.sqrt(residuals / (BLOCKS - 2) / squares);
  const percent = (value: number) => requireFinite("the drift", (100 * value) / meanY);
  return { percent: percent(slope), interval: [percent(slope - half), percent(slope + half)] };
}

function temperatureOf(values: readonly number[] | null): SustainedDocument["temperature"] {
  const [first] = values ?? [];
  const last = values?.at(-1);
  if (!values || first === undefined || last === undefined) return null;
  const read = (value: number) => measured(value, "degC", "the chip's own sensor");
  return {
    first: read(first),
    last: read(last),
    max: read(values.reduce((a, b) => Math.max(a, b))),
  };
}
