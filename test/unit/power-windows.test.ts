/** `pioneer power --windows`, whole: a recorded run and a monitor's file of the same time, made so that the energy is known. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { PowerDocument } from "../../host/analyze/power-document.ts";
import { CaptureWriter } from "../../host/capture/file.ts";
import type { VerbContext } from "../../host/workflow/context.ts";
import { power } from "../../host/workflow/power.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { MANIFEST } from "./capture-manifest.ts";
import { blob, text, u8, u16, u32, u64, wireFrame } from "./frames-wire.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-windows-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Cycles are microseconds. */
const CLOCK_HZ = 1_000_000;
const STEP_US = 1000;
/** The device had run for so long when the monitor began [us]. */
const OFFSET_US = 5_000_000;
/** Ends of 60 steps by the monitor's clock [us]: 8 to 12 ms apart, in an order that no shift repeats. */
const ENDS_US: number[] = [];
for (let i = 0; i < 60; i++) {
  ENDS_US.push((ENDS_US[i - 1] ?? 100_000) + 8000 + 100 * ((i * i * 7) % 41));
}

function recordRun(name: string, counterKind: number): string {
  const path = join(folder, name);
  const writer = new CaptureWriter(path, MANIFEST);
  let sequence = 0;
  const say = (type: number, timestampUs: number, payload: number[]) =>
    writer.received(wireFrame({ type, sequence: sequence++, timestampUs, payload }), timestampUs);
  const names = ["sim", "stream", "toy", "0123456789abcdef", "cc"].flatMap(text);
  const sizes = [...u32(CLOCK_HZ), ...u8(counterKind), ...[4, 4, 0].flatMap(u16), ...u8(4)];
  say(0x01, 0, [...names, ...sizes]);
  for (const [frame, endUs] of ENDS_US.entries()) {
    const payload = [...u32(frame), ...u64(STEP_US), ...blob([]), ...blob([])];
    say(0x02, endUs + OFFSET_US, payload);
  }
  writer.end("completed");
  return path;
}

/** 5 mA while a step runs, 1 mA otherwise, at 3 V, every 100 us, with 20 uA up and down. @param lost rows left out */
function monitorFile(name: string, lost: (timeUs: number) => boolean = () => false): string {
  const path = join(folder, name);
  const lastUs = (ENDS_US.at(-1) ?? 0) + 20_000;
  const rows: string[] = [];
  for (let timeUs = 0; timeUs < lastUs; timeUs += 100) {
    const isStep = ENDS_US.some((endUs) => timeUs >= endUs - STEP_US && timeUs < endUs);
    const noiseA = ((timeUs / 100) % 2 === 0 ? 1 : -1) * 20e-6;
    if (!lost(timeUs))
      rows.push(`${timeUs / 1e6},${((isStep ? 5e-3 : 1e-3) + noiseA).toFixed(6)},3`);
  }
  writeFileSync(path, `time,current,voltage\n${rows.join("\n")}\n`);
  return path;
}

async function measure(from: string, windows: string): Promise<PowerDocument> {
  let document: PowerDocument | undefined;
  const context = {
    ...{ json: true, quiet: true, progress: silentProgress },
    signal: new AbortController().signal,
    print: (printed: unknown) => {
      document = printed as PowerDocument;
    },
  } as unknown as VerbContext;
  await power(context, {
    ...{ monitor: "file", from, windows, seconds: 10, supplyMv: 3000, pin: "D0", maxLost: 1 },
    ...{ battery: "cr2032" },
  });
  return document as PowerDocument;
}

describe("windows of a recording", () => {
  test("tell the energy of a frame without a pin", async () => {
    const { frames, alignment, batteryLife } = await measure(
      monitorFile("whole.csv"),
      recordRun("run.tpcap", 1),
    );
    expect(alignment).toMatchObject({ method: "correlation", ambiguous: false });
    const offsetS = alignment?.offset?.value ?? 0;
    const uncertaintyS = (alignment?.uncertainty.value ?? 0) / 1e6;
    expect(Math.abs(offsetS + OFFSET_US / 1e6)).toBeLessThanOrEqual(uncertaintyS);
    expect(uncertaintyS).toBeLessThan(200e-6);
    // The last step has no next one, and so no period.
    expect(frames?.whole.value).toBe(59);
    expect(frames?.void.value).toBe(0);
    // 3 V, 5 mA, 1 ms, and an edge known to half a sample: 15 uJ, at most 1 uJ off.
    expect(frames?.energy).toMatchObject({ unit: "uJ", kind: "measured" });
    expect(Math.abs((frames?.energy?.value ?? 0) - 15)).toBeLessThan(1);
    // 1 mA lies under it: 12 uJ above.
    expect(Math.abs((frames?.energyAboveBaseline?.value ?? 0) - 12)).toBeLessThan(1);
    // 225 mAh at 2.9 V over some 4.2 mW.
    expect(batteryLife?.value).toBeGreaterThan(140);
    expect(batteryLife?.value).toBeLessThan(165);
  });

  test("are void where a sample of their period is missing", async () => {
    // Three rows in the period of the step that ends at ENDS_US[20].
    const from = (ENDS_US[20] ?? 0) + 2000;
    const file = monitorFile("lost.csv", (timeUs) => timeUs >= from && timeUs < from + 300);
    const { frames, lostSamples, void: isVoid } = await measure(file, recordRun("lost.tpcap", 1));
    expect(lostSamples.value).toBe(3);
    expect(isVoid).toBe(false);
    expect(frames?.void.value).toBe(1);
    expect(Math.abs((frames?.energy?.value ?? 0) - 15)).toBeLessThan(1);
  });

  test("are none of a device without a counter", async () => {
    await expect(
      measure(monitorFile("none.csv"), recordRun("none.tpcap", 0)),
    ).rejects.toMatchObject({
      code: "TP-USE-442",
    });
  });
});
