/**
 * The document of a test of MLPerf Tiny: score, rules kept or broken, accuracy, and whether the outputs are the twin's.
 * Scores are left to score.ts, printing to report/mlperf-tiny.ts.
 */
import type { Kind, Quantity } from "../quantity.ts";
import { counted, derive, measured, modelled } from "../quantity.ts";
import type { EnergyNumbers } from "./energy-document.ts";
import type { AccuracyScore, Loop, PerformanceScore } from "./score.ts";

/** Whose clock the device's timestamps are. */
export interface ClockFacts {
  readonly kind: Kind & ("measured" | "modelled");
  readonly source: string;
}

export interface MlperfDocument {
  readonly schema: 1;
  readonly app: "mlperf_tiny";
  readonly mode: "performance" | "accuracy" | "energy";
  readonly board: string;
  readonly as: string | null;
  readonly format: string;
  /** What the device says of itself. */
  readonly device: { readonly name: string; readonly profile: string; readonly model: string };
  readonly clock: ClockFacts;
  /** Every rule of the open runner is kept. */
  readonly valid: boolean;
  readonly reasons: readonly string[];
  readonly loops: readonly { readonly inferences: Quantity; readonly elapsed: Quantity }[];
  /** Median over the loops. */
  readonly throughput: Quantity | null;
  readonly latency: Quantity | null;
  readonly accuracy: {
    readonly files: Quantity;
    readonly topOne: Quantity | null;
    readonly auc: Quantity | null;
    readonly allZeroWindows: Quantity;
  } | null;
  /** By a power monitor; null in the other modes. */
  readonly energy: EnergyNumbers | null;
  /** Outputs against the exact twin's, to the six decimals that the dialect carries. */
  readonly verify: {
    readonly bitExact: boolean;
    readonly compared: number;
    readonly mismatches: number;
  };
  readonly files: Readonly<Record<string, string>>;
}

export type MlperfFacts = Pick<
  MlperfDocument,
  "mode" | "board" | "as" | "format" | "device" | "clock" | "verify" | "files"
>;

/** Of the three scores those of other modes are null. */
export function mlperfDocument(
  facts: MlperfFacts,
  loops: readonly Loop[],
  performance: PerformanceScore | null,
  accuracy: AccuracyScore | null,
  energy: { readonly numbers: EnergyNumbers; readonly reasons: readonly string[] } | null = null,
): MlperfDocument {
  const { kind, source } = facts.clock;
  const timed = (value: number, unit: string) =>
    kind === "measured" ? measured(value, unit, source) : modelled(value, unit, source);
  const answers = "the device's outputs against the data set's labels";
  const reasons = [...(performance?.reasons ?? []), ...(energy?.reasons ?? [])];
  const throughput = performance && timed(performance.throughput, "1/s");
  return {
    schema: 1,
    app: "mlperf_tiny",
    ...facts,
    valid: reasons.length === 0,
    reasons,
    loops: loops.map(({ inferences, elapsedUs }) => ({
      inferences: counted(inferences, "inference", "asked for"),
      elapsed: timed(elapsedUs / 1e6, "s"),
    })),
    throughput,
    latency:
      throughput && throughput.value > 0
        ? derive(1e3 / throughput.value, "ms", "1 / throughput", [throughput])
        : null,
    accuracy: accuracy && {
      files: counted(accuracy.files, "file", answers),
      topOne: accuracy.topOne === null ? null : counted(100 * accuracy.topOne, "%", answers),
      auc: accuracy.auc === null ? null : counted(accuracy.auc, "", answers),
      allZeroWindows: counted(accuracy.allZero, "window", answers),
    },
    energy: energy?.numbers ?? null,
  };
}
