/**
 * Proves the plugin's memories on caches of a few lines and traces worked out by hand beside them.
 * Which memories a board has is left to test/unit/memory-model.test.ts.
 *
 * Data begins at 0x20000020 (r5), the program's code is told beside each body; the begin mark is a store of two bytes.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import {
  assemble,
  count,
  createWorkplace,
  EMULATOR,
  missingTool,
  region,
  runEmulator,
  type Workplace,
} from "./plugin-run.ts";

const MEMORIES = `
memory flash 0 0x400000 8
memory ram 0x20000000 0x400000 16
code 0 0x400000 0 0
data 0 0x400000 0 0
data 0x20000000 0x400000 1 0
`;

/** Two ways and two sets of 16 B; the memory behind takes 1 + 9 cycles for 16 B. Code costs nothing. */
const DATA_CACHE = `${MEMORIES}
passes 4
variant stated 0
cache 16 16 2 2 lru 0
timing 0 0 8 -1 -1 -1
timing 1 9 16 -1 0 0
variant cache.replacement:fifo 0
cache 16 16 2 2 fifo 0
timing 0 0 8 -1 -1 -1
timing 1 9 16 -1 0 0
variant ram.waitStates:19 0
cache 16 16 2 2 lru 0
timing 0 0 8 -1 -1 -1
timing 1 19 16 -1 0 0
variant stores.wait:1 1
cache 16 16 2 2 lru 0
timing 0 0 8 -1 -1 -1
timing 1 9 16 -1 0 0
`;

/** Code by 8 B in 1 + 4 cycles, through lines of 8 B. */
const codeCache = (lines: number, prefetches: 0 | 1) => `${MEMORIES}
variant stated 0
cache 8 8 ${lines} 1 lru ${prefetches}
timing 0 4 8 0 -1 -1
timing 1 0 4 -1 -1 -1
`;

const UNCACHED = `${MEMORIES}
variant stated 0
timing 0 4 8 -1 -1 -1
timing 1 0 4 -1 -1 -1
`;

/** The begin mark lies on a multiple of 16. */
const aligned = (body: string) => ` b 1f\n .balign 16\n1:\n${region(0, body)}`;

const missing = missingTool();
let place: Workplace;
let plugin: TimingPlugin;

beforeAll(async () => {
  if (missing) return;
  place = createWorkplace();
  plugin = await prepareTimingPlugin({
    core: "cortex-m4",
    emulator: EMULATOR,
    directory: place.folder,
  });
});
afterAll(() => place?.remove());

function memoryFile(name: string, text: string): string {
  const file = join(place.folder, `${name}.memory`);
  writeFileSync(file, text);
  return file;
}

async function run(name: string, body: string, memory: string, args: readonly string[] = []) {
  const elf = assemble(place, name, body);
  return count(plugin, elf, { memory: memoryFile(name, memory), args });
}

describe.skipIf(missing)("a data cache of two sets and two ways", () => {
  /**
   * Lines 2, 4, 6 of set 0 and 3 of set 1 (number = address / 16, low bits):
   * 2 miss, 2 hit, 4 miss, 6 miss (throws 2 out), 2 miss (4), 6 hit, 3 miss, 4 miss (LRU: 2; FIFO: 6), 2 (LRU: miss).
   * LRU 7 misses of 9, FIFO 6.
   */
  const TRACE = [0, 4, 32, 64, 0, 64, 16, 32, 0].map((at) => ` ldr r0, [r5, #${at}]\n`).join("");

  test("misses, moves and waits as worked out", async () => {
    const { file } = await run("trace", region(0, TRACE), DATA_CACHE);
    const memory = file.regions[0]?.memory;
    expect(file.problems).toEqual([]);
    expect(memory).toMatchObject({
      stalls: 63,
      readStalls: 63,
      fetchStalls: 0,
      misses: 7,
      lines: { ram: 4 },
      variants: {
        "cache.replacement:fifo": 54,
        "ram.waitStates:19": 133,
        "stores.wait:1": 63,
      },
    });
    expect(memory?.parts).toContainEqual({
      memory: "ram",
      cause: "read",
      accesses: 9,
      misses: 7,
      bytes: 112,
      stalls: 63,
    });
  });

  test("allocates for a store without waiting, and writes its line back when it is thrown out", async () => {
    // 2 is stored to, 4 and 6 throw it out: three fills and one line back are 64 B. Only the loads wait.
    const body = " str r0, [r5]\n ldr r0, [r5, #32]\n ldr r0, [r5, #64]\n";
    const { file } = await run("store", region(0, body), DATA_CACHE);
    const memory = file.regions[0]?.memory;
    expect(memory).toMatchObject({
      stalls: 18,
      writeStalls: 0,
      misses: 3,
      variants: { "stores.wait:1": 27 },
    });
    const moved = memory?.parts.filter(({ memory }) => memory === "ram").map(({ bytes }) => bytes);
    expect(moved).toEqual([48, 16]);
  });

  test("keeps what it holds from one region to the next", async () => {
    const body = " ldr r0, [r5]\n ldr r0, [r5, #16]\n";
    const { file } = await run("warm", region(0, body) + region(0, body), DATA_CACHE);
    expect(file.regions.map(({ memory }) => memory?.misses)).toEqual([2, 0]);
  });
});

describe.skipIf(missing)("code in flash", () => {
  const straight = (count: number) => " movs r0, #1\n".repeat(count);

  test("waits once for every access where nothing keeps it", async () => {
    // Bytes 2 to 15: two accesses of 8 B.
    const { file } = await run("uncached", aligned(straight(7)), UNCACHED);
    expect(file.regions[0]?.memory).toMatchObject({ stalls: 8, fetchStalls: 8 });
  });

  /** movs at 2; subs at 4, movs 6, movs 8, bne 10: parts 0, 1, and again twice. */
  const LOOP = " movs r0, #3\n2: subs r0, #1\n movs r1, #0\n movs r2, #0\n cmp r0, #0\n bne 2b\n";

  test("of a loop stays in two lines, and never in one", async () => {
    const two = await run("loop2", aligned(LOOP), codeCache(2, 0));
    expect(two.file.regions[0]?.memory).toMatchObject({ misses: 2, stalls: 8 });
    const one = await run("loop1", aligned(LOOP), codeCache(1, 0));
    expect(one.file.regions[0]?.memory).toMatchObject({ misses: 6, stalls: 24 });
  });

  test("that is fetched ahead waits for what its access lacks of the time before it", async () => {
    // Part 0: 4, then 3 cycles of work: 5 - 3 = 2; part 1: 4 cycles of work: 5 - 4 = 1.
    const fast = await run("ahead", aligned(straight(9)), codeCache(1, 1));
    expect(fast.file.regions[0]?.memory).toMatchObject({ stalls: 7 });
    // A division of 7 cycles in part 0 hides the access to part 1.
    const slow = await run(
      "hidden",
      aligned(" movs r0, #1\n sdiv r1, r0, r0\n movs r0, #1\n"),
      codeCache(1, 1),
    );
    expect(slow.file.regions[0]?.memory).toMatchObject({ stalls: 4, bytesMoved: 16 });
  });

  test("and constants beside it are counted the same however the emulator cuts its blocks", async () => {
    const body = aligned(`${LOOP} ldr r0, =0x12345678\n ldr r1, [r5, #32]\n ldm r5, {r0-r3}\n`);
    const unified = `${MEMORIES}
variant stated 0
cache 8 8 2 2 lru 1
timing 0 4 8 0 0 -1
timing 1 3 4 -1 -1 -1
`;
    const texts = [];
    const single = plugin.api === 1 ? ["-singlestep"] : ["-accel", "tcg,one-insn-per-tb=on"];
    for (const args of [[], single, ["-d", "nochain"], ["-icount", "shift=0"]]) {
      texts.push((await run("unified", body, unified, args)).text);
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('"cause":"read"');
  });
});

describe.skipIf(missing)("a description that makes no sense is refused:", () => {
  test.each([
    ["nothing at all", ""],
    ["an unknown word", `${UNCACHED}dream 1\n`],
    ["a memory of no size", "memory flash 0 0 8\n"],
    ["a line that is no power of two", "memory flash 0 64 12\n"],
    ["ranges that overlap", "memory m 0 64 4\ncode 0 32 0 0\ncode 16 32 0 0\n"],
    ["a range beyond the addresses", "memory m 0 64 4\ncode 0xfffffff0 32 0 0\n"],
    [
      "a cache of a million ways and sets",
      `${MEMORIES}variant v 0\ncache 8 8 1048576 1024 lru 0\n`,
    ],
    ["a timing with a cache that is not there", `${MEMORIES}variant v 0\ntiming 0 4 8 0 -1 -1\n`],
    ["a memory without timing", `${MEMORIES}variant v 0\ntiming 0 4 8 -1 -1 -1\n`],
    ["a name with a quote", 'memory fl"ash 0 64 4\n'],
    ["a number that is none", "memory flash 0x 64 4\n"],
  ])("%s", async (_, text) => {
    const elf = assemble(place, "refused", region(0, " movs r0, #1\n"));
    const memory = memoryFile("refused", text);
    const marks = { begin: 0x2000_0000, end: 0x2000_0010 };
    const args = pluginArguments(plugin, marks, join(place.folder, "refused.counts"), { memory });
    const { status, stderr } = await runEmulator(elf, args);
    expect(stderr).toMatch(/pioneer timing: .*: (line \d+ describes no|a) memory/);
    expect(status).toBe(1);
  });
});
