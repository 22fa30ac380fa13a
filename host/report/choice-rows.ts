/**
 * Decides which cells and sentences answer a question of choice, for terminals, Markdown and HTML alike.
 * Laying them out is left to choices-text.ts and choices-html.ts.
 */
import type { OffloadAnswer } from "../analyze/edge-or-cloud.ts";
import type { Contender, ParetoIds } from "../analyze/metrics.ts";
import { METRICS } from "../analyze/metrics.ts";
import type { Place } from "../analyze/places.ts";
import type { Quantity } from "../analyze/quantity.ts";
import type { Ranking } from "../analyze/ultimate.ts";
import { formatValue, KIND_MARK } from "./format.ts";

/** As a heading says it. */
export function offloadTitle({ workload, deadlineMs }: OffloadAnswer): string {
  return `Edge or cloud: ${workload} within ${formatValue(deadlineMs, "ms")}`;
}

/** In a place's row. */
export const IN_TIME: Readonly<Record<Exclude<Place["inTime"], null>, string>> = {
  yes: "✓ in time",
  "at best": "~ at best",
  no: "✗ too late",
};

/** "● 0.702 ms", or a dash. */
export function markedCell(quantity: Quantity | null): string {
  if (quantity === null) return "-";
  return `${KIND_MARK[quantity.kind]} ${formatValue(quantity.value, quantity.unit)}`;
}

/** The front, who is beaten by whom, and who is not known: a sentence each. */
export function paretoWords(
  contenders: readonly Contender[],
  pareto: ParetoIds,
): readonly string[] {
  const [x, y] = pareto.by.map((metric) => METRICS[metric].name);
  const name = (id: string) => {
    const index = contenders.findIndex((contender) => contender.id === id);
    return `${index + 1} ${contenders[index]?.name ?? id}`;
  };
  const beaten = new Map<string, string[]>();
  for (const { id, by } of pareto.beaten) beaten.set(by, [...(beaten.get(by) ?? []), name(id)]);
  return [
    `Pareto front of ${x} and ${y}: ${pareto.front.length === 0 ? "nobody has both" : pareto.front.map(name).join(", ")}.`,
    ...[...beaten].map(
      ([by, losers]) =>
        `${name(by)} beats ${losers.join(", ")}: at least as good at both, better at one.`,
    ),
    ...(pareto.unplaced.length === 0
      ? []
      : [`One of the two is not known of ${pareto.unplaced.map(name).join(", ")}.`]),
  ];
}

/** A track, its one metric, and who is best by it. */
export interface TrackRow {
  readonly track: string;
  readonly metric: string;
  readonly ranked: readonly { readonly name: string; readonly value: Quantity }[];
  readonly why: string;
}

export function trackRows(
  contenders: readonly Contender[],
  ultimate: readonly Ranking[],
): readonly TrackRow[] {
  return ultimate.map(({ track, name, better, ranked, why }) => ({
    track: track.replace("-", " "),
    metric: `${name}, ${better} is better`,
    ranked: ranked.map(({ id, value }) => ({
      name: contenders.find((contender) => contender.id === id)?.name ?? id,
      value,
    })),
    why,
  }));
}

/** Why a ranking may be empty. */
export function unranked({ metric }: TrackRow): string {
  return metric.startsWith("$/token")
    ? "none: no tokens are made, or no rent is known"
    : "none is known";
}
