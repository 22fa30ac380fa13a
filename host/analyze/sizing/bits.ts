/**
 * Decides in which order layers give up bits, by what each loses for the bytes it saves, and says which mix to take.
 * Measuring a mix and predicting its cost are left to workflow/size, budgets to judge.ts.
 */
import { digits } from "../wording.ts";
import type { Quality } from "./candidate.ts";
import type { JudgedSize } from "./judge.ts";

/** A layer that alone has 4-bit weights, against the model all of whose layers have bytes. */
export interface LayerBits {
  readonly name: string;
  /** Of weights as the board stores them [byte]; below 0 where groups' scales and padding take more. */
  readonly savedBytes: number;
  /** Of a step, modelled; below 0 where taking bits apart takes longer than fetching them; null where nobody knows. */
  readonly savedCycles: number | null;
  /** Of the model's quality, in its unit; below 0 where chance made it better. */
  readonly lost: number;
  /** With this layer alone in 4 bits. */
  readonly quality: Quality;
}

/** What a layer loses for each KiB it saves; null where it saves nothing. */
export function lossPerKib({ lost, savedBytes }: Pick<LayerBits, "lost" | "savedBytes">) {
  return savedBytes > 0 ? (1024 * lost) / savedBytes : null;
}

/** Least loss a byte first, of equal ones the one that comes first in the model; without those that save nothing. */
export function byLossPerByte(layers: readonly LayerBits[]): readonly LayerBits[] {
  return layers
    .filter(({ savedBytes }) => savedBytes > 0)
    .sort((a, b) => a.lost / a.savedBytes - b.lost / b.savedBytes);
}

/** Some of the layers in 4 bits, as --format takes it. */
export interface Mix {
  readonly format: string;
}

export interface BitsAnswer {
  readonly board: string;
  /** In the order of judge.ts. */
  readonly mixes: readonly (JudgedSize & Mix)[];
  readonly layers: readonly LayerBits[];
  /** Quality with bytes throughout. */
  readonly whole: Quality;
  /** Why costs are not known; null where they are. */
  readonly missing: string | null;
}

/** The mix to take, or what stands in its way, and which layer bears fewer bits best. */
export function bitsAnswer({ board, mixes, layers, whole, missing }: BitsAnswer): string {
  const [first] = mixes;
  const [easiest] = byLossPerByte(layers);
  const bears =
    easiest === undefined
      ? ["no layer takes fewer bytes with 4 bits"]
      : [
          `${easiest.name} bears 4 bits best: ${lossText(easiest.lost, whole)} for ${easiest.savedBytes} B`,
        ];
  if (first === undefined) return bears.join("; ");
  if (first.verdict === "chosen") {
    const facts = [
      `${first.weightBytes} B of weights`,
      ...(first.latencyMs === null ? [] : [`${digits(first.latencyMs)} ms`]),
      ...(first.powerMw === null ? [] : [`${digits(first.powerMw)} mW`]),
      ...(first.quality === null ? [] : [`${digits(first.quality.value)} ${first.quality.unit}`]),
    ].join(", ");
    const unknown = mixes.filter(({ verdict }) => verdict === "unknown");
    return [
      `${first.format}: the best within the budgets on ${board} (${facts})`,
      ...bears,
      ...(unknown.length > 0 ? [`what the other mixes take is not known: ${missing}`] : []),
    ].join("; ");
  }
  if (mixes.some(({ verdict }) => verdict === "unknown")) {
    return [`no mix can be chosen on ${board}: ${missing ?? "a value is missing"}`, ...bears].join(
      "; ",
    );
  }
  const smallest = [...mixes].sort((a, b) => a.weightBytes - b.weightBytes)[0] as (typeof mixes)[0];
  return [
    `no mix holds the budgets on ${board}: ${smallest.format} still misses ${smallest.misses.join(" and ")}`,
    ...bears,
  ].join("; ");
}

function lossText(lost: number, { unit }: Quality): string {
  return lost > 0
    ? `it loses ${digits(lost)} ${unit}`
    : `it loses nothing (${digits(-lost)} ${unit} better)`;
}
