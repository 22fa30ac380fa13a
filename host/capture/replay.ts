/**
 * Turns a capture back into what the host saw: the pieces for a replay link, or the whole run at once.
 * Judging the run is left to analyze/.
 */
import { DeviceRun } from "../decode/device-run.ts";
import type { LinkTotals } from "../decode/frames.ts";
import { createDeviceDecoder } from "../decode/frames.ts";
import type { ReceivedBytes } from "../link/source.ts";
import type { Capture } from "./format.ts";

/** What came from the device, with the recorded times. */
export function* receivedPieces(capture: Capture): Generator<ReceivedBytes> {
  for (const { direction, bytes, timeUs } of capture.pieces) {
    if (direction === "received") yield { bytes, receiveTimeUs: timeUs };
  }
}

/** The run as the session that recorded it gathered it. */
export function replayRun(capture: Capture): { run: DeviceRun; totals: LinkTotals } {
  const run = new DeviceRun();
  const decoder = createDeviceDecoder();
  let lastTimeUs = 0;
  for (const { bytes, receiveTimeUs } of receivedPieces(capture)) {
    for (const event of decoder.push(bytes, receiveTimeUs)) run.accept(event);
    lastTimeUs = receiveTimeUs;
  }
  for (const event of decoder.end(lastTimeUs)) run.accept(event);
  return { run, totals: decoder.totals };
}
