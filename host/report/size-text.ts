/**
 * Decides how judged hidden sizes read in a terminal: the sentence, the rule, the table.
 * What is judged and chosen is the analyzer's.
 */
import type { Quality } from "../analyze/sizing/candidate.ts";
import type { JudgedSize } from "../analyze/sizing/judge.ts";
import { formatBytes, formatNumber } from "./format.ts";
import { textTable } from "./tables.ts";

export interface SizeText {
  readonly board: string;
  readonly why: string;
  readonly rule: readonly string[];
  /** In the order of the analyzer. */
  readonly candidates: readonly JudgedSize[];
  readonly shown: readonly JudgedSize[];
  readonly format: string;
  readonly otherFormats: readonly FormatRow[];
  readonly source: string;
  readonly picture: string | null;
  /** A model that was written. */
  readonly made: {
    readonly file: string;
    readonly method: string;
    readonly calibration: string | null;
  } | null;
}

/** What another format would make of it. */
export interface FormatRow {
  readonly format: string;
  readonly given: JudgedSize | null;
  readonly largest: JudgedSize | null;
}

const HEAD = [
  "",
  "hidden",
  "method",
  "MACs",
  "weights",
  "padding",
  "cycles",
  "waits",
  "ms",
  "mW",
  "flash",
  "RAM",
  "quality",
  "binding",
];

/** What stands before a size of each verdict. */
export const MARKS = { chosen: ">", fits: "+", dominated: "-", over: "x", unknown: "?" } as const;

export function sizeText(text: SizeText): string {
  const rows = [...text.shown].sort((a, b) => a.macs - b.macs).map(rowOf);
  const hidden = text.candidates.length - text.shown.length;
  const lines = [
    text.why,
    "",
    ...text.rule.map((sentence) => `  ${sentence}`),
    "",
    textTable([HEAD, ...rows]).trimEnd(),
    "",
    `> chosen, + fits, - fits but another is at least as good in fewer cycles, x misses a budget, ? not known.${hidden > 0 ? ` ${hidden} more sizes with --json.` : ""}`,
    ...formatLines(text),
    text.source === "" ? "" : `Cycles, times and powers are modelled: ${text.source}.`,
    ...qualityLines(text.candidates),
    text.picture === null ? "" : `picture: ${text.picture}`,
    text.made === null ? "" : madeLine(text.made),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** What quality is, and each measured size with its interval where it has one: a line for each source. */
function qualityLines(candidates: readonly JudgedSize[]): readonly string[] {
  const bySource = new Map<string, Measured[]>();
  for (const { hiddenSizes, method, quality, leftOut } of candidates) {
    if (quality?.kind !== "measured" || method === "pad") continue;
    const { metric, unit, source } = quality;
    const words = `Quality is the ${metric} [${unit}], ${source}`;
    bySource.set(words, [
      ...(bySource.get(words) ?? []),
      { units: [hiddenSizes.join(","), ...(leftOut ? [leftOut.option] : [])].join(" "), quality },
    ]);
  }
  return [...bySource].map(([words, measured]) => {
    const values = [...measured]
      .sort((a, b) => a.quality.value - b.quality.value)
      .map(({ units, quality: { value, interval } }) => {
        const ends = interval?.map((end) => formatNumber(end)).join(" to ");
        return `${units}: ${formatNumber(value)}${ends === undefined ? "" : ` (${ends})`}`;
      });
    const hasIntervals = measured.some(({ quality }) => quality.interval !== undefined);
    return `${words}${hasIntervals ? "; 95 % intervals" : ""}: ${values.join("; ")}.`;
  });
}

interface Measured {
  readonly units: string;
  readonly quality: Quality;
}

const FORMAT_HEAD = [
  ...["format", "as it is", "weights", "cycles", "ms", "mW", "quality", "largest within"],
];

/** What bits would change: the model as it is, and the largest size that holds the budgets, in each format. */
function formatLines({ format, candidates, otherFormats }: SizeText): readonly string[] {
  const held = candidates.filter(
    ({ verdict, leftOut }) => verdict !== "over" && verdict !== "unknown" && leftOut === undefined,
  );
  const [largest = null] = [...held].sort((a, b) => b.macs - a.macs);
  const given = candidates.find(({ method }) => method === "given") ?? null;
  const rows = [{ format, given, largest }, ...otherFormats].map(formatRow);
  return ["", textTable([FORMAT_HEAD, ...rows]).trimEnd(), ""];
}

function formatRow({ format, given, largest }: FormatRow): readonly string[] {
  const number = (value: number | null | undefined): string =>
    value == null ? "-" : formatNumber(value);
  const cycles = given?.cycles?.value;
  return [
    format,
    given?.hiddenSizes.join(",") ?? "-",
    given === null ? "-" : formatBytes(given.weightBytes),
    number(cycles === undefined ? null : Math.round(cycles)),
    number(given?.latencyMs),
    number(given?.powerMw),
    given == null ? "-" : heardText(given.quality),
    largest?.hiddenSizes.join(",") ?? "-",
  ];
}

function madeLine({ file, method, calibration }: NonNullable<SizeText["made"]>): string {
  return method === "pad"
    ? `model: ${file}, zero units added: it computes the same, bit for bit`
    : `model: ${file}, least important units taken out, judged by ${calibration}; training wins back what it lost`;
}

/** Marked where it was not measured. */
function heardText(quality: Quality | null): string {
  if (quality === null) return "-";
  return `${quality.kind === "modelled" ? "~" : ""}${formatNumber(quality.value)} ${quality.unit}`;
}

function rowOf(one: JudgedSize): readonly string[] {
  const number = (value: number | null | undefined): string =>
    value == null ? "-" : formatNumber(value);
  return [
    MARKS[one.verdict],
    one.hiddenSizes.join(","),
    one.leftOut?.option ?? one.method,
    formatNumber(Math.round(one.macs)),
    formatBytes(one.weightBytes),
    formatBytes(one.paddedBytes),
    one.cycles === null ? "-" : formatNumber(Math.round(one.cycles.value)),
    one.cycles === null ? "-" : formatNumber(Math.round(one.cycles.stalls)),
    number(one.latencyMs),
    number(one.powerMw),
    formatBytes(one.flashBytes),
    formatBytes(one.ramBytes),
    heardText(one.quality),
    one.misses.length > 0 ? `over: ${one.misses.join(", ")}` : one.binding,
  ];
}

/** What a screen has room for: the chosen size, trained ones, the first that is over, and some between. */
export function sizesToShow(sizes: readonly JudgedSize[], most: number): readonly JudgedSize[] {
  const ordered = [...sizes].sort((a, b) => a.macs - b.macs);
  const over = ordered.find(({ verdict }) => verdict === "over");
  const first = ordered.filter(
    (one) =>
      one.verdict === "chosen" ||
      one.method === "given" ||
      one.method === "delta" ||
      (one.method === "retrain" && one.quality?.kind === "measured") ||
      one === over,
  );
  const step = Math.max(1, Math.ceil(ordered.length / most));
  const between = ordered.filter((_, index) => index % step === 0);
  return [...new Set([...first.slice(0, most), ...between])].slice(0, most + first.length);
}
