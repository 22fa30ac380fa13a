/**
 * Decides the Iron Law of a workload on a machine, time = data / bandwidth against ops / (peak x utilisation) +
 * overhead, each term with its kind, and what changes would bring. The arithmetic is left to situation.ts and what-if.ts.
 */
import { requireFiniteIn } from "./number-limits.ts";
import type { Kind, Quantity } from "./quantity.ts";
import { weakest } from "./quantity.ts";
import type { SituatedTime, Situation } from "./situation.ts";
import { evaluateSituation } from "./situation.ts";
import type { RoofPoint } from "./what-if.ts";
import { whatIfs } from "./what-if.ts";
import type { ChangeFacts, ChangeId } from "./what-if-changes.ts";
import { amount, digits, duration } from "./wording.ts";

export interface TimeTerms {
  /** bytes / bandwidth: what the slowest memory takes [s] or [cycle]. */
  readonly data: Quantity;
  /** ops / (peak x utilisation). */
  readonly arithmetic: Quantity;
  /** What a core waits for its data when nothing overlaps; null where data and arithmetic overlap. */
  readonly wait: Quantity | null;
  readonly overhead: Quantity;
  readonly total: Quantity;
  /** Share of the highest arithmetic in the second term [0..1]. */
  readonly utilisation: Quantity;
  readonly largest: SituatedTime["largest"];
  readonly expression: string;
  /** The expression with its numbers, and which term is the largest. */
  readonly explanation: string;
}

/** One change as a row: exact for the roofs, a model for the run. */
export interface WhatIfRow {
  readonly id: ChangeId;
  readonly change: string;
  readonly newTime: Quantity;
  readonly newBound: "compute" | "memory";
  readonly newRoof: string;
  /** Of the run, with its utilisation and overhead. */
  readonly speedUp: Quantity;
  /** Of the roofs alone. */
  readonly roofSpeedUp: Quantity;
  readonly arithmetic: string;
  readonly limit: string;
  readonly condition: string;
  /** Ends of the arrow: where the roofs allow the work to be. */
  readonly from: RoofPoint;
  readonly to: RoofPoint;
}

export interface TimeQuestion {
  /** Null overhead: what the time leaves over. */
  readonly situation: Omit<Situation, "overhead"> & { readonly overhead: number | null };
  readonly changes: ChangeFacts;
  /** Of one repetition; null where nobody timed it. */
  readonly time: Quantity | null;
  /** Kinds of what each term is made from; the overhead's is null when it is what the time leaves over. */
  readonly kinds: {
    readonly data: readonly Kind[];
    readonly arithmetic: readonly Kind[];
    readonly overhead: Kind | null;
  };
  readonly utilisationSource: string;
  readonly overheadSource: string;
}

export interface TimeAnswer {
  readonly terms: TimeTerms;
  readonly whatIfs: readonly WhatIfRow[];
}

/** Below it, more than the time is rounding, or a count of cycles that is off by some. */
const ROUNDING = 0.01;

/** @throws AnalysisError TP-USE-242 for a number that is not finite, TP-USE-372 */
export function timeTerms(question: TimeQuestion): TimeAnswer {
  requireFiniteIn("the question", question);
  const { situation, changes, time, kinds } = question;
  const { per } = changes;
  const bare = evaluateSituation({ ...situation, overhead: situation.overhead ?? 0 });
  const rest = time === null ? 0 : time.value - bare.total;
  const whole: Situation = { ...situation, overhead: situation.overhead ?? Math.max(0, rest) };
  const found = evaluateSituation(whole);
  const roofs = weakest(...kinds.data, ...kinds.arithmetic);
  const left = weakest(roofs, ...(time === null ? [] : [time.kind]));
  const quantity = (value: number, unit: string, kind: Kind, source: string): Quantity => ({
    value,
    unit,
    kind,
    source,
  });
  const overlap = found.wait === null;
  const expression = overlap
    ? "max(data / bandwidth, ops / (peak x utilisation)) + overhead"
    : "ops / (peak x utilisation) + waits for data + overhead";
  const data = weakest(...kinds.data);
  const arithmetic = weakest(...kinds.arithmetic);
  const overheadKind = kinds.overhead ?? left;
  const terms: TimeTerms = {
    data: quantity(found.data, per, data, `bytes through ${found.dataLevel} / its bandwidth`),
    arithmetic: quantity(found.arithmetic, per, arithmetic, "ops / (peak x utilisation)"),
    wait:
      found.wait === null
        ? null
        : quantity(
            found.wait,
            per,
            data,
            "bytes / bandwidth of their memory - bytes / rate of the core's port",
          ),
    overhead: quantity(
      found.overhead,
      per,
      overheadKind,
      situation.overhead === null ? leftOver(question, rest) : question.overheadSource,
    ),
    total: time ?? quantity(found.total, per, weakest(roofs, overheadKind), expression),
    utilisation: quantity(whole.utilisation, "1", arithmetic, question.utilisationSource),
    largest: found.largest,
    expression,
    explanation: explanation(found, whole, per, time),
  };
  const today = time ?? terms.total;
  return {
    terms,
    whatIfs: whatIfs(whole, changes).map((row) => ({
      id: row.id,
      change: row.change,
      newTime: {
        value: today.value / row.speedUp,
        unit: today.unit,
        kind: "modelled",
        source: `${expression}, with utilisation and overhead as they are`,
      },
      newBound: row.newBound,
      newRoof: row.newRoof,
      speedUp: { value: row.speedUp, unit: "x", kind: "modelled", source: "time before / after" },
      roofSpeedUp: {
        value: row.roofSpeedUp,
        unit: "x",
        kind: roofs,
        source: "lowest roof after / before",
      },
      arithmetic: row.arithmetic,
      limit: row.limit,
      condition: row.condition,
      from: row.from,
      to: row.to,
    })),
  };
}

function leftOver({ time, overheadSource, changes }: TimeQuestion, left: number): string {
  if (time === null) return "not known without a time, so left out";
  const short = `the other terms alone are ${duration(-left, changes.per)} longer than the time`;
  return left < 0 ? `none left: ${short}` : `time - the other terms: ${overheadSource}`;
}

/** Terms that add up to more than was measured cannot be parts of it. */
function sumInWords(terms: number, time: number, per: ChangeFacts["per"]): string {
  const told = duration(time, per);
  return terms <= time * (1 + ROUNDING)
    ? ` of ${told}`
    : `; the terms come to ${duration(terms, per)} where it took ${told}, so a roof is taken too low or the overhead too long`;
}

function explanation(
  found: SituatedTime,
  situation: Situation,
  per: ChangeFacts["per"],
  time: Quantity | null,
): string {
  const { compute, levels, utilisation, memoryShare, ops } = situation;
  const level = levels.find(({ name }) => name === found.dataLevel) ?? levels[0];
  const share = (value: number) => (value === 1 ? "" : ` x ${digits(value)}`);
  const data = `data ${amount(level?.bytesMoved ?? 0, "byte")} / (${amount(level?.peakBytes ?? 0, `byte/${per}`)}${share(memoryShare)}) of ${found.dataLevel} = ${duration(found.data, per)}`;
  const arithmetic = `arithmetic ${amount(ops, "op")} / (${amount(compute.peakOps, `op/${per}`)}${share(utilisation)}) = ${duration(found.arithmetic, per)}`;
  const waits = found.wait === null ? "" : `, of which the core waits ${duration(found.wait, per)}`;
  const whole = time === null ? "" : sumInWords(found.total, time.value, per);
  const named = { data: "the data", arithmetic: "the arithmetic", overhead: "the overhead" };
  return `${data}${waits}; ${arithmetic}; overhead ${duration(found.overhead, per)}: ${named[found.largest]} takes the largest part${whole}`;
}
