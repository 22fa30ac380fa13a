/**
 * Decides which records a question "on the wearable or elsewhere" is about: the boards, and whatever else ran the same work.
 * Answering it is left to edge-or-cloud.ts.
 */

import { AnalysisError } from "./analysis-error.ts";
import type { OffloadQuestion } from "./edge-or-cloud.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Metric } from "./metrics.ts";
import type { NetworkPath, StreamForm } from "./networks.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { STATED } from "./platform-record.ts";
import type { Platform } from "./platforms.ts";

/** What the one who asks may choose. */
export interface OffloadWishes {
  readonly path: NetworkPath;
  readonly form: StreamForm;
  /** [km] */
  readonly distanceKm: number;
  /** Time between two frames [ms]; null: as the wearable's run had it, else 10. */
  readonly intervalMs: number | null;
  /** [ms]; null: the time between two frames. */
  readonly deadlineMs: number | null;
  readonly by: readonly [Metric, Metric];
}

/** The hearable's. */
const USUAL_INTERVAL_MS = 10;

/**
 * The first board with whole work is the wearable; boards, computers and accelerators of the same work stand beside it.
 * @returns null without a board, or with nowhere else to go
 * @throws AnalysisError TP-USE-242 for a number that is not finite
 */
export function offloadQuestion(
  records: readonly MachineRecord[],
  platforms: readonly Platform[],
  wishes: OffloadWishes,
): OffloadQuestion | null {
  requireFiniteIn("the question", [records, platforms, wishes]);
  const whole = records.filter(
    ({ workload, origin }) => workload.partOf === undefined && origin.format !== STATED,
  );
  const board = whole.find(isWearable);
  if (board === undefined) return null;
  const others = whole.filter(
    (record) => record !== board && record.workload.name === board.workload.name,
  );
  const machines = others.filter(
    ({ machineClass }) => machineClass === "computer" || machineClass === "accelerator",
  );
  if (machines.length === 0 && platforms.length === 0) return null;
  const recorded = board.metrics.frameInterval;
  const intervalMs =
    wishes.intervalMs ?? (recorded?.unit === "ms" ? recorded.value : USUAL_INTERVAL_MS);
  const { path, form, distanceKm, by } = wishes;
  return {
    board,
    otherBoards: others.filter(isWearable),
    machines,
    platforms,
    transport: { path, form, intervalMs, distanceKm },
    deadlineMs: wishes.deadlineMs ?? intervalMs,
    by,
  };
}

function isWearable({ machineClass }: MachineRecord): boolean {
  return machineClass === "board" || machineClass === "emulated board";
}

/** For who chose a network or a deadline, which only a wearable has. */
export function noWearable(): AnalysisError {
  return new AnalysisError("TP-USE-264", {
    what: "there is no wearable, or nowhere else to compute",
    why: "a network, a distance and a deadline need a board's run and another machine of the same work",
    fix: "pioneer analyze run.tpcap host.json --platform h100,t4 --network wifi",
  });
}
