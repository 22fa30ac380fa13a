/** Machine records and sides for the tests of comparisons. */
import type { ComparisonSide } from "../../host/analyze/comparison/side.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import type { Kind } from "../../host/analyze/quantity.ts";
import { counted } from "../../host/analyze/quantity.ts";
import { SampleStatistics } from "../../host/analyze/sample-statistics.ts";
import { Random } from "../../host/analyze/statistics/random.ts";

export interface Wanted {
  readonly machine?: string;
  readonly workload?: string;
  readonly kind?: Kind;
  readonly ops?: number;
  readonly samples?: readonly number[];
  readonly instructions?: number;
  readonly flags?: string;
  /** Beside the instructions. */
  readonly metrics?: MachineRecord["metrics"];
  /** Without a time of its own. */
  readonly timeless?: boolean;
}

export function record(wanted: Wanted = {}): MachineRecord {
  const { machine = "board", workload = "net", kind = "measured", samples = [] } = wanted;
  const { ops = 1000, instructions, flags = "-O2" } = wanted;
  const times = new SampleStatistics(workload);
  for (const sample of samples) times.add(sample);
  return {
    id: "id",
    machine,
    machineClass: "board",
    workload: {
      name: workload,
      ops: { value: ops, unit: "op", kind: "counted", source: "test" },
      bytesMoved: null,
    },
    time: wanted.timeless === true ? null : times.statistics(kind, "test"),
    samples,
    metrics: {
      ...wanted.metrics,
      ...(instructions === undefined
        ? {}
        : { instructions: counted(instructions, "instruction", "test") }),
    },
    roofs: [],
    origin: { format: "test", file: "test", records: "all" },
    setup: { flags },
    warnings: [],
  };
}

export function side(name: string, ...runs: (readonly MachineRecord[])[]): ComparisonSide {
  return { name, runs };
}

/** Seeded normal times around a level [s], 2 % deviation. */
export function times(seed: number, level: number, count: number): readonly number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => level * (1 + 0.02 * random.normal()));
}
