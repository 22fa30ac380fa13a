/** MLPerf Tiny's energy mode: trials and scores by hand, the words of the interface board, and what a pin-less monitor hears. */
import { describe, expect, test } from "vitest";
import { mlperfDocument } from "../../host/analyze/mlperf/document.ts";
import type { EnergyTrial, TrialWindow } from "../../host/analyze/mlperf/energy.ts";
import { energyScore, TrialMeter } from "../../host/analyze/mlperf/energy.ts";
import { energyNumbers } from "../../host/analyze/mlperf/energy-document.ts";
import type { Link, ReceivedBytes } from "../../host/link/source.ts";
import { DeviceUnderTest } from "../../host/mlperf/device.ts";
import { accuracyText, energyText, performanceText } from "../../host/mlperf/results-text.ts";
import { hearTimestamps } from "../../host/mlperf/timestamps.ts";
import { readLine } from "../../host/power/lpm01a/lines.ts";
import { Lpm01aDecoder } from "../../host/power/lpm01a/samples.ts";
import { TimestampLoad } from "../../host/power/simulated/timestamp-load.ts";
import { startEnergyMonitor } from "../../host/workflow/mlperf/energy.ts";

/** 3 V, 2000 samples a second: a sample of 1 A is 1.5 mJ. */
const OPTIONS = { supplyV: 3, sampleRateHz: 2000, pin: 1 };

function block(firstSample: number, currents: readonly number[], levels?: readonly number[]) {
  return {
    firstSample,
    currentsA: Float64Array.from(currents),
    ranges: new Uint8Array(0),
    // Input D1; D0 is somebody else's.
    digital: Uint8Array.from(levels ?? currents.map(() => 1), (level) => 2 * level + 1),
  };
}

describe("a trial", () => {
  test("is what flowed from one fall to the next", () => {
    const meter = new TrialMeter(OPTIONS);
    meter.add(block(0, [9, 9], [1, 1]));
    meter.begin();
    // Falls before samples 3 and 7 of this block, 5 and 9 of all.
    meter.add(block(2, [9, 9, 9, 1, 2, 3, 4, 5], [1, 1, 1, 0, 1, 1, 1, 0]));
    const window = meter.end();
    // (1 + 2 + 3 + 4) A in four samples of half a millisecond at 3 V.
    expect(window).toMatchObject({ elapsedS: 0.002, energyJ: 0.015 });
    // Two samples a millisecond: 18, 10, 5, 9 A; the fall before sample 3 is in millisecond 1, the other in 3.
    expect(window).toMatchObject({
      timestamps: [
        [0, 1],
        [1, 3],
      ],
    });
    const { millisecondsJ } = window as TrialWindow;
    expect(millisecondsJ.map((joule) => Math.round(joule * 1e6))).toEqual([
      27_000, 15_000, 7500, 13_500,
    ]);
    expect(meter.seconds).toBe(0.005);
  });

  test("of three falls the last two count, and those of before the trial none", () => {
    const meter = new TrialMeter(OPTIONS);
    meter.add(block(0, [1, 1], [1, 0]));
    meter.begin();
    meter.add(block(2, [1, 1, 1, 1, 1, 1, 1], [1, 0, 1, 0, 1, 1, 0]));
    expect(meter.end()).toMatchObject({ elapsedS: 0.0015 });
    meter.begin();
    expect(meter.end()).toEqual({ why: "0 timestamps reached the monitor, two are needed" });
  });

  test("with a lost sample in it is void, and one beside it is not", () => {
    const meter = new TrialMeter(OPTIONS);
    meter.begin();
    meter.add(block(0, [1, 1, 1], [1, 0, 1]));
    meter.add(block(5, [1, 1, 1], [1, 0, 1]));
    expect(meter.end()).toEqual({ why: "2 samples between its timestamps are missing" });
    meter.add(block(8, [1, 1], [1, 0]));
    expect(meter.end()).toMatchObject({ elapsedS: 0.0015 });
  });

  test("an edge that a monitor tells itself needs no level", () => {
    const meter = new TrialMeter(OPTIONS);
    meter.begin();
    meter.add({ ...block(0, [1, 1, 1]), falls: [1] });
    meter.add({ ...block(3, [2, 2]), falls: [5] });
    // Samples 1 to 4: 1 + 1 + 2 + 2 A.
    expect(meter.end()).toMatchObject({ elapsedS: 0.002, energyJ: 0.009 });
  });
});

describe("an LPM01A's events", () => {
  const falls = (...lines: readonly string[]) =>
    new Lpm01aDecoder(3, 1000).decode(lines.map(readLine)).flatMap((block) => block.falls ?? []);

  test("are all falls where it was asked for these and calls them `ris`", () => {
    expect(falls("1000-09", "event 1 ris", "1000-09", "event 2 ris", "1000-09")).toEqual([1, 2]);
  });

  test("are those called `fal` where it tells both, a pulse within a sample too", () => {
    expect(
      falls("1000-09", "event 1 fal", "event 2 ris", "1000-09", "event 3 fal", "1000-09"),
    ).toEqual([1, 2]);
  });
});

const trial = (inferences: number, energyJ: number, elapsedS = 10): EnergyTrial => ({
  inferences,
  window: { elapsedS, energyJ, millisecondsJ: [], timestamps: [] },
});
const VOID: EnergyTrial = { inferences: 100, window: { why: "3 samples are missing" } };

describe("a score", () => {
  test("is the median of five", () => {
    // 10, 30, 20, 50 and 40 uJ; 0.1, 0.3, 0.2, 0.5 and 0.4 mW.
    const trials = [10, 30, 20, 50, 40].map((micro) => trial(100, micro * 1e-4));
    const score = energyScore(trials);
    expect(score.perInferenceJ).toBeCloseTo(30e-6, 15);
    expect(score.powerW).toBeCloseTo(0.3e-3, 12);
    expect(score.reasons).toEqual([]);
  });

  test("is none with four, with a short one or with a void one", () => {
    expect(energyScore([trial(1, 1), trial(1, 1), trial(1, 3), trial(1, 4, 9.99), VOID])).toEqual({
      perInferenceJ: 2,
      powerW: expect.closeTo(0.2, 12),
      reasons: ["trial 5 is void: 3 samples are missing", "1 trials are shorter than 10 s"],
    });
    expect(energyScore([VOID])).toMatchObject({ perInferenceJ: null, powerW: null });
  });

  test("of a simulated monitor is never valid and meets no budget", () => {
    const facts = {
      ...{ monitor: "ppk2", name: "PPK2", calibrated: true, sampleRateHz: 1e5, supplyV: 3 },
      warnings: [],
    };
    const totals = { samples: 1, lost: 0, lostByClock: 0, discardedBytes: 0, clipped: 0 };
    const trials = Array.from({ length: 5 }, () => trial(100, 1e-3));
    const of = (simulated: boolean) =>
      energyNumbers({ ...facts, simulated }, totals, trials, energyScore(trials), 1);
    const document = (simulated: boolean) =>
      mlperfDocument(
        {
          ...{ mode: "energy", board: "b", as: null, format: "int8" },
          device: { name: "a", profile: "b", model: "c" },
          clock: { kind: "measured", source: "unused" },
          verify: { bitExact: true, compared: 1, mismatches: 0 },
          files: {},
        },
        ...([[], null, null] as const),
        of(simulated),
      );
    expect(document(false)).toMatchObject({ valid: true, reasons: [] });
    // 1 mJ over 100 inferences; 0.1 mW.
    expect(document(false).energy?.perInference).toMatchObject({ unit: "uJ", kind: "measured" });
    expect(document(false).energy?.perInference?.value).toBeCloseTo(10, 9);
    expect(document(false).energy?.budgets[0]).toMatchObject({ met: true });
    const simulated = document(true);
    expect(simulated).toMatchObject({ valid: false });
    expect(simulated.energy?.perInference?.simulated).toBe(true);
    expect(simulated.energy?.trials[0]?.energy?.simulated).toBe(true);
    expect(simulated.energy?.budgets[0]?.met).toBeNull();
  });
});

/** What the benchmark's submission checker looks for in results.txt. */
describe("results.txt has the line that the submission checker reads", () => {
  const by = { kind: "measured", source: "a clock" };

  test("in each mode", () => {
    const trials = Array.from({ length: 5 }, () => trial(100, 1e-3));
    const energy = energyText(trials, energyScore(trials), [], by);
    expect(/Median energy cost is ([\d.]+) uJ\/inf/.exec(energy)?.[1]).toBe("10.0000");
    expect(energy).not.toContain("ERROR");
    const performance = performanceText([{ inferences: 100, elapsedUs: 1e7 }], 10, by);
    expect(/.* Median throughput is\s+([\d.]+) inf\.\/sec\..*/.exec(performance)?.[1]).toBe(
      "10.000",
    );
    const accuracy = accuracyText({ files: 4, topOne: 0.75, auc: 0.5, allZero: 0 }, by);
    expect(/Top 1%\s*=\s*([0-9.]+)/.exec(accuracy)?.[1]).toBe("75.0");
    expect(/AUC\s*=\s*([0-9.]+)/.exec(accuracy)?.[1]).toBe("0.500");
  });
});

/** A link whose other side answers each write by itself. */
function scriptedLink(answer: (text: string) => string) {
  const asked: string[] = [];
  const waiting: ((piece: IteratorResult<ReceivedBytes>) => void)[] = [];
  const pieces: ReceivedBytes[] = [];
  let hasEnded = false;
  const give = () => {
    while (pieces.length > 0 && waiting.length > 0)
      waiting.shift()?.({ value: pieces.shift() as ReceivedBytes, done: false });
    if (hasEnded) for (const one of waiting.splice(0)) one({ value: undefined, done: true });
  };
  const link: Link = {
    name: "board",
    kind: "serial",
    ended: new Promise(() => {}),
    open: async () => {},
    close: async () => {
      hasEnded = true;
      give();
    },
    async write(bytes) {
      const text = Buffer.from(bytes).toString();
      asked.push(text);
      pieces.push({ bytes: Buffer.from(answer(text)), receiveTimeUs: 0 });
      give();
    },
    received: {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            waiting.push(resolve);
            give();
          }),
      }),
    },
  };
  return { link, asked };
}

describe("behind an IO manager", () => {
  /** What its menu's pass-through writes: its own two lines, then the device's, each marked. */
  const passed = (command: string, ...lines: readonly string[]) =>
    [`m-dut-passthrough(${command})`, "m-ready", ...lines.map((line) => `[dut]: ${line}`), ""].join(
      "\r\n",
    );

  test("commands go through it in pieces of 26 bytes, and its own m-ready ends nothing", async () => {
    const { link, asked } = scriptedLink((text) => {
      const command = text.replaceAll("%", "").replace(/^dut /, "");
      if (command === "name") return passed(command, "m-name-dut-[x]", "m-ready");
      if (command === "profile")
        return passed(command, "m-profile-[p]", "m-model-[kws01]", "m-ready");
      const isLast = command.startsWith("db") && command.length < 50;
      const lines = isLast && !command.includes("load") ? ["m-load-done"] : [];
      return passed(command, ...lines, "m-ready");
    });
    const device = new DeviceUnderTest(link, new AbortController().signal, () => {}, true);
    const identity = await device.open();
    expect(identity).toMatchObject({ name: "x", profile: "p", model: "kws01" });
    await device.load(new Uint8Array(30));
    expect(asked.slice(2)).toEqual([
      "dut db load 30%",
      `dut db ${"00".repeat(26)}%`,
      `dut db ${"00".repeat(4)}%`,
    ]);
    await device.close();
  });
});

describe("a monitor that no pin reaches", () => {
  test("hears both timestamps, however the lines are cut", async () => {
    const text =
      "m-warmup-start-2\r\nm-infer-start-12\r\nm-infer-done\r\nm-results-[1]\r\nm-ready\r\n";
    for (let length = 1; length < text.length; length++) {
      const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) => ({
        bytes: Buffer.from(text.slice(index * length, (index + 1) * length)),
        receiveTimeUs: 0,
      }));
      const heard: boolean[] = [];
      const { link } = scriptedLink(() => "");
      const source = {
        ...link,
        received: (async function* () {
          yield* pieces;
        })(),
      };
      let bytes = 0;
      for await (const piece of hearTimestamps(source, (begins) => heard.push(begins)).received) {
        bytes += piece.bytes.length;
      }
      expect([bytes, heard]).toEqual([text.length, [true, false]]);
    }
  });
});

describe("the monitor of energy mode", () => {
  const { signal } = new AbortController();

  test.each([
    { request: {}, isEmulated: false, code: "TP-USE-161" },
    { request: { monitor: "ina" }, isEmulated: false, code: "TP-USE-161" },
    { request: { monitor: "ppk2" }, isEmulated: true, code: "TP-USE-161" },
    { request: { monitor: "sim-ppk2", supplyMv: 9000 }, isEmulated: true, code: "TP-USE-440" },
  ] as const)("refuses $request beside an emulated board: $isEmulated", async (given) => {
    const { request, isEmulated, code } = given;
    const load = new TimestampLoad();
    await expect(startEnergyMonitor(request, isEmulated, load, signal)).rejects.toMatchObject({
      code,
    });
  });

  test("that is simulated sees two timestamps at once as two", () => {
    const load = new TimestampLoad();
    load.isHigh(1);
    load.timestamp(true);
    load.timestamp(false);
    // Seen every half millisecond: falls behind 1 s and, two pulses later, behind 1.004 s.
    const levels = Array.from({ length: 20 }, (_, i) => load.isHigh(1 + i * 5e-4));
    const falls = levels.flatMap((isHigh, i) => (!isHigh && levels[i - 1] ? [i] : []));
    expect(falls).toEqual([1, 9]);
  });
});
