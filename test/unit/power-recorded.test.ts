/** Files of other power monitors, against samples written by hand. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FrameEnergyMeter } from "../../host/analyze/frame-energy.ts";
import type { CurrentBlock } from "../../host/power/monitor.ts";
import { columnsOf } from "../../host/power/recorded/columns.ts";
import { openRecorded } from "../../host/power/recorded/recorded.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-recorded-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string, text: string, supplyMv = 3000) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const monitor = await openRecorded(path, supplyMv);
  const blocks: CurrentBlock[] = [];
  for await (const block of monitor.blocks) blocks.push(block);
  return {
    facts: monitor.facts,
    blocks: blocks.map(({ firstSample, currentsA, digital }) => ({
      firstSample,
      currents: [...currentsA],
      digital: [...digital],
    })),
    totals: await monitor.stop(),
  };
}

describe("columns", () => {
  test("Joulescope's header, others with units, and none", () => {
    expect(columnsOf("#time,current,voltage,power,charge,energy")).toMatchObject({
      time: { index: 0, scale: 1 },
      current: { index: 1, scale: 1 },
      voltage: { index: 2, scale: 1 },
    });
    expect(columnsOf('"Timestamp (ms)","Main current (uA)",GPI1')).toMatchObject({
      time: { index: 0, scale: 1e-3 },
      current: { index: 1, scale: 1e-6 },
      voltage: null,
      digital: [{ input: 1, index: 2 }],
    });
    // Of the vendor's example downsample_logging.py, `--header comment`.
    expect(columnsOf("#= header=time,current,voltage,power,charge,energy")).toMatchObject({
      time: { index: 0, scale: 1 },
      current: { index: 1, scale: 1 },
      voltage: { index: 2, scale: 1 },
    });
    expect(columnsOf("time,current (dB)")).toBeUndefined();
    expect(columnsOf("0.0,1,2")).toBeUndefined();
  });
});

describe("CSV", () => {
  test("a lost row, a nan, a row twice and a line of noise", async () => {
    const { facts, blocks, totals } = await read(
      "a.csv",
      "#time,current,voltage,D0\n0,1,2,0\n0.1,2,2,1\n0.2,3,2,0\n0.5,4,2,0\n0.6,-nan,2,0\n0.7,5,2,0\n0.7,6,2,0\nnoise\n",
    );
    expect(facts).toMatchObject({ simulated: false, supplyV: 2, warnings: [] });
    expect(facts.sampleRateHz).toBeCloseTo(10, 9);
    // Places 3 and 4 have no row, place 6 no number.
    expect(blocks).toEqual([
      { firstSample: 0, currents: [1, 2, 3], digital: [0, 1, 0] },
      { firstSample: 5, currents: [4], digital: [0] },
      { firstSample: 7, currents: [5], digital: [0] },
    ]);
    expect(totals).toMatchObject({ samples: 5, lost: 3, discardedBytes: 6 });
  });

  test("energy: 1 A and 3 A at 2 V for 1 ms each, every 4 ms", async () => {
    const rows = Array.from({ length: 17 }, (_, i) => {
      const phase = (i + 3) % 4;
      return `${i},${phase === 0 ? 1000 : phase === 1 ? 3000 : 0},2,${phase < 2 ? 1 : 0}`;
    });
    const path = join(folder, "windows.csv");
    writeFileSync(path, `time (ms),current (mA),voltage,D0\r\n${rows.join("\r\n")}`);
    const monitor = await openRecorded(path, 3000);
    const { sampleRateHz, supplyV } = monitor.facts;
    const meter = new FrameEnergyMeter({ supplyV: supplyV ?? 0, sampleRateHz, pin: 0 });
    for await (const block of monitor.blocks) meter.add(block);
    const energy = meter.finish();
    // Rises at 1, 5, 9, 13: three whole periods of (1 A + 3 A) * 1 ms * 2 V.
    expect(energy?.windows?.energyJ).toMatchObject({ count: 3 });
    expect(energy?.windows?.energyJ?.mean).toBeCloseTo(0.008, 12);
    expect(energy?.windows?.periodS?.mean).toBeCloseTo(0.004, 12);
  });

  test("the vendor's printed example gives the energy of its own accumulator", async () => {
    // downsample_logging.py of pyjoulescope_examples: 3.3 V over 1000 ohm, a row a minute, with charge and energy so far.
    const { facts, blocks, totals } = await read(
      "vendor.csv",
      [
        "time,current,voltage,power,charge,energy",
        "60.0608842,0.00329505,3.2998,0.0108731,0.197703,0.652385",
        "120.0572884,0.00329549,3.2997,0.0108743,0.395432,1.30484",
        "180.0513701,0.00329558,3.2998,0.0108748,0.593167,1.95733",
        "240.0502210,0.00329565,3.2998,0.0108751,0.790906,2.60984",
        "300.0581367,0.00329583,3.2997,0.0108751,0.988656,3.26234",
      ].join("\n"),
    );
    expect(totals).toMatchObject({ samples: 5, lost: 0 });
    const currents = blocks.flatMap(({ currents }) => currents);
    const averageA = currents.reduce((sum, one) => sum + one, 0) / currents.length;
    expect((facts.supplyV ?? 0) * averageA).toBeCloseTo(3.26234 / 300, 6);
  });

  test("a supply that sags is said, and one that is missing too", async () => {
    const sags = await read("b.csv", "time,current,voltage\n0,1,3\n1,1,2.9\n2,1,2.8\n");
    expect(sags.facts.supplyV).toBeCloseTo(2.9, 12);
    expect(sags.facts.warnings).toEqual([
      "the supply varies, 2.800 to 3.000 V: energies use its mean",
    ]);
    const bare = await read("c.csv", "time,current\n0,1\n1,1\n", 1800);
    expect(bare.facts.supplyV).toBe(1.8);
    expect(bare.facts.warnings[0]).toContain("no voltage");
  });

  test("files that are no recording are refused", async () => {
    for (const [name, text] of [
      ["d.csv", "hello\n"],
      ["e.csv", "time,current\n0,1\n"],
      ["f.json", "{}"],
      ["g.json", "["],
      ["h.csv", ""],
      ["i.csv", `${"x".repeat(10_000)}\n`],
    ] as const) {
      await expect(read(name, text)).rejects.toMatchObject({ code: "TP-USE-441" });
    }
  });

  test("a hundred thousand rows in bounded blocks", async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `${(i * 1e-5).toFixed(5)},0.001`).join(
      "\n",
    );
    const { blocks, totals } = await read("long.csv", `time,current\n${text}`);
    expect(totals).toMatchObject({ samples: 100_000, lost: 0 });
    expect(Math.max(...blocks.map(({ currents }) => currents.length))).toBe(4096);
  });
});

describe("JSON", () => {
  test("channels of Otii by name: current, a slower voltage, and levels of both inputs", async () => {
    const recording = {
      mc: { timestamp: 0, interval: 0.25, values: [1, 2, 3, 4, 5, 6] },
      mv: { timestamp: 0, interval: 0.5, values: [3, 3.5, 4] },
      i1: {
        values: [
          { timestamp: 0.2, value: true },
          { timestamp: 1, value: false },
        ],
      },
      i2: { values: [{ timestamp: 0.75, value: 1 }] },
    };
    const { facts, blocks } = await read("channels.json", JSON.stringify(recording));
    // i1 is D1 (2) and high from 0.25 s to 0.75 s, i2 is D2 (4) and high from 0.75 s on.
    expect(blocks).toEqual([
      { firstSample: 0, currents: [1, 2, 3, 4, 5, 6], digital: [0, 2, 2, 6, 4, 4] },
    ]);
    // Each voltage holds for two currents.
    expect(facts.supplyV).toBeCloseTo(3.5, 12);
    expect(facts.warnings[0]).toContain("the supply varies");
    for (const damaged of [
      { ...recording, mc: { values: 1 } },
      { ...recording, i1: { values: [7] } },
      { ...recording, i2: 5 },
    ]) {
      await expect(read("damaged.json", JSON.stringify(damaged))).rejects.toMatchObject({
        code: "TP-USE-441",
      });
    }
  });

  const data = { data_type: "analog", timestamp: 1, interval: 0.25, values: [1, null, 3] };

  test("an answer of Otii's server, alone and in a list with a gap", async () => {
    const one = await read("a.json", JSON.stringify({ type: "response", data }));
    expect(one.blocks).toEqual([
      { firstSample: 0, currents: [1], digital: [0] },
      { firstSample: 2, currents: [3], digital: [0] },
    ]);
    const later = { ...data, timestamp: 2, values: [7, 8] };
    const list = await read("b.json", JSON.stringify([data, later]).replace("null", "-nan"));
    expect(list.blocks.map(({ firstSample }) => firstSample)).toEqual([0, 2, 4]);
    expect(list.totals).toMatchObject({ samples: 4, lost: 2 });
    expect(list.facts.sampleRateHz).toBeCloseTo(4, 12);
  });
});
