/**
 * Words a comparison of modelled with published cycles as Markdown.
 * The numbers are left to compare.ts.
 */
import type { Comparison } from "./compare.ts";

/** What the project wants of the judging set. */
const GOAL = { near: 0.1, far: 0.2, nearShare: 0.9, insideShare: 0.8 } as const;

const count = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toFixed(1)));
const percent = (value: number): string =>
  `${value < 0 ? "-" : "+"}${Math.abs(value * 100).toFixed(1)} %`;

/** The table, what the judging set says as a whole, and the reasons for what is far off or missed. */
export function comparisonBlock(compared: readonly Comparison[]): string {
  const judged = compared.filter(({ workload }) => workload.set === "judging");
  const far = compared.filter(({ error, isInside }) => Math.abs(error) > GOAL.near || !isInside);
  return [
    "",
    "| core | workload | measured on | code | set | published | modelled | off by | interval | least sure |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...compared.map(row),
    "",
    ...summary(judged),
    ...(far.length === 0
      ? []
      : ["", "Off by more than a tenth, or outside the interval:", "", ...reasons(far)]),
    "",
  ].join("\n");
}

function row(comparison: Comparison): string {
  const { workload, modelled, error, interval, isInside, leastSure } = comparison;
  const cells = [
    workload.core,
    workload.name,
    workload.condition,
    workload.code,
    workload.set,
    count(workload.published),
    count(modelled),
    percent(error),
    `${count(interval[0])}..${count(interval[1])}${isInside ? "" : ", missed"}`,
    leastSure ?? "",
  ];
  return `| ${cells.join(" | ")} |`;
}

function summary(judged: readonly Comparison[]): readonly string[] {
  const near = judged.filter(({ error }) => Math.abs(error) <= GOAL.near).length;
  const far = judged.filter(({ error }) => Math.abs(error) > GOAL.far).length;
  const inside = judged.filter(({ isInside }) => isInside).length;
  const byRules = judged.filter(
    ({ workload, byRules: [low, high] }) => low <= workload.published && workload.published <= high,
  ).length;
  const measured = judged.filter(({ workload }) => workload.code === "measured source");
  const insideMeasured = measured.filter(({ isInside }) => isInside).length;
  const programs = new Map<string, Comparison[]>();
  for (const one of judged) {
    const key = `${one.workload.program.id} ${one.workload.core}`;
    programs.set(key, [...(programs.get(key) ?? []), one]);
  }
  const all = (isGood: (one: Comparison) => boolean) =>
    [...programs.values()].filter((rows) => rows.every(isGood)).length;
  const whole = all(({ error }) => Math.abs(error) <= GOAL.near);
  const wholeInside = all(({ isInside }) => isInside);
  const of = (part: number) => `${part} of ${judged.length}`;
  const verdict = (isReached: boolean) => (isReached ? "reached" : "missed");
  return [
    `Judging set, ${judged.length} rows of ${programs.size} ${programs.size === 1 ? "program" : "programs"}: ${of(near)} within a tenth (goal 90 %: ${verdict(near >= GOAL.nearShare * judged.length)}), ` +
      `${far} beyond a fifth (goal none: ${verdict(far === 0)}), ` +
      `${of(inside)} inside their interval (goal 80 %: ${verdict(inside >= GOAL.insideShare * judged.length)}; ` +
      `of those that ran the measured source, ${insideMeasured} of ${measured.length}; ` +
      `without what another compiler or program may do, ${of(byRules)}). ` +
      `Rows of one program are no independent cases: of the programs, ${whole} of ${programs.size} have every row within a tenth, ` +
      `${wholeInside} of ${programs.size} every row inside its interval.`,
  ];
}

/** Rows with what is known of their difference, those of one reason together. */
function reasons(far: readonly Comparison[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const one of far) {
    const why = one.workload.why ?? "not known";
    byReason.set(why, [...(byReason.get(why) ?? []), described(one)]);
  }
  return [...byReason].map(([why, rows]) => `- ${rows.join("; ")}: ${why}.`);
}

/** A row's error and the three largest classes of its region. */
function described({ workload, error, classes }: Comparison): string {
  const total = Object.entries(classes)
    .filter(([name]) => name !== "branchTaken")
    .sort(([, a], [, b]) => b - a);
  const all = total.reduce((sum, [, value]) => sum + value, 0);
  const largest = total
    .slice(0, 3)
    .map(([name, value]) => `${name} ${((100 * value) / all).toFixed(0)} %`)
    .join(", ");
  return `${workload.core}, ${workload.name} (${percent(error)}; ${largest})`;
}
