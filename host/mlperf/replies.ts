/**
 * Reads what a device under test answers in MLPerf Tiny's dialect.
 * Asking is left to device.ts, what the numbers are worth to analyze/mlperf.
 */

/** One `infer`, as its reply lines tell it. */
export interface Inference {
  /** The device's clock at start and end [us]; null in energy mode, whose timestamps are pulses. */
  readonly startUs: number | null;
  readonly endUs: number | null;
  /** Outputs as real numbers. */
  readonly results: readonly number[];
}

/** The device's own words of an error, without `e-[` and `]`; undefined when it reports none. */
export function errorOf(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const match = /^e-\[(.*)\]$/.exec(line);
    if (match) return match[1];
  }
  return undefined;
}

/** What stands in brackets behind `m-NAME-`; undefined without such a line. */
export function bracketed(lines: readonly string[], name: string): string | undefined {
  const start = `m-${name}-[`;
  const line = lines.find((candidate) => candidate.startsWith(start) && candidate.endsWith("]"));
  return line?.slice(start.length, -1);
}

/** undefined when the lines are no whole answer to `infer`. */
export function inferenceOf(lines: readonly string[]): Inference | undefined {
  const results = bracketed(lines, "results")?.split(",").map(Number);
  if (!results || !lines.includes("m-infer-done")) return undefined;
  const laps = lines.flatMap((line) => {
    const match = /^m-lap-us-(\d{1,16})$/.exec(line);
    return match ? [Number(match[1])] : [];
  });
  if (laps.length !== 0 && laps.length !== 2) return undefined;
  return { startUs: laps[0] ?? null, endUs: laps[1] ?? null, results };
}
