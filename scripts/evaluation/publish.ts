/**
 * Writes measured twins where people and programs look for them: the card's int8 block, the sidecar's "twin".
 * Every other line of both files stays as training wrote it.
 */

import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../../codegen/errors.ts";
import { INTEGER_FORMATS, type IntegerFormat } from "../../codegen/quantize/params.ts";
import { bootstrap, meanOf } from "../../host/workflow/quality/bootstrap.ts";
import type { ClipSet } from "../../host/workflow/quality/clip-set.ts";
import type { Arithmetic, ClipGains } from "./measure.ts";

interface GainRow {
  readonly gainDb: number;
  readonly lowDb: number;
  readonly highDb: number;
}

/** A format's gain less float64's on the same clips, with its own interval. */
interface TwinRow extends GainRow {
  readonly lossDb: number;
  readonly lossLowDb: number;
  readonly lossHighDb: number;
}

/** The sidecar's field "twin"; rows are keyed by the signal-to-noise ratio [dB]. */
export interface TwinResults {
  readonly set: ClipSet["kind"];
  readonly clipsPerSnr: number;
  readonly metric: "si-sdr-gain";
  /** SHA-256 of the model that was measured. */
  readonly modelDigest: string;
  readonly float64: { readonly bySnrDb: Readonly<Record<string, GainRow>> };
  /** Those that were measured. */
  readonly formats: Readonly<Partial<Record<IntegerFormat, FormatResults>>>;
}

interface FormatResults {
  readonly bySnrDb: Readonly<Record<string, TwinRow>>;
  /** Share of input values outside the calibrated range, 0 to 1. */
  readonly clippedShare: number;
}

/** To a thousandth of a decibel, and never a negative zero. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000 + 0;
}

export function summarise(
  set: ClipSet["kind"],
  modelDigest: string,
  gains: readonly ClipGains[],
  clippedShare: Readonly<Partial<Record<IntegerFormat, number>>>,
): TwinResults {
  const ratios = [...new Set(gains.map(({ snrDb }) => snrDb))].sort((a, b) => a - b);
  const at = (snrDb: number, arithmetic: Arithmetic) =>
    gains.filter((clip) => clip.snrDb === snrDb).map(({ gainDb }) => gainDb[arithmetic] as number);
  const gainRow = (values: readonly number[]): GainRow => {
    const { mean, low, high } = bootstrap(values);
    return { gainDb: rounded(mean), lowDb: rounded(low), highDb: rounded(high) };
  };
  const twinRow = (snrDb: number, format: IntegerFormat): TwinRow => {
    const float = at(snrDb, "float64");
    const twin = at(snrDb, format);
    const loss = bootstrap(float.map((value, clip) => value - (twin[clip] as number)));
    return {
      ...gainRow(twin),
      lossDb: rounded(loss.mean),
      lossLowDb: rounded(loss.low),
      lossHighDb: rounded(loss.high),
    };
  };
  const bySnr = <Row>(row: (snrDb: number) => Row) =>
    Object.fromEntries(ratios.map((snrDb) => [String(snrDb), row(snrDb)]));
  const formats = INTEGER_FORMATS.flatMap((format) => {
    const clipped = clippedShare[format];
    if (clipped === undefined) return [];
    const bySnrDb = bySnr((snrDb) => twinRow(snrDb, format));
    return [[format, { bySnrDb, clippedShare: Number(clipped.toPrecision(3)) }]];
  });
  return {
    set,
    clipsPerSnr: Math.round(meanOf(ratios.map((snrDb) => at(snrDb, "float64").length))),
    metric: "si-sdr-gain",
    modelDigest,
    float64: { bySnrDb: bySnr((snrDb) => gainRow(at(snrDb, "float64"))) },
    formats: Object.fromEntries(formats) as TwinResults["formats"],
  };
}

/** Results with those of other formats on the same clips of the same model, as a sidecar holds them. */
export function withOtherFormats(
  results: TwinResults,
  before: TwinResults | undefined,
): TwinResults {
  const isSame = (["set", "clipsPerSnr", "metric", "modelDigest"] as const).every(
    (field) => before?.[field] === results[field],
  );
  return isSame ? { ...results, formats: { ...before?.formats, ...results.formats } } : results;
}

/** The card's block: what was measured, then a row a ratio. */
export function resultsMarkdown(results: TwinResults): string {
  const set = results.set === "held-out" ? "the held-out set" : "the shipped clips only";
  const cell = ({ gainDb, lowDb, highDb }: GainRow) =>
    `${gainDb.toFixed(2)} (${lowDb.toFixed(2)} to ${highDb.toFixed(2)})`;
  const ratios = Object.keys(results.float64.bySnrDb).sort((a, b) => Number(a) - Number(b));
  const measured = INTEGER_FORMATS.flatMap((format) => {
    const own = results.formats[format];
    return own === undefined ? [] : [{ format, ...own }];
  });
  const rows = ratios.map((snrDb) => {
    const twins = measured.map(({ bySnrDb }) => bySnrDb[snrDb] as TwinRow);
    const losses = twins.map(
      ({ lossDb, lossLowDb, lossHighDb }) =>
        `${lossDb.toFixed(3)} (${lossLowDb.toFixed(3)} to ${lossHighDb.toFixed(3)})`,
    );
    const gains = [results.float64.bySnrDb[snrDb] as GainRow, ...twins].map(cell);
    return `| ${[snrDb, ...gains, ...losses].join(" | ")} |`;
  });
  const heads = [
    "SNR [dB]",
    "float64",
    ...measured.map(({ format }) => format),
    ...measured.map(({ format }) => `lost in ${format}`),
  ];
  const clipped = measured.map(
    ({ format, clippedShare }) => `${format} ${(100 * clippedShare).toFixed(3)} %`,
  );
  return [
    `Exact integer twin, calibrated on calibration/, on ${set}: ${results.clipsPerSnr} clips at each SNR.`,
    "SI-SDR gain in dB over the whole clip, from zero state; in brackets the 95 % interval, bootstrap over",
    "clips; losses are paired, clip by clip. Written by scripts/evaluate-models.ts.",
    "",
    `| ${heads.join(" | ")} |`,
    `|${heads.map(() => "---|").join("")}`,
    ...rows,
    "",
    `Input values outside the calibrated range, clipped: ${clipped.join(", ")}.`,
    `Measured model: SHA-256 ${results.modelDigest.slice(0, 16)}.`,
  ].join("\n");
}

const BEGIN = "<!-- int8:begin -->\n";
const END = "<!-- int8:end -->";

/** The card with its int8 block replaced. @throws UsageError TP-USE-035 when it has none */
export function withCardBlock(card: string, block: string, file: string): string {
  const begin = card.indexOf(BEGIN);
  const end = card.indexOf(END, begin);
  if (begin < 0 || end < 0) {
    throw new UsageError("TP-USE-035", {
      what: `${file} has no place for the twin's results`,
      why: `the lines ${BEGIN.trim()} and ${END} are missing`,
      fix: "put both lines, one after the other, where the results belong",
    });
  }
  return `${card.slice(0, begin + BEGIN.length)}${block}\n${card.slice(end)}`;
}

/** JSON with the keys of every object sorted. */
function sortedJson(value: unknown): string {
  const sort = (_: string, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return JSON.stringify(value, sort, 2);
}

/**
 * The sidecar with the top-level field replaced or added, keys sorted. Where the text is laid out as
 * training writes it, every other field keeps its bytes, so that 1e-09 does not become 1e-9.
 */
export function withSidecarField(text: string, key: string, value: unknown): string {
  const document: Record<string, unknown> = JSON.parse(text);
  const wanted = { ...document, [key]: value };
  const members = new Map<string, string>();
  for (const member of text
    .trim()
    .slice(1, -1)
    .split(/,?\n(?= {2}")/)) {
    const name = /^ {2}"([^"\\]+)": /.exec(member)?.[1];
    if (name !== undefined) members.set(name, member.trimEnd());
  }
  const added = sortedJson({ [key]: value })
    .split("\n")
    .slice(1, -1)
    .join("\n");
  members.set(key, added);
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
  const edited = `{\n${sorted.join(",\n")}\n}\n`;
  try {
    if (isDeepStrictEqual(JSON.parse(edited), JSON.parse(JSON.stringify(wanted)))) return edited;
  } catch {
    // Laid out in another way: written anew below.
  }
  return `${sortedJson(wanted)}\n`;
}
