/**
 * Every board in QEMU once: its firmware over the wire, its faults, and the shipped model through the product's own
 * path, exact and counted the same twice. What the wire and the programs do in detail is left to firmware.test.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTwin, listBoards, loadBoard } from "../../codegen/index.ts";
import { Session } from "../../host/link/session.ts";
import { parseCounts } from "../../host/workflow/counts.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import { prepare, writePrepared } from "../../host/workflow/generate.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { xorshiftFrames } from "../../host/workflow/stimulus.ts";
import { compareFirmware } from "../decoders/compare.ts";
import { BOARDS } from "./boards.ts";
import { build, Device, functionAt, missingFor, TOY_MODEL } from "./device.ts";
import * as wire from "./wire.ts";

const FAULT_APP = fileURLToPath(new URL("fault-app", import.meta.url));
const NOTHING = Uint8Array.of(0);
const FRAMES = 5;
const SEED = 3;

const folder = mkdtempSync(join(tmpdir(), "pioneer-boards-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("every board in QEMU is tested here", () => {
  const emulated = listBoards().filter(
    (board) => board.kind === "emulated" && board.emulator.program.startsWith("qemu-"),
  );
  expect(emulated.map(({ id }) => id)).toEqual(BOARDS.map(({ id }) => id));
});

describe.each(BOARDS)("$id", { timeout: 60_000 }, (board) => {
  const missing = missingFor(board.id);
  if (missing.length > 0) console.warn(`${board.id} is skipped: ${missing.join(", ")} missing`);
  const whenThere = it.skipIf(missing.length > 0);
  const elves = { check: "", fault: "" };
  let device: Device | undefined;

  beforeAll(() => {
    if (missing.length > 0) return;
    for (const app of ["check", "fault"] as const) {
      const env = { PIONEER_APP: app, PIONEER_APP_DIR: app === "fault" ? FAULT_APP : "" };
      const built = build({ ...env, PIONEER_MODEL_DIR: TOY_MODEL }, board.id);
      expect(built.status, built.log).toBe(0);
      expect(built.log).not.toMatch(/warning/i);
      elves[app] = built.elf;
    }
  });

  afterEach(() => device?.close());

  whenThere("the plugin's decoder and objdump agree on every instruction of both programs", () => {
    for (const elf of Object.values(elves)) {
      const { compared, unlisted, wrong } = compareFirmware(elf, board.toolchain);
      expect({ unlisted, wrong }).toEqual({ unlisted: [], wrong: [] });
      expect(compared).toBeGreaterThan(500);
    }
  });

  async function boot(app: "check" | "fault"): Promise<Device> {
    device = await Device.boot(elves[app], board.id);
    return device;
  }

  /** The Hello, once what the board has to say after it is heard. */
  async function greet(toy: Device): Promise<wire.Frame> {
    const hello = await toy.greet();
    expect(hello.type).toBe(wire.HELLO);
    if (board.notice !== undefined) {
      const log = await toy.receive();
      expect([log.type, wire.readText(log.payload)]).toEqual([wire.LOG, board.notice]);
    }
    return hello;
  }

  whenThere("greets, goes on after damaged frames, computes and takes its leave", async () => {
    const toy = await boot("check");
    const hello = await greet(toy);
    expect(Buffer.from(hello.payload.slice(1, 1 + board.id.length)).toString()).toBe(board.id);

    const frame = wire.frameBytes(wire.INPUT, 0, wire.inputPayload(0, [1, 2, 3]));
    toy.write(frame.map((byte, at) => (at === 3 ? byte ^ 4 : byte)));
    toy.write(frame.filter((_, at) => at !== 3));
    toy.write(Uint8Array.from({ length: 3000 }, (_, at) => (at % 255) + 1));
    toy.send(wire.INPUT, wire.inputPayload(0, [1, 2, 3]));
    toy.send(wire.INPUT, wire.inputPayload(1, [10, 0, 255]));
    const outputs = [await toy.receive(), await toy.receive()];
    // output = input + sum of all inputs, modulo 256
    expect(outputs.map(({ payload }) => wire.readOutput(payload))).toEqual([
      { frame: 0, cycles: 0n, values: [2, 4, 6], state: [1, 2, 3] },
      { frame: 1, cycles: 0n, values: [21, 2, 1], state: [11, 2, 2] },
    ]);

    toy.send(wire.STOP, NOTHING);
    const summary = wire.readSummary((await toy.receive()).payload);
    // One flipped, one shortened; the bytes without an end swallow the delimiter of a frame and are one more.
    expect(summary).toMatchObject({ frames: 2, droppedRecords: 0, badFrames: 3 });
    expect(summary.stackBytes).toBeGreaterThan(64);
    expect(summary.stackBytes).toBeLessThan(4096);
    expect(await toy.exitStatus()).toBe(0);
  });

  whenThere.each([
    { fault: 0, cause: 2, where: "read_nowhere", address: 0xf000_0000 },
    { fault: 1, cause: 3, where: "run_undefined_instruction", address: 0 },
  ])("reports a fault in $where", async ({ fault, cause, where, address }) => {
    const toy = await boot("fault");
    await greet(toy);
    toy.send(wire.INPUT, wire.inputPayload(0, [fault, 0, 0]));
    const report = wire.readFault((await toy.receive()).payload);
    expect(report).toMatchObject({ cause, address });
    expect(functionAt(elves.fault, report.pc, board.toolchain)).toBe(where);
    expect(functionAt(elves.fault, report.lr, board.toolchain)).toBe("main");
    expect(await toy.exitStatus()).toBe(4);
  });

  whenThere("reports a stack overflow", async () => {
    const toy = await boot("fault");
    await greet(toy);
    toy.send(wire.INPUT, wire.inputPayload(0, [5, 0, 0]));
    const report = wire.readFault((await toy.receive()).payload);
    expect(report.cause).toBe(7);
    // The core keeps the counter where it needs no stack for it; else the last return address is found on the stack.
    expect(
      [report.pc, report.lr].map((at) => functionAt(elves.fault, at, board.toolchain)),
    ).toContain("recurse");
    expect(report.address).toBeGreaterThanOrEqual(board.belowStack[0]);
    expect(report.address).toBeLessThan(board.belowStack[1]);
    expect(await toy.exitStatus()).toBe(4);
  });

  whenThere("runs the shipped model exactly, with the same counts twice", async () => {
    const prepared = prepare("hearable", { board: board.id, format: "int8" });
    const { plan, quantize } = prepared.generated.stages;
    const modelDir = writePrepared(prepared);
    const twin = createTwin(quantize.model);
    const inputs = xorshiftFrames(plan.input, quantize.model.inputSize, SEED, FRAMES);
    const expected = inputs.map((input) => {
      const { buffer, byteOffset, byteLength } = twin.step(input);
      return [...new Uint8Array(buffer, byteOffset, byteLength)];
    });
    const frames = inputs.map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength));

    const run = async () => {
      const device = await prepareDevice({
        board: loadBoard(board.id),
        app: "stream",
        modelDir,
        key: `test-${board.id}`,
        progress: silentProgress,
        signal: new AbortController().signal,
      });
      const session = new Session(device.link);
      try {
        await session.open();
        await session.stream(frames);
        const result = await session.finish();
        expect(result.state).toBe("completed");
        expect(result.run.outputs.map(({ record }) => [...record.values])).toEqual(expected);
        const bytes = (await device.readCounts()) ?? undefined;
        return parseCounts(new TextDecoder().decode(bytes));
      } finally {
        await session.close();
        await device.dispose();
      }
    };
    const first = await run();
    expect(first.problems).toEqual([]);
    expect(first.regions).toHaveLength(FRAMES);
    for (const { instructions, undecoded, interrupted, bytesLoaded } of first.regions) {
      expect(instructions).toBeGreaterThan(0);
      // Every weight is read once a frame.
      expect(bytesLoaded).toBeGreaterThan(plan.cost.macs);
      expect(undecoded ?? 0).toBe(0);
      expect(interrupted ?? 0).toBe(0);
    }
    expect(await run()).toEqual(first);
  });
});
