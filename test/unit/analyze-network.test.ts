/** Radios, round trips and the normal distribution: the reference's numbers, tables, and limits. */
import { describe, expect, test } from "vitest";
import {
  frameBytes,
  radioRoundTripMs,
  receiveUj,
  roundTrip,
  sendUj,
} from "../../host/analyze/network.ts";
import { normalShareBelow } from "../../host/analyze/normal.ts";
import type { StreamForm } from "../../host/analyze/platforms/radios.ts";
import { BLE, RADIOS, STREAM_FORMS, WIFI_ESP32 } from "../../host/analyze/platforms/radios.ts";
import type { NetworkPath } from "../../host/analyze/platforms.ts";
import { NETWORKS, PLATFORMS } from "../../host/analyze/platforms.ts";
import { codeOf } from "./import-text.ts";

const [lc3, pcm] = STREAM_FORMS as readonly [StreamForm, StreamForm];
const wifi = NETWORKS.find(({ id }) => id === "wifi") as NetworkPath;

describe("Bluetooth LE", () => {
  // The reference: 40 byte 15.89 uJ, 244 byte 47.23 uJ.
  test.each([
    [40, 15.89],
    [244, 47.23],
  ])("sending %d byte takes %d uJ", (bytes, microjoules) => {
    expect(sendUj(BLE, bytes).value).toBeCloseTo(microjoules, 2);
  });

  test("a longer frame is as many full packets as fit, and the rest", () => {
    // 320 = 244 + 76: 3 V x (6.40 mA x (261 + 93) x 8 us + 2 x 6.26 mA x 380 us).
    expect(sendUj(BLE, 320).value).toBeCloseTo(3 * (6.4 * (261 + 93) * 8e-3 + 2 * 6.26 * 0.38), 9);
    expect(sendUj(BLE, 488).value).toBeCloseTo(2 * sendUj(BLE, 244).value, 9);
  });

  test("receiving exchanges the currents", () => {
    expect(receiveUj(BLE, 40).value).toBeCloseTo(3 * (6.26 * 0.456 + 6.4 * 0.38), 9);
  });

  test("an answer takes two shortest intervals", () => {
    expect(radioRoundTripMs(BLE)).toMatchObject({ value: 15, unit: "ms" });
    expect(radioRoundTripMs(WIFI_ESP32)).toBeNull();
  });
});

test("an ESP32 spends 59 nJ a bit at 10 Mb/s", () => {
  expect((sendUj(WIFI_ESP32, 1000).value * 1e3) / 8000).toBeCloseTo(58.74, 2);
});

test("more bytes never cost less, on any radio", () => {
  for (const radio of RADIOS) {
    let last = 0;
    for (let bytes = 1; bytes < 1000; bytes += 7) {
      const energy = sendUj(radio, bytes).value;
      expect(energy).toBeGreaterThan(last);
      last = energy;
    }
  }
});

test("a frame of audio: LC3 40 byte in 10 ms and 30 in 7.5, PCM 320", () => {
  expect(frameBytes(lc3, 10).value).toBe(40);
  expect(frameBytes(lc3, 7.5).value).toBe(30);
  expect(frameBytes(pcm, 10).value).toBe(320);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d byte are refused", (bytes) => {
  expect(codeOf(() => sendUj(BLE, bytes))).toBe("TP-USE-260");
  expect(codeOf(() => receiveUj(WIFI_ESP32, bytes))).toBe("TP-USE-260");
});

test.each([0, -10, Number.NaN, Number.POSITIVE_INFINITY])(
  "a frame every %d ms is refused",
  (ms) => {
    expect(codeOf(() => frameBytes(lc3, ms))).toBe("TP-USE-260");
  },
);

describe("a round trip", () => {
  const trip = roundTrip(wifi);

  test("has the middles of its ranges, and the ranges as intervals", () => {
    expect(trip.median).toMatchObject({ value: 18.5, kind: "stated", interval: [7, 30] });
    // 2 to 5 times: in the middle sqrt(10) times.
    expect(trip.p99.value).toBeCloseTo(18.5 * Math.sqrt(10), 9);
    expect(trip.p99.interval).toEqual([14, 150]);
    expect(trip.jitter.value).toBeCloseTo(18.5 * (Math.sqrt(10) - 1), 9);
  });

  test("is lognormal through both", () => {
    expect(trip.shareWithin(trip.median.value)).toBeCloseTo(0.5, 6);
    expect(trip.shareWithin(trip.p99.value)).toBeCloseTo(0.99, 6);
    expect(trip.shareWithin(0)).toBe(0);
    expect(trip.shareWithin(Number.POSITIVE_INFINITY)).toBe(1);
    expect(codeOf(() => trip.shareWithin(Number.NaN))).toBe("TP-USE-260");
  });

  test("a later deadline never loses answers", () => {
    let last = -1;
    for (let ms = 1; ms < 500; ms++) {
      const share = trip.shareWithin(ms);
      expect(share).toBeGreaterThanOrEqual(last);
      last = share;
    }
  });
});

// Any table of the standard normal distribution.
test.each([
  [0, 0.5],
  [1, 0.8413447],
  [-1, 0.1586553],
  [1.96, 0.9750021],
  [2.3263479, 0.99],
  [-4, 3.167e-5],
])("the share below z = %d is %d", (z, share) => {
  expect(Math.abs(normalShareBelow(z) - share)).toBeLessThan(1.5e-7);
});

describe("stated values", () => {
  test("each names its source, and its date or that there is none", () => {
    const values = PLATFORMS.flatMap((platform) =>
      Object.values(platform).filter((value) => typeof value === "object" && value !== null),
    );
    expect(values.length).toBeGreaterThan(120);
    for (const { value, unit, source, date } of values) {
      expect(value).toBeGreaterThan(0);
      expect(unit).not.toBe("");
      expect(source.length).toBeGreaterThan(5);
      expect(date === null || /^\d{4}-\d{2}(-\d{2})?$/.test(date)).toBe(true);
    }
  });

  test("a rent is dated, but for the two that the reference leaves undated", () => {
    const undated = PLATFORMS.filter(({ price }) => price !== null && price.date === null);
    expect(undated.map(({ id }) => id)).toEqual(["b200", "epyc-9654"]);
  });

  // The reference's prices by the virtual processors of the whole chip.
  test.each([
    ["xeon-8480", (0.1785 / 4) * 112],
    ["epyc-9654", (0.2053 / 4) * 96],
    ["graviton3", (0.145 / 4) * 64],
    ["graviton4", (0.1595 / 4) * 96],
    ["a100-40", 21.96 / 8],
  ])("%s rents at %d USD an hour", (id, price) => {
    expect(PLATFORMS.find((platform) => platform.id === id)?.price?.value).toBeCloseTo(price, 9);
  });
});
