/**
 * Decides how the buyer's case is told: what the data sheets say, what holds for the student's model, and the verdict.
 * The numbers are left to buyers-case.ts.
 */
import type { Advantage, BuyersCase, OfferedRun } from "./buyers-case.ts";
import { PLATFORMS } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { digits } from "./wording.ts";

/** Ratios of stated numbers: what differs by less is the same. */
const SAME = 1e-9;

/** Paper, model, crossing, money, and the verdict. */
export function caseInWords(found: Omit<BuyersCase, "words">): readonly string[] {
  const { workload, intensity, runs, onPaper, advantageOfB, evenAt } = found;
  const [a, b] = runs;
  const of = ({ bound, shareOfPeak, ridgePoint: ridge }: OfferedRun) =>
    `${digits(shareOfPeak.value * 100)} % of its peak (${bound}-bound: its ridge point is ${digits(ridge.value)} op/byte)`;
  return [
    `On paper A has ${digits(onPaper.peakOfA.value)} times the peak of B, and B ${digits(onPaper.bandwidthOfB.value)} times the bandwidth of A.`,
    `${workload} does ${digits(intensity.value)} op/byte: A reaches ${of(a)}, B ${of(b)}.`,
    ...(evenAt === null
      ? []
      : [
          `B's flat roof crosses A's slope at ${digits(evenAt.value)} op/byte: below it B is faster, above it A.`,
        ]),
    ...moneyWords(runs, advantageOfB),
    ...callWords(runs),
    verdict(workload, advantageOfB),
  ];
}

/** Roofs know no overhead: work that is over before a call begins is not sped up by either system. */
function callWords(runs: BuyersCase["runs"]): readonly string[] {
  const [a, b] = runs.map(({ time }) => time.value * 1e6);
  const overheads = PLATFORMS.map(({ callOverhead }) => callOverhead.value);
  const least = Math.min(...overheads);
  if (a === undefined || b === undefined || Math.max(a, b) >= least) return [];
  return [
    `By its roofs alone one frame takes ${digits(a)} µs on A and ${digits(b)} µs on B, less than a call costs on any stated accelerator (${least} µs and more): the advantage shows once enough streams share a call.`,
  ];
}

function moneyWords([a, b]: BuyersCase["runs"], found: Advantage): readonly string[] {
  const one = (value: Quantity | null, what: string) =>
    value === null ? [] : [`${digits(value.value)} times the work for the same ${what}`];
  if (a.system.price === null && a.system.power === null && b.system.price === null) {
    return [
      "Price and power are equal, so every ultimate metric ($/token, FPS/W, P99 of the work itself) moves by the same factor as the speed.",
    ];
  }
  const both = [...one(found.perDollar, "rent"), ...one(found.perJoule, "energy")];
  return both.length === 0 ? [] : [`At their stated price and power B does ${both.join(" and ")}.`];
}

/** Efficiency is work for the same money; work for the same energy or the speed alone where rents are not known. */
function verdict(workload: string, { speed, perDollar, perJoule }: Advantage): string {
  const { value } = perDollar ?? perJoule ?? speed;
  const how = perDollar !== null ? "money" : perJoule !== null ? "energy" : "time";
  const better = value > 1 ? "B" : "A";
  const times = value > 1 ? value : 1 / value;
  const said =
    Math.abs(value - 1) <= SAME
      ? "both do the same"
      : `${better} does ${digits(times)} times the work for the same ${how}`;
  if (Math.abs(value - 2) <= SAME) {
    return `Verdict: B is twice as efficient on ${workload}: ${said}; buy B.`;
  }
  return `Verdict: B is not twice as efficient on ${workload}: ${said}; buy ${Math.abs(value - 1) <= SAME ? "either" : better}.`;
}
