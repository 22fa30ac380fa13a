/**
 * Decides the final table: the same quantities of baseline and optimised build, and how much went.
 * Which builds these are is left to the caller.
 */
import { requireFiniteIn } from "../number-limits.ts";
import type { Quantity } from "../quantity.ts";
import { counted, derive, measured } from "../quantity.ts";
import type { Measurement } from "./measurement.ts";

export interface FinalRow {
  readonly name: string;
  readonly baseline: Quantity;
  readonly optimised: Quantity;
  /** Share of the baseline's value that went; negative where it grew, null where less is not better or it was 0. */
  readonly improvement: Quantity | null;
}

/** @throws AnalysisError TP-USE-242 for a number that is not finite */
export function finalTable(baseline: Measurement, optimised: Measurement): readonly FinalRow[] {
  requireFiniteIn("the variants", [baseline, optimised]);
  const [a, b] = [baseline.counters, optimised.counters];
  return [
    ...row("time of a frame", baseline.timeMs, optimised.timeMs),
    ...row("cycles", a.cycles, b.cycles),
    ...row("instructions", a.instructions, b.instructions),
    ...row("instructions a cycle", a.ipc, b.ipc, false),
    ...row("loads", a.loads, b.loads),
    ...row("stores", a.stores, b.stores),
    ...row("bytes loaded", a.bytesLoaded, b.bytesLoaded),
    ...row("bytes stored", a.bytesStored, b.bytesStored),
    ...row("multiply-accumulate instructions", a.multiplyAccumulates, b.multiplyAccumulates, false),
    ...row("branches", a.branches, b.branches),
    ...row("branches taken", a.branchesTaken, b.branchesTaken),
    ...row("flash", linked(baseline.memory.flashBytes), linked(optimised.memory.flashBytes)),
    ...row("RAM", linked(baseline.memory.ramBytes), linked(optimised.memory.ramBytes)),
    ...row(
      "stack at its deepest",
      painted(baseline.memory.stackBytes),
      painted(optimised.memory.stackBytes),
    ),
  ];
}

function row(
  name: string,
  baseline: Quantity | null,
  optimised: Quantity | null,
  lessIsBetter = true,
): readonly FinalRow[] {
  if (baseline === null || optimised === null) return [];
  const improvement =
    lessIsBetter && baseline.value > 0
      ? derive(1 - optimised.value / baseline.value, "1", "1 - optimised / baseline", [
          baseline,
          optimised,
        ])
      : null;
  return [{ name, baseline, optimised, improvement }];
}

function linked(bytes: number | null): Quantity | null {
  return bytes === null ? null : counted(bytes, "byte", "sections of the program file");
}

function painted(bytes: number | null): Quantity | null {
  const source = "stack painted at the start and read back on the device";
  return bytes === null ? null : measured(bytes, "byte", source);
}
