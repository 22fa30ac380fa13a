/**
 * Decides which workloads of two sides belong together, and what stands in the way of comparing them.
 * Comparing their numbers is left to judge.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { ComparisonSide, Subject } from "./side.ts";
import { subjectsOf } from "./side.ts";

export interface Pair {
  readonly baseline: Subject;
  readonly candidate: Subject;
}

/** Something a reader must know that is no error, with its code. */
export interface ComparisonWarning {
  readonly code: `TP-USE-${number}`;
  readonly text: string;
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly warnings: readonly ComparisonWarning[];
}

/** Names that a message lists. */
const MOST_NAMES = 5;

/**
 * Same workload, same machine; with `anyMachine` the same workload on whatever machine.
 * @throws AnalysisError TP-USE-320 for a side without records, -321 when no workload is on both sides, -322 when the same
 * workload is there on other machines only
 */
export function pairSides(
  baseline: ComparisonSide,
  candidate: ComparisonSide,
  anyMachine: boolean,
): Pairing {
  const from = requireSubjects(baseline);
  const to = requireSubjects(candidate);
  const left = new Set(to);
  const alone: Subject[] = [];
  const pairs: Pair[] = [];
  for (const subject of from) {
    const partner =
      find(left, subject, true) ?? (anyMachine ? find(left, subject, false) : undefined);
    if (partner === undefined) {
      alone.push(subject);
      continue;
    }
    left.delete(partner);
    pairs.push({ baseline: subject, candidate: partner });
  }
  if (pairs.length === 0) throw unrelated(from, to);
  return {
    pairs,
    warnings: [
      ...unmatched(alone, `only in the baseline, ${baseline.name}`),
      ...unmatched([...left], `only in the candidate, ${candidate.name}`),
      ...pairs.flatMap(otherMachine),
      ...pairs.flatMap(otherWork),
    ],
  };
}

function requireSubjects(side: ComparisonSide): readonly Subject[] {
  const subjects = subjectsOf(side);
  if (subjects.length > 0) return subjects;
  throw new AnalysisError(
    "TP-USE-320",
    {
      what: `there is nothing to compare in ${side.name}`,
      why: "it holds no record of a workload",
      fix: "pioneer analyze FILE shows what a file holds",
    },
    { name: side.name },
  );
}

function find(left: Iterable<Subject>, subject: Subject, onSame: boolean): Subject | undefined {
  for (const other of left) {
    const same = other.workload === subject.workload && other.occurrence === subject.occurrence;
    if (same && (!onSame || other.machine === subject.machine)) return other;
  }
  return undefined;
}

function unrelated(from: readonly Subject[], to: readonly Subject[]): AnalysisError {
  const moved = from.find((subject) => find(to, subject, false) !== undefined);
  const machines = [machinesOf(from), machinesOf(to)] as const;
  if (moved !== undefined) {
    return new AnalysisError(
      "TP-USE-322",
      {
        what: `${moved.workload} ran on other machines: ${machines[0]} against ${machines[1]}`,
        why: "a difference of machines is no regression of a program",
        fix: "measure both on one machine, or compare the machines: --any-machine, or pioneer analyze FILE...",
      },
      { baseline: machines[0], candidate: machines[1] },
    );
  }
  const works = [from, to].map((side) => names(side.map(({ workload }) => workload)));
  return new AnalysisError(
    "TP-USE-321",
    {
      what: `the sides have no workload in common: ${works[0]} against ${works[1]}`,
      why: "only times of the same work can be compared",
      fix: "compare runs of the same model or benchmark; pioneer analyze FILE... sets others side by side",
    },
    { baseline: works[0], candidate: works[1] },
  );
}

function unmatched(subjects: readonly Subject[], where: string): readonly ComparisonWarning[] {
  if (subjects.length === 0) return [];
  const listed = names(subjects.map(({ machine, workload }) => `${workload} on ${machine}`));
  return [{ code: "TP-USE-321", text: `not compared, ${where}: ${listed}` }];
}

function otherMachine({ baseline, candidate }: Pair): readonly ComparisonWarning[] {
  if (baseline.machine === candidate.machine) return [];
  const text = `${baseline.workload} ran on ${baseline.machine}, then on ${candidate.machine}: the difference is theirs too`;
  return [{ code: "TP-USE-322", text }];
}

/** Operations of a repetition, where both sides know them. */
function otherWork({ baseline, candidate }: Pair): readonly ComparisonWarning[] {
  const [before, after] = [baseline, candidate].map(({ records }) => records[0]?.workload.ops);
  if (!before || !after || before.value === after.value) return [];
  const text = `${baseline.workload} does other work than before: ${before.value} ${before.unit}, now ${after.value} ${after.unit}`;
  return [{ code: "TP-USE-323", text }];
}

function machinesOf(subjects: readonly Subject[]): string {
  return names([...new Set(subjects.map(({ machine }) => machine))]);
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMES).join(", ");
  return all.length > MOST_NAMES ? `${shown} and ${all.length - MOST_NAMES} more` : shown;
}
