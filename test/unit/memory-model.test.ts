/**
 * What stands between a board's core and its memories, how unsure values are varied, and what the plugin's file and its
 * answers say. Boards here are small enough to follow by hand; simulating them is test/qemu/plugin-memory.test.ts.
 */
import { describe, expect, test } from "vitest";
import { type Board, loadBoard } from "../../codegen/board.ts";
import { geometryProblems } from "../../codegen/memory/geometry.ts";
import { hierarchyOf } from "../../codegen/memory/hierarchy.ts";
import { predictedReadStalls } from "../../codegen/memory/stalls.ts";
import { variantsOf } from "../../codegen/memory/variants.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { generate } from "../../codegen/pipeline.ts";
import { memoryFamilyOf } from "../../host/analyze/memory-frame.ts";
import { readMemory } from "../../host/workflow/memory-counts.ts";
import { placesOf } from "../../host/workflow/memory-places.ts";
import { memoryText } from "../../host/workflow/memory-text.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { parseObjects } from "../../host/workflow/symbols.ts";

describe("a board's hierarchy", () => {
  test("of the STM32L476: an accelerator with parts of a flash access, SRAM without waits", () => {
    // RM0351: the flash gives 64 bits in 1 + 4 cycles, 32 instruction lines and 8 data lines of 4 x 64 bits.
    const { memories, caches } = hierarchyOf(loadBoard("nucleo-l476rg"));
    expect(memories[0]).toMatchObject({
      name: "flash",
      waits: 4,
      accessBytes: 8,
      lineBytes: 32,
      caches: { fetch: 0, read: 1, write: null },
    });
    expect(memories[1]).toMatchObject({
      waits: 0,
      caches: { fetch: null, read: null, write: null },
    });
    expect(caches[0]).toMatchObject({ lineBytes: 32, partBytes: 8, ways: 32, sets: 1 });
    expect(caches[1]).toMatchObject({ ways: 8, sets: 1, replacement: "lru", prefetches: false });
  });

  test("of the RP2040: one cache for code and data, filled by halves of a line", () => {
    // 16 KB in lines of 8 B and two ways: 1024 sets.
    const { memories, caches } = hierarchyOf(loadBoard("rpipico"));
    expect(caches[0]).toMatchObject({ lineBytes: 8, partBytes: 4, ways: 2, sets: 1024 });
    expect(memories[0]?.caches).toEqual({ fetch: 0, read: 0, write: null });
  });

  test("of the STM32F746: stores pass the data cache, TCM has none", () => {
    const { memories } = hierarchyOf(loadBoard("nucleo-f746zg"));
    const named = (name: string) => memories.find((memory) => memory.name === name);
    expect(named("sram")?.caches).toEqual({ fetch: 0, read: 1, write: 1 });
    expect(named("dtcm")?.caches).toEqual({ fetch: null, read: null, write: null });
  });

  test("of every board can be simulated, and so can its variants", () => {
    for (const id of [
      "teensy41",
      "esp32dev",
      "esp32-s3-devkitc-1",
      "alif-ensemble-e7",
      "rpipico2",
    ]) {
      const board = loadBoard(id);
      for (const { caches } of [hierarchyOf(board), ...variantsOf(board).map((v) => v.hierarchy)]) {
        for (const { lineBytes, partBytes, ways, sets } of caches) {
          expect(Number.isInteger(Math.log2(sets)), id).toBe(true);
          expect(ways * sets, id).toBeGreaterThan(0);
          expect(lineBytes / partBytes, id).toBeLessThanOrEqual(32);
        }
      }
    }
  });
});

describe("sizes of a cache", () => {
  const bytes = (value: number) => ({ value });
  test.each([
    [{ bytes: bytes(1000), lineBytes: bytes(32) }, "ways no whole number"],
    [{ bytes: bytes(96), lineBytes: bytes(24) }, "lineBytes is no power of two"],
    [{ bytes: bytes(96), lineBytes: bytes(16), ways: bytes(2) }, "no power of two"],
    [{ bytes: bytes(4096), lineBytes: bytes(64), fillBytes: bytes(1) }, "up to 32"],
    [{ bytes: bytes(4096), lineBytes: bytes(64), fillBytes: bytes(48) }, "up to 32"],
    [{ bytes: bytes(1e300), lineBytes: bytes(4) }, "no whole number"],
  ])("%j are refused", (cache, why) => {
    expect(geometryProblems(cache).join()).toContain(why);
  });

  test("of 6 lines in 3 ways are two sets, which can be simulated", () => {
    const cache = { bytes: bytes(96), lineBytes: bytes(16), ways: bytes(3) };
    expect(geometryProblems(cache)).toEqual([]);
  });
});

describe("predicted stalls", () => {
  const { model } = loadModel("hearable", { modelsDir: MODELS_DIR });
  const planFor = (board: Board) =>
    generate({ model, format: "int8", calibration: null, board }).stages.plan;
  const sum = (id: string) => {
    const board = loadBoard(id);
    const predicted = predictedReadStalls(planFor(board), board);
    const total = (of: "weights" | "tables") => predicted.reduce((all, one) => all + one[of], 0);
    return [total("weights"), total("tables")];
  };

  test("are one for each access of the stream, and for each row of a table that is not there any more", () => {
    // 28,928 B of weights; 64 units by 5 rows and 32 sigmoids of the dense layer: 352 rows of 4 B.
    // nRF52840: 2 cycles a word. STM32L476: 4 cycles for 8 B. STM32F446: 5 cycles for 16 B.
    expect(sum("nrf52840-dk")).toEqual([(28_928 / 4) * 2, 352 * 2]);
    // The two tables are 4,096 B. 256 B of data lines hold 8 of the L476's 904 lines, so 352 * 8 / 904 look-ups come before a
    // row is thrown out, of 512 parts; 128 B hold 8 of the F446's 1,808, of 256 parts.
    const [, l4] = sum("nucleo-l476rg");
    expect(sum("nucleo-l476rg")[0]).toBe((28_928 / 8) * 4);
    expect(l4).toBeCloseTo(352 * 4 * (511 / 512) ** ((352 * 8) / 904), 6);
    const [, f4] = sum("nucleo-f446re");
    expect(sum("nucleo-f446re")[0]).toBe((28_928 / 16) * 5);
    expect(f4).toBeCloseTo(352 * 5 * (255 / 256) ** ((352 * 8) / 1808), 6);
  });

  test("are none in TCM, and those of the crowded sets of a cache that just does not hold all", () => {
    expect(sum("teensy41")).toEqual([0, 0]);
    // ESP32-S3: 904 lines of weights and 128 of tables in 128 sets of 8 ways: 8 sets have a ninth line, each 8 of weights.
    expect(sum("esp32-s3-devkitc-1")[0]).toBeCloseTo(8 * 8 * 384, 6);
  });
});

describe("unsure values", () => {
  const names = (id: string) => variantsOf(loadBoard(id)).map(({ name }) => name);

  test("from memory are varied, stated ones are not", () => {
    // nRF52840: 2 wait states, 2 KB, 2 ways, all M: 1 and 3; half and twice; all 128 lines. Lines of 16 B by accesses of 4.
    expect(names("nrf52840-dk")).toEqual([
      "flash.waitStates:1",
      "flash.waitStates:3",
      "instruction-cache.bytes:1024",
      "instruction-cache.bytes:4096",
      "instruction-cache.ways:128",
      "instruction-cache.replacement:fifo",
      "instruction-cache.replacement:random",
      "instruction-cache.fillBytes:16",
      "stores.wait:1",
    ]);
    // RP2040: size, ways and fill are stated; its flash takes at least 40 clocks a word, here up to 80.
    expect(names("rpipico")).toEqual([
      "flash.waitStates:80",
      "XIP-cache.replacement:fifo",
      "XIP-cache.replacement:random",
      "stores.wait:1",
    ]);
  });

  test("give an interval around the stated stalls, and the widest is named first", () => {
    const frame = {
      stalls: 100,
      fetchStalls: 60,
      readStalls: 40,
      writeStalls: 0,
      misses: 25,
      bytesMoved: 200,
      parts: [],
      lines: { flash: 20 },
      variants: { "a.waits:1": 90, "a.waits:3": 130, "b.ways:2": 105, "c.size:1": 100 },
    };
    const steady = { ...frame, stalls: 110, variants: {} };
    const family = memoryFamilyOf([frame, steady, steady]);
    // Median 110; waits take 10 off or put 30 on, ways put 5 on: 100 to 145. The size moves nothing.
    expect(family).toMatchObject({ stalls: 110, interval: [100, 145] });
    expect(family?.sensitivities).toEqual([
      { field: "a.waits", low: 90, high: 130 },
      { field: "b.ways", low: 100, high: 105 },
    ]);
  });
});

const OBJECTS = [
  { name: "main", address: 0x40, bytes: 0xc0, kind: "function" },
  { name: "net_step", address: 0x100, bytes: 0x100, kind: "function" },
  { name: "net_lstm0_stream", address: 0x200, bytes: 0x400, kind: "object" },
  { name: "net_tanh", address: 0x600, bytes: 0x200, kind: "object" },
] as const;

describe("places", () => {
  const emulated = loadBoard("qemu-m4");
  const of = (real: Board, placement = {}) =>
    placesOf({ emulated, real, placement, objects: OBJECTS, prefix: "net" });
  const at = (ranges: ReturnType<typeof of>["data"], address: number) => {
    const range = ranges.find(({ begin, bytes }) => address >= begin && address < begin + bytes);
    return range && [range.memory, range.offset + address - range.begin];
  };

  test("keep the offsets of the emulated memory, flash in flash and RAM in the first RAM", () => {
    const { code, data } = of(loadBoard("nucleo-l476rg"));
    expect(at(code, 0x48)).toEqual(["flash", 0x48]);
    expect(at(data, 0x204)).toEqual(["flash", 0x204]);
    expect(at(data, 0x2000_0010)).toEqual(["sram1", 0x10]);
    expect(at(data, 0x4000_4000)).toBeUndefined();
  });

  test("follow what is asked for code and tables, the weights' own memory, literals their code", () => {
    const board = loadBoard("nucleo-l476rg");
    const weights = { ...board.weights, memory: "sram1" };
    const { code, data } = of({ ...board, weights } as Board, { code: "sram1", tables: "flash" });
    expect(at(code, 0x48)).toEqual(["flash", 0x48]);
    expect(at(code, 0x180)).toEqual(["sram1", 0x180]);
    expect(at(data, 0x180)).toEqual(["sram1", 0x180]);
    expect(at(data, 0x300)).toEqual(["sram1", 0x300]);
    expect(at(data, 0x600)).toEqual(["flash", 0x600]);
  });

  test("of a Teensy are TCM: code in one, constants and data in the other", () => {
    const { code, data } = of(loadBoard("teensy41"));
    expect(at(code, 0x48)?.[0]).toBe("itcm");
    expect(at(data, 0x300)?.[0]).toBe("dtcm");
    expect(at(data, 0x2000_0010)?.[0]).toBe("dtcm");
  });

  test("become lines that the plugin reads", () => {
    const real = loadBoard("nucleo-l476rg");
    const lines = memoryText(real, of(real)).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "passes 4",
      "memory flash 134217728 1048576 32",
      "memory sram1 536870912 98304 4",
      "memory sram2 268435456 32768 4",
    ]);
    expect(lines).toContain("code 0 4194304 0 0");
    expect(lines).toContain("variant stated 0");
    expect(lines).toContain("cache 32 8 8 1 lru 0");
    expect(lines).toContain("timing 0 4 8 0 1 -1");
  });
});

test("functions and objects come from readelf's table", () => {
  const text = `
   Num:    Value  Size Type    Bind   Vis      Ndx Name
    12: 00000109  1264 FUNC    LOCAL  DEFAULT    1 hearable_blocks
    13: 00002300 0x6800 OBJECT  LOCAL  DEFAULT    1 hearable_lstm0_stream
    14: 00000000     0 NOTYPE  GLOBAL DEFAULT  UND memcpy
    15: 00001000     0 OBJECT  LOCAL  DEFAULT    1 empty
`;
  expect(parseObjects(text)).toEqual([
    { name: "hearable_blocks", address: 0x108, bytes: 1264, kind: "function" },
    { name: "hearable_lstm0_stream", address: 0x2300, bytes: 0x6800, kind: "object" },
  ]);
});

describe("what the plugin says of memories", () => {
  const part = { memory: "flash", cause: "read", accesses: 9, misses: 3, bytes: 24, stalls: 12 };
  const whole = {
    fetchStalls: 0,
    readStalls: 12,
    writeStalls: 0,
    fetchMisses: 0,
    readMisses: 3,
    writeMisses: 0,
    bytesMoved: 24,
    parts: [part],
    lines: { flash: 3 },
    variants: { "flash.waitStates:2": 6 },
  };

  test("is taken when it adds up", () => {
    expect(readMemory(whole)).toMatchObject({ stalls: 12, misses: 3, lines: { flash: 3 } });
  });

  test.each([
    ["no object", 5],
    ["a negative count", { ...whole, readStalls: -1 }],
    ["a part of an unknown cause", { ...whole, parts: [{ ...part, cause: "dream" }] }],
    ["a name that is no name", { ...whole, lines: { "\u001b[2J": 1 } }],
    ["too many parts", { ...whole, parts: Array.from({ length: 25 }, () => part) }],
    ["stalls that no part has", { ...whole, readStalls: 13 }],
    ["a variant that is no count", { ...whole, variants: { "a.b:1": 1.5 } }],
  ])("is refused with %s", (_, value) => {
    expect(typeof readMemory(value)).toBe("string");
  });
});
