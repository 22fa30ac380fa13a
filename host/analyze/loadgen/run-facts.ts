/**
 * What LoadGen knows of a test when it has ended, whether it was simulated here or recorded by LoadGen itself.
 * Judging it is left to verdict.ts.
 */

/** enough: as long and as many as asked. The others stop a test before that, or run out of prepared queries. */
export type Ending = "enough" | "ran-out" | "max-queries" | "max-duration" | "too-many-outstanding";

export interface RunFacts {
  readonly queryCount: number;
  readonly sampleCount: number;
  /** Of the last query issued: when it was to be issued, was issued, and had all its samples done [ns from the start]. */
  readonly lastScheduledNs: number;
  readonly lastIssuedNs: number;
  readonly lastDoneNs: number;
  readonly ending: Ending;
}
