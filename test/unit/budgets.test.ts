import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { boardFactsOf } from "../../host/analyze/board-facts.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import type { StatedValue } from "../../host/analyze/facts.ts";
import { boardPower, clockHz, dutyCycle, longestActiveMs } from "../../host/analyze/power.ts";
import { facts, frame, nrf52840, stm32l476 } from "../golden/report/facts.ts";

const said = (value: number, unit: string): StatedValue => ({
  value,
  unit,
  source: "by hand",
  confidence: "S",
});

describe("the duty cycle", () => {
  test("by hand: 30 mW for 2 of every 10 ms, 0.1 mW asleep", () => {
    const found = dutyCycle(2, 10, { activeMw: 30, sleepMw: 0.1 });
    expect(found.duty).toBeCloseTo(0.2, 12);
    expect(found.averageMw).toBeCloseTo(30 * 0.2 + 0.1 * 0.8, 12);
    expect(found.activeUj).toBeCloseTo(60, 12);
    expect(found.intervalUj).toBeCloseTo(60.8, 12);
  });

  test("32768 MAC at 3.93 cycles on 64 MHz and 9.9 mW take 2.01 ms and 19.9 uJ", () => {
    const ms = ((32768 * 3.93) / 64e6) * 1e3;
    const found = dutyCycle(ms, 10, { activeMw: 9.9, sleepMw: 0 });
    expect(ms).toBeCloseTo(2.01, 2);
    expect(found.activeUj).toBeCloseTo(19.9, 1);
  });

  test("work that does not fit runs without sleep", () => {
    const found = dutyCycle(25, 10, { activeMw: 4, sleepMw: 1 });
    expect(found).toMatchObject({ duty: 1, averageMw: 4, activeUj: 100, intervalUj: 100 });
  });

  test("33 mW active meet 1 mW in 0.30 ms of every 10", () => {
    expect(longestActiveMs(1, 10, { activeMw: 33, sleepMw: 0 })).toBeCloseTo(0.303, 3);
    expect(longestActiveMs(1, 10, { activeMw: 0.5, sleepMw: 0.1 })).toBe(10);
    expect(longestActiveMs(1, 10, { activeMw: 33, sleepMw: 2 })).toBeNull();
  });

  test("waking up counts as computing, and a rest too short is spent awake", () => {
    const power = { activeMw: 100, sleepMw: 1, wakeMs: 0.5, shortestSleepMs: 0.2 };
    // 1.5 of 10 ms awake: 15 + 0.85 mW.
    const found = dutyCycle(1, 10, power);
    expect(found).toMatchObject({ duty: 0.1, waking: 0.05, sleeps: true, activeUj: 100 });
    expect(found.averageMw).toBeCloseTo(15.85, 12);
    // 10 - 9.4 - 0.5 = 0.1 ms are no sleep.
    const crowded = dutyCycle(9.4, 10, power);
    expect(crowded).toMatchObject({ averageMw: 100, sleeps: false });
    expect(crowded.waking).toBeCloseTo(0.06, 12);
    expect(dutyCycle(9.2, 10, power).sleeps).toBe(true);
    // 20 mW allow (20 - 1) / 99 of 10 ms awake, less the waking; 5 mW not even that.
    expect(longestActiveMs(20, 10, power)).toBeCloseTo(190 / 99 - 0.5, 12);
    expect(longestActiveMs(5, 10, power)).toBeNull();
    expect(longestActiveMs(99.9, 10, power)).toBeCloseTo(9.3, 12);
  });

  test("no ESP32 board reaches 1 mW by light sleep every 10 ms, were its work done in no time", () => {
    const floorOf = (id: string) => {
      const power = boardPower(boardFactsOf(loadBoard(id)));
      return "missing" in power ? null : dutyCycle(0, 10, power).averageMw;
    };
    // active mW x (wake / 10 ms) + asleep mW x the rest, from the boards' files by hand.
    expect(floorOf("esp32dev")).toBeCloseTo(161.7264 * 0.0272 + 2.64 * 0.9728, 3);
    expect(floorOf("esp32-s3-devkitc-1")).toBeCloseTo(168.3 * 0.0515 + 0.792 * 0.9485, 3);
    expect(floorOf("esp32-c3-devkitm-1")).toBeCloseTo(75.9 * 0.0142 + 0.429 * 0.9858, 3);
    expect(floorOf("esp32-c6-devkitc-1")).toBeCloseTo(89.1 * 0.0374 + 0.594 * 0.9626, 3);
  });

  test("refuses times that cannot be", () => {
    expect(() => dutyCycle(-1, 10, { activeMw: 1, sleepMw: 0 })).toThrow(RangeError);
    expect(() => dutyCycle(1, 0, { activeMw: 1, sleepMw: 0 })).toThrow(RangeError);
    expect(() => dutyCycle(1, 10, { activeMw: 1, sleepMw: 0, wakeMs: -1 })).toThrow(RangeError);
    expect(() => dutyCycle(1, 10, { activeMw: 1, sleepMw: 0, shortestSleepMs: NaN })).toThrow(
      RangeError,
    );
  });
});

describe("a board's power", () => {
  test("takes currents in mA, uA and uA a MHz", () => {
    // 52 uA/MHz x 64 MHz x 3 V = 9.984 mW; 1.5 uA x 3 V = 0.0045 mW.
    expect(boardPower(nrf52840)).toEqual({
      activeMw: expect.closeTo(9.984, 9),
      sleepMw: expect.closeTo(0.0045, 9),
    });
    const milliamps = { ...nrf52840, activeCurrent: said(3.3, "mA") };
    expect(boardPower(milliamps)).toMatchObject({ activeMw: expect.closeTo(9.9, 9) });
    expect(() => boardPower({ ...nrf52840, activeCurrent: said(1, "furlong") })).toThrow(/furlong/);
  });

  test("names the value that is missing", () => {
    expect(boardPower({ ...nrf52840, sleepCurrent: null })).toEqual({ missing: "sleep current" });
    expect(boardPower({ ...nrf52840, clock: null })).toEqual({ missing: "clock" });
  });

  test("clocks are in Hz, kHz or MHz", () => {
    expect(clockHz(said(64, "MHz"))).toBe(64e6);
    expect(clockHz(said(64e6, "Hz"))).toBe(64e6);
    expect(() => clockHz(said(1, "GHz"))).toThrow(/GHz/);
  });
});

/** 28288 B of weights at 2 byte/cycle in place of 4: a quarter of a cycle a byte. */
const WAIT = 28288 / 4;

const budgetsOf = (changes: Partial<typeof facts>) => analyzeRun({ ...facts, ...changes }).budgets;

describe("a budget", () => {
  test("that holds says by how much", () => {
    const [latency, power] = budgetsOf({}) ?? [];
    // Frame 150: 46000 + 130 x 9 + 900 = 48070 cycles of 64 MHz, and the weights' wait.
    expect(latency).toMatchObject({ name: "latencyMs", met: true, holdsOn: [] });
    expect(latency?.value?.value).toBeCloseTo((48070 + WAIT) / 64e3, 9);
    expect(latency?.margin?.value).toBeCloseTo((1 - (48070 + WAIT) / 64e3 / 10) * 100, 9);
    expect(power?.met).toBe(true);
    // Mean of the frames: 46000 + 130 x 25 / 8 + 900 / 200 = 46410.75 cycles.
    const duty = (46410.75 + WAIT) / 64e3 / 10;
    expect(power?.value?.value).toBeCloseTo(9.984 * duty + 0.0045 * (1 - duty), 9);
  });

  test("that is missed says why and where it would hold", () => {
    const limits = { latencyMs: 0.7, powerMw: 0.5 };
    const [latency, power] = budgetsOf({ budgets: limits }) ?? [];
    expect(latency?.met).toBe(false);
    expect(latency?.margin?.value).toBeLessThan(0);
    // The worst frame's cycles of 80 MHz, with that board's own wait.
    expect(latency?.holdsOn).toEqual([stm32l476.id]);
    expect(latency?.why).toMatch(/44800 cycles would fit; it would hold on nucleo-l476rg/);
    // The L476 takes 24 mW for 0.58 ms: 1.39 mW.
    expect(power?.holdsOn).toEqual([]);
    expect(power?.why).toMatch(/no other cortex-m4 board known here would hold it/);
    expect(power?.why).toMatch(/0\.497 ms of every 10 ms, 1\.68 times faster/);
  });

  test("that no speed can meet says so", () => {
    const asleep = { ...nrf52840, sleepCurrent: said(1, "mA") };
    const [power] = budgetsOf({ as: asleep, budgets: { latencyMs: null, powerMw: 1 } }) ?? [];
    expect(power?.why).toMatch(/out of reach: asleep it already takes 3 mW/);
  });

  test("names the sleep, the waking and what they take", () => {
    const asleep = {
      ...nrf52840,
      sleepName: "light sleep",
      wake: said(500, "us"),
      shortestSleep: said(0.2, "ms"),
    };
    const { powerMw, budgets } = analyzeRun({ ...facts, as: asleep });
    expect(powerMw?.wakingPercent).toBeCloseTo(5, 12);
    expect(powerMw?.sleepMode).toBe(
      "light sleep, 0.5 ms to fall asleep and wake, at least 0.2 ms asleep",
    );
    const duty = (46410.75 + WAIT) / 64e3 / 10;
    expect(powerMw?.average).toBeCloseTo(9.984 * (duty + 0.05) + 0.0045 * (0.95 - duty), 9);
    const power = budgets?.find(({ name }) => name === "powerMw");
    expect(power?.why).toMatch(/computing and 5 % waking \+ /);

    const slow = { ...asleep, wake: said(5, "ms") };
    const [out] = budgetsOf({ as: slow, budgets: { latencyMs: null, powerMw: 1 } }) ?? [];
    // 9.984 / 2 + 0.0045 / 2 mW.
    expect(out?.why).toMatch(/falling asleep and waking every 10 ms it already takes 4\.99 mW/);
    const never = analyzeRun({ ...facts, as: { ...asleep, wake: said(9.9, "ms") } });
    expect(never.powerMw?.sleepMode).toBe("none: the rest of the interval is too short");
    expect(never.powerMw?.average).toBeCloseTo(9.984, 9);
  });

  test("is not carried over to another core", () => {
    const other = { ...stm32l476, core: "cortex-m7" };
    const limits = { latencyMs: 0.7, powerMw: null };
    const [latency] = budgetsOf({ otherBoards: [other], budgets: limits }) ?? [];
    expect(latency?.holdsOn).toEqual([]);
    expect(latency?.why).toMatch(/cycles of one core say nothing about another/);
  });

  test("is not judged where the board file lacks a value", () => {
    const silent = { ...nrf52840, supply: null };
    const [, power] = budgetsOf({ as: silent }) ?? [];
    expect(power).toMatchObject({ met: null, value: null, margin: null });
    expect(power?.why).toMatch(/nrf52840-dk has no supply voltage/);
  });

  test("is null on an emulated board that stands for none, and empty when none was asked", () => {
    const alone = analyzeRun({ ...facts, as: null });
    expect(alone.budgets).toBeNull();
    expect(alone.why.budgets).toMatch(/--as/);
    expect(budgetsOf({ budgets: { latencyMs: null, powerMw: null } })).toEqual([]);
  });

  test("at its very limit holds", () => {
    const [latency] =
      budgetsOf({
        frames: [frame(0)],
        budgets: { latencyMs: (46000 + WAIT) / 64e3, powerMw: null },
      }) ?? [];
    expect(latency?.met).toBe(true);
  });
});
