/**
 * Decides which sizes hold every budget, which are beaten, what binds each, and which to take.
 * Predicting their costs is left to codegen/size, saying it to answer.ts.
 */
import { paretoFront } from "../pareto.ts";
import { type BoardPower, dutyCycle } from "../power.ts";
import type { SizeCandidate, SizeLimits } from "./candidate.ts";

/** What a size meets first as it grows. compute and bandwidth: what the time of a step goes to, where no budget is near. */
export type Constraint =
  | "latency"
  | "power"
  | "flash"
  | "RAM"
  | "quality"
  | "compute"
  | "bandwidth";

/** chosen: the one to take. fits: holds every budget. dominated: another is at least as good and faster. over: misses one. unknown: a value is missing. */
export type Verdict = "chosen" | "fits" | "dominated" | "over" | "unknown";

export interface JudgedSize extends SizeCandidate {
  /** Of the slowest step, where steps differ. */
  readonly latencyMs: number | null;
  /** Computing alone [uJ a frame]. */
  readonly energyUj: number | null;
  /** Averaged over the period, sleep included. */
  readonly powerMw: number | null;
  readonly verdict: Verdict;
  readonly binding: Constraint;
  /** What most cycles go to. */
  readonly bound: "compute" | "bandwidth" | null;
  /** Limits that it misses. */
  readonly misses: readonly Constraint[];
}

export interface SizeRating {
  /** [Hz]; null on an emulated board. */
  readonly clockHz: number | null;
  /** Null where the board's currents are not known. */
  readonly power: BoardPower | null;
  readonly periodMs: number;
}

/** Below any quality; finite, so that two of them differ by 0. */
const UNHEARD = -1e9;

/** Where a verdict stands among the others. */
const ORDER = { chosen: 0, fits: 0, dominated: 1, unknown: 2, over: 3 } as const;

/** Best first: what holds the budgets, then what misses them; by worth, then by cycles. */
export function judgeSizes<Candidate extends SizeCandidate>(
  candidates: readonly Candidate[],
  limits: SizeLimits,
  rating: SizeRating,
): readonly (Candidate & JudgedSize)[] {
  const byQuality = candidates.some(({ quality }) => quality !== null);
  const worth = ({ quality, macs }: SizeCandidate): number | null =>
    byQuality ? (quality?.value ?? null) : macs;
  const beaten = new Set(
    paretoFront(
      candidates,
      { name: "cycles", better: "lower", value: ({ cycles }) => cycles?.value ?? null },
      { name: byQuality ? "quality" : "MACs", better: "higher", value: worth },
    ).beaten.map(({ item }) => item),
  );
  const judged = candidates.map((candidate) =>
    judgeOne(candidate, limits, rating, beaten.has(candidate), byQuality),
  );
  judged.sort((a, b) => {
    const byVerdict = ORDER[a.verdict] - ORDER[b.verdict];
    if (byVerdict !== 0) return byVerdict;
    const byWorth = (worth(b) ?? UNHEARD) - (worth(a) ?? UNHEARD);
    if (byWorth !== 0) return byWorth;
    // Of sizes that nobody heard the one that can learn most.
    const byMacs = byQuality && a.quality === null ? b.macs - a.macs : 0;
    return byMacs !== 0 ? byMacs : (a.cycles?.value ?? 0) - (b.cycles?.value ?? 0);
  });
  const [best] = judged;
  if (best?.verdict === "fits") judged[0] = { ...best, verdict: "chosen" };
  return judged;
}

/** One size by itself: nothing beats it, and it is not held against how others hear. */
export function judgeAlone(
  candidate: SizeCandidate,
  limits: SizeLimits,
  rating: SizeRating,
): JudgedSize {
  return judgeOne(candidate, limits, rating, false, false);
}

/** Budgets in the order in which they are named. */
const BUDGETS = ["latency", "power", "flash", "RAM"] as const;
const NO_MISSES: readonly Constraint[] = [];

function judgeOne<Candidate extends SizeCandidate>(
  candidate: Candidate,
  limits: SizeLimits,
  { clockHz, power, periodMs }: SizeRating,
  isBeaten: boolean,
  byQuality: boolean,
): Candidate & JudgedSize {
  const { cycles, flashBytes, ramBytes, leftOut } = candidate;
  const meanMs = cycles === null || clockHz === null ? null : (cycles.value / clockHz) * 1e3;
  const latencyMs =
    leftOut === undefined || clockHz === null ? meanMs : (leftOut.worstCycles / clockHz) * 1e3;
  const duty = meanMs === null || power === null ? null : dutyCycle(meanMs, periodMs, power);
  const powerMw = duty?.averageMw ?? null;
  // Parts of the budgets; NaN where one is not known, 0 where none was asked for.
  const uses = [
    latencyMs === null ? Number.NaN : latencyMs / limits.latencyMs,
    limits.powerMw === null ? 0 : powerMw === null ? Number.NaN : powerMw / limits.powerMw,
    flashBytes / limits.flashBytes,
    ramBytes / limits.ramBytes,
  ];
  const misses = uses.some((use) => use > 1)
    ? BUDGETS.filter((_, index) => (uses[index] as number) > 1)
    : NO_MISSES;
  const bound = cycles === null ? null : cycles.stalls * 2 > cycles.value ? "bandwidth" : "compute";
  const verdict =
    misses.length > 0
      ? "over"
      : uses.some(Number.isNaN)
        ? "unknown"
        : isBeaten
          ? "dominated"
          : "fits";
  return {
    ...candidate,
    latencyMs,
    energyUj: duty?.activeUj ?? null,
    powerMw,
    verdict,
    binding: bindingOf(uses, verdict, byQuality, bound),
    bound,
    misses,
  };
}

/** A budget used to this part is near. */
const NEAR = 0.1;

function bindingOf(
  uses: readonly number[],
  verdict: Verdict,
  byQuality: boolean,
  bound: JudgedSize["bound"],
): Constraint {
  // A fitting size that another beats in quality gains nothing by its budget.
  if (verdict === "dominated" && byQuality) return "quality";
  let name: Constraint = bound ?? "compute";
  let most = NEAR;
  for (const [index, use] of uses.entries()) {
    if (use > most) {
      name = BUDGETS[index] as Constraint;
      most = use;
    }
  }
  return name;
}
