/**
 * Decides the one sentence that answers which size to take, and what would fit where nothing does.
 * Which sizes hold the budgets is judge.ts's.
 */
import { type BoardPower, dutyCycle } from "../power.ts";
import { digits } from "../wording.ts";
import type { SizeLimits } from "./candidate.ts";
import type { JudgedSize, SizeRating } from "./judge.ts";

/** The same sizes in another format. */
export interface OtherFormat {
  readonly format: string;
  /** Why its cycles are not known; null where they are. */
  readonly missing: string | null;
  /** The largest that holds every budget. */
  readonly largest: JudgedSize | null;
  readonly smallest: JudgedSize;
}

/** Formats by the bits of a weight and an activation, most first. */
const BY_BITS = ["int16x8", "int8", "int4"];

export interface AnswerRequest {
  readonly board: string;
  /** In the order of judge.ts. */
  readonly sizes: readonly JudgedSize[];
  readonly limits: SizeLimits;
  readonly rating: SizeRating;
  /** Why there are no cycles or no power; null where there are. */
  readonly missing: string | null;
  /** Sizes whose quality was measured. */
  readonly trained: readonly number[];
  /** The format of the sizes. */
  readonly format: string;
  readonly otherFormats: readonly OtherFormat[];
  /** Boards on which the model as it is would hold the budgets. */
  readonly otherBoards: readonly string[];
}

export function sizeName({
  hiddenSizes,
  leftOut,
}: Pick<JudgedSize, "hiddenSizes" | "leftOut">): string {
  const size =
    hiddenSizes.length === 1
      ? `hiddenSize ${hiddenSizes[0]}`
      : `hiddenSizes ${hiddenSizes.join(", ")}`;
  return leftOut === undefined ? size : `${size} with ${leftOut.option}`;
}

export function answerOf(request: AnswerRequest): string {
  const { board, sizes, limits, missing } = request;
  const [first] = sizes;
  if (first === undefined) return "no size was asked about";
  if (first.verdict === "chosen") return chosenSentence(request, first);
  if (missing !== null) return `no size can be judged on ${board}: ${missing}`;
  const budgets = budgetsText(limits);
  return `no size from ${rangeText(sizes)} holds ${budgets} on ${board}: ${remedies(request).join("; ")}`;
}

function chosenSentence(request: AnswerRequest, chosen: JudgedSize): string {
  const { board, sizes, limits, trained } = request;
  const isHeard = chosen.quality !== null || trained.length === 0;
  const what = chosen.quality === null ? "largest" : "best";
  const weights =
    chosen.leftOut !== undefined
      ? "that computes only what moved"
      : chosen.streamedBytes > 0
        ? "whose weights stream"
        : "whose weights stay at hand";
  const facts = [
    ...(chosen.latencyMs === null ? [] : [`${digits(chosen.latencyMs)} ms`]),
    ...(chosen.powerMw === null ? [] : [`${digits(chosen.powerMw)} mW`]),
    ...(chosen.quality === null
      ? []
      : [`${digits(chosen.quality.value)} ${chosen.quality.unit}, ${chosen.quality.kind}`]),
    ...(isHeard
      ? []
      : [`nothing below ${Math.min(...trained)} units was trained, so nobody knows how it hears`]),
  ].join(", ");
  const larger = sizes.filter((one) => unitsOf(one) > unitsOf(chosen));
  return [
    `${sizeName(chosen)}: the ${what} ${weights} within ${budgetsText(limits)} on ${board} (${facts})`,
    ...noBetter(larger, chosen),
    ...firstOver(larger),
  ].join("; ");
}

function unitsOf({ hiddenSizes }: JudgedSize): number {
  return hiddenSizes.reduce((sum, size) => sum + size, 0);
}

/** The next trained size, where it hears no better. */
function noBetter(larger: readonly JudgedSize[], chosen: JudgedSize): readonly string[] {
  const next = larger.find(
    ({ quality, method }) => quality?.kind === "measured" && method === "retrain",
  );
  if (!next?.quality || !chosen.quality || next.quality.value > chosen.quality.value) return [];
  const { value, unit } = next.quality;
  return [`${next.hiddenSizes.join(", ")} hears no better (${digits(value)} ${unit})`];
}

function firstOver(larger: readonly JudgedSize[]): readonly string[] {
  const [over] = larger
    .filter(({ verdict }) => verdict === "over")
    .sort((a, b) => unitsOf(a) - unitsOf(b) || a.macs - b.macs);
  return over === undefined ? [] : [`${over.hiddenSizes.join(", ")} would need ${needText(over)}`];
}

function needText(one: JudgedSize): string {
  const [miss] = one.misses;
  if (miss === "power") return `${digits(one.powerMw ?? Number.NaN)} mW`;
  if (miss === "latency") return `${digits(one.latencyMs ?? Number.NaN)} ms`;
  return miss === "flash" ? `${one.flashBytes} B of flash` : `${one.ramBytes} B of RAM`;
}

function budgetsText({ latencyMs, powerMw }: SizeLimits): string {
  return powerMw === null
    ? `${digits(latencyMs)} ms`
    : `${digits(latencyMs)} ms and ${digits(powerMw)} mW`;
}

function rangeText(sizes: readonly JudgedSize[]): string {
  const sorted = [...sizes].sort((a, b) => a.macs - b.macs);
  const name = (one: JudgedSize | undefined): string => (one?.hiddenSizes ?? []).join(", ");
  return `${name(sorted[0])} to ${name(sorted.at(-1))}`;
}

/** Whether a format with fewer bits would hold the budgets, and what it would take where not. */
function fewerBits({ format, otherFormats }: AnswerRequest): readonly string[] {
  const narrower = BY_BITS.slice(BY_BITS.indexOf(format) + 1);
  return otherFormats
    .filter((one) => narrower.includes(one.format))
    .map(({ format: name, missing, largest, smallest }) => {
      if (largest !== null) {
        const { quality } = largest;
        const heard =
          quality === null ? "" : ` (${digits(quality.value)} ${quality.unit}, ${quality.kind})`;
        return `with fewer bits, in ${name}, ${sizeName(largest)} holds them${heard}`;
      }
      if (missing !== null)
        return `what fewer bits would take, in ${name}, is not known: ${missing}`;
      return `fewer bits are not enough: in ${name} the smallest still needs ${needText(smallest)}`;
    });
}

/** What the smallest size needs, fewer bits, a longer period, another board. */
function remedies(request: AnswerRequest): readonly string[] {
  const { limits, rating, otherBoards } = request;
  const sizes = request.sizes.filter(({ leftOut }) => leftOut === undefined);
  const smallest = [...sizes].sort((a, b) => a.macs - b.macs)[0] as JudgedSize;
  const found = [`the smallest, ${smallest.hiddenSizes.join(", ")}, needs ${needText(smallest)}`];
  const { power, periodMs } = rating;
  if (smallest.misses.includes("power") && power !== null && limits.powerMw !== null) {
    if (power.sleepMw >= limits.powerMw) {
      found.push(`asleep the board already takes ${digits(power.sleepMw)} mW`);
    } else if (smallest.latencyMs !== null) {
      const longer = periodFor(smallest.latencyMs, limits.powerMw, power);
      found.push(
        `it would fit with a hop of ${digits(longer)} ms instead of ${digits(periodMs)} ms`,
      );
    }
  }
  found.push(
    ...fewerBits(request),
    otherBoards.length > 0
      ? `the model as it is holds them on ${otherBoards.join(", ")}`
      : "no board known here holds them with the model as it is",
  );
  return found;
}

/** The period at which active * a / T + sleep * (1 - a / T) is the limit, a being the time awake [ms]. */
export function periodFor(activeMs: number, limitMw: number, power: BoardPower): number {
  if (power.activeMw <= limitMw) return activeMs;
  const { wakeMs = 0, shortestSleepMs = 0 } = power;
  const awakeMs = activeMs + wakeMs;
  const period = (awakeMs * (power.activeMw - power.sleepMw)) / (limitMw - power.sleepMw);
  return Math.max(awakeMs + shortestSleepMs, period);
}

/** Whether a time and the power that goes with it hold both budgets. */
export function holds(latencyMs: number, limits: SizeLimits, rating: SizeRating): boolean {
  if (latencyMs > limits.latencyMs) return false;
  if (limits.powerMw === null) return true;
  if (rating.power === null) return false;
  return dutyCycle(latencyMs, rating.periodMs, rating.power).averageMw <= limits.powerMw;
}
