import { describe, expect, it } from "vitest";
import { clockError } from "../../host/analyze/device-clock.ts";
import { voidByLosses } from "../../host/analyze/link-loss.ts";
import { random } from "./frames-wire.ts";

describe("losses of a run", () => {
  const clean = { bytes: 10_000, records: 99, discardedBytes: 0, lostRecords: 0 };

  it("up to a hundredth are borne", () => {
    expect(voidByLosses(clean)).toBeNull();
    expect(voidByLosses({ ...clean, lostRecords: 1, discardedBytes: 100 })).toBeNull();
  });

  it("above it the run is void, and every reason is given", () => {
    expect(voidByLosses({ ...clean, lostRecords: 3, discardedBytes: 250, badFrames: 9 })).toBe(
      "3 of 102 records lost (2.9 %, at most 1 %); 250 of 10000 bytes discarded (2.5 %, at most 1 %); " +
        "9 of 108 frames damaged on their way to the device (8.3 %, at most 1 %)",
    );
    expect(voidByLosses({ ...clean, lostRecords: 3 }, 5)).toBeNull();
  });

  it("nothing at all is no loss", () => {
    expect(voidByLosses({ bytes: 0, records: 0, discardedBytes: 0, lostRecords: 0 })).toBeNull();
  });
});

describe("a device's clock", () => {
  /** A record every 10 ms of the host's time; delays of 0.3 ms and, seldom less, up to 4 ms more. */
  const points = (seconds: number, ppm: number) => {
    const next = random(0x1234567);
    return Array.from({ length: seconds * 100 }, (_, index) => {
      const sentUs = index * 10_000;
      const lateUs = 300 + 4000 * (next() / 2 ** 32) ** 2;
      return { deviceUs: 5e6 + sentUs * (1 + ppm * 1e-6), hostUs: sentUs + lateUs };
    });
  };

  it.each([0, 500, -20_000, 37])("that is off by %i ppm is found so over 60 s", (ppm) => {
    const found = clockError(points(61, ppm));
    expect(found?.longEnough).toBe(true);
    const [low, high] = found?.error.interval ?? [0, 0];
    expect(low).toBeLessThanOrEqual(ppm);
    expect(high).toBeGreaterThanOrEqual(ppm);
    // Delays of the fastest twentieth differ by 4000 * 0.05^2 = 10 us, over at least 20 s.
    expect(high - low).toBeLessThan(2);
  });

  it("is known less well over 3 s, and says so", () => {
    const found = clockError(points(3, 500));
    expect(found?.longEnough).toBe(false);
    const [low, high] = found?.error.interval ?? [0, 0];
    expect(low).toBeLessThanOrEqual(500);
    expect(high).toBeGreaterThanOrEqual(500);
  });

  it("is not known from a few records or a moment", () => {
    expect(clockError(points(60, 0).slice(0, 19))).toBeNull();
    expect(clockError(points(60, 0).slice(0, 90))).toBeNull();
    expect(clockError([])).toBeNull();
  });
});
