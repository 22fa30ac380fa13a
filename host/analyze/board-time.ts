/**
 * Decides the Iron Law of a run on its board: what its instructions leave of the peak, its waits, and what is left.
 * The law itself is left to time-terms.ts.
 */
import type { RoofLevel } from "./board-levels.ts";
import type { RunFacts } from "./facts.ts";
import { totalTraffic } from "./kernel-work.ts";
import type { Quantity } from "./quantity.ts";
import type { TimeAnswer } from "./time-terms.ts";
import { timeTerms } from "./time-terms.ts";

interface BoardQuestion {
  readonly facts: RunFacts;
  readonly compute: { readonly name: string; readonly peak: Quantity };
  readonly levels: readonly RoofLevel[];
  /** What instruction issue allows; null where nobody counted. */
  readonly issue: Quantity | null;
  /** Of the median frame, in the unit of the levels. */
  readonly time: Quantity;
  readonly per: "s" | "cycle";
}

export function boardTime(question: BoardQuestion): TimeAnswer {
  const { facts, compute, levels, issue, time, per } = question;
  const ceiling = issue === null ? 1 : Math.min(1, issue.value / compute.peak.value);
  const port = levels.find(({ traffic }) => traffic === "core");
  const weights = facts.model.weightBytes;
  const sums = facts.work === undefined ? null : totalTraffic(facts.work).sums;
  return timeTerms({
    situation: {
      ops: 2 * facts.model.macs,
      compute: { name: compute.name, peakOps: compute.peak.value },
      levels: levels.map(({ name, bandwidth, bytesMoved, clock }) => ({
        name,
        peakBytes: bandwidth.value,
        bytesMoved: bytesMoved.value,
        clock,
      })),
      utilisation: ceiling,
      memoryShare: 1,
      overhead: null,
      waitFreeBytes: port?.bandwidth.value ?? null,
    },
    changes: {
      weightBytes: levels.map(({ traffic, bytesMoved }) =>
        traffic === "data" ? 0 : Math.min(weights, bytesMoved.value),
      ),
      intermediateBytes:
        sums === null ? null : levels.map(({ traffic }) => (traffic === "weights" ? 0 : sums)),
      launchOverhead: 0,
      narrower: null,
      per,
    },
    time,
    kinds: {
      data: levels.flatMap(({ bandwidth, bytesMoved }) => [bandwidth.kind, bytesMoved.kind]),
      arithmetic: [compute.peak.kind, ...(issue === null ? [] : [issue.kind])],
      overhead: null,
    },
    utilisationSource:
      issue === null
        ? "taken as 1: nothing counted the instructions"
        : `what issue allows / ${compute.name}: every instruction of the frame takes its turn`,
    overheadSource: "instructions of several cycles, taken branches and stalls",
  });
}
