/**
 * Decides how the sums of a watched link read in a terminal.
 * Summing up is left to workflow/watch.
 */
import type { WatchDocument } from "../workflow/watch/live-summary.ts";
import { formatNumber } from "./format.ts";
import { printable } from "./printable.ts";

export function watchText(document: WatchDocument): string {
  const { device, boot, totals, clock, stackBytes, fault, records } = document;
  const lines = [
    `${document.link}, ${formatNumber(document.seconds)} s`,
    device === null
      ? "  no greeting"
      : `  ${printable(`${device.board} runs ${device.app}, ${device.model} ${device.modelDigest}, ${device.compiler}`)}`,
    `  ${
      Object.entries(records)
        .map(([type, count]) => `${formatNumber(count)} ${type}`)
        .join(", ") || "no records"
    }`,
    `  ${formatNumber(totals.bytes)} B, ${formatNumber(totals.discardedBytes)} B discarded in ${formatNumber(totals.discardedFrames)} pieces, ${formatNumber(totals.lostRecords)} records lost, ${formatNumber(totals.textBytes)} B of text`,
  ];
  if (boot !== null) lines.push(`  its last reset came from ${boot.cause}, status ${boot.status}`);
  if (totals.droppedRecords !== undefined) {
    lines.push(
      `  the device dropped ${formatNumber(totals.droppedRecords)} records and met ${formatNumber(totals.badFrames ?? 0)} bad frames`,
    );
  }
  if (stackBytes !== null) lines.push(`  ${formatNumber(stackBytes)} B of stack at most`);
  if (clock !== null) {
    const [low, high] = clock.error.interval ?? [clock.error.value, clock.error.value];
    lines.push(
      `  its clock is off by ${formatNumber(clock.error.value)} ppm (${formatNumber(low)} to ${formatNumber(high)}) over ${formatNumber(clock.seconds)} s${clock.longEnough ? "" : "; a minute tells it well"}`,
    );
  }
  if (fault !== null) {
    const at = fault.function === null ? fault.pc : `${fault.function} (${fault.pc})`;
    const from = fault.calledFrom === null ? fault.lr : `${fault.calledFrom} (${fault.lr})`;
    lines.push(`  ${fault.cause} at ${at}, called from ${from}, status ${fault.status}`);
  }
  if (document.void !== null) lines.push(`  void: ${document.void}`);
  if (document.recording !== null) lines.push(`  kept in ${document.recording}`);
  return `${lines.join("\n")}\n`;
}
