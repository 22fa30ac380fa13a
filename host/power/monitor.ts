/**
 * The one interface of every power monitor: currents, evenly spaced, with the losses between them.
 * What a monitor says on its wire is left to the folder named after it, energy of windows to analyze/frame-energy.ts.
 */

/** Samples that follow each other without a gap. */
export interface CurrentBlock {
  /** Place of the first one in the recording, lost samples counted. */
  readonly firstSample: number;
  /** [A] */
  readonly currentsA: Float64Array;
  /** The monitor's measuring range of each sample, 0 the most sensitive; empty for a monitor without ranges. */
  readonly ranges: Uint8Array;
  /** Bit k is digital input Dk at each sample; empty for a monitor without such inputs. */
  readonly digital: Uint8Array;
  /**
   * Samples before which the monitor's event input fell, of a monitor that tells edges and not levels alone: a pulse between
   * two samples is here and not in `digital`. May name the sample behind the block. Absent: edges are those of `digital`.
   */
  readonly falls?: readonly number[];
}

/** Who measured, and how far to trust it. */
export interface MonitorFacts {
  /** Such as "ppk2". */
  readonly monitor: string;
  /** The name a person knows it by. */
  readonly name: string;
  /** True for a device that only plays the part: what it says never meets a budget. */
  readonly simulated: boolean;
  /** Whether it says that it was calibrated; null when it does not say. */
  readonly calibrated: boolean | null;
  /** Samples a second. */
  readonly sampleRateHz: number;
  /** Supply that it sets or was told [V]; null when only currents are known. */
  readonly supplyV: number | null;
  /** What was wrong with its own account of itself, for people. */
  readonly warnings: readonly string[];
}

/** What arrived and what did not. */
export interface SampleTotals {
  readonly samples: number;
  /** Missing by the monitor's own counter, and samples that made no sense. */
  readonly lost: number;
  /** Missing by the wall clock beyond those, where the counter cannot tell. */
  readonly lostByClock: number;
  /** Bytes that belong to no sample. */
  readonly discardedBytes: number;
  /** Samples at the end of their range's scale: the true current is higher. */
  readonly clipped: number;
}

/** A monitor between start and stop. */
export interface PowerMonitor {
  readonly facts: MonitorFacts;
  /** Blocks in order until `stop`, or until the monitor goes away; can be iterated once. */
  readonly blocks: AsyncIterable<CurrentBlock>;
  /** Stops measuring and closes; the totals of all that was given. Harmless when called twice. */
  stop(): Promise<SampleTotals>;
}
