/**
 * Decides what the loops of firmware/roofs stand for, in their order, and what follows from the cycles of each.
 * Running them is left to roofs.ts.
 */
import type { Microbenchmark, ReportedKind, ReportedValue } from "../../../codegen/index.ts";

/** Laps of a loop that keeps to one place. */
export const LAPS = 64;

/** What the loops that wander cover of a memory [byte]: more than the caches before a board's flash hold. */
export const FAR_BYTES = 65_536;

export interface Loop {
  readonly name: string;
  readonly laps: number;
  /** Names of the roofs; none for a loop that only serves to calibrate. */
  readonly roofs: readonly string[];
  readonly unit: "MAC/cycle" | "byte/cycle" | "cycle";
  /** MACs or bytes of a lap; of a cost in cycles: how often a lap has it. */
  readonly perLap: number;
  /** A loop that differs only in lacking what the roofs are of: its cycles come off. */
  readonly less?: string;
}

/** The loops in the instructions of some cores. */
export interface LoopSet {
  readonly cores: readonly string[];
  /** File of firmware/roofs. */
  readonly file: string;
  /** Their version; firmware/roofs/pioneer_model.h says the same. */
  readonly digest: string;
  /** In the order of the file's table, behind the empty loops. */
  readonly loops: readonly Loop[];
}

function rate(name: string, unit: Loop["unit"], perLap: number, ...roofs: string[]): Loop {
  return { name, laps: LAPS, roofs, unit, perLap };
}

/** A load a lap, each so many byte further; 0: always the same word, which waits for nothing. */
function loads(name: string, strideBytes: number): Loop {
  const laps = strideBytes === 0 ? 2048 : FAR_BYTES / strideBytes;
  return { name, laps, roofs: [], unit: "byte/cycle", perLap: 4 };
}

const BRANCHES = [
  rate("branch-taken", "cycle", 16, "branch.taken"),
  rate("branch-untaken", "cycle", 16, "branch.untaken"),
  rate("call", "cycle", 8, "call"),
];

const FAR = [
  loads("load-base", 0),
  ...[4, 8, 16, 32].map((stride) => loads(`load-weights-${stride}`, stride)),
];

const READ_DATA = [
  rate("read-data-4", "byte/cycle", 64, "read.data.stride4"),
  rate("read-data-32", "byte/cycle", 64, "read.data.stride32"),
];

const READ_WEIGHTS = [
  rate("read-weights-4", "byte/cycle", 64, "read.weights.stride4"),
  rate("read-weights-32", "byte/cycle", 64, "read.weights.stride32"),
];

const WRITE = rate("write-data-4", "byte/cycle", 64, "write.data.stride4");

/** An interrupt is pended a lap and taken, or nothing is. */
const INTERRUPTS: readonly Loop[] = [
  { name: "barriers", laps: 32_768, roofs: [], unit: "cycle", perLap: 1 },
  {
    name: "interrupt",
    laps: 32_768,
    roofs: ["interrupt"],
    unit: "cycle",
    perLap: 1,
    less: "barriers",
  },
];

/** Cores whose products of integers are all alike. */
const PLAIN: readonly Loop[] = [
  rate("mac-int", "MAC/cycle", 16, "macs.int8", "macs.int16"),
  ...READ_DATA,
  WRITE,
  ...READ_WEIGHTS,
  ...BRANCHES,
  ...FAR,
];

export const LOOP_SETS: readonly LoopSet[] = [
  {
    cores: ["cortex-m4", "cortex-m7", "cortex-m33"],
    file: "loops_thumb2.h",
    digest: "726f6f6673030001",
    loops: [
      rate("mac-int16", "MAC/cycle", 16 * 2, "macs.int16"),
      rate("mac-int8", "MAC/cycle", 16 * 4, "macs.int8"),
      rate("mac-float", "MAC/cycle", 16, "macs.float"),
      ...READ_DATA,
      rate("read-data-multiple", "byte/cycle", 64, "read.data.multiple"),
      WRITE,
      ...READ_WEIGHTS,
      ...BRANCHES,
      ...FAR,
      ...INTERRUPTS,
    ],
  },
  {
    cores: ["cortex-m55"],
    file: "loops_mve.h",
    digest: "726f6f6673030005",
    loops: [
      rate("mac-int16", "MAC/cycle", 16 * 8, "macs.int16"),
      rate("mac-int8", "MAC/cycle", 16 * 16, "macs.int8"),
      rate("mac-float", "MAC/cycle", 16 * 4, "macs.float"),
      rate("read-data-16", "byte/cycle", 256, "read.data.stride16"),
      rate("read-data-32", "byte/cycle", 256, "read.data.stride32"),
      rate("write-data-16", "byte/cycle", 256, "write.data.stride16"),
      rate("read-weights-16", "byte/cycle", 256, "read.weights.stride16"),
      rate("read-weights-32", "byte/cycle", 256, "read.weights.stride32"),
      ...BRANCHES,
      ...FAR,
      ...INTERRUPTS,
    ],
  },
  {
    cores: ["cortex-m0", "cortex-m0plus"],
    file: "loops_thumb1.h",
    digest: "726f6f6673030002",
    loops: [...PLAIN, ...INTERRUPTS],
  },
  { cores: ["rv32imc"], file: "loops_riscv.h", digest: "726f6f6673020003", loops: PLAIN },
  {
    cores: ["xtensa-lx106", "xtensa-mac16"],
    file: "loops_xtensa.h",
    digest: "726f6f6673020004",
    loops: PLAIN,
  },
];

/** The loops for a core; undefined where none are written. */
export function loopSetOf(core: string): LoopSet | undefined {
  return LOOP_SETS.find(({ cores }) => cores.includes(core));
}

/** Empty loops before the others: of LAPS laps, and of so many more that the way in and out is told apart from a lap. */
export const EMPTY_LAPS = [LAPS, 2048] as const;

/** Cycles of each loop, the empty ones first, for one pass over all of them. */
export type LoopCycles = readonly number[];

/** What a lap costs without its loop's own, and without the way in and out of the loop. */
function ofLap(cycles: LoopCycles, index: number, laps: number): number {
  const [short, long] = EMPTY_LAPS;
  const lap = ((cycles[1] ?? 0) - (cycles[0] ?? 0)) / (long - short);
  const around = (cycles[0] ?? 0) - short * lap;
  return ((cycles[index + EMPTY_LAPS.length] ?? 0) - around) / laps - lap;
}

/**
 * What the loops cost a lap, without the lap's own.
 * @param passes at least one, each of EMPTY_LAPS.length + loops.length cycles
 */
export function microbenchmarks(
  loops: readonly Loop[],
  passes: readonly LoopCycles[],
  kind: ReportedKind,
  source: string,
): readonly Microbenchmark[] {
  return loops.map(({ name, laps }, index) => {
    const perLap = passes.map((cycles) => ofLap(cycles, index, laps)).sort((a, b) => a - b);
    const at = (position: number): number => Math.max(0, perLap[position] ?? 0);
    return {
      name,
      kind,
      cyclesPerLap: {
        minimum: at(0),
        median: at(Math.floor((perLap.length - 1) / 2)),
        maximum: at(perLap.length - 1),
      },
      laps,
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
  loops: readonly Loop[],
  medians: readonly Microbenchmark[],
  bounds: readonly [readonly Microbenchmark[], readonly Microbenchmark[]] | null,
): readonly ReportedValue[] {
  return loops.flatMap(({ roofs, unit, perLap, less }, index): readonly ReportedValue[] => {
    const benchmark = medians[index];
    const toRoof = (cycles: number): number =>
      unit === "cycle" ? cycles / perLap : perLap / cycles;
    const beside = less === undefined ? -1 : loops.findIndex(({ name }) => name === less);
    const cyclesOf = (found: readonly Microbenchmark[]): number =>
      (found[index]?.cyclesPerLap.median ?? 0) - (found[beside]?.cyclesPerLap.median ?? 0);
    const cycles = cyclesOf(medians);
    const isThere = cycles > 0 || (unit === "cycle" && less === undefined);
    if (benchmark === undefined || !isThere) return [];
    const ends = (bounds ?? [])
      .map(cyclesOf)
      .filter((end) => end > 0 || unit === "cycle")
      .map(toRoof)
      .concat(bounds === null ? [] : [toRoof(cycles)]);
    const { name: loop, kind, source } = benchmark;
    return roofs.map((name) => ({
      name,
      value: toRoof(cycles),
      unit,
      kind,
      source: `${loop}: ${cycles} cycles a lap of ${perLap}${less === undefined ? "" : `, ${less} taken off`}; ${source}`,
      ...(ends.length > 1 ? { interval: [Math.min(...ends), Math.max(...ends)] as const } : {}),
    }));
  });
}
