/** Radios, round trips and distances: the reference's numbers, arithmetic by hand, and limits. */
import { describe, expect, test } from "vitest";
import { besideTrip, frameBytes, roundTrip, wayOf } from "../../host/analyze/network.ts";
import type { NetworkPath, Radio, StreamForm } from "../../host/analyze/networks.ts";
import { NETWORKS, RADIOS, STREAM_FORMS } from "../../host/analyze/networks.ts";
import { offloadUj, receiveUj, sendUj } from "../../host/analyze/radio-energy.ts";
import { codeOf } from "./import-text.ts";

const radio = (id: string) => RADIOS.find((known) => known.id === id) as Radio;
const network = (id: string) => NETWORKS.find((known) => known.id === id) as NetworkPath;
const [lc3, pcm] = STREAM_FORMS as readonly [StreamForm, StreamForm];
const [ble, wifi, lte] = [radio("ble"), radio("wifi-esp32"), radio("lte-phone")];

describe("Bluetooth LE", () => {
  // The reference: 40 byte 15.89 uJ, 244 byte 47.23 uJ.
  test.each([
    [40, 15.89],
    [244, 47.23],
  ])("sending %d byte takes %d uJ", (bytes, microjoules) => {
    expect(sendUj(ble, bytes, 10).value).toBeCloseTo(microjoules, 2);
  });

  test("a longer frame is as many full packets as fit, and the rest", () => {
    // 320 = 244 + 76: 3 V x (6.40 mA x (261 + 93) x 8 us + 2 x 6.26 mA x 380 us).
    const expected = 3 * (6.4 * (261 + 93) * 8e-3 + 2 * 6.26 * 0.38);
    expect(sendUj(ble, 320, 10).value).toBeCloseTo(expected, 9);
    expect(sendUj(ble, 488, 10).value).toBeCloseTo(2 * sendUj(ble, 244, 10).value, 9);
  });

  test("receiving exchanges the currents, and a frame is sent and received", () => {
    const down = 3 * (6.26 * 0.456 + 6.4 * 0.38);
    expect(receiveUj(ble, 40, 10).value).toBeCloseTo(down, 9);
    expect(offloadUj(ble, 40, 10)?.value).toBeCloseTo(15.8916 + down, 4);
  });
});

describe("other radios", () => {
  test("an ESP32 spends 59 nJ a bit at 10 Mb/s, and 99 to 660 uJ between two frames", () => {
    expect((sendUj(wifi, 1000, 10).value * 1e3) / 8000).toBeCloseTo(58.74, 2);
    // 320 bit x (58.74 + 36.3) nJ = 30.41 uJ on the air; 3.3 V x 3 to 20 mA x 10 ms beside it.
    const found = offloadUj(wifi, 40, 10);
    expect(found?.value).toBeCloseTo(30.413 + 99, 2);
    expect(found?.interval?.[1]).toBeCloseTo(30.413 + 660, 2);
  });

  test("LTE spends 1288 mW and 438 mW for a megabit a second: 13 mJ a frame", () => {
    // 40 byte in 10 ms are 0.032 Mb/s.
    expect(sendUj(lte, 40, 10).value).toBeCloseTo((1288 + 438 * 0.032) * 10, 6);
    expect(receiveUj(lte, 40, 10).value).toBe(0);
  });

  test("5G by mlsysim spends 12.5 nJ a bit, both ways", () => {
    expect(offloadUj(radio("5g-modem"), 40, 10)?.value).toBeCloseTo(2 * 320 * 12.5e-3, 9);
  });

  test("a cable costs the wearable nothing that is modelled", () => {
    expect(offloadUj(null, 40, 10)).toBeNull();
  });

  test("more bytes never cost less, on any radio", () => {
    for (const each of RADIOS) {
      let last = 0;
      for (let bytes = 1; bytes < 1000; bytes += 7) {
        const energy = sendUj(each, bytes, 10).value;
        expect(energy).toBeGreaterThan(last);
        last = energy;
      }
    }
  });
});

test("a frame of audio: LC3 40 byte in 10 ms and 30 in 7.5, PCM 320", () => {
  expect(frameBytes(lc3, 10).value).toBe(40);
  expect(frameBytes(lc3, 7.5).value).toBe(30);
  expect(frameBytes(pcm, 10).value).toBe(320);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d byte are refused", (bytes) => {
  expect(codeOf(() => sendUj(ble, bytes, 10))).toBe("TP-USE-260");
  expect(codeOf(() => receiveUj(wifi, bytes, 10))).toBe("TP-USE-260");
});

test.each([0, -10, Number.NaN, Number.POSITIVE_INFINITY])(
  "a frame every %d ms is refused",
  (ms) => {
    expect(codeOf(() => frameBytes(lc3, ms))).toBe("TP-USE-260");
    expect(codeOf(() => sendUj(lte, 40, ms))).toBe("TP-USE-260");
  },
);

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("%d km are refused", (km) => {
  expect(codeOf(() => roundTrip(network("wifi"), km))).toBe("TP-USE-260");
});

describe("a round trip", () => {
  const trip = roundTrip(network("wifi"));

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

  test("to a computer beside the wearable knows no region; LTE has no such way", () => {
    expect(besideTrip(network("wifi")).median.interval).toEqual([2, 10]);
    expect(besideTrip(network("lte")).median.interval).toEqual([30, 70]);
  });
});

describe("distance", () => {
  test("100 km of fibre take 1 ms there and back, 1000 km 10 ms", () => {
    // 200 km at 200,000 km/s.
    expect(roundTrip(network("fiber"), 100).median.value).toBeCloseTo(1, 12);
    expect(roundTrip(network("fiber"), 1000).p99.value).toBeCloseTo(10, 12);
    expect(roundTrip(network("fiber"), 100).shareWithin(0.99)).toBe(0);
    expect(roundTrip(network("fiber"), 100).shareWithin(1.01)).toBe(1);
  });

  test("shifts every percentile alike: light does not jitter", () => {
    const [near, far] = [roundTrip(network("lte")), roundTrip(network("lte"), 500)];
    expect(far.median.value - near.median.value).toBeCloseTo(5, 9);
    expect(far.p99.value - near.p99.value).toBeCloseTo(5, 9);
    expect(far.p99.interval?.[1]).toBeCloseTo(70 * 5 + 5, 9);
    expect(far.shareWithin(far.p99.value)).toBeCloseTo(0.99, 6);
  });

  test("never brings a server nearer, over any network", () => {
    for (const path of NETWORKS) {
      let [typical, slow] = [-1, -1];
      for (let km = 0; km <= 20_000; km += 250) {
        const { median, p99 } = roundTrip(path, km);
        expect(median.value).toBeGreaterThan(typical);
        expect(p99.value).toBeGreaterThan(slow);
        expect(p99.value).toBeGreaterThanOrEqual(median.value);
        [typical, slow] = [median.value, p99.value];
      }
    }
  });
});

describe("the way of a frame", () => {
  const way = (id: string, form: StreamForm, to: "beside it" | "a server") =>
    wayOf({ form, path: network(id), intervalMs: 10, distanceKm: 0 }, to);

  test("over Bluetooth LE is two intervals of 7.5 ms and the codec's 5 ms, then the phone's Wi-Fi", () => {
    expect(way("ble", lc3, "beside it").typicalMs.value).toBe(20);
    expect(way("ble", pcm, "beside it").p99Ms.value).toBe(15);
    expect(way("ble", lc3, "a server").typicalMs).toMatchObject({
      value: 38.5,
      interval: [27, 50],
    });
  });

  test("through fibre alone and uncoded is nothing", () => {
    expect(way("fiber", pcm, "a server").p99Ms.value).toBe(0);
  });
});
