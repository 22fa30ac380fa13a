import { expect, it } from "vitest";
import { mixAtSnr } from "../../host/audio/mixing.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";

it("scales noise to the ratio, by hand", () => {
  // Speech energy 18, noise energy 2: a gain of 3 makes 0 dB, 0.3 makes 20 dB.
  expect(mixAtSnr([3, 3], [1, -1], 0)).toEqual({
    noisy: Float64Array.of(6, 0),
    speech: Float64Array.of(3, 3),
    noise: Float64Array.of(3, -3),
  });
  expect(mixAtSnr([3, 3], [1, -1], 20).noise[0]).toBeCloseTo(0.3, 14);
});

it("repeats short noise and leaves the rest of long noise", () => {
  const { noise } = mixAtSnr([1, 1, 1, 1, 1], [1, 2], 5);
  const ratios = [...noise].map((value) => value / (noise[0] as number));
  expect(ratios).toEqual([1, 2, 1, 2, 1]);
  expect(mixAtSnr([1, 1], Int16Array.of(1, -1, 99), 5).noise).toHaveLength(2);
});

it("makes an SI-SDR of the ratio when noise and speech are orthogonal", () => {
  const { noisy, speech } = mixAtSnr([1, 1, 1, 1], [1, -1, 1, -1], -5);
  expect(siSdrDb(noisy, speech)).toBeCloseTo(-5, 10);
});

it("refuses silence and ratios without end", () => {
  expect(() => mixAtSnr([0, 0], [1, 1], 0)).toThrow(RangeError);
  expect(() => mixAtSnr([1, 1], [0, 0], 0)).toThrow(RangeError);
  expect(() => mixAtSnr([1, 1], [], 0)).toThrow(RangeError);
  expect(() => mixAtSnr([1, 1], [1, 1], Number.POSITIVE_INFINITY)).toThrow(RangeError);
});
