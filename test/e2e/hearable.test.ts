/** The whole hearable as a user types it: sound in, cleaned sound out, everything between on the emulated device. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";
import { decodeWav, encodeWav } from "../../host/audio/wav.ts";
import { readWav } from "../../host/audio/wav-file.ts";
import { loadCapture } from "../../host/capture/file.ts";
import { judgeRecording } from "../../host/workflow/judge.ts";
import { missing } from "../qemu/device.ts";
import { PIONEER, PROJECT, pioneer } from "./cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-hearable-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CLIP = join(PROJECT, "models/clips/ru-traffic-0db.noisy.wav");
const RUN = [
  ...["run", "hearable", "--board", "qemu-m4", "--as", "nrf52840-dk", "--app", "hearable"],
  ...["--input", CLIP, "--json", "--quiet"],
];
const HOPS = 120;

type Part = Readonly<Record<"instructions" | "cycles", { readonly value: number }>>;

describe.skipIf(missing.length > 0)(`a run of the program hearable ${missing.join(", ")}`, () => {
  test("equals the twin, meets its deadline, tells its parts, and gives its report again", async () => {
    const recording = join(folder, "run.tpcap");
    const wav = join(folder, "cleaned.wav");
    const typed = [...RUN, "--frames", String(HOPS), "--record", recording, "--out", wav];
    const { status, stdout, stderr } = pioneer(typed);
    expect(status, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      app: "hearable",
      frames: HOPS,
      frameIntervalMs: 10,
      verify: { bitExact: true, mismatches: 0, comparedValues: HOPS * 160 },
      link: { discardedBytes: 0, lostRecords: 0 },
      hearable: {
        deadline: { overruns: { value: 0, kind: "modelled" }, limitMs: { value: 10 } },
        lateHops: { value: 0 },
        latencyMs: { algorithm: { value: 20 } },
        recoveries: [],
      },
    });
    const { parts, deadline } = document.hearable;
    // Medians of parts that hardly differ from hop to hop add up to that of the whole.
    const sum = (unit: "instructions" | "cycles") =>
      parts.reduce((all: number, part: Part) => all + part[unit].value, 0);
    expect(Math.abs(sum("instructions") / document.instructions.median - 1)).toBeLessThan(0.01);
    expect(Math.abs(sum("cycles") / document.cycles.median - 1)).toBeLessThan(0.01);
    // An instruction takes 16 ns by the device's clock; around the parts are a few hundred more.
    const ideal = (document.instructions.max * 16) / 1e6;
    expect(deadline.worstMs.value).toBeGreaterThan(0.99 * ideal);
    expect(deadline.worstMs.value).toBeLessThan(1.1 * ideal);

    const cleaned = readWav(wav).channels[0] as Int16Array;
    // The last hop that went in has not come out yet.
    expect(cleaned.length).toBe((HOPS - 1) * 160);
    const part = (path: string) =>
      (readWav(path).channels[0] as Int16Array).slice(0, cleaned.length);
    const noisy = part(CLIP);
    const clean = part(CLIP.replace(".noisy.", ".clean."));
    const gain = siSdrDb(cleaned, clean) - siSdrDb(noisy, clean);
    expect(document.audio.siSdrGain.value).toBeCloseTo(gain, 9);
    expect(gain).toBeGreaterThan(3);
    expect(readFileSync(wav).length).toBe(44 + 2 * cleaned.length);

    // Stopped in the middle: what arrived is whole, and what would have come last is said to be missing.
    const bytes = readFileSync(recording);
    const half = join(folder, "half.tpcap");
    writeFileSync(half, bytes.subarray(0, bytes.length / 2));
    const cut = analyzeRun(judgeRecording(await loadCapture(half), {}).facts);
    expect(cut.frames).toBeGreaterThan(0);
    expect(cut.verify).toMatchObject({ bitExact: true, comparedValues: cut.frames * 160 });
    expect(cut.why.instructions).toBe("the recording ends before its counts");

    const again = pioneer(["analyze", recording, "--json", "--quiet"]);
    expect(again.status, again.stderr).toBe(0);
    const files = { recording };
    expect(JSON.parse(again.stdout)).toEqual({ ...document, files });
  });

  test("cleans standard input as it comes, onto standard output for a player, with the report beside it", () => {
    const typed = RUN.filter((word) => !["--json", "--quiet"].includes(word)).map((word) =>
      word === CLIP ? "-" : word,
    );
    const hops = 6;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PIONEER, ...typed, "--out", "-", "--record", join(folder, "live.tpcap")],
      { cwd: PROJECT, input: readFileSync(CLIP).subarray(44, 44 + hops * 320) },
    );
    expect(status, stderr.toString()).toBe(0);
    const [samples] = decodeWav(stdout, "standard output").channels as [Int16Array];
    expect(samples.length).toBe(hops * 160);
    expect(stderr.toString()).toContain("taken as 16-bit little-endian samples, 16000 a second");
    // The last sample in needs one more hop to come out.
    expect(stderr.toString()).toContain(
      `all ${((hops + 1) * 160).toLocaleString("en")} values equal the host twin`,
    );
    const again = pioneer(["analyze", join(folder, "live.tpcap"), "--json", "--quiet"]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      frames: hops + 1,
      verify: { bitExact: true, comparedValues: (hops + 1) * 160 },
    });
  });

  test("tells no SI-SDR of silence", () => {
    const write = (name: string, sample: number): string => {
      const path = join(folder, name);
      const channels = [new Int16Array(8 * 160).fill(sample)];
      writeFileSync(path, encodeWav({ sampleRateHz: 16_000, channels }));
      return path;
    };
    const [silence, clean] = [write("silence.wav", 0), write("clean.wav", 1000)];
    const typed = RUN.map((word) => (word === CLIP ? silence : word));
    const { status, stdout } = pioneer([...typed, "--reference", clean]);
    expect(status, stdout).toBe(0);
    const { audio, verify } = JSON.parse(stdout);
    expect(audio).toBeNull();
    expect(verify.bitExact).toBe(true);
  });

  test("refuses sound and document on one output", () => {
    const { status, stdout } = pioneer([...RUN, "--out", "-"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe("TP-USE-167");
  });
});
