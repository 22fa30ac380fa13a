/** What a step waits for before anything is generated: by hand, and against a cache that is simulated line by line. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { codeWaits } from "../../codegen/memory/code-waits.ts";
import {
  FETCH_CAPACITIES,
  FETCH_LINES,
  fetchCaches,
  fetchedLines,
} from "../../codegen/memory/fetch-caches.ts";
import { type MissedShares, missedShares } from "../../codegen/memory/residence.ts";
import { weightWaits } from "../../codegen/memory/stalls.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { fetchCounts } from "../../codegen/size/fetches.ts";
import { footprintOfShape } from "../../codegen/size/footprint.ts";
import { bareLstm } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import { costOf, type StepCosts, stepCosts } from "../../codegen/size/step-costs.ts";
import { termsOf } from "../../codegen/size/terms.ts";
import { createWaitPredictor } from "../../codegen/size/waits.ts";

const LINE = 32;

/** Weights of so many lines before a cache of `sets` by `ways` lines. */
function shares(sets: number, ways: number, lines: number, more = 0, lookUps = 0): MissedShares {
  const base = weightWaits(loadBoard("esp32-c3-devkitm-1"));
  if (base.cache === null) throw new Error("the ESP32-C3 has a cache");
  const cache = { ...base.cache, lineBytes: LINE, sets, ways };
  const reads = { weightBytes: LINE * lines, tableBytes: LINE * more, lookUps, codeBytes: 0 };
  return missedShares({ ...base, cache, partBytes: LINE }, reads);
}

/** Misses of lines 0 to lines - 1, read in order again and again, once everything is warm. */
function simulated(sets: number, ways: number, lines: number): number {
  const held = Array.from({ length: sets }, (): number[] => []);
  let misses = 0;
  for (let round = 0; round < 3; round++) {
    misses = 0;
    for (let line = 0; line < lines; line++) {
      const set = held[line % sets] as number[];
      const at = set.indexOf(line);
      if (at >= 0) set.splice(at, 1);
      else {
        misses++;
        if (set.length === ways) set.shift();
      }
      set.push(line);
    }
  }
  return misses;
}

describe("what stays in a cache", () => {
  test("4 sets of 2 ways: eight lines stay, a ninth costs its set, a twelfth and one more all", () => {
    expect(shares(4, 2, 6, 2).weights).toBe(0);
    // Nine lines, the last two a table's: lines 0 and 4 share set 0 with line 8.
    expect(shares(4, 2, 7, 2).weights).toBeCloseTo(2 / 7, 12);
    // Eleven: sets 0 to 2 have three; of the nine lines of weights 0 4 8, 1 5, 2 6 lie there.
    expect(shares(4, 2, 9, 2).weights).toBeCloseTo(7 / 9, 12);
    expect(shares(4, 2, 13).weights).toBe(1);
  });

  test("as in a cache that is simulated, for weights alone", () => {
    for (const [sets, ways] of [
      [1, 8],
      [4, 2],
      [16, 1],
      [8, 4],
    ] as const) {
      for (let lines = 1; lines <= 2 * sets * ways; lines++) {
        const told = shares(sets, ways, lines).weights * lines;
        expect(told, `${sets} x ${ways}, ${lines} lines`).toBeCloseTo(
          simulated(sets, ways, lines),
          9,
        );
      }
    }
  });

  test("rows of a table stay as long as weights leave them there, by hand", () => {
    // 32 lines of weights and 64 of tables before a cache of 16: 100 look-ups a step, 50 while weights fill it once.
    const { weights, lookUps } = shares(1, 16, 32, 64, 100);
    expect(weights).toBe(1);
    expect(lookUps).toBeCloseTo((63 / 64) ** 50, 12);
  });

  test("without a cache everything comes anew, without weights nothing does", () => {
    const reads = { weightBytes: 64, tableBytes: 64, lookUps: 3, codeBytes: 0 };
    const none = weightWaits(loadBoard("nrf52840-dk"));
    expect(none.cache).toBeNull();
    expect(missedShares(none, reads)).toEqual({ weights: 1, lookUps: 1 });
    expect(shares(1, 16, 0, 4, 3)).toEqual({ weights: 0, lookUps: 0 });
  });
});

describe("what code waits for", () => {
  const pace = { cycles: 100, fetchedBytes: 400 };

  test("ten lines on a Nucleo-L476RG are 40 parts of 8 B, four cycles each", () => {
    const waits = codeWaits(loadBoard("nucleo-l476rg"));
    expect(waits).toMatchObject({ line: 32, capacity: 1024 });
    expect(waits?.stallsOf(10, pace)).toBe(160);
  });

  test("on an nRF52840 lines of 16 B are four words, two cycles each", () => {
    const waits = codeWaits(loadBoard("nrf52840-dk"));
    expect(waits).toMatchObject({ line: 16, capacity: 2048 });
    expect(waits?.stallsOf(10, pace)).toBe(80);
  });

  test("an STM32F446 fetches ahead: 6 cycles a part less the 4 that 16 B of code take, or none where they take more", () => {
    const waits = codeWaits(loadBoard("nucleo-f446re"));
    expect(waits?.stallsOf(10, pace)).toBe(20);
    expect(waits?.stallsOf(10, { cycles: 400, fetchedBytes: 400 })).toBe(0);
  });

  test("there is nothing to wait for in tightly coupled memory", () => {
    expect(codeWaits(loadBoard("teensy41"))).toBeNull();
  });

  test("without a cache each line of an access is fetched alone", () => {
    const board = { ...loadBoard("nucleo-l476rg"), caches: [] };
    expect(codeWaits(board)).toMatchObject({ line: 8, capacity: 0 });
  });
});

describe("caches that steps are fetched through", () => {
  const variants = fetchCaches(loadBoard("qemu-m4"));

  test("are all sizes by all lines, of the size they say, and no more than the plugin takes", () => {
    expect(variants.length).toBe(FETCH_LINES.length * FETCH_CAPACITIES.length);
    expect(variants.length).toBeLessThanOrEqual(39);
    const one = variants.find(({ name }) => name === "lines-16:1024")?.hierarchy;
    const [cache] = one?.caches ?? [];
    expect((cache?.lineBytes ?? 0) * (cache?.ways ?? 0) * (cache?.sets ?? 0)).toBe(1024);
    expect(one?.memories.every(({ waits, accessBytes }) => waits === 1 && accessBytes === 16)).toBe(
      true,
    );
  });

  test("a region that lacks one of them is refused", () => {
    const stalls = Object.fromEntries(variants.map(({ name }, index) => [name, index]));
    expect(fetchedLines(stalls)[16][3]).toBe(stalls["lines-16:1024"]);
    expect(() => fetchedLines({ ...stalls, "lines-8:256": undefined } as never)).toThrow(
      RangeError,
    );
  });
});

describe("fetches", () => {
  const int8 = stepCosts("cortex-m4", "int8") as StepCosts;
  const terms = termsOf(footprintOfShape(bareLstm(32, 64), targetOf(loadBoard("qemu-m4")), "int8"));

  test("that nobody counted of a kernel are those of the network in int8", () => {
    const lines = costOf(int8.fetched(32, 512) as never, terms);
    expect(lines).toBeGreaterThan(0);
    for (const costs of [null, [{ ...int8, fetched: () => null }]]) {
      const counts = fetchCounts("cortex-m4", costs);
      expect(counts).toMatchObject({ isBorrowed: true, isOfInt8: true });
      expect(counts?.lines(32, 512, [terms])).toBe(lines);
    }
    expect(fetchCounts("cortex-m4", [int8])).toMatchObject({ isBorrowed: false, of: null });
    expect(fetchCounts("xtensa-lx106", null)).toBeNull();
  });

  test("of layers in two formats add up, and may be more or fewer", () => {
    const counts = fetchCounts("cortex-m4", [int8, int8]);
    expect(counts).toMatchObject({ isBorrowed: true, isOfInt8: false });
    expect(counts?.lines(32, 512, [terms, terms])).toBe(
      2 * (costOf(int8.fetched(32, 512) as never, terms) ?? 0),
    );
  });

  test("of another kernel widen the interval to those of half and twice the cache, by hand", () => {
    const lines = (_: number, capacity: number) =>
      ({ 512: 300, 1024: 100, 2048: 10 })[capacity] ?? 0;
    const reads = {
      weightBytes: 32_000,
      tableBytes: 0,
      lookUps: 0,
      runs: [{ bytes: 32_000, times: 1 }],
    };
    const waits = (isBorrowed: boolean) =>
      createWaitPredictor(loadBoard("nucleo-l476rg"), {
        ...{ isBorrowed, of: null, isOfInt8: true, lines },
      }).of(reads, [terms], 10_000);
    const [own, borrowed] = [waits(false), waits(true)];
    // A line of 32 B is four parts of 8 B, four cycles each; so are 32,000 B of weights.
    expect(own.code).toBe(100 * 16);
    expect(own.value).toBe(4000 * 4 + 100 * 16);
    expect(borrowed.value).toBe(own.value);
    expect(borrowed.high - own.high).toBe(200 * 16);
    expect(own.low - borrowed.low).toBe(90 * 16);
  });

  test("of mixes are not the mix's own, which is said", () => {
    const { source, of } = createPredictor(loadBoard("nucleo-l476rg"), "int8", [0]);
    const areCounted = stepCosts("cortex-m4", "int4")?.fetched(8, 0) !== null;
    const whose = areCounted
      ? "each format's own network"
      : "the same network with all weights in int8";
    expect(source).toContain(`waits for code in flash are those of ${whose}`);
    const shape = { inputSize: 32, layers: [...bareLstm(32, 64).layers, DENSE] };
    expect(of(shape).cycles?.codeStalls).toBeGreaterThan(0);
  });
});

const DENSE = { kind: "dense", inputSize: 64, outputSize: 32, activation: "sigmoid" } as const;

describe("predictions", () => {
  const network = bareLstm(32, 64);

  test("what was not counted is said and not charged", () => {
    const counted = createPredictor(loadBoard("nucleo-l476rg"), "int8");
    expect(counted.source).not.toContain("code");
    expect(counted.of(network).cycles?.codeStalls).toBeGreaterThan(0);
    const uncounted = createPredictor(
      { ...loadBoard("nucleo-l476rg"), core: "xtensa-lx106" },
      "int8",
    );
    expect(uncounted.hasCodeWaits).toBe(false);
    expect(uncounted.source).toContain("waits for code in flash not included");
    expect(uncounted.of(network).cycles?.codeStalls).toBe(0);
  });

  test("less cache before the code never makes a step faster", () => {
    const board = loadBoard("nucleo-l476rg");
    const cycles = FETCH_CAPACITIES.filter((bytes) => bytes > 0).map((value) => {
      const caches = board.caches.map((cache) =>
        cache.purpose === "instruction" ? { ...cache, bytes: { ...cache.bytes, value } } : cache,
      );
      return createPredictor({ ...board, caches }, "int8").of(network).cycles?.value ?? 0;
    });
    expect(cycles).toEqual([...cycles].sort((a, b) => b - a));
  });
});
