/**
 * Decides what the loops of firmware/roofs/roofs.c stand for, in their order, and what follows from the cycles of each.
 * Running them is left to roofs.ts.
 */
import type { Microbenchmark, ReportedKind, ReportedValue } from "../../../codegen/index.ts";

/** Laps of every loop. */
export const LAPS = 64;

/** The version of the loops; firmware/roofs/pioneer_model.h says the same. */
export const LOOPS_DIGEST = "726f6f6673000001";

interface Loop {
  readonly name: string;
  /** Name of the roof. */
  readonly roof: string;
  readonly unit: "MAC/cycle" | "byte/cycle" | "cycle";
  /** MACs or bytes of a lap; of a cost in cycles: how often a lap has it. */
  readonly perLap: number;
}

/** In the order of the table in roofs.c, behind the empty loop. */
export const LOOPS: readonly Loop[] = [
  { name: "mac-int16", roof: "macs.int16", unit: "MAC/cycle", perLap: 16 * 2 },
  { name: "mac-int8", roof: "macs.int8", unit: "MAC/cycle", perLap: 16 * 4 },
  { name: "mac-float", roof: "macs.float", unit: "MAC/cycle", perLap: 16 },
  { name: "read-data-4", roof: "read.data.stride4", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "read-data-32", roof: "read.data.stride32", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "read-data-multiple", roof: "read.data.multiple", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "write-data-4", roof: "write.data.stride4", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "read-weights-4", roof: "read.weights.stride4", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "read-weights-32", roof: "read.weights.stride32", unit: "byte/cycle", perLap: 16 * 4 },
  { name: "branch-taken", roof: "branch.taken", unit: "cycle", perLap: 16 },
  { name: "branch-untaken", roof: "branch.untaken", unit: "cycle", perLap: 16 },
  { name: "call", roof: "call", unit: "cycle", perLap: 8 },
];

/** Cycles of each loop, the empty one first, for one pass over all of them. */
export type LoopCycles = readonly number[];

/**
 * What the loops cost a lap, without the lap's own.
 * @param passes at least one, each of LOOPS.length + 1 cycles
 */
export function microbenchmarks(
  passes: readonly LoopCycles[],
  kind: ReportedKind,
  source: string,
): readonly Microbenchmark[] {
  return LOOPS.map(({ name }, index) => {
    const laps = passes
      .map((cycles) => ((cycles[index + 1] ?? 0) - (cycles[0] ?? 0)) / LAPS)
      .sort((a, b) => a - b);
    const at = (position: number): number => Math.max(0, laps[position] ?? 0);
    return {
      name,
      kind,
      cyclesPerLap: {
        minimum: at(0),
        median: at(Math.floor((laps.length - 1) / 2)),
        maximum: at(laps.length - 1),
      },
      laps: LAPS,
      repeats: passes.length,
      source,
    };
  });
}

/**
 * Roofs from those costs, the medians.
 * @param bounds the same loops with every rule of a timing table at its low and at its high value; null where measured
 */
export function roofsOf(
  medians: readonly Microbenchmark[],
  bounds: readonly [readonly Microbenchmark[], readonly Microbenchmark[]] | null,
): readonly ReportedValue[] {
  return LOOPS.flatMap(({ roof, unit, perLap }, index): readonly ReportedValue[] => {
    const benchmark = medians[index];
    const toRoof = (cycles: number): number =>
      unit === "cycle" ? cycles / perLap : perLap / cycles;
    const cycles = benchmark?.cyclesPerLap.median ?? 0;
    if (benchmark === undefined || !(cycles > 0 || unit === "cycle")) return [];
    const ends = (bounds ?? [])
      .map((side) => side[index]?.cyclesPerLap.median ?? 0)
      .filter((end) => end > 0 || unit === "cycle")
      .map(toRoof)
      .concat(bounds === null ? [] : [toRoof(cycles)]);
    const { name, kind, source } = benchmark;
    return [
      {
        name: roof,
        value: toRoof(cycles),
        unit,
        kind,
        source: `${name}: ${cycles} cycles a lap of ${perLap}; ${source}`,
        ...(ends.length > 1 ? { interval: [Math.min(...ends), Math.max(...ends)] as const } : {}),
      },
    ];
  });
}
