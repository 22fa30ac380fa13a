/**
 * Decides what a step of LSTMs that keep their sums costs on a core, by the columns that they take in: least squares over
 * counted steps of networks whose thresholds let more or fewer columns through.
 * Counting them is scripts/write-kept-costs.ts's; everything but those LSTMs costs what step-costs.ts says.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Core } from "../board.ts";
import { GATES } from "../model/types.ts";
import { MOVED_BLOCK } from "../plan/rows/moved-columns.ts";
import type { LayerFootprint, NetworkFootprint } from "./footprint.ts";
import type { NetworkShape } from "./network.ts";
import { nonNegativeLeastSquares } from "./non-negative.ts";
import { type Measure, rulesDigests } from "./step-costs.ts";

/**
 * kept: once a layer. keptUnits: units, padding included, with their rows' multipliers and elementwise part. compared: columns
 * held against what was seen. moved: columns that are listed. keptBlocks: blocks of rows that take any in. keptColumns: blocks
 * times columns taken in, the products.
 */
export const KEPT_TERMS = [
  "kept",
  "keptUnits",
  "compared",
  "moved",
  "keptBlocks",
  "keptColumns",
] as const;
export type KeptTerm = (typeof KEPT_TERMS)[number];
export type KeptCounts = Readonly<Record<KeptTerm, number>>;

export const KEPT_MEASURES = [
  "cycles",
  "cyclesLow",
  "cyclesHigh",
  "instructions",
] as const satisfies readonly Measure[];
export type KeptMeasure = (typeof KEPT_MEASURES)[number];

/** A step of a reference network: what it took, and the columns that its LSTM took in. */
export interface KeptStep extends Readonly<Record<KeptMeasure, number>> {
  readonly shape: NetworkShape;
  readonly moved: number;
}

/** codegen/size/kept/CORE.json */
export interface KeptCore {
  readonly schema: 1;
  readonly core: Core;
  /** The emulated board that it was counted on. */
  readonly board: string;
  /** As in codegen/size/steps. */
  readonly rulesDigest: string;
  readonly pluginDigest: string;
  readonly compiler: string;
  readonly flags: string;
  readonly stackBytes: number;
  readonly steps: readonly KeptStep[];
}

export interface KeptCosts {
  readonly of: Readonly<Record<KeptMeasure, readonly number[]>>;
  /** Largest distance of a reference step's cycles from the fit, relative to them. */
  readonly worstError: number;
  readonly stackBytes: number;
  readonly source: string;
}

export const KEPT_DIRECTORY = fileURLToPath(new URL("kept", import.meta.url));

/** The LSTMs of a network in blocks of eight rows, with the padding that those bring. */
function blocksOf({ streams }: LayerFootprint): number {
  return Math.ceil((streams[0]?.paddedRows ?? 0) / MOVED_BLOCK.rows);
}

/**
 * @param moved columns that each LSTM takes in, in their order; means of many steps, too: those among them that take in nothing
 *   then cost their blocks as the others do, so that a mean is never foretold too low
 */
export function keptTermsOf({ layers }: NetworkFootprint, moved: readonly number[]): KeptCounts {
  const counts: Record<KeptTerm, number> = {
    ...{ kept: 0, keptUnits: 0, compared: 0, moved: 0, keptBlocks: 0, keptColumns: 0 },
  };
  const lstms = layers.filter(({ layer }) => layer.kind === "lstm");
  for (const [index, layer] of lstms.entries()) {
    const [stream] = layer.streams;
    const taken = moved[index] ?? 0;
    const blocks = blocksOf(layer);
    counts.kept += 1;
    counts.keptUnits += (stream?.paddedRows ?? 0) / GATES.length;
    counts.compared += stream?.paddedColumns ?? 0;
    counts.moved += taken;
    counts.keptBlocks += Math.min(1, taken) * blocks;
    counts.keptColumns += taken * blocks;
  }
  return counts;
}

/** The network without the sums and units of its LSTMs: what keeping sums does not change. */
export function withoutLstms(footprint: NetworkFootprint): NetworkFootprint {
  return { ...footprint, layers: footprint.layers.filter(({ layer }) => layer.kind !== "lstm") };
}

/** The sum of what each term costs. */
export function keptCost(costs: readonly number[], counts: KeptCounts): number {
  return KEPT_TERMS.reduce((sum, term, at) => sum + (costs[at] as number) * counts[term], 0);
}

/** What was counted on a core; null where nobody has. */
export function keptCore(core: Core, directory: string = KEPT_DIRECTORY): KeptCore | null {
  const file = join(directory, `${core}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as KeptCore) : null;
}

/**
 * Fits the steps, each without what the rest of its network costs.
 * @param rest of a step's network, in a measure
 * @param countsOf the terms of a step
 */
export function fitKept(
  { core, compiler, stackBytes, steps }: KeptCore,
  rest: (step: KeptStep, measure: KeptMeasure) => number,
  countsOf: (step: KeptStep) => KeptCounts,
): KeptCosts {
  const all = steps.map(countsOf);
  const fitted = (measure: KeptMeasure): readonly number[] =>
    nonNegativeLeastSquares(
      // Errors count in relation to the whole step.
      all.map((counts, at) =>
        KEPT_TERMS.map((term) => counts[term] / (steps[at] as KeptStep)[measure]),
      ),
      steps.map((step) => 1 - rest(step, measure) / step[measure]),
    );
  const of = Object.fromEntries(
    KEPT_MEASURES.map((measure) => [measure, fitted(measure)]),
  ) as unknown as KeptCosts["of"];
  const errors = steps.map((step, at) => {
    const foretold = rest(step, "cycles") + keptCost(of.cycles, all[at] as KeptCounts);
    return Math.abs(foretold / step.cycles - 1);
  });
  return {
    of,
    worstError: Math.max(...errors),
    stackBytes,
    source: `${steps.length} steps of LSTMs that keep their sums, counted with boards/cores/${core}.json, ${compiler}`,
  };
}

/** Whether the rules that charged the cycles are those of now. */
export function isFresh({ core, rulesDigest }: KeptCore): boolean {
  return rulesDigests(core)?.rulesDigest === rulesDigest;
}
