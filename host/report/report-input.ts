/**
 * Decides what a report is made from: the analyzer's document, the cycles of every frame and the clips.
 * Laying it out is left to terminal.ts, markdown.ts and html.ts.
 */

import type { Column } from "../analyze/compare.ts";
import { cyclesPerFrame } from "../analyze/counts.ts";
import type { RunDocument } from "../analyze/document.ts";
import { analyzeRun } from "../analyze/document.ts";
import type { RunFacts } from "../analyze/facts.ts";
import type { HearableDocument } from "../analyze/hearable.ts";
import type { ProfileFacts } from "../analyze/profile/facts.ts";
import { profileOf } from "../analyze/profile/profile.ts";
import type { StampedStep } from "../analyze/profile/trace.ts";
import type { Clip } from "./audio-svg.ts";
import { formatValue } from "./format.ts";

export interface ReportInput {
  readonly document: RunDocument;
  /** Cycles of every frame in order, empty when there are none. */
  readonly cycles: readonly number[];
  /** In the order in which they are to be heard. */
  readonly clips: readonly Clip[];
  /** The licence beside the model, whose weights and recordings a report may hold; absent without one. */
  readonly licence?: string;
  /** What was counted in each place; null where the run was not profiled. */
  readonly profile?: ProfileFacts | null;
  /** By the device's own clock and counter. */
  readonly steps?: readonly StampedStep[];
}

/** A report's input from the facts of a run. */
export function reportInput(
  facts: RunFacts,
  clips: readonly Clip[] = [],
  licence?: string,
  profile: ProfileFacts | null = null,
): ReportInput {
  const run = analyzeRun(facts);
  const document =
    profile === null ? run : { ...run, profile: profileOf(profile, facts.cycleModel) };
  const base = { document, cycles: cyclesPerFrame(facts), clips, profile };
  return licence === undefined ? base : { ...base, licence };
}

/** What the run was, in one line: "hearable on nRF52840 DK (counted on qemu-m4)". */
export function subjectOf(document: RunDocument): string {
  const { boardName, asName } = document.provenance;
  return asName === null
    ? `${document.model.name} on ${boardName}`
    : `${document.model.name} on ${asName}, run on ${document.board}`;
}

/** One sentence that answers the question the run was made for. */
export function verdictOf(document: RunDocument): string {
  if (document.void !== undefined) return `The run is void: ${document.void}.`;
  const parts: string[] = [];
  if (document.verify !== null) {
    parts.push(
      document.verify.bitExact
        ? "every value from the device equals the host twin bit for bit"
        : `${document.verify.mismatches} of ${document.verify.comparedValues} values differ from the host twin`,
    );
  }
  const late = document.hearable === undefined ? null : lateHopsOf(document.hearable);
  if (late !== null) {
    parts.push(late === 0 ? "no hop overran its deadline" : `${late} hops overran their deadline`);
  }
  const lost = document.hearable?.sound?.lostHops.value;
  if (lost !== undefined) {
    parts.push(lost === 0 ? "no hop was lost" : `${lost} hops of the microphone were lost`);
  }
  for (const budget of document.budgets ?? []) {
    const limit = `the limit of ${budget.limit.value} ${budget.limit.unit}`;
    if (budget.met === true) parts.push(`${limit} holds`);
    else if (budget.met === false) parts.push(`${limit} is missed`);
    else parts.push(`${limit} cannot be judged`);
  }
  if (parts.length === 0) return "Nothing was judged.";
  const sentence =
    parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `${sentence?.charAt(0).toUpperCase()}${sentence?.slice(1)}.`;
}

/** What the comparison says, from its own numbers. */
export function elsewhereInWords(columns: readonly Column[], deadlineMs: number): string {
  const parts = [`A frame must be back within ${formatValue(deadlineMs, "ms")}.`];
  const rented = columns.filter((column) => column.networkMs !== null);
  const late = rented.filter((column) => column.inTime === false);
  if (rented.length > 0 && late.length === rented.length) {
    parts.push(
      "On every rented device the way there and back alone takes longer, at P99, than that.",
    );
  } else if (rented.length > late.length) {
    const names = rented.filter((column) => column.inTime === true).map((column) => column.name);
    parts.push(`At its best the network leaves time for ${names.join(", ")}.`);
  }
  const own = columns.find((column) => column.place === "device")?.wearableUj;
  const sending = rented[0]?.wearableUj;
  if (own && sending) {
    const cheaper = own.value < sending.value ? "computing" : "sending";
    parts.push(
      `Computing a frame costs the wearable ${formatValue(own.value, own.unit)}, sending it ${formatValue(sending.value, sending.unit)}: ${cheaper} is cheaper${cheaper === "sending" ? ", but the deadline decides" : ""}.`,
    );
  }
  return parts.join(" ");
}

/** By a board's own clock; of an emulated one by its cycles where they have a clock, which its own knows nothing of. */
function lateHopsOf({ deadline, lateHops }: HearableDocument): number | null {
  if (deadline === null) return null;
  const { kind, value } = deadline.overruns;
  return kind === "measured" || lateHops === null ? value : lateHops.value;
}
