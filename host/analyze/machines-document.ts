/**
 * Decides the document that puts machine records side by side: one row a record, each with what follows from it.
 * Reading the records is left to import/, showing the document to report/.
 */

import { AnalysisError } from "./analysis-error.ts";
import type { Choices } from "./choices.ts";
import { SCHEMA } from "./document.ts";
import type { MachineAnalysis } from "./machine-analysis.ts";
import { analyzeMachine } from "./machine-analysis.ts";
import type { MachineRecord, Workload } from "./machine-record.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { platformRecord } from "./platform-record.ts";
import type { Platform } from "./platforms.ts";
import type { LatencyTail } from "./tails/percentiles.ts";
import { sampleTail } from "./tails/percentiles.ts";
import type { Waterfall } from "./waterfall.ts";

/** A record with the tail of its samples in their place, and its analysis. */
export type MachineRow = Omit<MachineRecord, "samples"> & {
  /** Percentiles with their intervals [s]; null where the samples are not known one by one. */
  readonly tail: LatencyTail | null;
  readonly analysis: MachineAnalysis;
};

export interface MachinesDocument extends Choices {
  readonly schema: typeof SCHEMA;
  readonly rows: readonly MachineRow[];
  /** The files as steps of one optimisation, when that was asked. */
  readonly waterfall?: Waterfall;
  /** What could not be compared, in words. */
  readonly notes: readonly string[];
}

/**
 * One document of all records, then of the stated platforms for each workload whose operations are known.
 * @throws AnalysisError TP-USE-242 for a number that is not finite, TP-USE-290 without a record
 */
export function analyzeMachines(
  records: readonly MachineRecord[],
  platforms: readonly Platform[],
): MachinesDocument {
  requireFiniteIn("the machines", [records, platforms]);
  if (records.length === 0) {
    throw new AnalysisError("TP-USE-290", {
      what: "there is no record to analyze",
      why: "no file gave one",
      fix: "name a recording or a log: pioneer analyze FILE",
    });
  }
  const workloads = distinctWorkloads(records);
  const modelled = platforms.flatMap((platform) =>
    workloads.flatMap((workload) => platformRecord(platform, workload) ?? []),
  );
  const rows = uniqueIds([...records, ...modelled]).map(({ samples, ...record }) => ({
    ...record,
    tail: sampleTail(samples, record.time),
    analysis: analyzeMachine({ ...record, samples: [] }),
  }));
  const unplaced = platforms.length > 0 && modelled.length === 0;
  return {
    schema: SCHEMA,
    rows,
    notes: unplaced
      ? ["no file tells its operations and bytes, so the platforms could not be given the work"]
      : [],
  };
}

/** The first whole workload of each name that a platform could be given. */
function distinctWorkloads(records: readonly MachineRecord[]): readonly Workload[] {
  const byName = new Map<string, Workload>();
  for (const { workload } of records) {
    const whole = workload.partOf === undefined;
    const usable = whole && (workload.ops?.value ?? 0) > 0 && (workload.bytesMoved?.value ?? 0) > 0;
    if (usable && !byName.has(workload.name)) byName.set(workload.name, workload);
  }
  return [...byName.values()];
}

/** A number after every id that was used before. */
function uniqueIds(records: readonly MachineRecord[]): readonly MachineRecord[] {
  const used = new Set<string>();
  return records.map((record) => {
    let { id } = record;
    for (let n = 2; used.has(id); n++) id = `${record.id}-${n}`;
    used.add(id);
    return { ...record, id };
  });
}
