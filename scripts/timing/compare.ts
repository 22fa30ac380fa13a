/**
 * Compares modelled with published cycles, workload by workload.
 * Which workloads there are is left to published.ts, how the comparison is shown to comparison-table.ts.
 */
import type { InstructionClass, RegionCounts } from "../../host/workflow/counts.ts";
import { compilerSpread } from "./compiler-spread.ts";
import { WORKLOADS } from "./published.ts";
import { runProgram } from "./run-program.ts";
import type { Workload } from "./workload.ts";

export interface Comparison {
  readonly workload: Workload;
  /** Cycles of one pass. */
  readonly modelled: number;
  /** [low, high] of the program that ran, by what its core's rules may be. */
  readonly byRules: readonly [number, number];
  /** The same, wider by what another version of the compiler makes of a source, where that is not what was measured. */
  readonly interval: readonly [number, number];
  /** (modelled - published) / published. */
  readonly error: number;
  readonly isInside: boolean;
  /** The unsure rule that moves the cycles most; null when none does. */
  readonly leastSure: string | null;
  /** Instructions of each class, of the region. */
  readonly classes: Readonly<Record<InstructionClass, number>>;
}

/** Runs every program once for each core that it is rated by. `folder` keeps what is built and fetched. */
export async function compareAll(
  folder: string,
  workloads: readonly Workload[] = WORKLOADS,
): Promise<readonly Comparison[]> {
  const runs = new Map<string, readonly RegionCounts[]>();
  const compared: Comparison[] = [];
  for (const workload of workloads) {
    const key = `${workload.program.id} ${workload.core}`;
    const regions = runs.get(key) ?? (await runProgram(workload.program, workload.core, folder));
    runs.set(key, regions);
    compared.push(compare(workload, regions));
  }
  return compared;
}

/** @throws RangeError when the program has no such region, or no cycles */
export function compare(workload: Workload, regions: readonly RegionCounts[]): Comparison {
  const region = regionOf(workload, regions, workload.region);
  const less = workload.less === undefined ? null : regionOf(workload, regions, workload.less);
  const passes = workload.passes ?? 1;
  const pass = (pick: (counts: RegionCounts) => number) =>
    (pick(region) - (less === null ? 0 : pick(less))) / passes;
  const modelled = pass(cyclesOf);
  const moved = Object.keys({ ...less?.rules, ...region.rules }).map((rule) => {
    const ends = ([0, 1] as const).map((end) => pass(endOf(rule, end)) - modelled);
    return { rule, less: Math.min(0, ...ends), more: Math.max(0, ...ends) };
  });
  const bounds = [
    ...[modelled, pass(lowOf), pass(highOf)],
    moved.reduce((sum, one) => sum + one.less, modelled),
    moved.reduce((sum, one) => sum + one.more, modelled),
  ];
  const byRules = [Math.min(...bounds), Math.max(...bounds)] as const;
  const spread = workload.code === "measured source" ? 1 : compilerSpread();
  const interval = [byRules[0] / spread, byRules[1] * spread] as const;
  const [widest] = moved.toSorted((a, b) => b.more - b.less - (a.more - a.less));
  return {
    workload,
    modelled,
    byRules,
    interval,
    error: modelled / workload.published - 1,
    isInside: interval[0] <= workload.published && workload.published <= interval[1],
    leastSure: widest !== undefined && widest.more > widest.less ? widest.rule : null,
    classes: region.classes as Readonly<Record<InstructionClass, number>>,
  };
}

function regionOf(
  { name }: Workload,
  regions: readonly RegionCounts[],
  wanted: number,
): RegionCounts {
  const found = regions.find(({ region }) => region === wanted);
  if (!found?.classes || found.cycles === null)
    throw new RangeError(`${name}: region ${wanted} was not charged`);
  return found;
}

function cyclesOf({ cycles }: RegionCounts): number {
  return cycles as number;
}

/** Cycles with a rule alone at its low (0) or high (1) end. */
function endOf(rule: string, end: 0 | 1): (counts: RegionCounts) => number {
  return ({ rules, cycles }) => rules?.[rule]?.[end] ?? (cycles as number);
}

function lowOf({ cycles, cyclesLow, cyclesSimple }: RegionCounts): number {
  return cyclesLow ?? Math.min(cycles as number, cyclesSimple ?? (cycles as number));
}

function highOf({ cycles, cyclesHigh, cyclesSimple }: RegionCounts): number {
  return cyclesHigh ?? Math.max(cycles as number, cyclesSimple ?? (cycles as number));
}
