/**
 * Decides how long a frame is on its way: bytes it has, round trips with their jitter, distance, radio and codec.
 * The stated numbers are left to networks.ts, a radio's energy to radio-energy.ts.
 */
import { byFormula, inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import type { NetworkPath, Radio, StreamForm } from "./networks.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, stated } from "./quantity.ts";
import { normalCdf } from "./statistics/normal.ts";
import { unusableFrame } from "./unusable-frame.ts";

/** Standard normal deviate of the 99th percentile. */
const Z_P99 = 2.3263478740408408;

/** How a frame leaves the wearable, how often, and how far it goes. */
export interface Transport {
  readonly form: StreamForm;
  readonly path: NetworkPath;
  /** Time between two frames [ms]. */
  readonly intervalMs: number;
  /** Fibre between the region nearby and the server [km]. */
  readonly distanceKm: number;
}

/** Bytes of one frame on its way [byte]: rate x interval / 8, rounded up. */
export function frameBytes(form: StreamForm, intervalMs: number): Quantity {
  const bytes = Math.ceil((form.rate.value * intervalMs) / 8000 - 1e-9);
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) {
    throw unusableFrame(`a frame every ${intervalMs} ms`, "an interval is finite and above 0");
  }
  return derive(bytes, "byte", `${form.rate.value} bit/s x ${intervalMs} ms / 8`, [
    quantityOf(form.rate),
  ]);
}

/** Time a frame and its answer wait for the radio [ms]; null where the network path holds it already. */
export function radioRoundTripMs(radio: Radio | null): Quantity | null {
  if (radio?.by !== "packet") return null;
  const interval = quantityOf(radio.connectionIntervalMs);
  const inputs = { intervalSeconds: interval.value / 1e3 };
  return inUnit(byFormula("ble-acknowledged-time", inputs, [interval]), 1e3, "ms");
}

/** Round trip of light in glass [ms]. @throws AnalysisError TP-USE-260 for no distance of at least 0 */
export function lightRoundTripMs(distanceKm: number): Quantity {
  if (!(Number.isFinite(distanceKm) && distanceKm >= 0)) {
    throw unusableFrame(`a frame over ${distanceKm} km`, "a distance is finite and at least 0");
  }
  const inputs = { meters: distanceKm * 1e3 };
  const distance = stated(distanceKm, "km", "distance asked for");
  return inUnit(byFormula("network-floor", inputs, [distance]), 1e3, "ms");
}

/** A round trip as a distribution: light, and a lognormal rest through its median and 99th percentile. */
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

/** To a server: the middle of the path's ranges and light over the distance, with the ranges as intervals. */
export function roundTrip(path: NetworkPath, distanceKm = 0): RoundTrip {
  return tripOf(path, path.roundTripMs, distanceKm);
}

/** To a computer beside the wearable; as to a server where the path knows no shorter way. */
export function besideTrip(path: NetworkPath): RoundTrip {
  return tripOf(path, path.besideMs ?? path.roundTripMs, 0);
}

function tripOf(
  path: NetworkPath,
  [low, high]: readonly [number, number],
  distanceKm: number,
): RoundTrip {
  const [leastFactor, mostFactor] = path.p99Factor;
  const light = lightRoundTripMs(distanceKm);
  const { source } = quantityOf({ ...path, value: 0, unit: "ms" });
  const near = stated((low + high) / 2, "ms", source);
  // Factors multiply, so their middle is the geometric one; distance is the same every time.
  const factor = Math.sqrt(leastFactor * mostFactor);
  const parts = distanceKm === 0 ? [near] : [near, light];
  const far = distanceKm === 0 ? "" : ` + ${light.source}`;
  const median = derive(
    near.value + light.value,
    "ms",
    `${path.name}, middle of ${low} to ${high} ms: ${source}${far}`,
    parts,
    [low + light.value, high + light.value],
  );
  const p99 = derive(
    near.value * factor + light.value,
    "ms",
    `${path.name}, ${low} to ${high} ms x ${leastFactor} to ${mostFactor}: ${source}${far}`,
    parts,
    [low * leastFactor + light.value, high * mostFactor + light.value],
  );
  return {
    median,
    p99,
    jitter: derive(p99.value - median.value, "ms", "P99 - median", [median, p99]),
    shareWithin: (milliseconds) => {
      if (Number.isNaN(milliseconds))
        throw unusableFrame("a deadline of NaN ms", "it is no number");
      const rest = milliseconds - light.value;
      if (factor === 1 || near.value === 0) return rest >= near.value ? 1 : 0;
      return rest <= 0 ? 0 : normalCdf((Math.log(rest / near.value) * Z_P99) / Math.log(factor));
    },
  };
}

/** There and back, coding and the radio's intervals included [ms]. */
export interface Way {
  readonly typicalMs: Quantity;
  readonly p99Ms: Quantity;
}

/** The way of a frame to a computer beside the wearable, or to a server. */
export function wayOf({ form, path, distanceKm }: Transport, to: "beside it" | "a server"): Way {
  const trip = to === "beside it" ? besideTrip(path) : roundTrip(path, distanceKm);
  const fixed = [quantityOf(form.codecMs), radioRoundTripMs(path.radio)].filter(
    (part) => part !== null,
  );
  return {
    typicalMs: sumMs([...fixed, trip.median]),
    p99Ms: sumMs([...fixed, trip.p99]),
  };
}

/** Parts of a delay one after the other; intervals added end to end. */
export function sumMs(all: readonly Quantity[]): Quantity {
  const parts = all.filter(({ value }) => value !== 0);
  const [only] = parts;
  if (only === undefined) return counted(0, "ms", "nothing on the way");
  if (parts.length === 1) return only;
  const end = (index: 0 | 1) =>
    parts.reduce((sum, { interval, value }) => sum + (interval?.[index] ?? value), 0);
  const ranged = parts.some(({ interval }) => interval !== undefined);
  return derive(
    parts.reduce((sum, { value }) => sum + value, 0),
    "ms",
    parts.map(({ source }) => source).join(" + "),
    parts,
    ranged ? [end(0), end(1)] : undefined,
  );
}
