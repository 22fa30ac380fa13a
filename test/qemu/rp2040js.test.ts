/**
 * The image of the Raspberry Pi Pico on an emulated RP2040, from the second stage of its start: the wire, the shipped
 * model, and as many instructions as QEMU counts for the same core. What a chip does that no emulator has, is left open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createTwin, loadBoard } from "../../codegen/index.ts";
import { Session } from "../../host/link/session.ts";
import { parseCounts } from "../../host/workflow/counts.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import { prepare, writePrepared } from "../../host/workflow/generate.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { xorshiftFrames } from "../../host/workflow/stimulus.ts";
import { missingFor, TOY_MODEL } from "./device.ts";

const RUN = fileURLToPath(new URL("../../firmware/rp2040js/run.mjs", import.meta.url));
const FRAMES = 5;
const SEED = 3;

/** Check value of CRC-32/MPEG-2 over "123456789", by Greg Cook's catalogue of parametrised CRC algorithms. */
const CHECK_VALUE = 0x0376e6e7;

const folder = mkdtempSync(join(tmpdir(), "pioneer-rp2040js-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs frames through `check` on a board and gives what came back with the emulator's counts. */
async function run(board: string, modelDir: string, frames: readonly Uint8Array[]) {
  const device = await prepareDevice({
    board: loadBoard(board),
    app: "check",
    modelDir,
    key: `test-${board}-${process.pid}`,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  const session = new Session(device.link);
  try {
    await session.open();
    await session.stream(frames);
    const result = await session.finish();
    expect(result.state).toBe("completed");
    const text = new TextDecoder().decode((await device.readCounts()) ?? undefined);
    return { elf: device.firmware?.elf ?? "", result: result.run, counts: parseCounts(text) };
  } finally {
    await session.close();
    await device.dispose();
  }
}

describe.skipIf(missingFor("qemu-m0").length > 0)("rp2040js", { timeout: 120_000 }, () => {
  test("starts as the boot ROM starts it, greets with the Pico's clock, computes and resets itself", async () => {
    const { elf, result } = await run("rp2040js", TOY_MODEL, [
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(10, 0, 255),
    ]);
    expect(result.hello).toMatchObject({ board: "rp2040js", clockHz: 133_000_000, counterKind: 1 });
    // output = input + sum of all inputs, modulo 256
    expect(result.outputs.map(({ record }) => [...record.values])).toEqual([
      [2, 4, 6],
      [21, 2, 1],
    ]);
    for (const { record } of result.outputs) {
      expect(Number(record.cycles)).toBeGreaterThan(50);
      expect(Number(record.cycles)).toBeLessThan(1000);
    }
    expect(result.summary).toMatchObject({ frames: 2, droppedRecords: 0, badFrames: 0 });

    const uf2 = readFileSync(elf.replace(/\.elf$/, ".uf2"));
    // First block: the magic words, the family's flag, flash from its start, 256 bytes, number 0; the family's id.
    const words = [0, 4, 8, 12, 16, 20, 28, 508].map((at) => uf2.readUInt32LE(at));
    expect(words.slice(0, 6)).toEqual([0x0a324655, 0x9e5d5157, 0x2000, 0x10000000, 256, 0]);
    expect(words.slice(6)).toEqual([0xe48bff56, 0x0ab16f30]);
    expect(uf2.length).toBe(512 * uf2.readUInt32LE(24));

    // One bit of the second stage, and the boot ROM does not call it.
    const damaged = readFileSync(elf);
    const stage = damaged.indexOf(uf2.subarray(32, 32 + 252));
    damaged.writeUInt8(damaged.readUInt8(stage) ^ 1, stage);
    const file = join(folder, "damaged.elf");
    writeFileSync(file, damaged);
    const args = [RUN, "-kernel", file, "-serial", `unix:${join(folder, "line")}`];
    const refused = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("the boot ROM finds no second stage");
  });

  test("runs the shipped model exactly, in as many instructions as QEMU's board of that core", async () => {
    const prepared = prepare("hearable", { board: "qemu-m0", format: "int8" });
    const { plan, quantize } = prepared.generated.stages;
    const modelDir = writePrepared(prepared);
    const twin = createTwin(quantize.model);
    const inputs = xorshiftFrames(plan.input, quantize.model.inputSize, SEED, FRAMES);
    const expected = inputs.map((input) => [...Int8Array.from(twin.step(input))]);
    const frames = inputs.map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength));

    const [pico, qemu] = [
      await run("rp2040js", modelDir, frames),
      await run("qemu-m0", modelDir, frames),
    ];
    const values = pico.result.outputs.map(({ record }) => [...Int8Array.from(record.values)]);
    expect(values).toEqual(expected);
    expect(pico.counts.problems).toEqual([]);
    expect(pico.counts.regions).toHaveLength(FRAMES);
    const comparable = ({ counts }: typeof pico) =>
      counts.regions.map(({ instructions, loads, stores, bytesLoaded, bytesStored }) => ({
        ...{ instructions, loads, stores, bytesLoaded, bytesStored },
      }));
    expect(comparable(pico)).toEqual(comparable(qemu));
    for (const [at, { record }] of pico.result.outputs.entries()) {
      // Two emulators' rules of one core; the program's own counter includes its two readings.
      const modelled = qemu.counts.regions[at]?.cycles ?? 0;
      expect(Math.abs(Number(record.cycles) / modelled - 1)).toBeLessThan(0.02);
    }
  });
});

test("the sum over the second stage is the one of the boot ROM", async () => {
  const module = new URL("../../firmware/rp2040js/boot-rom.mjs", import.meta.url).href;
  const { bootSum } = (await import(module)) as { bootSum(bytes: Uint8Array): number };
  expect(bootSum(Buffer.from("123456789"))).toBe(CHECK_VALUE);
});
