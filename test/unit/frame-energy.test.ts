/** Energy of marked windows, against arithmetic by hand on currents of a few samples. */
import { describe, expect, test } from "vitest";
import { FrameEnergyMeter } from "../../host/analyze/frame-energy.ts";
import { powerDocument } from "../../host/analyze/power-document.ts";

/** 3 V, 1000 samples a second: a sample of 1 A is 3 mJ. */
const OPTIONS = { supplyV: 3, sampleRateHz: 1000, pin: 0 };

/** Two samples at 2 A with the input high, three at 1 A with it low: a period of 5 ms. */
const PERIOD = { currents: [2, 2, 1, 1, 1], digital: [1, 1, 0, 0, 0] };

function block(firstSample: number, currents: number[], digital: number[]) {
  return {
    firstSample,
    currentsA: Float64Array.from(currents),
    ranges: new Uint8Array(0),
    digital: Uint8Array.from(digital),
  };
}

/** A low sample first, so that the first rise is seen. */
function periods(count: number) {
  const repeat = (values: number[]) => Array.from({ length: count }, () => values).flat();
  return { currents: [1, ...repeat(PERIOD.currents)], digital: [0, ...repeat(PERIOD.digital)] };
}

const totals = { samples: 16, lost: 0, lostByClock: 0, discardedBytes: 0, clipped: 0 };
const facts = {
  monitor: "ppk2",
  name: "PPK2",
  simulated: false,
  calibrated: true,
  sampleRateHz: 1000,
  supplyV: 3,
  warnings: [],
};

describe("windows", () => {
  test("energy, baseline and period of three rises", () => {
    const meter = new FrameEnergyMeter(OPTIONS);
    const { currents, digital } = periods(3);
    meter.add(block(0, currents, digital));
    const energy = meter.finish();
    // 2 + 2 A for 1 ms each at 3 V; the third period has no end.
    expect(energy?.windows?.energyJ).toMatchObject({ count: 2, mean: 0.012, interval: null });
    // The baseline of 1 A for 2 ms is 6 mJ.
    expect(energy?.windows?.aboveBaselineJ?.mean).toBeCloseTo(0.006, 12);
    expect(energy?.windows?.baselineA).toBe(1);
    // (2 + 2 + 1 + 1 + 1) / 5 A at 3 V.
    expect(energy?.windows?.periodPowerW?.mean).toBeCloseTo(4.2, 12);
    expect(energy?.windows?.periodS?.mean).toBeCloseTo(0.005, 12);
    expect(energy?.peakA).toBe(2);
    // 10 samples of 1 A and 6 of 2 A.
    expect(energy?.chargeC).toBeCloseTo(0.022, 12);
  });

  test("the cut into blocks changes nothing", () => {
    const { currents, digital } = periods(4);
    const whole = new FrameEnergyMeter(OPTIONS);
    whole.add(block(0, currents, digital));
    const cut = new FrameEnergyMeter(OPTIONS);
    for (const index of currents.keys()) {
      cut.add(block(index, currents.slice(index, index + 1), digital.slice(index, index + 1)));
    }
    expect(cut.finish()).toEqual(whole.finish());
  });

  test("a lost sample voids its period and no other", () => {
    const { currents, digital } = periods(5);
    const meter = new FrameEnergyMeter(OPTIONS);
    // Samples 1-5 are the first period, 6-10 the second: sample 8 is lost.
    meter.add(block(0, currents.slice(0, 8), digital.slice(0, 8)));
    meter.add(block(9, currents.slice(9), digital.slice(9)));
    const windows = meter.finish()?.windows;
    expect(windows).toMatchObject({ whole: 4, void: 1 });
    expect(windows?.energyJ).toMatchObject({ count: 3, mean: 0.012, min: 0.012, max: 0.012 });
  });

  test("an interval from 30 windows on: 1.96 deviations of the mean", () => {
    const meter = new FrameEnergyMeter(OPTIONS);
    const currents = [0];
    const digital = [0];
    // 32 windows of one sample, 1 A and 3 A by turns: mean 2 A, sd sqrt(32 / 31); then one to end the last.
    for (let index = 0; index < 33; index++) {
      currents.push(index % 2 === 0 ? 1 : 3, 0);
      digital.push(1, 0);
    }
    meter.add(block(0, currents, digital));
    const energy = meter.finish()?.windows?.energyJ;
    const half = 0.003 * 1.96 * Math.sqrt(32 / 31 / 32);
    expect(energy?.count).toBe(32);
    expect(energy?.interval?.[0]).toBeCloseTo(0.006 - half, 12);
    expect(energy?.interval?.[1]).toBeCloseTo(0.006 + half, 12);
  });

  test("no input, no windows; no sample, nothing", () => {
    const meter = new FrameEnergyMeter(OPTIONS);
    expect(meter.finish()).toBeNull();
    meter.add(block(0, [1, 1], [1, 1]));
    expect(meter.finish()?.windows).toBeNull();
  });
});

describe("the document", () => {
  const measuredPeriods = () => {
    const meter = new FrameEnergyMeter(OPTIONS);
    const { currents, digital } = periods(3);
    meter.add(block(0, currents, digital));
    return meter.finish();
  };
  const question = { pin: 0, maxLostPercent: 1, budgetMw: 5000 };

  test("judges whole periods: 4.2 W against 5 W", () => {
    const document = powerDocument(facts, totals, measuredPeriods(), question);
    expect(document.budgets[0]).toMatchObject({
      met: true,
      limit: { value: 5000, kind: "stated" },
    });
    expect(document.frames?.averagePower).toMatchObject({ unit: "mW", kind: "measured" });
    expect(document.frames?.averagePower?.value).toBeCloseTo(4200, 9);
    expect(
      powerDocument(facts, totals, measuredPeriods(), { ...question, budgetMw: 4000 }).budgets[0],
    ).toMatchObject({ met: false });
  });

  test("a simulated monitor meets no budget, and every number of it says so", () => {
    const document = powerDocument(
      { ...facts, simulated: true },
      totals,
      measuredPeriods(),
      question,
    );
    expect(document.budgets[0]?.met).toBeNull();
    const numbers = [document.averagePower, document.frames?.energy, document.samples];
    for (const quantity of numbers) expect(quantity?.simulated).toBe(true);
  });

  test("losses over the bound void it", () => {
    const lossy = { ...totals, lost: 1 };
    const document = powerDocument(facts, lossy, measuredPeriods(), question);
    // 1 of 17 is 5.9 %.
    expect(document.void).toBe(true);
    expect(document.lostShare.value).toBeCloseTo(100 / 17, 12);
    expect(document.budgets[0]?.met).toBeNull();
  });

  test("battery life: 22 mAh at 1.375 A", () => {
    const document = powerDocument(facts, totals, measuredPeriods(), {
      ...question,
      battery: { milliampHours: 22 },
    });
    // 22 A samples in 16 ms are 1.375 A on average.
    expect(document.batteryLife?.value).toBeCloseTo(0.022 / 1.375, 12);
  });

  test("a named battery lasts by its energy: 225 mAh at 2.9 V, drained by 1.375 A at 3 V", () => {
    const document = powerDocument(facts, totals, measuredPeriods(), {
      ...question,
      battery: { name: "cr2032" },
    });
    expect(document.batteryLife).toMatchObject({ unit: "h", kind: "modelled" });
    expect(document.batteryLife?.value).toBeCloseTo((225 * 2.9) / (1375 * 3), 12);
  });

  test("energy above the baseline of 40 unlike windows: mean and interval by hand", () => {
    const meter = new FrameEnergyMeter(OPTIONS);
    const currents = [1];
    const digital = [0];
    // Windows of 1 and 2 samples of 3 A by turns, a sample of 1 A behind each: above 1 A they are 2 and 4 A samples.
    for (let index = 0; index < 41; index++) {
      const length = 1 + (index % 2);
      currents.push(...Array.from({ length }, () => 3), 1);
      digital.push(...Array.from({ length }, () => 1), 0);
    }
    meter.add(block(0, currents, digital));
    const above = meter.finish()?.windows?.aboveBaselineJ;
    // 3 A samples at 3 mJ an ampere: mean 9 mJ; sd sqrt(40 / 39) samples, 3 mJ each.
    const half = 1.96 * 0.003 * Math.sqrt(40 / 39 / 40);
    expect(above?.count).toBe(40);
    expect(above?.mean).toBeCloseTo(0.009, 12);
    expect(above?.interval?.[0]).toBeCloseTo(0.009 - half, 12);
    expect(above?.interval?.[1]).toBeCloseTo(0.009 + half, 12);
  });
});
