/**
 * Decides how long the system under test takes for each sample: always the same, or recorded times over and over.
 * Who waits for whom is left to the scenarios.
 */
import { AnalysisError } from "../analysis-error.ts";

/** Longest service time [ns]: an hour. */
const MOST_NS = 3600e9;

/** Service times of samples in the order in which they start [ns], whole. */
export interface ServiceTimes {
  /** The next `count` times, at most `capacity` of the stream; valid until the next call. */
  next(count: number): Float64Array;
}

/** What a system under test is made of. */
export interface SystemUnderTest {
  /** Makes the times anew: every stream gives the same ones. */
  readonly stream: (capacity: number) => ServiceTimes;
  /** Mean service time [ns]. */
  readonly meanNs: number;
  /** Samples it works on at once, each for the whole service time. */
  readonly servers: number;
}

/** @throws AnalysisError TP-USE-221 for a time or a number of servers that cannot be. */
export function constantService(serviceNs: number, servers = 1): SystemUnderTest {
  checkTime(serviceNs, "the service time");
  checkServers(servers);
  const whole = Math.round(serviceNs);
  return {
    stream: (capacity) => {
      const times = new Float64Array(capacity).fill(whole);
      return { next: () => times };
    },
    meanNs: whole,
    servers,
  };
}

/**
 * Recorded times in their own order, from the start again when they are used up: what comes in bursts stays in bursts.
 * @throws AnalysisError TP-USE-221 for no times, a time or a number of servers that cannot be.
 */
export function recordedService(timesNs: readonly number[], servers = 1): SystemUnderTest {
  if (timesNs.length === 0) {
    throw new AnalysisError("TP-USE-221", {
      what: "there are no service times",
      why: "a scenario needs at least one",
      fix: "give --service-us N, or a capture with frames",
    });
  }
  for (const [index, timeNs] of timesNs.entries()) checkTime(timeNs, `service time ${index}`);
  checkServers(servers);
  const whole = Float64Array.from(timesNs, Math.round);
  const meanNs = whole.reduce((sum, timeNs) => sum + timeNs / whole.length, 0);
  return { stream: (capacity) => new RecordedTimes(whole, capacity), meanNs, servers };
}

class RecordedTimes implements ServiceTimes {
  readonly #recorded: Float64Array;
  readonly #block: Float64Array;
  #at = 0;

  constructor(recorded: Float64Array, capacity: number) {
    this.#recorded = recorded;
    this.#block = new Float64Array(capacity);
  }

  next(count: number): Float64Array {
    for (let index = 0; index < count; index++) {
      this.#block[index] = this.#recorded[this.#at] as number;
      this.#at = this.#at + 1 === this.#recorded.length ? 0 : this.#at + 1;
    }
    return this.#block;
  }
}

function checkTime(timeNs: number, name: string): void {
  if (timeNs >= 0.5 && timeNs <= MOST_NS) return;
  throw new AnalysisError(
    "TP-USE-221",
    {
      what: `${name} is ${timeNs} ns`,
      why: "it has to be from 1 ns to one hour",
      fix: "give times that a device can take, in the unit of the option",
    },
    { timeNs },
  );
}

function checkServers(servers: number): void {
  if (Number.isInteger(servers) && servers >= 1 && servers <= 65_536) return;
  throw new AnalysisError(
    "TP-USE-221",
    {
      what: `the system under test has ${servers} servers`,
      why: "it has to be a whole number from 1 to 65536",
      fix: "--servers 1, or as many as work at the same time",
    },
    { servers },
  );
}
