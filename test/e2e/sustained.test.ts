/** A run at the pace of real time and a curve of quality in noise, as a user types them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { missing } from "../qemu/device.ts";
import { pioneer } from "./cli.ts";

const RUN = ["run", "hearable", "--board", "qemu-m4", "--as", "nrf52840-dk"];

describe.skipIf(missing.length > 0)(`sustained runs ${missing.join(", ")}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-sustained-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("1.2 s of frames and three ratios, and the same from the recording", () => {
    const recording = join(folder, "run.tpcap");
    const { stdout } = pioneer([
      ...[...RUN, "--minutes", "0.02", "--snr=0,5,20", "--record", recording, "--json"],
    ]);
    const { sustained, field, frames, verify } = JSON.parse(stdout);
    // A frame every 10 ms.
    expect(frames).toBe(120);
    expect(verify.bitExact).toBe(true);
    expect(sustained.frames).toMatchObject({ value: 120, simulated: true });
    expect(sustained.duration.value).toBeCloseTo(1.2, 9);
    expect(sustained.drift).toBeNull();
    expect(sustained.temperature).toBeNull();
    expect(field.rows.map(({ snr }: { snr: { value: number } }) => snr.value)).toEqual([0, 5, 20]);
    for (const { snr, siSdrIn, models } of field.rows) {
      // Speech and noise are hardly alike: SI-SDR of their sum is the ratio itself.
      expect(Math.abs(siSdrIn.value - snr.value)).toBeLessThan(0.5);
      expect(models.map(({ name }: { name: string }) => name)).toEqual([
        "hearable",
        "hearable-clean",
      ]);
    }
    const [trained, clean] = field.rows[0].models;
    expect(trained.siSdrGain.value).toBeGreaterThan(clean.siSdrGain.value);
    const again = JSON.parse(pioneer(["analyze", recording, "--json"]).stdout);
    expect(again.sustained).toEqual(sustained);
    expect(again.field).toEqual(field);
  });

  test.each([
    [["--minutes", "1", "--frames", "5"], "TP-USE-163"],
    [["--minutes", "61"], "TP-USE-163"],
    [["--snr=loud"], "TP-USE-164"],
  ])("refuses %j", (options, code) => {
    const { status, stdout } = pioneer([...RUN, ...options, "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe(code);
  });
});
