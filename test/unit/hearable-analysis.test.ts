/** A whole hop from its marked parts: counts that add up, and times, energies and latencies worked by hand. */
import { describe, expect, it } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import type { FrameCounts, RunFacts } from "../../host/analyze/facts.ts";
import { wholeFrame } from "../../host/analyze/frame-parts.ts";
import type { HearableFacts } from "../../host/analyze/hearable.ts";
import { hearableRows } from "../../host/report/hearable.ts";
import { verdictOf } from "../../host/report/report-input.ts";
import { facts, nrf52840 } from "../golden/report/facts.ts";

function counts(instructions: number, cycles: number): FrameCounts {
  return {
    instructions,
    cycles,
    cyclesSimple: cycles - 10,
    cyclesLow: cycles - 20,
    cyclesHigh: cycles + 30,
    rules: { div: [cycles - 1, cycles + 2] },
    loads: 10,
    stores: 4,
    bytesLoaded: 40,
    bytesStored: 8,
    classes: { alu: instructions - 2, mac: 2 },
  };
}

const memory = (stalls: number) => ({
  stalls,
  fetchStalls: 0,
  readStalls: stalls,
  writeStalls: 0,
  misses: 3,
  bytesMoved: 12,
  parts: [{ memory: "flash", cause: "read" as const, accesses: 9, misses: 3, bytes: 12, stalls }],
  lines: { flash: 5 },
  variants: { "flash.waitStates:3": stalls + 7 },
});

describe("a frame of several parts", () => {
  it("adds what can be added", () => {
    const whole = wholeFrame([
      { ...counts(100, 150), memory: memory(20) },
      { ...counts(30, 40), memory: memory(5) },
    ]);
    expect(whole).toEqual({
      instructions: 130,
      cycles: 190,
      cyclesSimple: 170,
      cyclesLow: 150,
      cyclesHigh: 250,
      rules: { div: [188, 194] },
      loads: 20,
      stores: 8,
      bytesLoaded: 80,
      bytesStored: 16,
      classes: { alu: 126, mac: 4 },
      memory: {
        stalls: 25,
        fetchStalls: 0,
        readStalls: 25,
        writeStalls: 0,
        misses: 6,
        bytesMoved: 24,
        parts: [{ memory: "flash", cause: "read", accesses: 18, misses: 6, bytes: 24, stalls: 25 }],
        lines: { flash: 10 },
        variants: { "flash.waitStates:3": 39 },
      },
    });
  });

  it("a rule that one part does not have leaves it at its stated cycles", () => {
    const other = { ...counts(30, 40), rules: { branch: [35, 50] as const } };
    // 149 + 40 and 152 + 40; 150 + 35 and 150 + 50.
    expect(wholeFrame([counts(100, 150), other]).rules).toEqual({
      div: [189, 192],
      branch: [185, 200],
    });
  });

  it("does not know of the whole what one part does not know", () => {
    const bare: FrameCounts = {
      ...counts(30, 40),
      cycles: null,
      cyclesSimple: null,
      classes: null,
    };
    const whole = wholeFrame([{ ...counts(100, 150), memory: memory(20) }, bare]);
    expect(whole).toMatchObject({ instructions: 130, cycles: null, classes: null });
    expect(whole).not.toHaveProperty("memory");
    expect(whole).not.toHaveProperty("rules");
  });
});

const HOPS = 100;
/** Cycles of each part, and twice as many instructions as make a round number. */
const PARTS = { analyse: 16_000, step: 32_000, synthesise: 14_400, watch: 1600 } as const;

function hearableFacts(change: Partial<HearableFacts> = {}): HearableFacts {
  return {
    parts: (Object.keys(PARTS) as (keyof typeof PARTS)[]).map((name) => ({
      name,
      frames: Array.from({ length: HOPS }, () => counts(PARTS[name] / 2, PARTS[name])),
      deviceCycles: null,
    })),
    times: {
      computeUs: Array.from({ length: HOPS }, () => 800),
      overruns: 3,
      worstUs: 12_000,
      worstFrame: 7,
      kind: "modelled",
      source: "virtual time",
    },
    sampleRateHz: 16_000,
    hopSamples: 160,
    delaySamples: 160,
    recoveries: [{ frame: 40, cause: 1 }],
    ...change,
  };
}

/** No waits: the weights' memory is as fast as the core's port. */
const rated = { ...nrf52840, memories: [] };

function run(change: Partial<HearableFacts> = {}): RunFacts {
  const hearable = hearableFacts(change);
  const [analyse, ...others] = hearable.parts;
  return {
    ...facts,
    app: "hearable",
    as: rated,
    budgets: { latencyMs: 10, powerMw: 1 },
    frames: (analyse?.frames ?? []).map((first, hop) =>
      wholeFrame([first, ...others.map(({ frames }) => frames[hop] as FrameCounts)]),
    ),
    hearable,
  };
}

describe("a hop of sound", () => {
  const document = analyzeRun(run());

  it("is rated whole: 64,000 cycles are 1 ms at 64 MHz, a tenth of the time", () => {
    expect(document.cycles?.median).toBe(64_000);
    expect(document.instructions?.median).toBe(32_000);
    expect(document.latencyMs).toMatchObject({ p50: 1, max: 1, kind: "modelled" });
    // 3 V x 52 uA/MHz x 64 MHz = 9.984 mW awake, 4.5 uW asleep.
    expect(document.powerMw?.average).toBeCloseTo(0.1 * 9.984 + 0.9 * 0.0045, 9);
    expect(document.energyUj?.perFrame).toBeCloseTo(9.984, 9);
    expect(document.budgets?.map(({ name, met }) => [name, met])).toEqual([
      ["latencyMs", true],
      ["powerMw", false],
    ]);
  });

  it("is told by its parts: half of it is the network's", () => {
    const parts = document.hearable?.parts ?? [];
    expect(parts.map(({ name }) => name)).toEqual(["analyse", "step", "synthesise", "watch"]);
    expect(parts.map(({ share }) => share?.value)).toEqual([25, 50, 22.5, 2.5]);
    expect(parts.map(({ timeMs }) => timeMs?.value)).toEqual([0.25, 0.5, 0.225, 0.025]);
    const [analyse] = parts;
    expect(analyse?.energyUj?.value).toBeCloseTo(0.25 * 9.984, 9);
    expect(analyse?.aboveSleepMw?.value).toBeCloseTo(0.025 * (9.984 - 0.0045), 9);
    const above = parts.reduce((sum, { aboveSleepMw }) => sum + (aboveSleepMw?.value ?? 0), 0);
    expect(above + 0.0045).toBeCloseTo(document.powerMw?.average ?? 0, 9);
    expect(parts.map(({ instructions }) => instructions?.kind)).toEqual(Array(4).fill("counted"));
    expect(parts.map(({ cycles }) => cycles?.kind)).toEqual(Array(4).fill("modelled"));
  });

  it("has the counts of the median hop and the times of the mean one, and says so", () => {
    // One cold hop of 100: its analysis takes 1,616,000 cycles, 101 times as many; the mean is 2 times the others'.
    const warm = hearableFacts();
    const parts = warm.parts.map((part) =>
      part.name === "analyse"
        ? { ...part, frames: [counts(8000, 1_616_000), ...part.frames.slice(1)] }
        : part,
    );
    const cold = analyzeRun(run({ parts }));
    const [analyse] = cold.hearable?.parts ?? [];
    expect(analyse).toMatchObject({ cycles: { value: 16_000 }, share: { value: 25 } });
    expect(analyse?.timeMs?.value).toBeCloseTo(0.5, 9);
    expect(analyse?.energyUj?.value).toBeCloseTo(0.5 * 9.984, 9);
    const [row] = hearableRows(cold);
    expect(row).toMatchObject({
      name: "analysis",
      text: "median 8,000 instructions, 16,000 cycles, 25 %; mean 0.500 ms, 4.99 µJ, 0.499 mW above sleep",
    });
  });

  it("meets its deadline or says how often it did not, and how late sound comes out", () => {
    expect(document.hearable?.deadline).toMatchObject({
      limitMs: { value: 10 },
      overruns: { value: 3, kind: "modelled", source: "virtual time" },
      worstMs: { value: 12 },
      worstFrame: 7,
    });
    // By the cycles none is late: the two clocks are told apart, and an emulator's says nothing at the top.
    expect(document.hearable?.lateHops?.value).toBe(0);
    expect(verdictOf(document)).toContain("no hop overran its deadline");
    const { times } = hearableFacts();
    const own = analyzeRun(run({ times: times && { ...times, kind: "measured" } }));
    expect(verdictOf(own)).toContain("3 hops overran their deadline");
    expect(verdictOf(analyzeRun({ ...run(), as: null }))).toContain(
      "3 hops overran their deadline",
    );
    expect(document.hearable?.latencyMs).toMatchObject({
      algorithm: { value: 20, kind: "counted" },
      compute: { value: 1, kind: "modelled" },
      total: { value: 21, kind: "modelled" },
    });
    expect(document.hearable?.recoveries).toEqual([{ frame: 40, cause: 1 }]);
  });

  it("by the board's own microphone waits in the output, too, and what was lost is told", () => {
    const own = analyzeRun(run({ sound: { lostHops: 3, gaps: 1, queuedHops: 2 } }));
    // 20 ms by the algorithm, at most two hops of 10 ms, in which 1 ms is computed.
    expect(own.hearable?.latencyMs).toMatchObject({
      queue: { value: 20, kind: "stated" },
      total: { value: 40, kind: "modelled" },
    });
    // Its own clock says 12 ms: the output has begun another hop meanwhile, and takes this one behind it.
    const { times } = hearableFacts();
    const late = run({
      times: times && { ...times, kind: "measured" },
      sound: { lostHops: 0, gaps: 1, queuedHops: 1 },
    });
    expect(analyzeRun({ ...late, as: null }).hearable?.latencyMs).toMatchObject({
      compute: { value: 12, kind: "measured" },
      total: { value: 40 },
    });
    expect(own.hearable?.leftOut[1]).toMatch(/^the clocks and DMA of microphone and output/);
    expect(document.hearable?.leftOut[1]).toMatch(/this run over the serial line/);
    expect(verdictOf(own)).toContain("3 hops of the microphone were lost");
    const rows = hearableRows(own).map((line) => ("text" in line ? line.text : ""));
    expect(rows).toContain(
      "20 ms by the algorithm + at most 20 ms to the output (1 ms computing in it) = at most 40 ms",
    );
    expect(rows).toContain("hops overwritten before they were taken: 3; gaps in the output: 1");
    expect(verdictOf(document)).not.toContain("lost");
  });

  it("comes out behind the late hops before it", () => {
    // Hops of 12 ms, 9 ms and then 1 ms: the second begins 2 ms late and is done 11 ms behind its end, the first 12.
    const factors = [12, 9, ...Array<number>(HOPS - 2).fill(1)];
    const latencyOf = (order: readonly number[]) => {
      const parts = hearableFacts().parts.map((part) => ({
        ...part,
        frames: part.frames.map((frame, hop) => ({
          ...frame,
          cycles: (order[hop] ?? 1) * (frame.cycles ?? 0),
        })),
      }));
      return analyzeRun(run({ parts })).hearable?.latencyMs.total?.value;
    };
    expect(latencyOf(factors)).toBeCloseTo(20 + 12, 9);
    // 14 ms, and then 12 ms that wait for 4.
    expect(latencyOf([14, 12, ...factors.slice(2)])).toBeCloseTo(20 + 16, 9);
  });

  it("is not held against roofs and machines that know the model alone, and says why", () => {
    expect(document.roofline).toBeNull();
    expect(document.traffic).toBeNull();
    expect(document.optimisation).toBeNull();
    expect(document.comparison).toEqual([]);
    for (const field of ["roofline", "traffic", "optimisation", "comparison"]) {
      expect(document.why[field]).toContain("--app stream");
    }
  });

  it("without a rated board has counts, no times", () => {
    const { hearable } = analyzeRun({ ...run(), as: null });
    expect(hearable?.parts[1]).toMatchObject({
      instructions: { value: 16_000 },
      cycles: { value: 32_000 },
      timeMs: null,
      energyUj: null,
      aboveSleepMw: null,
    });
    expect(hearable?.latencyMs).toMatchObject({ algorithm: { value: 20 }, total: null });
    expect(hearable?.lateHops).toBeNull();
  });

  it("that does not end before the next one saves nothing by sleeping", () => {
    const long = hearableFacts();
    const slow = long.parts.map((part) => ({
      ...part,
      frames: part.frames.map((frame) => ({ ...frame, cycles: 12 * (frame.cycles ?? 0) })),
    }));
    const { hearable, powerMw } = analyzeRun(run({ parts: slow }));
    // 768,000 cycles are 12 ms.
    expect(powerMw?.average).toBeCloseTo(9.984, 9);
    expect(hearable?.lateHops?.value).toBe(HOPS);
    expect(verdictOf(analyzeRun(run({ parts: slow })))).toContain(
      "100 hops overran their deadline",
    );
    expect(hearable?.parts.map(({ aboveSleepMw }) => aboveSleepMw)).toEqual(Array(4).fill(null));
    // No number says how late sound comes out: it is 2 ms later with every hop.
    expect(hearable?.latencyMs).toMatchObject({ compute: { value: 12 }, total: null });
    const rows = hearableRows(analyzeRun(run({ parts: slow })));
    const texts = rows.map((line) => ("text" in line ? line.text : ""));
    expect(texts).toContain(
      "20 ms by the algorithm + 12 ms computing: longer than a hop lasts, so that sound is later with every one",
    );
    expect(texts).toContain("awake, which takes 0 mW; the rest of the interval is too short");
  });

  it.each([
    ["a sample rate", { sampleRateHz: 0 }],
    ["a hop", { hopSamples: Number.NaN }],
    ["a delay", { delaySamples: -1 }],
  ])("refuses %s that is none, by code", (_, change) => {
    expect(() => analyzeRun(run(change))).toThrow(expect.objectContaining({ code: "TP-USE-242" }));
  });
});
