/**
 * Decides how one event of a link reads as a line while it happens.
 * Which events there are is left to decode/, naming functions to the caller.
 */
import type { ClockError } from "../analyze/device-clock.ts";
import type { LinkEvent } from "../decode/frames.ts";
import type { DeviceRecord } from "../decode/records.gen.ts";
import { bootCause, hexWord } from "../link/causes.ts";
import { formatNumber } from "./format.ts";
import { printable } from "./printable.ts";

export type NameFunction = (address: number) => string | undefined;

/** The line of an event, without a line end; several for a text of several lines. */
export function eventLine(event: LinkEvent, faultText: (record: FaultOf) => string): string {
  const time = `${(event.receiveTimeUs / 1e6).toFixed(3).padStart(9)} s  `;
  switch (event.kind) {
    case "record":
      return `${time}${recordText(event.record, faultText)}`;
    case "lost":
      return `${time}lost       ${event.count} records`;
    case "discarded":
      return `${time}discarded  ${event.bytes} B: ${event.detail}`;
    case "text":
      return event.text
        .split(/\r?\n/)
        .filter((line) => line !== "")
        .map((line) => `${time}text       ${printable(line)}`)
        .join("\n");
  }
}

/** The line that tells, now and then, how a device's clock does. */
export function clockLine(receiveTimeUs: number, { error, seconds }: ClockError): string {
  const [low, high] = error.interval ?? [error.value, error.value];
  const time = `${(receiveTimeUs / 1e6).toFixed(3).padStart(9)} s  `;
  return `${time}clock      off by ${formatNumber(error.value)} ppm (${formatNumber(low)} to ${formatNumber(high)}) over ${formatNumber(seconds)} s`;
}

type FaultOf = Extract<DeviceRecord, { type: "fault" }>;

function recordText(record: DeviceRecord, faultText: (record: FaultOf) => string): string {
  switch (record.type) {
    case "hello": {
      const { board, app, model, modelDigest, compiler, clockHz } = record;
      const clock = clockHz === 0 ? "" : `, ${clockHz / 1e6} MHz`;
      return `hello      ${printable(`${board}, ${app}, ${model} ${modelDigest}, ${compiler}`)}${clock}`;
    }
    case "output": {
      const cycles = record.cycles === 0n ? "" : `, ${record.cycles} cycles`;
      return `output     frame ${record.frame}, ${record.values.length} B${cycles}`;
    }
    case "summary":
      return `summary    ${record.frames} frames, ${record.droppedRecords} records dropped, ${record.badFrames} bad frames, ${record.stackBytes} B of stack`;
    case "log":
      return `log        ${printable(record.text)}`;
    case "ina":
      return `ina        INA${record.part}, conversion ${record.index}, shunt 0x${record.shunt.toString(16)}, bus 0x${record.bus.toString(16)}`;
    case "boot":
      return `boot       the last reset came from ${bootCause(record)}, status ${hexWord(record.status)}`;
    case "roof":
      return record.loops === 0
        ? "roof       this program has no microbenchmarks"
        : `roof       microbenchmark ${record.loop + 1} of ${record.loops}, pass ${record.pass + 1}, ${record.cycles} cycles`;
    case "temperature":
      return `sensor     ${(record.millikelvin / 1000 - 273.15).toFixed(1)} degC before frame ${record.frame}`;
    case "hop":
      return `hop        frame ${record.frame}, ${record.computeUs} us, ${record.overruns} overruns, worst ${record.worstUs} us`;
    case "sound":
      return `sound      frame ${record.frame}, ${record.lostHops} hops lost, ${record.gaps} gaps`;
    case "heard":
      return `heard      frame ${record.frame}, ${record.values.length} B`;
    case "kernels":
      return `kernels    frame ${record.frame}, ${record.ends.length / 4} done`;
    case "recovery":
      return `recovery   after frame ${record.frame}: ${record.cause === 1 ? "nothing was let through" : "the gains stood still"} for ${record.frames} frames`;
    case "fault":
      return `fault      ${faultText(record)}`;
  }
}
