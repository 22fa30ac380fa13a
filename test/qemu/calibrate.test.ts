/**
 * Fits a board's model to a recording of its loops: the emulator runs them by a table that differs from the stated one, the
 * recording is written as a board would answer, and what was changed has to be found. The bytes are made without host code.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  checkMeasured,
  findMeasured,
  fittedRules,
  loadBoard,
  type MeasuredBoard,
  withCalibration,
} from "../../codegen/index.ts";
import { CaptureWriter } from "../../host/capture/file.ts";
import { loopSetOf } from "../../host/workflow/bench/roof-loops.ts";
import { countLoops } from "../../host/workflow/bench/roofs.ts";
import { calibrate } from "../../host/workflow/calibrate.ts";
import { requireEmulated } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { blob, text, u8, u16, u32, u64, wireFrame } from "../unit/frames-wire.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 240_000;
const BOARD = "nucleo-l476rg";
const SET = loopSetOf("cortex-m4");

/** Stated are 2 (1..3), 3 (3..4), 1 (1..2) and 4 wait states. */
const TRUTH = { branchRefill: 1, fpuMac: 4, store: 2 } as const;
const TRUE_WAITS = 6;
/** Flash of an STM32L476 comes by 64 bits, which its data lines fetch at once. */
const FLASH_BYTES = 8;

const folder = mkdtempSync(join(tmpdir(), "pioneer-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const context = {
  progress: silentProgress,
  signal: new AbortController().signal,
  print: () => {},
};

/** A recording of what a board says of itself and of each loop. */
function record(
  name: string,
  cycles: readonly number[],
  hello: { readonly board?: string; readonly counterKind?: number; readonly clockHz?: number } = {},
): string {
  const { board = BOARD, counterKind = 1, clockHz = 80_000_000 } = hello;
  const path = join(folder, name);
  const writer = new CaptureWriter(path, {
    ...{ schema: 1, toolVersion: "0.1.0", board, as: null, app: "speed", format: "none" },
    ...{ model: { name: "roofs", digest: SET?.digest ?? "" }, wireVersion: 1, link: "a port" },
  });
  let sequence = 0;
  const say = (type: number, payload: number[]) =>
    writer.received(Uint8Array.from(wireFrame({ type, sequence: sequence++, payload })), 0);
  const names = [board, "speed", "roofs", SET?.digest ?? "", "GCC 12.2"].flatMap(text);
  say(0x01, [...names, ...u32(clockHz), ...u8(counterKind), ...[4, 4, 0].flatMap(u16), ...u8(0)]);
  for (const [frame, count] of cycles.entries()) {
    say(0x02, [...u32(frame), ...u64(count), ...blob([]), ...blob([])]);
  }
  writer.end("finished");
  return path;
}

/** Waits of the loops through flash: each part that is new waits, so that strides below it wait in that part of the laps. */
function withWaits(cycles: readonly number[], each: number): readonly number[] {
  return cycles.map((count, index) => {
    const loop = SET?.loops[(index % each) - 2];
    const stride = Number(/^load-weights-(\d+)$/.exec(loop?.name ?? "")?.[1] ?? 0);
    return count + (loop?.laps ?? 0) * Math.min(1, stride / FLASH_BYTES) * TRUE_WAITS;
  });
}

const missing = missingFor("qemu-m4");

describe.skipIf(missing.length > 0)(`a recording of the loops ${missing.join(", ")}`, () => {
  let stored: MeasuredBoard;

  test(
    "tells the rules and wait states that it was made with",
    async () => {
      const rules = Object.fromEntries(
        Object.entries(TRUTH).map(([name, value]) => [name, { value }]),
      );
      const emulated = requireEmulated(loadBoard("qemu-m4"));
      const { regions, set } = await countLoops(context, emulated, rules);
      const cycles = withWaits(
        regions.map((region) => region.cycles ?? 0),
        set.loops.length + 2,
      );
      const file = record("board.tpcap", cycles);
      await calibrate(context as never, { board: BOARD, out: folder }, file);
      const board = loadBoard(BOARD);
      const path = join(folder, `${BOARD}.json`);
      stored = checkMeasured(JSON.parse(readFileSync(path, "utf8")), board, path);
      expect(findMeasured(board, folder)).toEqual(stored);
      const found = fittedRules(stored);
      for (const [name, value] of Object.entries(TRUTH)) {
        expect(found[name]?.value, name).toBeCloseTo(value, 6);
        expect(found[name]?.kind).toBe("modelled");
        expect(found[name]?.source).toMatch(/^fitted to .*; in place of \d/);
      }
      // What the truth did not change is told to be as stated.
      expect(found.callRefill?.value).toBeCloseTo(2, 6);
      const flash = withCalibration(board, stored).memories.find((one) => one.name === "flash");
      expect(flash?.waitStates?.value).toBeCloseTo(TRUE_WAITS, 6);
      expect(flash?.waitStates?.source).toContain("in place of 4");
      expect(new Set(stored.microbenchmarks.map(({ kind }) => kind))).toEqual(
        new Set(["measured"]),
      );
      expect(stored.firmware).toMatchObject({ clockHz: 80_000_000, compiler: "GCC 12.2" });
    },
    TIMEOUT_MS,
  );

  test(
    "makes the model charge what the board took",
    async () => {
      const rules = fittedRules(stored);
      const again = await countLoops(context, requireEmulated(loadBoard("qemu-m4")), rules);
      const wanted = await countLoops(
        context,
        requireEmulated(loadBoard("qemu-m4")),
        Object.fromEntries(Object.entries(TRUTH).map(([name, value]) => [name, { value }])),
      );
      expect(again.regions.map(({ cycles }) => cycles)).toEqual(
        wanted.regions.map(({ cycles }) => cycles),
      );
      expect(again.device.cycleModel).toContain("as fitted to the board's own cycles");
    },
    TIMEOUT_MS,
  );
});

describe("a recording that measured nothing is refused:", () => {
  const each = (SET?.loops.length ?? 0) + 2;
  const cycles = Array.from({ length: each }, () => 1000);
  const of = (file: string, board = BOARD) =>
    calibrate(context as never, { board, out: folder }, file);

  test.each([
    ["an emulator's, which has no counter", record("none.tpcap", cycles, { counterKind: 0 })],
    ["one without a clock", record("clock.tpcap", cycles, { clockHz: 0 })],
    ["another board's", record("other.tpcap", cycles, { board: "teensy41" })],
    ["one that was cut before a whole pass", record("cut.tpcap", cycles.slice(1))],
  ])("%s", async (_, file) => {
    await expect(of(file)).rejects.toThrow("TP-USE-106");
  });

  test("an emulated board's, whatever it says", async () => {
    const file = record("emulated.tpcap", cycles, { board: "qemu-m4" });
    await expect(of(file, "qemu-m4")).rejects.toThrow("qemu-m4 is emulated");
    await expect(of(file)).rejects.toThrow("it was recorded on qemu-m4");
  });
});
