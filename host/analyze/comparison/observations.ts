/**
 * Decides which numbers of a workload are compared, and what was observed of each on both sides.
 * Only numbers with a better side are: costs such as time, memory and energy, and gains such as rates and quality. The
 * verdict is left to judge.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { MachineRecord, TimeStatistics } from "../machine-record.ts";
import type { Kind, Quantity } from "../quantity.ts";
import type { Pair } from "./pairing.ts";

/** Units of which less is better. */
const COSTS = new Set("s ms us ns cycle instruction byte J mJ uJ W mW uW A mA uA value".split(" "));
/** Units of which more is better: work for a second, a cycle, a joule, a watt or a dollar, and a signal above its noise. */
const GAINS = /^(dB|[A-Za-z]+\/(s|cycle|J|W|USD))$/;
/** Measured, yet the same whenever the program and its input are: deepest stack, sound of a clip against the clean one. */
const REPEATING = new Set(["stack", "siSdrGain"]);
/** Numbers of the machine, the same beside every workload: they say nothing of the program. */
const MACHINE_NUMBERS = new Set(["emptyCall", "launchOverhead", "idlePower"]);

/** One number of one side. */
export interface Observations {
  readonly kind: Kind;
  readonly source: string;
  /** The number of each run; of times the median. */
  readonly values: readonly number[];
  /** Repetitions in their order, where there is one run and it kept them. */
  readonly samples: readonly number[];
}

/** One number on both sides; kinds agree. */
export interface Observed {
  /** "time", "P99", "instructions", ... */
  readonly quantity: string;
  readonly unit: string;
  readonly better: "less" | "more";
  /** Whether it repeats exactly, so that any change is real. */
  readonly exact: boolean;
  readonly pair: Pair;
  readonly baseline: Observations;
  readonly candidate: Observations;
}

type Reader = (record: MachineRecord) => Quantity | null;

/** @throws AnalysisError TP-USE-324 when a number is of one kind on one side and of another on the other */
export function observedOf(pair: Pair): readonly Observed[] {
  const readers = new Map<string, Reader>([
    ["time", (record) => timeOf(record, ({ p50, mean }) => p50 ?? mean)],
    // The tail of measured samples is tested with them; that of modelled ones is a number like any other.
    ["P99", (record) => (isExact(record.time?.kind) ? timeOf(record, ({ p99 }) => p99) : null)],
    ["bytes moved", ({ workload }) => exactOnly(workload.bytesMoved)],
  ]);
  for (const name of metricNames(pair)) readers.set(name, ({ metrics }) => judged(metrics[name]));
  return [...readers].flatMap(([quantity, read]) => {
    const baseline = observe(pair.baseline.records, read, quantity === "time");
    const candidate = observe(pair.candidate.records, read, quantity === "time");
    if (baseline === null || candidate === null) return [];
    const kinds = [...new Set([...baseline.kinds, ...candidate.kinds])];
    if (kinds.length > 1) throw otherKind(quantity, pair, baseline.kinds, candidate.kinds);
    const { unit } = baseline;
    if (unit !== candidate.unit) return [];
    const better = GAINS.test(unit) ? "more" : "less";
    const exact = kinds.every(isExact) || REPEATING.has(quantity);
    const observed = { quantity, unit, better, exact, pair, baseline, candidate } as const;
    return isTimeAgain(observed) ? [] : [observed];
  });
}

/** Counted and modelled numbers repeat exactly; measured ones vary, and stated ones may have been measured. */
function isExact(kind: Kind | undefined): boolean {
  return kind === "counted" || kind === "modelled";
}

function exactOnly(quantity: Quantity | null): Quantity | null {
  return quantity?.kind === "counted" ? quantity : null;
}

/** Stated ones are somebody's settings, such as a frame's interval. */
function judged(quantity: Quantity | undefined): Quantity | null {
  if (quantity === undefined || quantity.kind === "stated") return null;
  return COSTS.has(quantity.unit) || GAINS.test(quantity.unit) ? quantity : null;
}

/** A rate that one run gives beside its time says what the time says, without the repetitions to judge it by. */
function isTimeAgain({ better, exact, pair, baseline, candidate }: Observed): boolean {
  if (better === "less" || exact) return false;
  if (baseline.values.length > 1 || candidate.values.length > 1) return false;
  return [pair.baseline, pair.candidate].every(({ records }) => records[0]?.time != null);
}

function metricNames({ baseline, candidate }: Pair): readonly string[] {
  const records = [...baseline.records, ...candidate.records];
  const names = new Set(records.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...names].filter((name) => !MACHINE_NUMBERS.has(name));
}

function timeOf(
  { time }: MachineRecord,
  statistic: (time: TimeStatistics) => number | null,
): Quantity | null {
  const value = time === null ? null : statistic(time);
  if (time === null || value === null) return null;
  return { value, unit: time.unit, kind: time.kind, source: time.source };
}

function observe(
  records: readonly MachineRecord[],
  read: Reader,
  sampled: boolean,
): (Observations & { readonly unit: string; readonly kinds: readonly Kind[] }) | null {
  const found = records.map(read).filter((quantity) => quantity !== null);
  const [first] = found;
  if (first === undefined) return null;
  const { kind, source, unit } = first;
  const alone = sampled && records.length === 1 && !isExact(kind);
  return {
    kind,
    kinds: found.map((other) => other.kind),
    source,
    unit,
    values: found.map(({ value }) => value),
    samples: alone ? (records[0]?.samples ?? []) : [],
  };
}

function otherKind(
  quantity: string,
  { baseline }: Pair,
  before: readonly Kind[],
  after: readonly Kind[],
): AnalysisError {
  const [from, to] = [before, after].map((kinds) => [...new Set(kinds)].join(" and "));
  return new AnalysisError(
    "TP-USE-324",
    {
      what: `${quantity} of ${baseline.workload} is ${from} in the baseline and ${to} in the candidate`,
      why: "the difference between an instrument and a model is no regression",
      fix: "take both on the same board, or both on the emulator; pioneer analyze FILE... sets them side by side",
    },
    { quantity, baseline: from, candidate: to },
  );
}
