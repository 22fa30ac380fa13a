/** The whole path as a user types it: model to firmware to emulator to report, and the report again from its recording. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Board, predictedReadStalls } from "../../codegen/index.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { packSubmission, unpackSubmission } from "../../host/workflow/submission.ts";
import { missing } from "../qemu/device.ts";
import { PROJECT, pioneer } from "./cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RUN = ["run", "hearable", "--board", "qemu-m4", "--as", "nrf52840-dk", "--json", "--quiet"];
/** 26624 = 4 x 64 x (32 + 64) for the LSTM + 64 x 32 for the dense layer. */
const MACS = 26_624;

describe.skipIf(missing.length > 0)(`a whole run ${missing.join(", ")}`, () => {
  test("equals the twin, loses nothing, repeats its counts, and gives its report again", () => {
    const recording = join(folder, "run.tpcap");
    const first = pioneer([...RUN, "--record", recording]);
    expect(first.status, first.stderr).toBe(0);
    const document = JSON.parse(first.stdout);
    expect(document.verify.bitExact).toBe(true);
    expect(document.verify.comparedValues).toBe(document.frames * 32);
    expect(document.link.discardedBytes).toBe(0);
    expect(document.link.lostRecords).toBe(0);
    expect(document.model.macs).toBe(MACS);
    expect(document.instructions.kind).toBe("counted");
    expect(document.cycles.kind).toBe("modelled");
    // One multiply-accumulate cannot take less than a quarter of an instruction with SMLAD and packed rows.
    expect(document.instructions.median).toBeGreaterThan(MACS / 4);
    // What the plugin waited for data by the ELF's own addresses, and what the plan says beforehand.
    const { generated, as } = prepare("hearable", { board: "qemu-m4", as: "nrf52840-dk" });
    const predicted = predictedReadStalls(generated.stages.plan, as as Board)
      .map(({ weights, tables }) => weights + tables)
      .reduce((sum, cycles) => sum + cycles, 0);
    const waited = document.cycles.memory.readStalls;
    expect(Math.abs(predicted / waited - 1)).toBeLessThan(0.02);
    // No budget was asked for, so none is judged.
    expect(document.budgets).toEqual([]);

    const second = JSON.parse(pioneer(RUN).stdout);
    expect(second.instructions).toEqual(document.instructions);
    expect(second.bytesLoaded).toBe(document.bytesLoaded);

    const again = pioneer(["analyze", recording, "--json", "--quiet"]);
    expect(again.status, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual(document);
    expect(pioneer(["replay", recording, "--json", "--quiet"]).stdout).toBe(first.stdout);

    const tails = pioneer(["tails", recording, "--json", "--quiet"]);
    expect(tails.status, tails.stderr).toBe(0);
    expect(JSON.parse(tails.stdout)).toMatchObject({
      recorded: { kind: "modelled", unit: "ms", count: document.frames },
      corrected: { expectedInterval: { value: document.frameIntervalMs }, hidden: 0 },
    });
  });

  test("an emulated board alone has no clock, so no time and no power, and says why", () => {
    const typed = ["run", "hearable", "--board", "qemu-m4", "--frames", "5", "--json", "--quiet"];
    const document = JSON.parse(pioneer(typed).stdout);
    expect(document.latencyMs).toBeNull();
    expect(document.powerMw).toBeNull();
    expect(document.why.latencyMs).toContain("--as");
    expect(document.instructions.median).toBeGreaterThan(0);
  });

  test.each(["int8", "int16x8", "float32"])("check compares every state in %s", (format) => {
    const typed = ["run", "hearable", "--board", "qemu-m4", "--app", "check", "--frames", "20"];
    const { status, stdout, stderr } = pioneer([...typed, "--format", format, "--json", "--quiet"]);
    expect(status, stderr).toBe(0);
    // 32 outputs, 64 hidden and 64 cell values a frame.
    expect(JSON.parse(stdout).verify).toMatchObject({ bitExact: true, comparedValues: 20 * 160 });
  });

  test("speed runs on inputs of the device's own, and its last answer is compared", () => {
    const typed = ["run", "hearable", "--board", "qemu-m4", "--app", "speed", "--frames", "30"];
    const { status, stdout, stderr } = pioneer([...typed, "--json", "--quiet"]);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      frames: 30,
      verify: { bitExact: true, comparedValues: 32 },
    });
  });

  test("a budget that is asked for is judged: a missed one exits with 1", () => {
    const { status, stdout } = pioneer([...RUN, "--frames", "5", "--budget-ms", "0.001"]);
    const [budget] = JSON.parse(stdout).budgets;
    expect(budget).toMatchObject({ name: "latencyMs", met: false });
    expect(budget.why.length).toBeGreaterThan(0);
    expect(status).toBe(1);
  });

  test("a submission holds when its conclusions come out again; a better number in it does not", () => {
    const recording = join(folder, "five.tpcap");
    pioneer([...RUN, "--frames", "5", "--budget-ms", "10", "--record", recording]);
    const file = join(folder, "five.json");
    expect(pioneer(["submit", recording, "--out", file, "--json"]).status).toBe(0);
    const verified = pioneer(["verify", file, "--json"]);
    expect(verified.status, verified.stderr).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ holds: true, differences: [] });
    const submission = unpackSubmission(readFileSync(file), file);
    const { firmwareSha256 } = submission;
    expect(firmwareSha256).toMatch(/^[0-9a-f]{64}$/);
    const document = submission.document as { cycles: { median: number } };
    const better = { ...document, cycles: { ...document.cycles, median: 1 } };
    const forged = { ...submission, document: better, firmwareSha256: "00" };
    writeFileSync(file, packSubmission(forged));
    const caught = pioneer(["verify", file, "--json"]);
    expect(caught.status).toBe(1);
    expect(JSON.parse(caught.stdout).differences).toEqual([
      `cycles.median: 1, now ${document.cycles.median}`,
      `firmwareSha256: "00", now "${firmwareSha256}"`,
    ]);
  });

  test("golden values from a file are compared; wrong ones exit with 1", () => {
    const golden = join(PROJECT, "test", "e2e", "wrong-golden.json");
    const { status, stdout, stderr } = pioneer([...RUN, "--golden", golden]);
    expect(status, stderr).toBe(1);
    // Nothing in, and a gain of exactly 127 everywhere out: no trained denoiser answers that.
    expect(JSON.parse(stdout).verify.bitExact).toBe(false);
  });
});

describe.skipIf(missing.length > 0)(`the demo ${missing.join(", ")}`, () => {
  test("writes sound and report, and prints the report's path last", () => {
    const out = join(folder, "demo");
    const { status, stdout, stderr } = pioneer(["demo", "--out", out, "--quiet"]);
    expect(status, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(join(out, "report.html"));
    for (const file of [
      "noisy.wav",
      "cleaned.wav",
      "clean.wav",
      "report.md",
      "report.json",
      "run.tpcap",
    ]) {
      expect(existsSync(join(out, file)), file).toBe(true);
    }
    const document = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    expect(document.verify.bitExact).toBe(true);
    // The clip is held-out speech at 0 dB; the card's floor for the whole set is in models/hearable.json.
    expect(document.audio.siSdrGain.value).toBeGreaterThan(6);
    expect(document.budgets.map((budget: { name: string }) => budget.name)).toEqual([
      "latencyMs",
      "powerMw",
    ]);
    expect(document.comparison.map((column: { id: string }) => column.id)).toEqual(
      expect.arrayContaining(["nrf52840-dk", "host", "h100"]),
    );
  });
});
