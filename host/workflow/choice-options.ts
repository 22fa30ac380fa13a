/**
 * Decides what the options of `analyze` about networks, deadlines, metrics and systems on offer mean.
 * Answering is left to analyze/choices.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import type { OfferedSystem } from "../analyze/buyers-case.ts";
import { offered, SYSTEM_A, SYSTEM_B } from "../analyze/buyers-case.ts";
import type { ChoiceRequest } from "../analyze/choices.ts";
import type { Metric } from "../analyze/metrics.ts";
import { METRIC_NAMES } from "../analyze/metrics.ts";
import { NETWORKS, STREAM_FORMS } from "../analyze/networks.ts";
import { PLATFORMS } from "../analyze/platforms.ts";

export interface ChoiceOptions {
  /** Id of a stated network. */
  readonly network?: string;
  readonly distanceKm?: string;
  readonly deadlineMs?: number;
  readonly frameMs?: number;
  /** Id of a stated form of sound. */
  readonly send?: string;
  /** Two metrics joined by a comma. */
  readonly pareto?: string;
  /** True, or the ids of two stated platforms joined by a comma. */
  readonly buyersCase?: true | string;
}

const USUAL = { network: "ble", send: "lc3" } as const;

/** @throws UsageError TP-USE-266 to -269 */
export function choiceRequest(options: ChoiceOptions): ChoiceRequest {
  const { network, distanceKm, deadlineMs, frameMs, send, pareto, buyersCase } = options;
  return {
    wishes: {
      path: oneOf(NETWORKS, network ?? USUAL.network, "--network", "TP-USE-266"),
      form: oneOf(STREAM_FORMS, send ?? USUAL.send, "--send", "TP-USE-267"),
      distanceKm: distanceKm === undefined ? 0 : Number(distanceKm),
      deadlineMs: deadlineMs ?? null,
      intervalMs: frameMs ?? null,
    },
    asksForWearable: [network, distanceKm, deadlineMs, frameMs, send].some(
      (option) => option !== undefined,
    ),
    by: pareto === undefined ? null : twoMetrics(pareto),
    offer: buyersCase === undefined ? null : offerOf(buyersCase),
  };
}

/** Whether any of the options was given: a recording alone is then more than its own report. */
export function asksForChoice({ asksForWearable, by, offer }: ChoiceRequest): boolean {
  return asksForWearable || by !== null || offer !== null;
}

function twoMetrics(list: string): readonly [Metric, Metric] {
  const names = words(list);
  const [x, y] = names.map((name) => METRIC_NAMES.find((known) => known === name));
  if (names.length === 2 && x !== undefined && y !== undefined && x !== y) return [x, y];
  throw new UsageError(
    "TP-USE-268",
    {
      what: `--pareto was given "${list}"`,
      why: `it takes two different metrics of ${METRIC_NAMES.join(", ")}`,
      fix: "pioneer analyze FILE... --pareto latency,energy",
    },
    { list },
  );
}

function offerOf(given: true | string): readonly [OfferedSystem, OfferedSystem] {
  if (given === true) return [SYSTEM_A, SYSTEM_B];
  const [a, b] = words(given).map((id) => PLATFORMS.find((platform) => platform.id === id));
  if (words(given).length === 2 && a !== undefined && b !== undefined) {
    return [offered(a, "A"), offered(b, "B")];
  }
  throw new UsageError(
    "TP-USE-269",
    {
      what: `--buyers-case was given "${given}"`,
      why: `it takes nothing, for the two systems of the lab, or two of ${ids(PLATFORMS)}`,
      fix: "pioneer analyze run.tpcap --buyers-case l4,a10g",
    },
    { given },
  );
}

function oneOf<T extends { readonly id: string }>(
  known: readonly T[],
  id: string,
  option: string,
  code: `TP-USE-${number}`,
): T {
  const found = known.find((each) => each.id === id.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    code,
    {
      what: `${option} was given "${id}"`,
      why: `it takes one of ${ids(known)}`,
      fix: `pioneer analyze FILE... ${option} ${known[0]?.id}`,
    },
    { id },
  );
}

function ids(known: readonly { readonly id: string }[]): string {
  return known.map(({ id }) => id).join(", ");
}

function words(list: string): readonly string[] {
  return list.split(",").map((word) => word.trim().toLowerCase());
}
