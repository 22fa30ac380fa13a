/**
 * Times calls until enough are known or the time is up, and the energy of them all where a meter is there.
 * What is called is left to step-session.ts, the record to host-records.ts.
 */
import { detectWarmUp } from "../../analyze/statistics/warm-up.ts";
import type { EnergyMeter } from "./rapl.ts";
import { joulesBetween } from "./rapl.ts";

/** Calls that are kept; a P99 of so many has 20 beyond it. */
const MOST_CALLS = 2000;
const FEWEST_CALLS = 3;
/** Calls before the first kept one, as many as fit this share of the time. */
const WARM_UP_CALLS = 200;
const WARM_UP_SHARE = 0.1;

export interface TimedCalls {
  /** Every call in its order, warm-up left out [s]. */
  readonly samples: readonly number[];
  readonly warnings: readonly string[];
  readonly energy: {
    readonly joules: number;
    readonly seconds: number;
    readonly calls: number;
  } | null;
}

/**
 * @param seconds longest time; with a meter it is used up, because energy counters are coarse
 */
export async function timeCalls(
  call: () => Promise<unknown>,
  seconds: number,
  meter: EnergyMeter | null,
  signal: AbortSignal,
): Promise<TimedCalls> {
  const since = (start: bigint) => Number(process.hrtime.bigint() - start) / 1e9;
  const warmUp = process.hrtime.bigint();
  for (let n = 0; n < WARM_UP_CALLS && (n === 0 || since(warmUp) < WARM_UP_SHARE * seconds); n++) {
    signal.throwIfAborted();
    await call();
  }
  const samples: number[] = [];
  const before = meter?.read();
  const begin = process.hrtime.bigint();
  let calls = 0;
  while (calls < FEWEST_CALLS || since(begin) < seconds) {
    signal.throwIfAborted();
    const start = process.hrtime.bigint();
    await call();
    if (samples.length < MOST_CALLS) samples.push(since(start));
    calls++;
    if (meter === null && calls >= MOST_CALLS) break;
  }
  const wall = since(begin);
  const energy =
    meter === null || before === undefined
      ? null
      : { joules: joulesBetween(meter, before, meter.read()), seconds: wall, calls };
  return { ...steadyPart(samples), energy };
}

/** The samples without what is left of a warm-up. */
function steadyPart(samples: readonly number[]): Pick<TimedCalls, "samples" | "warnings"> {
  const { state, steadyFrom } = detectWarmUp(samples);
  if (state === "warm-up") return { samples: samples.slice(steadyFrom), warnings: [] };
  return {
    samples,
    warnings:
      state === "flat" || state === "too few"
        ? []
        : ["the times of a size never settle: another run may give another median"],
  };
}
