/**
 * Decides how the numbers of a machine's row read in tables: time, rate, shares and bound.
 * Laying tables out is left to machines-text.ts and machines-html.ts.
 */
import { typicalTime } from "../analyze/machine-analysis.ts";
import type { MachineRow } from "../analyze/machines-document.ts";
import { STATED } from "../analyze/platform-record.ts";
import type { Quantity } from "../analyze/quantity.ts";

/** The typical time as a quantity; its fallback to the mean is in its name. */
export function timeQuantity(row: MachineRow): Quantity | null {
  return typicalTime({ ...row, samples: [] });
}

/** The 99th percentile, with its interval where enough samples bound it. */
export function tailQuantity(row: MachineRow): Quantity | null {
  const { time, tail } = row;
  if (time === null || time.p99 === null) return null;
  const [low, high] = tail?.percentiles.find(({ name }) => name === "p99")?.interval ?? [
    null,
    null,
  ];
  const interval = low === null || high === null ? {} : { interval: [low, high] as const };
  return { value: time.p99, unit: "s", kind: time.kind, source: time.source, ...interval };
}

/** Machines, and workloads of each, that the summary names. */
const MOST_WINNERS = 3;
const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** Work and bytes with the decimal prefix that fits: "53.2 kop", "4.68 GB". */
export function withPrefix(amount: Quantity | null): Quantity | null {
  if (amount === null || !(amount.value >= 1000)) return amount;
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(amount.value) / 3));
  const unit = `${PREFIXES[power]}${amount.unit === "byte" ? "B" : amount.unit}`;
  return { ...amount, value: amount.value / 1000 ** power, unit };
}

/** "memory (fp16)" or a dash. */
export function boundText(row: MachineRow): string {
  const { bound, roof } = row.analysis;
  return bound === null ? "-" : `${bound} (${roof})`;
}

/** One sentence: how many workloads on how many machines, and which is the quickest at those that several ran. */
export function summaryText(rows: readonly MachineRow[]): string {
  const machines = new Set(rows.map(({ machine }) => machine)).size;
  const workloads = [...new Set(rows.map(({ workload }) => workload.name))];
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const counts = `${plural(workloads.length, "workload")} on ${plural(machines, "machine")}`;
  const won = new Map<string, string[]>();
  for (const name of workloads) {
    const winner = quickestAt(rows.filter(({ workload }) => workload.name === name));
    if (winner !== null) won.set(winner, [...(won.get(winner) ?? []), name]);
  }
  const winners = [...won].slice(0, MOST_WINNERS).map(([winner, names]) => {
    const shown = names.length > MOST_WINNERS ? `${names.length} workloads` : names.join(" and ");
    return `${shown} take${names.length === 1 ? "s" : ""} the least time on ${winner}`;
  });
  return `${[counts, ...winners].join("; ")}.`;
}

/** The machine with the least typical time, and how that is known; null unless two machines have one. */
function quickestAt(rows: readonly MachineRow[]): string | null {
  const timed = rows
    .flatMap((row) => {
      const time = timeQuantity(row);
      return time === null ? [] : [{ row, time }];
    })
    .sort((a, b) => a.time.value - b.time.value);
  const [first] = timed;
  const machines = new Set(timed.map(({ row }) => row.machine));
  if (first === undefined || machines.size < 2) return null;
  const far = first.row.origin.format === STATED ? ", the way there left out" : "";
  return `${first.row.machine} (${first.time.kind}${far})`;
}
