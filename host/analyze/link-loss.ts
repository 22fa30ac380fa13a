/**
 * Decides whether so much was lost between device and host that a run says nothing.
 * Counting what was lost is left to decode/.
 */
import type { LinkFacts } from "./facts.ts";

/** A run that lost a larger share of its records, bytes or inputs is void [%]. */
export const MAX_LOST_PERCENT = 1;

/** Why the run is void, every reason; null when it is not. @param maxPercent the bound [%] */
export function voidByLosses(link: LinkFacts, maxPercent = MAX_LOST_PERCENT): string | null {
  const shares = [
    { what: "records lost", lost: link.lostRecords, of: link.records + link.lostRecords },
    { what: "bytes discarded", lost: link.discardedBytes, of: link.bytes },
    {
      what: "frames damaged on their way to the device",
      lost: link.badFrames ?? 0,
      of: link.records + (link.badFrames ?? 0),
    },
  ];
  const reasons = shares
    .map(({ what, lost, of }) => ({ what, lost, of, percent: of > 0 ? (100 * lost) / of : 0 }))
    .filter(({ percent }) => percent > maxPercent)
    .map(
      ({ what, lost, of, percent }) =>
        `${lost} of ${of} ${what} (${percent.toFixed(1)} %, at most ${maxPercent} %)`,
    );
  return reasons.length > 0 ? reasons.join("; ") : null;
}
