/**
 * Holds a device's clock against the host's: an RC oscillator that is off spoils times and powers alike.
 * Receiving and unwrapping times is left to decode/.
 */
import { measured, type Quantity } from "./quantity.ts";

/** One record: sent by the device's clock, received by the host's [µs]. */
export interface ClockPoint {
  readonly deviceUs: number;
  readonly hostUs: number;
}

/** From here on a difference of 20 ppm is 1.2 ms, more than what a port's delays vary by [s]. */
export const CLOCK_SECONDS = 60;
/** Fewer points, or a shorter time, tell nothing. */
const FEWEST_POINTS = 20;
const SHORTEST_SECONDS = 1;
/** Share of the fastest records, whose delays are taken for equal. */
const FASTEST = 0.05;
const ROUNDS = 6;

export interface ClockError {
  /** By how much the device's clock runs fast; slow below 0 [ppm]. */
  readonly error: Quantity<"measured", "ppm">;
  /** Time that was looked at, by the host's clock [s]. */
  readonly seconds: number;
  /** False under CLOCK_SECONDS: the interval is wide then. */
  readonly longEnough: boolean;
}

/**
 * A record arrives late, never early: the smallest differences between receiving and sending lie on a line whose slope is
 * the clock's error. The line runs through the smallest of the first and of the last third; the interval allows both to be late by
 * as much as the fastest records of their third differ. Null for too few points.
 */
export function clockError(points: readonly ClockPoint[]): ClockError | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < FEWEST_POINTS) return null;
  const spanUs = last.hostUs - first.hostUs;
  if (spanUs < SHORTEST_SECONDS * 1e6) return null;
  const part = (from: number, to: number) =>
    points.filter(({ hostUs }) => {
      const share = (hostUs - first.hostUs) / spanUs;
      return share >= from && share <= to;
    });
  const thirds = [part(0, 1 / 3), part(2 / 3, 1)] as const;
  // Which records are fastest shows only once the clock's own error is taken out; each round knows it better.
  let hostPerDevice = 1;
  let begin: FastestPoint | null = null;
  let end: FastestPoint | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    begin = fastest(thirds[0], hostPerDevice);
    end = fastest(thirds[1], hostPerDevice);
    if (!begin || !end || end.deviceUs <= begin.deviceUs) return null;
    hostPerDevice = (end.hostUs - begin.hostUs) / (end.deviceUs - begin.deviceUs);
  }
  if (!begin || !end) return null;
  const deviceUs = end.deviceUs - begin.deviceUs;
  // Host time that passed for the device's: a fast clock counts more of its own.
  const ppm = (hostUs: number) => (deviceUs / hostUs - 1) * 1e6;
  const hostUs = end.hostUs - begin.hostUs;
  const spread = Math.max(begin.spreadUs, end.spreadUs, 1);
  const seconds = spanUs / 1e6;
  return {
    error: measured(ppm(hostUs), "ppm", "device's clock against this computer's, fastest records", [
      ppm(hostUs + spread),
      ppm(Math.max(1, hostUs - spread)),
    ]),
    seconds,
    longEnough: seconds >= CLOCK_SECONDS,
  };
}

interface FastestPoint extends ClockPoint {
  /** Between the fastest record and the last of the fastest FASTEST [µs]. */
  readonly spreadUs: number;
}

function fastest(points: readonly ClockPoint[], hostPerDevice: number): FastestPoint | null {
  const byDelay = points
    .map((point) => ({ ...point, delayUs: point.hostUs - point.deviceUs * hostPerDevice }))
    .sort((a, b) => a.delayUs - b.delayUs);
  const first = byDelay[0];
  const other = byDelay[Math.ceil(byDelay.length * FASTEST)];
  if (!first || !other) return null;
  return { ...first, spreadUs: other.delayUs - first.delayUs };
}
