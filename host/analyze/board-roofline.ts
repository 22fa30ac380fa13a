/**
 * Decides the roofline of one run on one board: its roofs, the run's dot, the binding roof with its arithmetic.
 * The model itself is left to roofline.ts; drawing to report/.
 */
import type { RoofLevel } from "./board-levels.ts";
import { boardLevels } from "./board-levels.ts";
import { boardTime } from "./board-time.ts";
import type { BoardFacts, ComputeFacts, RunFacts } from "./facts.ts";
import { quantityOf } from "./facts.ts";
import { kernelDots } from "./kernel-dots.ts";
import { clockHz } from "./power.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive } from "./quantity.ts";
import { arithmeticIntensity, boundOf, issueCeiling } from "./roofline.ts";
import type { TimeTerms, WhatIfRow } from "./time-terms.ts";
import { mbu, mfu } from "./utilization.ts";
import { digits } from "./wording.ts";

/** A roof: a rate of operations, of bytes, or the ceiling that instruction issue makes. */
export interface Roof {
  readonly name: string;
  readonly limits: "compute" | "memory" | "issue";
  /** Operations or bytes, a second where the clock is known, else a cycle. */
  readonly peak: Quantity;
}

/** A run, or one of its kernels, on the plot. */
export interface Dot {
  readonly name: string;
  /** The run that a kernel is part of; absent for a whole run. */
  readonly partOf?: string;
  /** The kernel's share of the run's time [0..1]. */
  readonly share?: Quantity;
  readonly arithmeticIntensity: Quantity;
  /** Operations a second or a cycle. */
  readonly rate: Quantity;
}

export interface RooflineDocument {
  /** At the memory level that holds the weights [op/byte]. */
  readonly arithmeticIntensity: Quantity;
  readonly ridgePoint: Quantity;
  readonly bound: "compute" | "memory";
  /** Name of the roof that binds. */
  readonly roof: string;
  /** The arithmetic behind `bound`, and what keeps the run below its roof. */
  readonly explanation: string;
  readonly attainable: Quantity;
  readonly mfu: Quantity;
  readonly mbu: Quantity;
  readonly rateUnit: "op/s" | "op/cycle";
  readonly roofs: readonly Roof[];
  /** The run first, then its kernels where their work is known. */
  readonly dots: readonly Dot[];
  /** Bytes, intensity and roof at each memory whose traffic is known, the one that holds the weights first. */
  readonly levels: readonly RoofLevel[];
  /** time = data / bandwidth against ops / (peak x utilisation) + overhead, of the median frame. */
  readonly terms: TimeTerms;
  readonly whatIfs: readonly WhatIfRow[];
}

/** Cycles of the median frame [cycle]. */
export interface MedianCycles {
  readonly median: number;
  readonly kind: Quantity["kind"];
  readonly source: string;
  /** [low, high] of the median, where two models disagree. */
  readonly interval?: readonly [number, number];
}

/** The roofline of a run against a board's roofs, or what is missing for one. */
export function analyzeRoofline(
  facts: RunFacts,
  instructions: number | null,
  cycles: MedianCycles | null,
  rated: BoardFacts | null,
): RooflineDocument | { readonly missing: string } {
  const board = rated ?? facts.board;
  const weights = board.memories.find((memory) => memory.traffic === "weights");
  const [peakRoof, ...lowerRoofs] = board.computeRoofs;
  if (cycles === null) return { missing: "no cycles, so no rate to draw" };
  if (peakRoof === undefined) return { missing: `${board.id} states no peak rate` };
  if (weights === undefined) {
    return { missing: `${board.id} states no bandwidth of the memory that holds the weights` };
  }

  // Columns taken in one by one cost more than rows do: no share of the time follows from multiplications alone.
  const keepsSums = (facts.spared?.kept.length ?? 0) > 0;
  const perSecond = board.clock === null ? null : clockHz(board.clock);
  const scale = perSecond ?? 1;
  const per = perSecond === null ? "cycle" : "s";
  const clockParts = board.clock === null ? [] : [quantityOf(board.clock)];
  const peakMacs = quantityOf(peakRoof.macsPerCycle);
  const ops = 2 * facts.model.macs;
  const time = cycles.median / scale;
  const run: Quantity = {
    value: cycles.median,
    unit: "cycle",
    kind: cycles.kind,
    source: cycles.source,
  };

  const peak = computeRoof(peakRoof, scale, per, clockParts);
  const levels = boardLevels(facts, board, peak.peak, scale, per);
  const compute = { name: peakRoof.name, peakOps: 2 * peakMacs.value * scale };
  const found = boundOf(
    ops,
    compute,
    levels.map(({ name, bandwidth, bytesMoved }) => ({
      name,
      peakBytes: bandwidth.value,
      bytesMoved: bytesMoved.value,
    })),
  );

  const weightRate = quantityOf(weights.bytesPerCycle);
  const moved = counted(facts.model.weightBytes, "byte", "weights as planned, once a frame");
  const intensity = arithmeticIntensity(ops, facts.model.weightBytes);
  const arithmetic = derive(intensity, "op/byte", "2 x macs / weight bytes", [moved]);
  const rate = derive(
    ops / time,
    `op/${per}`,
    "2 x macs / time of the median frame",
    [run, ...clockParts],
    rateInterval(ops / time, cycles),
  );
  const used = derive(mfu(ops, time, compute.peakOps), "1", "useful rate / peak rate", [
    run,
    peakMacs,
  ]);
  const ceiling = issueRoof(board, ops, instructions, scale, per);
  const duration = derive(time, per, "time of the median frame", [run, ...clockParts]);
  const { terms, whatIfs } = boardTime({
    facts,
    compute: peak,
    levels,
    issue: ceiling?.peak ?? null,
    time: duration,
    per,
  });
  return {
    arithmeticIntensity: arithmetic,
    ridgePoint: derive(
      (2 * peakMacs.value) / weightRate.value,
      "op/byte",
      "peak rate / bandwidth of the memory that holds the weights",
      [peakMacs, weightRate],
    ),
    bound: found.bound,
    roof: found.roof,
    explanation: explain(
      found,
      ops / time / found.attainableOps,
      rate.value,
      ceiling,
      facts,
      instructions,
    ),
    attainable: derive(found.attainableOps, `op/${per}`, "min(peak, intensity x bandwidth)", [
      peakMacs,
      weightRate,
      moved,
    ]),
    mfu: used,
    mbu: derive(
      mbu(facts.model.weightBytes, time, weightRate.value * scale),
      "1",
      `bytes from ${weights.name} a second / its bandwidth`,
      [run, weightRate],
    ),
    rateUnit: `op/${per}`,
    roofs: [
      peak,
      ...lowerRoofs.map((roof) => computeRoof(roof, scale, per, clockParts)),
      ...board.memories.map((memory): Roof => {
        const bytes = quantityOf(memory.bytesPerCycle);
        const peak = derive(bytes.value * scale, `byte/${per}`, bytes.source, [bytes]);
        return { name: memory.name, limits: "memory", peak };
      }),
      ...(ceiling === null ? [] : [ceiling]),
    ],
    dots: [
      { name: facts.model.name, arithmeticIntensity: arithmetic, rate },
      ...kernelDots(
        keepsSums ? [] : (facts.work ?? []),
        board.core,
        facts.model.name,
        duration,
        per,
      ),
    ],
    levels,
    terms,
    // Streams of a batch would take in columns of their own; sums that are kept pass through memory, however kernels fuse.
    whatIfs: keepsSums ? whatIfs.filter(({ id }) => id !== "batch" && id !== "fuse") : whatIfs,
  };
}

function computeRoof(
  roof: ComputeFacts,
  scale: number,
  per: "s" | "cycle",
  clock: readonly Quantity[],
): Roof {
  const macs = quantityOf(roof.macsPerCycle);
  const peak = derive(2 * macs.value * scale, `op/${per}`, macs.source, [macs, ...clock]);
  return { name: roof.name, limits: "compute", peak };
}

function issueRoof(
  board: BoardFacts,
  ops: number,
  instructions: number | null,
  scale: number,
  per: "s" | "cycle",
): Roof | null {
  if (board.issuePerCycle === null || instructions === null) return null;
  const issue = quantityOf(board.issuePerCycle);
  const count = counted(instructions, "instruction", "instructions of the median frame");
  const peak = issueCeiling(ops, instructions, issue.value) * scale;
  return {
    name: "instruction issue",
    limits: "issue",
    peak: derive(peak, `op/${per}`, "2 x macs / instructions x issue width", [issue, count]),
  };
}

function explain(
  found: ReturnType<typeof boundOf>,
  share: number,
  rate: number,
  ceiling: Roof | null,
  facts: RunFacts,
  instructions: number | null,
): string {
  const { intensity, ridgePoint } = found;
  const side =
    found.bound === "memory"
      ? `${digits(intensity)} op/byte lies below the ridge point ${digits(ridgePoint)} op/byte: ${found.roof} runs out before the arithmetic does`
      : `${digits(intensity)} op/byte lies at or above the ridge point ${digits(ridgePoint)} op/byte: the arithmetic runs out first`;
  if (share > 1) {
    return `${side}; the cycles of this run lie ${digits(share)} times above that roof, so their model leaves out waiting for ${found.roof}`;
  }
  const reach = `the run reaches ${digits(share * 100)} % of that roof`;
  if (ceiling === null || instructions === null) return `${side}; ${reach}`;
  const perMac = digits(instructions / facts.model.macs);
  const ofCeiling = digits((rate / ceiling.peak.value) * 100);
  return ceiling.peak.value < found.attainableOps
    ? `${side}; ${reach}. Its instructions bind before that: ${perMac} a MAC, and the run is at ${ofCeiling} % of what issue allows; fewer instructions help first`
    : `${side}; ${reach}`;
}

/** Where the rate may lie when its cycles may: most cycles, least rate. */
function rateInterval(
  rate: number,
  { median, interval }: MedianCycles,
): readonly [number, number] | undefined {
  if (interval === undefined || !(interval[0] > 0)) return undefined;
  const [least, most] = interval;
  return [Math.min(rate, (rate * median) / most), Math.max(rate, (rate * median) / least)];
}
