/**
 * Decides which questions of choice a document of machines answers: edge or cloud, who is best, and the buyer's case.
 * The answers are left to edge-or-cloud.ts, machine-choice.ts and buyers-case.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { BuyersCase, OfferedSystem } from "./buyers-case.ts";
import { buyersCase } from "./buyers-case.ts";
import type { OffloadAnswer } from "./edge-or-cloud.ts";
import { edgeOrCloud } from "./edge-or-cloud.ts";
import type { MachineChoice } from "./machine-choice.ts";
import { machineChoices } from "./machine-choice.ts";
import type { MachinesDocument } from "./machines-document.ts";
import type { Metric } from "./metrics.ts";
import type { OffloadWishes } from "./offload-question.ts";
import { noWearable, offloadQuestion } from "./offload-question.ts";
import type { Platform } from "./platforms.ts";

/** What a document of machines holds beside its rows. */
export interface Choices {
  /** Where a wearable's frame is best computed; absent without a wearable or with nowhere else to go. */
  readonly edgeOrCloud?: OffloadAnswer;
  /** Who is best at each workload, when the question is not a wearable's. */
  readonly choices?: readonly MachineChoice[];
  readonly buyersCase?: BuyersCase;
}

export interface ChoiceRequest {
  readonly wishes: Omit<OffloadWishes, "by">;
  /** Whether something was asked that only a wearable has: a network, a deadline. */
  readonly asksForWearable: boolean;
  /** Two metrics; null: those that fit the question. */
  readonly by: readonly [Metric, Metric] | null;
  /** The systems on offer, when the buyer's case was asked for. */
  readonly offer: readonly [OfferedSystem, OfferedSystem] | null;
}

/** @throws AnalysisError TP-USE-260 to -265 */
export function choicesOf(
  { rows }: Pick<MachinesDocument, "rows">,
  platforms: readonly Platform[],
  { wishes, asksForWearable, by, offer }: ChoiceRequest,
): Choices {
  const records = rows.map((row) => ({ ...row, samples: [] }));
  const question = offloadQuestion(records, platforms, {
    ...wishes,
    by: by ?? ["latency", "energy"],
  });
  if (question === null && asksForWearable) throw noWearable();
  const choices = question === null ? machineChoices(rows, by ?? ["latency", "cost"]) : [];
  return {
    ...(question === null ? {} : { edgeOrCloud: edgeOrCloud(question) }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(offer === null ? {} : { buyersCase: caseOf(rows, offer) }),
  };
}

/** Of the first whole workload whose operations and bytes are known. */
function caseOf(
  rows: MachinesDocument["rows"],
  [a, b]: readonly [OfferedSystem, OfferedSystem],
): BuyersCase {
  for (const { workload } of rows) {
    const found = workload.partOf === undefined ? buyersCase(workload, a, b) : null;
    if (found !== null) return found;
  }
  throw new AnalysisError("TP-USE-265", {
    what: "there is no model to weigh the two systems with",
    why: "the buyer's case needs operations and bytes of a whole workload, and no file tells both",
    fix: "pioneer analyze run.tpcap --buyers-case, with a recording of pioneer run",
  });
}
