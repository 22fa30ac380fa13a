/**
 * Decides how the numbers of a machine's row read in tables: time, rate, shares and bound.
 * Laying tables out is left to machines-text.ts and machines-html.ts.
 */
import { typicalTime } from "../analyze/machine-analysis.ts";
import type { MachineRow } from "../analyze/machines-document.ts";
import { STATED } from "../analyze/platform-record.ts";
import type { Quantity } from "../analyze/quantity.ts";

/** The typical time as a quantity, with its interval where enough samples bound the median. */
export function timeQuantity(row: MachineRow): Quantity | null {
  const typical = typicalTime({ ...row, samples: [] });
  return typical === null || row.time?.p50 == null
    ? typical
    : { ...typical, ...intervalOf(row, "p50") };
}

/** The 99th percentile, with its interval where enough samples bound it. */
export function tailQuantity(row: MachineRow): Quantity | null {
  const { time } = row;
  if (time === null || time.p99 === null) return null;
  const { p99: value, kind, source } = time;
  return { value, unit: "s", kind, source, ...intervalOf(row, "p99") };
}

/** The rate, with the interval that the typical time's makes of it. */
export function rateQuantity(row: MachineRow): Quantity | null {
  const { rate } = row.analysis;
  const time = timeQuantity(row);
  if (rate === null || rate.interval !== undefined || !time?.interval) return rate;
  const [least, most] = time.interval;
  if (!(least > 0)) return rate;
  const work = rate.value * time.value;
  return { ...rate, interval: [work / most, work / least] };
}

function intervalOf({ tail }: MachineRow, wanted: string): Pick<Quantity, "interval"> {
  const [low, high] = tail?.percentiles.find(({ name }) => name === wanted)?.interval ?? [];
  return low == null || high == null ? {} : { interval: [low, high] };
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
