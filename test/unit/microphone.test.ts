/** Which program a board's own sound needs, and what a run by microphone makes of what the device told. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadBoard, ToolkitError } from "../../codegen/index.ts";
import { encodeWav } from "../../host/audio/wav.ts";
import { DeviceRun } from "../../host/decode/device-run.ts";
import type { Session } from "../../host/link/session.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { hearableFacts } from "../../host/workflow/hearable/judge.ts";
import {
  MicrophoneHearing,
  type SoundRequest,
  soundKey,
  soundProgram,
} from "../../host/workflow/hearable/microphone.ts";
import { hearableStimulus } from "../../host/workflow/hearable/stimulus.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import type { RunManifest } from "../../host/workflow/recording.ts";

describe("the program of a board's own sound", () => {
  const asked = (board: string, request: SoundRequest, app = "hearable") => {
    try {
      return soundProgram(loadBoard(board), app, request);
    } catch (error) {
      if (error instanceof ToolkitError) return error.code;
      throw error;
    }
  };
  const microphone = { audio: "microphone" } as const;

  test("is ear, with the output that is asked for, in a folder of its own", () => {
    const none = { app: "ear", flags: [], output: "serial" } as const;
    expect(asked("xiaoblesense", microphone)).toEqual(none);
    const flags = ["-DPIONEER_OUTPUT=SOUND_OUTPUT_I2S"];
    const i2s = { app: "ear", flags, output: "i2s" } as const;
    const heard = { ...microphone, tap: 1, out: "a.wav" };
    expect(asked("nano33ble", { ...heard, output: "i2s" })).toEqual(i2s);
    const pwm = {
      app: "ear",
      flags: ["-DPIONEER_OUTPUT=SOUND_OUTPUT_PWM"],
      output: "pwm",
    } as const;
    for (const board of ["nrf52840-dk", "nano33ble", "xiaoblesense"]) {
      expect(asked(board, { ...microphone, output: "pwm" })).toEqual(pwm);
    }
    expect([none, i2s, pwm].map((program) => soundKey("key", program))).toEqual([
      ...["key", "key-i2s", "key-pwm"],
    ]);
  });

  test("is refused with what the board has in place of it", () => {
    expect(() =>
      soundProgram(loadBoard("esp32dev"), "hearable", { ...microphone, output: "pwm" }),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /esp32dev plays nothing by pwm[\s\S]*plays by i2s alone[\s\S]*--output i2s/,
        ),
      }),
    );
  });

  test("is none where sound crosses the line", () => {
    expect(asked("qemu-m4", {})).toBeNull();
    expect(
      asked("qemu-m4", { audio: "serial", output: "serial", minutes: 1 }, "stream"),
    ).toBeNull();
  });

  test.each<[string, SoundRequest, string?]>([
    ["qemu-m4", microphone],
    ["nucleo-l476rg", microphone],
    ...["esp32dev", "esp32-c6-devkitc-1"].map((board): [string, SoundRequest] => [
      board,
      { ...microphone, output: "pwm" },
    ]),
    ["nano33ble", { output: "pwm" }],
    ["nano33ble", { output: "i2s" }],
    ["nano33ble", { tap: 1 }],
    ["nano33ble", microphone, "stream"],
    ["nano33ble", { ...microphone, input: "a.wav" }],
    ["nano33ble", { ...microphone, minutes: 1 }],
    ["nano33ble", { ...microphone, reference: "clean.wav" }],
    ["nano33ble", { ...microphone, snr: "0" }],
    ["nano33ble", { ...microphone, out: "cleaned.wav" }],
    ["nano33ble", { ...microphone, out: "cleaned.wav", tap: 2 }],
  ])("is refused for %s with %j", (board, request, app) => {
    expect(asked(board, request, app)).toBe("TP-USE-168");
  });
});

describe("a run by microphone", () => {
  const prepared = prepare("hearable", { board: "nrf52840-dk", withFrontEnd: true });
  const hops = 3;
  const sound = Int16Array.from({ length: hops * 160 }, (_, n) =>
    Math.round(9000 * Math.sin(n / 5)),
  );

  /** Of a device that told of so many tapped hops. */
  async function heard(tapped: number) {
    const run = new DeviceRun();
    const accept = (record: object) =>
      run.accept({ kind: "record", record } as unknown as Parameters<typeof run.accept>[0]);
    accept({ type: "hello" });
    const asked: number[] = [];
    const hearing = new MicrophoneHearing(prepared, { frames: hops, tap: 1 }, silentProgress);
    const listen = async (frames: number, tapEvery: number) => {
      asked.push(frames, tapEvery);
      for (let frame = 0; frame < tapped; frame++) {
        const values = new Uint8Array(sound.slice(frame * 160, (frame + 1) * 160).buffer);
        accept({ type: "heard", frame, values });
        accept({ type: "output", frame, cycles: 0n, values, state: new Uint8Array() });
      }
    };
    await hearing.hold({ run, listen } as unknown as Session);
    expect(asked).toEqual([hops, 1]);
    return hearing.stimulus();
  }

  test("in which every hop was tapped expects what a run of that sound does", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pioneer-microphone-"));
    const path = join(folder, "same.wav");
    writeFileSync(path, encodeWav({ sampleRateHz: 16_000, channels: [sound] }));
    const fed = hearableStimulus(prepared, { input: path, frames: hops });
    rmSync(folder, { recursive: true });
    const told = await heard(hops);
    expect(told.inputs).toEqual(fed.inputs);
    expect(told.expected).toEqual(fed.expected);
    expect(told.audio?.noisy).toEqual(sound.slice(0, (hops - 1) * 160));
  });

  test("in which one is missing is compared with nothing, and keeps its length", async () => {
    const told = await heard(hops - 1);
    expect([told.inputs, told.expected, told.audio, told.frames]).toEqual([[], [], null, hops]);
  });

  // 160 samples at 16,000 Hz are 10,000 us, at 32 MHz / 31 / 64 9,920.
  test.each([
    [16_000_000, 1],
    [16_129_032, 3],
  ])("at %d samples in 1000 s has %d late hops", (rateMillihertz, late) => {
    const run = new DeviceRun();
    const accept = (record: object) =>
      run.accept({ kind: "record", record } as unknown as Parameters<typeof run.accept>[0]);
    accept({ type: "hello", counterKind: 0 });
    accept({ type: "sound", frame: 0, rateMillihertz, lostHops: 0, gaps: 0, queuedHops: 1 });
    for (const [frame, computeUs] of [9_920, 9_921, 10_000, 10_001].entries()) {
      accept({ type: "hop", frame, computeUs });
      accept({ type: "output", frame, cycles: 0n, values: new Uint8Array() });
    }
    const facts = hearableFacts(
      { board: { id: "xiaoblesense", emulated: false } } as RunManifest,
      { sampleRateHz: 16_000, hopSamples: 160, delaySamples: 160, virtualTime: null },
      run,
      { analyse: [], step: [], synthesise: [], watch: [] },
    );
    expect(facts.times?.overruns).toBe(late);
  });
});
