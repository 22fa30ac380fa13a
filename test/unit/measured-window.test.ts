/** Which measured windows keep interrupts out, and what a report says of those that stay. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { boardFactsOf } from "../../host/analyze/board-facts.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import { windowOf } from "../../host/analyze/measured-window.ts";
import { facts } from "../golden/report/facts.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

describe.skipIf(!hasGcc)("a window (needs gcc)", { timeout: 60_000 }, () => {
  const windows = (...lengths: number[]): string => {
    const harness = buildOnHost("window", [
      "test/unit/firmware/window_harness.c",
      "firmware/hal/arduino/window.c",
    ]);
    const { stdout, stderr } = runOnHost(harness, lengths.map(String), new Uint8Array());
    expect(stderr).toBe("");
    return stdout.toString().trim();
  };

  test("is masked once one was known to take less than 50 ms, the first never", () => {
    expect(windows(30_000, 30_000, 49_999, 10)).toBe("open masked masked masked");
  });

  test("is left open for good after one that took 50 ms", () => {
    expect(windows(10, 50_000, 10, 10)).toBe("open masked open open");
    expect(windows(400_000, 10)).toBe("open open");
  });

  test("of no time at all is short", () => {
    expect(windows(0, 0)).toBe("open masked");
  });
});

describe("what a frame's cycles hold beside the step", () => {
  const on = (id: string, app = "speed", kind: "measured" | "modelled" = "measured") =>
    windowOf({
      ...facts,
      as: boardFactsOf(loadBoard(id)),
      app,
      deviceCycles: { kind, perFrame: [1], source: "its counter" },
    });

  test("on an ESP32: the watchdog, and the tick where the link is served; the second core; no radio", () => {
    expect(on("esp32dev")).toBe(
      "the step and the interrupt watchdog, and in the first frame, and in every frame after one of 50 ms or more, FreeRTOS's tick and the serial port's interrupts; one of 2 cores; what the framework runs beside it shares memories; no radio is started",
    );
    expect(on("esp32dev", "stream")).toMatch(
      /^the step and FreeRTOS's tick and the serial port's interrupts; one of 2 cores; /,
    );
    expect(on("esp32-c3-devkitm-1")).not.toMatch(/cores/);
  });

  test("is said for every real board with a framework", () => {
    for (const id of ["nucleo-h743zi", "rpipico", "rpipico2", "teensy41", "nano33ble"]) {
      expect(on(id), id).toMatch(/no interrupt in a build without a framework.*no radio/);
    }
  });

  test("of modelled cycles: one core alone", () => {
    expect(on("esp32-s3-devkitc-1", "stream", "modelled")).toBe(
      "the step alone: one of 2 cores, the others idle, no interrupt, no radio",
    );
    expect(analyzeRun({ ...facts, as: boardFactsOf(loadBoard("esp32dev")) }).window).toMatch(
      /^the step alone: one of 2 cores/,
    );
  });

  test("of a hop of sound: its four parts", () => {
    const hearable = {
      ...{ parts: [], times: null, recoveries: [] },
      ...{ sampleRateHz: 16_000, hopSamples: 160, delaySamples: 160 },
    };
    expect(analyzeRun({ ...facts, hearable }).window).toBe(
      "the four parts of a hop alone: one core, no interrupt, no radio",
    );
  });

  test("is not said of an emulated board that stands for none", () => {
    expect(analyzeRun({ ...facts, as: null }).window).toBeUndefined();
  });
});
