/** Drift and throttling of made series: what was planted is found, and nothing else is. */
import { describe, expect, test } from "vitest";
import { fieldDocument } from "../../host/analyze/field-curve.ts";
import { Random } from "../../host/analyze/statistics/random.ts";
import { driftOf, sustainedOf } from "../../host/analyze/sustained.ts";
import { DeviceRun } from "../../host/decode/device-run.ts";
import { sustainedLines } from "../../host/report/sustained.ts";

/** Latency of 1 ms with a deviation of 5 %, times what `level` says of the frame. */
function series(seed: number, length: number, level: (frame: number) => number): number[] {
  const random = new Random(seed);
  return Array.from({ length }, (_, frame) => level(frame) * (1 + 0.05 * random.normal()));
}

const facts = (latencyMs: readonly number[]) => ({
  minutes: 1,
  latencyMs,
  temperatureC: null,
  simulated: false,
});

describe("throttling", () => {
  test.each([1, 2, 3])(
    "8 percent slower from frame 4,000 of 6,000 on is found, seed %s",
    (seed) => {
      const { throttling } = sustainedOf(
        facts(series(seed, 6000, (frame) => (frame < 4000 ? 1 : 1.08))),
        10,
      );
      expect(throttling.found).toBe(true);
      expect(throttling.changes).toHaveLength(1);
      const [change] = throttling.changes;
      expect(Math.abs((change?.frame ?? 0) - 4000)).toBeLessThanOrEqual(30);
      expect(change?.change.value).toBeGreaterThan(7);
      expect(change?.change.value).toBeLessThan(9);
      expect(change?.before).toMatchObject({ unit: "ms", kind: "measured" });
    },
  );

  test("steady noise: at most 3 of 100 series show a change, as stated", () => {
    let alarms = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { throttling } = sustainedOf(facts(series(seed, 250, () => 1)), 10);
      if (throttling.changes.length > 0) alarms++;
      if (seed === 1) expect(throttling.falseAlarms).toContain("at most 3 in 100");
    }
    expect(alarms).toBeLessThanOrEqual(3);
  });

  test("a slow minute in the middle is a change, and no throttling", () => {
    const { throttling } = sustainedOf(
      facts(series(4, 3000, (frame) => (frame >= 1000 && frame < 1600 ? 1.3 : 1))),
      20,
    );
    expect(throttling.found).toBe(false);
    expect(throttling.changes).toHaveLength(2);
  });

  test("a faster end is none either", () => {
    const { throttling } = sustainedOf(
      facts(series(5, 3000, (frame) => (frame < 500 ? 1.3 : 1))),
      20,
    );
    expect(throttling.found).toBe(false);
    expect(throttling.changes[0]?.change.value).toBeLessThan(-20);
  });
});

describe("drift", () => {
  test("a straight line without noise, by hand: 1 to 1.2 ms over an hour", () => {
    // 3600 frames a second apart: block medians on the line, slope 0.2 ms/h of a mean of 1.1 ms (3599 steps).
    const values = Array.from({ length: 3600 }, (_, frame) => 1 + 0.2 * (frame / 3600));
    const drift = driftOf(values, 1000);
    expect(drift?.percent).toBeCloseTo(20 / (1 + 0.1 * (3599 / 3600)), 6);
    expect((drift?.interval[1] ?? 9) - (drift?.interval[0] ?? 0)).toBeLessThan(1e-9);
  });

  test("the interval holds the planted slope for at least 90 of 100 seeds, and 0 in steady noise", () => {
    let [held, none] = [0, 0];
    for (let seed = 1; seed <= 100; seed++) {
      // 1,200 frames of 1 s: 30 % an hour is 10 % over the run, of a mean 1.05 times the start.
      const planted = driftOf(
        series(seed, 1200, (frame) => 1 + 0.3 * (frame / 3600)),
        1000,
      );
      const truth = 30 / (1 + 0.15 * (1199 / 3600));
      if ((planted?.interval[0] ?? 0) <= truth && truth <= (planted?.interval[1] ?? 0)) held++;
      const steady = driftOf(
        series(seed + 1000, 1200, () => 1),
        1000,
      );
      if ((steady?.interval[0] ?? 1) <= 0 && (steady?.interval[1] ?? -1) >= 0) none++;
    }
    expect(held).toBeGreaterThanOrEqual(90);
    expect(none).toBeGreaterThanOrEqual(90);
  });

  test("a short run has none, and says why; late answers are counted", () => {
    const document = sustainedOf(facts([1, 10_000, 30_000.5]), 30_000);
    expect(document.late).toMatchObject({ value: 1, kind: "counted" });
    expect(document).toMatchObject({ drift: null, temperature: null });
    expect(document.why.drift).toContain("fewer than 180 frames");
  });

  test("less than a minute is too short to tell of either, whatever it shows", () => {
    const values = series(3, 5999, (frame) => (frame < 3000 ? 1 : 3));
    const document = sustainedOf(facts(values), 10);
    expect(document).toMatchObject({ drift: null, throttling: { found: null } });
    expect(document.throttling.changes).toHaveLength(1);
    expect(document.why.drift).toContain("60 s");
    const lines = sustainedLines(document).join("\n");
    expect(lines).not.toContain("THROTTLED");
    expect(lines).toContain("too short to tell");
    const minute = sustainedOf(facts([...values, 3]), 10);
    expect(minute.throttling.found).toBe(true);
  });
});

test("an emulator's times are simulated; a sensor's readings are kept", () => {
  const document = sustainedOf(
    { ...facts(series(1, 300, () => 1)), simulated: true, temperatureC: [30, 45, 41] },
    200,
  );
  expect(document.latency.simulated).toBe(true);
  expect(document.drift?.simulated).toBe(true);
  expect(document.duration).toMatchObject({ value: 60, unit: "s" });
  expect(document.temperature).toMatchObject({
    first: { value: 30 },
    last: { value: 41 },
    max: { value: 45, unit: "degC" },
  });
});

test("a run keeps what the sensor read", () => {
  const run = new DeviceRun();
  for (const [frame, millikelvin] of [
    [0, 303_150],
    [100, 318_150],
  ] as const) {
    run.accept({
      kind: "record",
      record: { type: "temperature", frame, millikelvin },
      sequence: 0,
      deviceTimeUs: 0,
      receiveTimeUs: 0,
    });
  }
  expect(run.temperatures.map(({ millikelvin }) => millikelvin)).toEqual([303_150, 318_150]);
});

test("a curve's gains are differences, below 0 where a model harms", () => {
  const { rows } = fieldDocument({
    clip: "a",
    noise: "b",
    rows: [
      {
        snrDb: 5,
        siSdrInDb: 5,
        stoiIn: 0.75,
        models: [{ name: "m", siSdrOutDb: 4.5, stoiOut: 0.7 }],
      },
    ],
  });
  expect(rows[0]?.snr).toMatchObject({ value: 5, kind: "stated" });
  expect(rows[0]?.models[0]?.siSdrGain).toMatchObject({ value: -0.5, unit: "dB" });
  expect(rows[0]?.stoiIn).toMatchObject({ value: 0.75, kind: "measured" });
  expect(rows[0]?.models[0]?.stoiOut).toMatchObject({ value: 0.7, kind: "measured" });
});
