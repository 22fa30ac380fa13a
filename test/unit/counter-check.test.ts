/** The check of a board's cycle counter at the start, with counters that run right, wrong, not at all, and over their end. */
import { describe, expect, test } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const WRONG = "the cycle counter is more than 2 % from the stated clock: its cycles are not sent";

describe.skipIf(!hasGcc)("the counter's check (needs gcc)", () => {
  // The step: 2^24 cycles of 100 MHz are 167,772.16 us; 10 us less, 167,762 us, are 16,776,200 cycles.
  // At 101.9 MHz they are 17,094,947.8, one turn of the counter more than it can tell: 317,731.8 are left.
  test.each([
    { perMille: 1000, answer: "believed, no notice, 16776200" },
    { perMille: 1019, answer: "believed, no notice, 317732" },
    { perMille: 981, answer: "believed, no notice, 16457452" },
    { perMille: 1021, answer: `not believed, ${WRONG}` },
    { perMille: 979, answer: `not believed, ${WRONG}` },
    { perMille: 0, answer: "not believed, no notice" },
  ])("at $perMille per mille of the stated clock", { timeout: 60_000 }, ({ perMille, answer }) => {
    const harness = buildOnHost("counter", [
      "test/unit/firmware/counter_harness.c",
      "firmware/hal/arduino/counter.c",
    ]);
    const { stdout, stderr } = runOnHost(harness, [String(perMille)], new Uint8Array());
    expect(stderr).toBe("");
    expect(stdout.toString().trim()).toBe(answer);
  });
});
