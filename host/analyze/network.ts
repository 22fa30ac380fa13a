/**
 * Decides what a frame costs on the air and on the way: energy of a radio, round trips with their jitter.
 * The stated numbers are left to platforms/, whether sending pays to break-even.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import { byFormula, inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import { normalShareBelow } from "./normal.ts";
import type { Radio, StreamForm } from "./platforms/radios.ts";
import type { NetworkPath } from "./platforms.ts";
import type { Quantity } from "./quantity.ts";
import { derive, stated } from "./quantity.ts";

/** Standard normal deviate of the 99th percentile. */
const Z_P99 = 2.3263478740408408;

/** Bytes of one frame on the air [byte]: rate x interval / 8, rounded up. */
export function frameBytes(form: StreamForm, intervalMs: number): Quantity {
  const bytes = Math.ceil((form.rate.value * intervalMs) / 8000 - 1e-9);
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) {
    throw unusableFrame(`a frame every ${intervalMs} ms`, "an interval is finite and above 0");
  }
  return derive(bytes, "byte", `${form.rate.value} bit/s x ${intervalMs} ms / 8`, [
    quantityOf(form.rate),
  ]);
}

/** Energy a wearable spends on sending so many bytes [uJ]. @throws AnalysisError TP-USE-260 for no whole number above 0 */
export function sendUj(radio: Radio, bytes: number): Quantity {
  return airUj(radio, bytes, radio.transmit.value, radio.receive.value);
}

/**
 * Energy a wearable spends on receiving so many bytes [uJ]: as sending with the two currents exchanged, since it listens
 * for the packet and answers it.
 * @throws AnalysisError TP-USE-260 for no whole number above 0
 */
export function receiveUj(radio: Radio, bytes: number): Quantity {
  return airUj(radio, bytes, radio.receive.value, radio.transmit.value);
}

/** @param packetAmperes while the packet is on the air; @param answerAmperes while its acknowledgement is */
function airUj(
  radio: Radio,
  bytes: number,
  packetAmperes: number,
  answerAmperes: number,
): Quantity {
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) {
    throw unusableFrame(`a frame of ${bytes} byte`, "a frame has a whole number of bytes above 0");
  }
  const { link, supply } = radio;
  const parts = [supply, radio.transmit, radio.receive].map(quantityOf);
  if (link.by === "bit") {
    const inputs = {
      supplyVolts: supply.value,
      transmitAmperes: packetAmperes,
      bitsPerSecond: link.goodput.value,
    };
    const perBit = byFormula("radio-energy-per-bit", inputs, [...parts, quantityOf(link.goodput)]);
    return inUnit(perBit, 8 * bytes * 1e6, "uJ");
  }
  const packet = (payloadBytes: number): Quantity =>
    byFormula(
      "ble-energy",
      {
        payloadBytes,
        supplyVolts: supply.value,
        transmitAmperes: packetAmperes,
        receiveAmperes: answerAmperes,
      },
      parts,
    );
  const full = Math.floor(bytes / link.payloadBytes.value);
  const rest = bytes - full * link.payloadBytes.value;
  const pieces = [
    ...(full > 0 ? [{ times: full, energy: packet(link.payloadBytes.value) }] : []),
    ...(rest > 0 ? [{ times: 1, energy: packet(rest) }] : []),
  ];
  const joules = pieces.reduce((sum, { times, energy }) => sum + times * energy.value, 0);
  const source = pieces.map(({ times, energy }) => `${times} x ${energy.source}`).join(" + ");
  return derive(joules * 1e6, "uJ", source, parts);
}

/** Time a frame and its answer wait for the radio [ms]; null where the network path holds it already. */
export function radioRoundTripMs({ link }: Radio): Quantity | null {
  if (link.by === "bit") return null;
  const interval = quantityOf(link.intervalMs);
  const inputs = { intervalSeconds: interval.value / 1e3 };
  return inUnit(byFormula("ble-acknowledged-time", inputs, [interval]), 1e3, "ms");
}

/** A round trip as a distribution: lognormal through its median and 99th percentile, since delays are skewed. */
export interface RoundTrip {
  /** [ms] */
  readonly median: Quantity;
  /** [ms] */
  readonly p99: Quantity;
  /** P99 - median: how much a buffer must hold so that 1 of 100 comes late [ms]. */
  readonly jitter: Quantity;
  /** Share of the round trips that take at most so long, 0..1. @throws AnalysisError TP-USE-260 for NaN */
  shareWithin(milliseconds: number): number;
}

/** The middle of a path's ranges, with the ranges as intervals. */
export function roundTrip(path: NetworkPath): RoundTrip {
  const [low, high] = path.roundTripMs;
  const [leastFactor, mostFactor] = path.p99Factor;
  const { source } = quantityOf({ ...path, value: 0, unit: "ms" });
  const median = stated((low + high) / 2, "ms", `${path.name}, middle of the range: ${source}`, [
    low,
    high,
  ]);
  // Factors multiply, so their middle is the geometric one.
  const factor = Math.sqrt(leastFactor * mostFactor);
  const p99 = derive(
    median.value * factor,
    "ms",
    `${path.name}, median x ${leastFactor} to ${mostFactor}: ${source}`,
    [median],
    [low * leastFactor, high * mostFactor],
  );
  const sigma = Math.log(factor) / Z_P99;
  return {
    median,
    p99,
    jitter: derive(p99.value - median.value, "ms", "P99 - median", [median, p99]),
    shareWithin: (milliseconds) => {
      if (Number.isNaN(milliseconds))
        throw unusableFrame("a deadline of NaN ms", "it is no number");
      if (milliseconds <= 0) return 0;
      return normalShareBelow(Math.log(milliseconds / median.value) / sigma);
    },
  };
}

function unusableFrame(what: string, why: string): AnalysisError {
  return new AnalysisError("TP-USE-260", {
    what: `${what} cannot be sent`,
    why,
    fix: "give the interval between two frames in ms, for example 10",
  });
}
