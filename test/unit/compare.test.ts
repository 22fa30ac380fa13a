import { describe, expect, test } from "vitest";
import { platformColumn, platformTime } from "../../host/analyze/compare.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import { FRAME_UPLINK_UJ, NETWORKS } from "../../host/analyze/networks.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { ridgePoint } from "../../host/analyze/roofline.ts";
import { facts } from "../golden/report/facts.ts";

const platform = (id: string) => {
  const found = PLATFORMS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no platform ${id}`);
  return found;
};
const network = (id: string) => {
  const found = NETWORKS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no network ${id}`);
  return found;
};

describe("stated platforms", () => {
  test("each value has a unit, a source and a confidence", () => {
    for (const { fp16, int8, bandwidth, callOverhead, price, tdp } of PLATFORMS) {
      for (const value of [fp16, int8, bandwidth, callOverhead, price, tdp]) {
        if (value === null) continue;
        expect(value.value).toBeGreaterThan(0);
        expect(value.unit).not.toBe("");
        expect(value.source.length).toBeGreaterThan(5);
      }
    }
  });

  test("ids are unique, ridge points and prices are those of the sheets", () => {
    expect(new Set(PLATFORMS.map(({ id }) => id)).size).toBe(PLATFORMS.length);
    const a100 = platform("a100");
    expect(ridgePoint(a100.fp16.value * 1e12, a100.bandwidth.value * 1e9)).toBeCloseTo(153.0, 1);
    expect(platform("h100").price?.value).toBeCloseTo(6.88, 6);
    expect(platform("t4").price?.value).toBe(0.526);
  });

  test("sending one LC3 frame costs 3 V x (6.40 mA x 456 us + 6.26 mA x 380 us)", () => {
    expect(FRAME_UPLINK_UJ.value).toBeCloseTo(3 * (6.4 * 0.456 + 6.26 * 0.38), 2);
  });
});

test("a T4 spends 50 us on the call of two layers and next to nothing on the frame", () => {
  const time = platformTime(platform("t4"), facts.model);
  expect(time.overheadSeconds).toBeCloseTo(50e-6, 12);
  // 26912 parameters x 2 byte x 1.1 over 320 GB/s; 53248 FLOP at half of 65 TFLOP/s.
  expect(time.memorySeconds).toBeCloseTo((26912 * 2 * 1.1) / 320e9, 15);
  expect(time.computeSeconds).toBeCloseTo(53248 / 32.5e12, 15);
  expect(time.bound).toBe("overhead");
});

test("a T4 multiplies by the weights that this project's kernels leave out, too", () => {
  const time = platformTime(platform("t4"), { ...facts.model, networkMacs: 100_000 });
  // 200,000 FLOP at half of 65 TFLOP/s.
  expect(time.computeSeconds).toBeCloseTo(200_000 / 32.5e12, 15);
});

describe("a rented device", () => {
  const h100 = platformColumn(platform("h100"), network("wifi"), facts.model, 10);

  test("carries the network's range in its total and is late at P99", () => {
    expect(h100.networkMs).toMatchObject({ value: 18.5, kind: "stated", interval: [7, 30] });
    expect(h100.totalMs.interval?.[0]).toBeCloseTo(7 + h100.computeMs.value, 9);
    expect(h100.inTime).toBe(false);
    expect(h100.computeMs.kind).toBe("modelled");
  });

  test("is in time when the deadline leaves room for twice the shortest round trip", () => {
    expect(platformColumn(platform("h100"), network("wifi"), facts.model, 20).inTime).toBe(true);
    expect(platformColumn(platform("h100"), network("lte"), facts.model, 20).inTime).toBe(false);
  });

  test("costs its rent for the time it computes", () => {
    // 6.88 USD/h x 30.018 us x 1e6 = 6.88 x 30.018 / 3600 USD.
    expect(h100.usdPerMillionFrames?.value).toBeCloseTo((6.88 * 30.0177) / 3600, 4);
  });
});

test("the columns of a run: board, this computer, four cloud devices, each kind told apart", () => {
  const { comparison } = analyzeRun(facts);
  expect(comparison.map(({ place }) => place)).toEqual([
    "device",
    "this computer",
    "cloud",
    "cloud",
    "cloud",
    "cloud",
  ]);
  expect(comparison.map(({ totalMs }) => totalMs.kind)).toEqual([
    "modelled",
    "measured",
    "modelled",
    "modelled",
    "modelled",
    "modelled",
  ]);
  const alone = analyzeRun({ ...facts, as: null, host: null }).comparison;
  expect(alone.every(({ place }) => place === "cloud")).toBe(true);
});
