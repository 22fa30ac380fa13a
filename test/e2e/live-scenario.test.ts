/** MLPerf's streams issued live to the emulated board, as a user types it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../qemu/device.ts";
import { pioneer } from "./cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-live-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIVE = ["--model", "hearable", "--board", "qemu-m4", "--seconds", "0.2", "--json", "--quiet"];

describe.skipIf(missing.length > 0)(`live scenarios ${missing.join(", ")}`, () => {
  test("single-stream issues one frame at a time, and its recording is a run's", () => {
    const recording = join(folder, "single.tpcap");
    const typed = ["scenario", "single-stream", ...LIVE, "--as", "nrf52840-dk"];
    const { status, stdout, stderr } = pioneer([...typed, "--record", recording]);
    expect(status, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      schema: 1,
      scenario: "single-stream",
      valid: true,
      simulated: true,
      latencyNs: { kind: "measured" },
      live: {
        board: "qemu-m4",
        as: "nrf52840-dk",
        verify: { bitExact: true, comparedFrames: document.sampleCount, differingFrames: 0 },
        device: { latencyNs: { kind: "modelled" } },
      },
    });
    expect(document.queryCount).toBeGreaterThanOrEqual(100);
    expect(document.durationNs).toBeGreaterThanOrEqual(0.2e9);
    expect(document.latencyNs.source).toContain("emulator");
    // Every frame runs the same instructions: only the first finds the board's instruction cache empty.
    const { min, p50 } = document.live.device.latencyNs;
    expect(p50).toBe(min);
    const again = pioneer(["analyze", recording, "--json", "--quiet"]);
    expect(again.status, again.stderr).toBe(0);
    const run = JSON.parse(again.stdout);
    expect(run.verify.bitExact).toBe(true);
    expect(run.latencyMs.p50 * 1e6).toBeCloseTo(p50, -1);
  });

  test("multi-stream issues its samples together, and starts the clip again from zero state", () => {
    const typed = ["scenario", "multi-stream", ...LIVE, "--min-queries", "100"];
    const { stdout, stderr } = pioneer([...typed, "--samples-per-query", "5"]);
    const document = JSON.parse(stdout);
    // 351 frames of the clip are 70 queries of 5: the 71st begins it again.
    expect(document.queryCount, stderr).toBeGreaterThanOrEqual(100);
    expect(document.sampleCount).toBe(document.queryCount * 5);
    expect(document.live.verify).toEqual({
      bitExact: true,
      comparedFrames: document.sampleCount,
      differingFrames: 0,
    });
    expect(document.live.device).toBeNull();
    expect(document.live.why).toContain("--as");
  });

  test.each([
    [["single-stream", "--model", "hearable"], "TP-USE-410"],
    [["single-stream", "--board", "qemu-m4", "--service-us", "5"], "TP-USE-410"],
    [["server", "--model", "hearable", "--board", "qemu-m4"], "TP-USE-414"],
    [
      ["single-stream", "--model", "hearable", "--board", "qemu-m4", "--servers", "2"],
      "TP-USE-227",
    ],
    [
      ["multi-stream", "--model", "hearable", "--board", "qemu-m4", "--samples-per-query", "900"],
      "TP-USE-415",
    ],
  ])("refuses %s with %s", (typed, code) => {
    const { status, stdout } = pioneer(["scenario", ...typed, "--json", "--quiet"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe(code);
  });
});
