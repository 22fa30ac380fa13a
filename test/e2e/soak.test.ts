/** A seeded sample of `npm run soak`: the whole hearable over a bad line; and that the harness can find what is wrong. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../host/analyze/statistics/random.ts";
import { frontEndOf } from "../../host/workflow/generate.ts";
import { HearableTwin } from "../../host/workflow/hearable/twin.ts";
import { missing } from "../qemu/device.ts";
import { type SoakDevice, soakDevice } from "../soak/device.ts";
import { damaged, FAULTS } from "../soak/faults.ts";
import { FrameCutter } from "../soak/frame-cutter.ts";
import { readSoakTotals, SOAK_PAGE, soakPageWith } from "../soak/page.ts";
import { soak } from "../soak/soak.ts";
import { soundOf } from "../soak/sound.ts";

const HOPS = 200;
const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

describe.skipIf(missing.length > 0)(`the hearable over a bad line ${missing.join(", ")}`, () => {
  let device: SoakDevice;
  beforeAll(async () => {
    device = await soakDevice("qemu-m4", "nrf52840-dk");
  });

  /** With the same sound for the same seed. */
  function run(seed: number, hops: number, oneIn: number, twin: HearableTwin) {
    const { sampleRateHz, hopLength } = frontEndOf(device.prepared.loaded);
    const random = new Random(seed);
    const draw = (below: number) => random.below(below);
    const sound = soundOf(sampleRateHz, hopLength, draw);
    return soak({ link: device.link(), hops, oneIn, draw, twin, sound });
  }

  test("stays with its twin, and every loss is told", async () => {
    const totals = await run(3, HOPS, 10, new HearableTwin(device.prepared));
    expect(totals.findings).toEqual([]);
    expect(sum(totals.inputFaults)).toBeGreaterThan(5);
    expect(sum(totals.outputFaults)).toBeGreaterThan(10);
    expect(totals.heard).toBe(HOPS - sum(totals.inputFaults));
    expect(totals.computed).toBe(totals.heard);
    expect(totals.lostRecords).toBe(sum(totals.outputFaults));
    expect(totals.arrived).toBeGreaterThan(totals.heard / 2);
  });

  test("loses nothing on the way to Xtensa's simulator, whose console QEMU does not lock", async () => {
    const xtensa = await soakDevice("qemu-xtensa-mac16", "esp32-s3-devkitc-1");
    const random = new Random(6);
    const draw = (below: number) => random.below(below);
    const sound = soundOf(16_000, 160, draw);
    const totals = await soak({
      ...{ link: xtensa.link(), twin: new HearableTwin(xtensa.prepared), sound },
      ...{ hops: 400, oneIn: 0, draw },
    });
    expect(totals.findings).toEqual([]);
    expect(totals.arrived).toBe(400);
  });

  test("finds a device that is not its twin's", async () => {
    const twin = new HearableTwin(device.prepared);
    // One hop that the device never heard: what overlaps it cannot agree.
    twin.clean(new Int16Array(160).fill(12_345));
    const { findings } = await run(4, 5, 0, twin);
    expect(findings[0]).toBe("hop 0 differs from the twin");
  });
});

describe("the line of the soak", () => {
  test("damages a frame, never into itself, and leaves its neighbours' delimiters", () => {
    const random = new Random(5);
    const draw = (below: number) => random.below(below);
    const frame = Uint8Array.from([0, 5, 1, 2, 3, 4, 3, 9, 9, 0]);
    for (const fault of FAULTS) {
      for (let round = 0; round < 200; round++) {
        const bytes = damaged(frame, fault, draw);
        expect(Buffer.from(bytes).equals(frame)).toBe(false);
        if (fault === "nothing left") expect(bytes.length).toBe(0);
        else expect([bytes[0], bytes.at(-1)]).toEqual([0, 0]);
      }
    }
  });

  test("is cut into whole frames however its bytes come", () => {
    const stream = [0, 1, 2, 0, 0, 3, 0, 0, 0, 4, 5, 0];
    for (let piece = 1; piece <= stream.length; piece++) {
      const cutter = new FrameCutter();
      const frames = [];
      for (let at = 0; at < stream.length; at += piece) {
        frames.push(...cutter.push(Uint8Array.from(stream.slice(at, at + piece))));
      }
      expect(frames.map((frame) => [...frame])).toEqual([
        [0, 1, 2, 0],
        [0, 3, 0],
        [0, 4, 5, 0],
      ]);
    }
  });

  test("docs/hearable.md says what the last soak gave", () => {
    const totals = readSoakTotals();
    expect(soakPageWith(totals)).toBe(readFileSync(SOAK_PAGE, "utf8"));
    expect(totals.findings).toEqual([]);
    expect(totals.computed).toBe(totals.heard);
  });
});
