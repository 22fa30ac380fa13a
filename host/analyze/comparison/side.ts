/**
 * Decides what one side of a comparison is made of: its runs, and in each run the same workloads on the same machines.
 * Which of them has a partner on the other side is left to pairing.ts.
 */
import type { MachineRecord } from "../machine-record.ts";
import { BESIDE_A_RUN } from "../run-records.ts";

/** One side as the caller has it: every run with its records. */
export interface ComparisonSide {
  /** As it was asked for: a saved name, a file or a folder. */
  readonly name: string;
  readonly runs: readonly (readonly MachineRecord[])[];
}

/** One workload on one machine, a record a run. */
export interface Subject {
  readonly machine: string;
  readonly workload: string;
  /** Tells records of the same workload on the same machine in one run apart, from 1. */
  readonly occurrence: number;
  readonly records: readonly MachineRecord[];
}

/** Whether a record is the computer that a board's run timed beside it: what was changed is the board's program. */
function isBystander({ machineClass, origin }: MachineRecord): boolean {
  return machineClass === "computer" && origin.records === BESIDE_A_RUN;
}

/** In the order of the first run; what a later run lacks is there with fewer records. */
export function subjectsOf({ runs }: ComparisonSide): readonly Subject[] {
  const found = new Map<string, Subject & { readonly records: MachineRecord[] }>();
  for (const run of runs) {
    const seen = new Map<string, number>();
    for (const record of run) {
      if (isBystander(record)) continue;
      const { machine } = record;
      const workload = record.workload.name;
      const name = JSON.stringify([machine, workload]);
      const occurrence = (seen.get(name) ?? 0) + 1;
      seen.set(name, occurrence);
      const key = `${name} ${occurrence}`;
      const subject = found.get(key) ?? { machine, workload, occurrence, records: [] };
      subject.records.push(record);
      found.set(key, subject);
    }
  }
  return [...found.values()];
}
