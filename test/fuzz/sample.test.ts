/** The first files of the campaign that docs/hostile-files.md sums up, for a minute of the processor's time. */
import { expect, test } from "vitest";
import { FORMATS } from "./formats.ts";
import { runFormats } from "./run-formats.ts";

const SAMPLE_MS = 60_000;

test("mutated files of every format are answered or refused, in time and memory", async () => {
  const results = await runFormats({
    formats: Object.keys(FORMATS),
    seed: 1,
    files: 1_000_000,
    milliseconds: SAMPLE_MS,
    tell: (line) => console.log(line),
  });
  expect(
    results.flatMap(({ format, findings }) => findings.map((one) => ({ format, ...one }))),
  ).toEqual([]);
  expect(results.reduce((sum, { cpuMs }) => sum + cpuMs, 0)).toBeGreaterThanOrEqual(SAMPLE_MS);
  for (const { files } of results) expect(files).toBeGreaterThan(1000);
});
