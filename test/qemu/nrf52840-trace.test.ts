/**
 * The nRF52840's HAL against its registers as the Product Specification 1.7 gives them, played here: what is written at
 * the start, and a conversation through EasyDMA's two halves. No emulator has this chip; times and analogue parts stay open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Nrf52840 } from "./nrf52840-registers.ts";
import { Interpreter, linkForRegisterFile } from "./register-file.ts";
import * as wire from "./wire.ts";

const TOY_MODEL = join(import.meta.dirname, "toy-model");
const HALF = 4096;

const folder = mkdtempSync(join(tmpdir(), "pioneer-nrf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasCompiler = spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0;

describe.skipIf(!hasCompiler)("nRF52840", { timeout: 60_000 }, () => {
  const image = join(folder, "firmware.bin");

  beforeAll(() => {
    linkForRegisterFile(image, {
      hal: ["hal/nrf52840/nrf52840.c"],
      script: "hal/nrf52840.ld",
      board: "nrf52840-dk",
      model: TOY_MODEL,
    });
  });

  function start(chip: Nrf52840): Interpreter {
    const interpreter = new Interpreter({ address: 0, bytes: readFileSync(image) }, chip);
    chip.attach(interpreter.ram);
    return interpreter;
  }

  test("writes at its start what the Product Specification asks for, in its order", () => {
    const chip = new Nrf52840();
    const interpreter = start(chip);
    interpreter.run(
      () => interpreter.writes.some(({ address }) => address === 0x4000_8304),
      100_000,
    );
    const ring = interpreter.writes.find(({ address }) => address === 0x4000_2534)?.value ?? 0;
    expect(ring).toBeGreaterThanOrEqual(0x2000_0000);
    expect(ring).toBeLessThan(0x2004_0000 - 2 * HALF);
    expect(interpreter.writes.map(({ address, value }) => [address, value])).toEqual([
      [0x4000_0400, 0], // POWER.RESETREAS: no flag to clear
      [0x4000_0000, 1], // CLOCK.TASKS_HFCLKSTART
      [0x4000_0578, 1], // POWER.DCDCEN
      [0x4001_e540, 1], // NVMC.ICACHECNF: cache on
      [0x4000_9504, 2], // TIMER1.MODE: low power counter
      [0x4000_9508, 3], // TIMER1.BITMODE: 32 bits
      [0x4000_9000, 1], // TIMER1.TASKS_START
      [0x4001_f510, 0x4000_2108], // PPI.CH[0].EEP: UARTE0.EVENTS_RXDRDY
      [0x4001_f514, 0x4000_9008], // PPI.CH[0].TEP: TIMER1.TASKS_COUNT
      [0x4001_f504, 1], // PPI.CHENSET
      [0x5000_0508, 1 << 6], // P0.OUTSET: the line rests high
      [0x5000_0518, 1 << 6], // P0.DIRSET
      [0x5000_0720, 0x0c], // P0.PIN_CNF[8]: input, pulled up
      [0x4000_250c, 6], // UARTE0.PSEL.TXD
      [0x4000_2514, 8], // UARTE0.PSEL.RXD
      [0x4000_2524, 0x0f00_0000], // UARTE0.BAUDRATE: 921,600
      [0x4000_2500, 8], // UARTE0.ENABLE
      [0x4000_2200, 1 << 5], // UARTE0.SHORTS: ENDRX_STARTRX
      [0x4000_2534, ring], // UARTE0.RXD.PTR
      [0x4000_2538, HALF], // UARTE0.RXD.MAXCNT
      [0x4000_2000, 1], // UARTE0.TASKS_STARTRX
      [0x4000_8508, 3], // TIMER0.BITMODE: 32 bits
      [0x4000_8510, 4], // TIMER0.PRESCALER: 16 MHz / 16
      [0x4000_8000, 1], // TIMER0.TASKS_START
      [0x4000_8304, 1 << 17], // TIMER0.INTENSET: COMPARE[1]
    ]);
  });

  test("answers through three rounds of its two halves, loses no byte, and resets itself", () => {
    const chip = new Nrf52840();
    const interpreter = start(chip);
    const frames = 600;
    const requests = [
      Uint8Array.of(0),
      wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1)),
      ...Array.from({ length: frames }, (_, i) =>
        wire.frameBytes(wire.INPUT, i + 1, wire.inputPayload(i, [1, i & 0xff, 0])),
      ),
      wire.frameBytes(wire.STOP, frames + 1, Uint8Array.of(0)),
    ];
    chip.line = requests.flatMap((bytes) => [...bytes]);
    expect(chip.line.length).toBeGreaterThan(3 * HALF);
    interpreter.run(() => chip.reset, 40_000_000);

    const answers = wire.readFrames(Uint8Array.from(chip.sent));
    expect(answers.map(({ type }) => type)).toEqual([
      ...[wire.HELLO, 0x12],
      ...new Array(frames).fill(wire.OUTPUT),
      wire.SUMMARY,
    ]);
    for (const [i, answer] of answers.slice(2, -1).entries()) {
      const { frame, values, cycles } = wire.readOutput(answer.payload);
      // output = input + sum of all inputs: 1 + (i + 1), and i + (0 + 1 + ... + i)
      expect([frame, ...values]).toEqual([i, (i + 2) & 0xff, (i + (i * (i + 1)) / 2) & 0xff, 0]);
      expect(cycles).toBeGreaterThan(0n);
    }
    const summary = wire.readSummary(answers.at(-1)?.payload ?? new Uint8Array());
    expect(summary).toMatchObject({ frames, droppedRecords: 0, badFrames: 0 });

    const pointers = interpreter.writes.filter(({ address }) => address === 0x4000_2534);
    const [first = 0, second = 0] = pointers.map(({ value }) => value);
    expect(second).toBe(first + HALF);
    const halves = pointers.map((_, at) => (at % 2 === 0 ? first : second));
    expect(pointers.map(({ value }) => value)).toEqual(halves);
  });

  // Product Specification 5.3.7.4: 0 RESETPIN, 1 DOG, 2 SREQ, 3 LOCKUP, 16 OFF, 18 DIF; none after power-on or brown-out.
  test.each([
    { reason: 0, cause: 3 },
    { reason: 1 << 0, cause: 4 },
    { reason: 1 << 1, cause: 6 },
    { reason: 1 << 2, cause: 5 },
    { reason: (1 << 3) | 1, cause: 7 },
    { reason: 1 << 16, cause: 9 },
    { reason: 1 << 18, cause: 8 },
  ])("tells reset reason $reason as cause $cause and clears it", ({ reason, cause }) => {
    const chip = new Nrf52840();
    chip.resetReason = reason;
    const interpreter = start(chip);
    chip.line = [0, ...wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1))];
    interpreter.run(() => chip.sent.filter((byte) => byte === 0).length >= 4, 2_000_000);
    const [, boot] = wire.readFrames(Uint8Array.from(chip.sent));
    const status = new Uint8Array(Uint32Array.of(reason).buffer);
    expect([boot?.type, ...(boot?.payload ?? [])]).toEqual([0x12, cause, ...status]);
    expect(chip.resetReason).toBe(0);
  });

  test("runs on without a crystal, and says so", () => {
    const chip = new Nrf52840();
    chip.hasCrystal = false;
    const interpreter = start(chip);
    chip.line = [0, ...wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1))];
    const isWhole = () => chip.sent.filter((byte) => byte === 0).length >= 6;
    interpreter.run(isWhole, 2_000_000);
    const [, , log] = wire.readFrames(Uint8Array.from(chip.sent));
    expect(wire.readText(log?.payload ?? new Uint8Array())).toContain("the crystal did not start");
  });

  describe("with a step's functions in the RAM that code is fetched from", () => {
    const ramImage = join(folder, "code-ram.bin");
    /** Product Specification, memory: the RAM at 0x20000000 once more. */
    const CODE_RAM = 0x0080_0000;

    beforeAll(() => {
      linkForRegisterFile(ramImage, {
        hal: ["hal/nrf52840/nrf52840.c"],
        script: "hal/nrf52840.ld",
        board: "nrf52840-dk",
        model: TOY_MODEL,
        flags: ['-DPIONEER_CODE=__attribute__((section(".pioneer_code_ram")))'],
      });
    });

    test("they are linked there and loaded from flash, and data begins on the next line of 8 KB", () => {
      const run = (program: string, flag: string) =>
        spawnSync(`arm-none-eabi-${program}`, [flag, `${ramImage}.elf`], { encoding: "utf8" })
          .stdout;
      const addressOf = (name: string) =>
        Number.parseInt(
          new RegExp(`^([0-9a-f]+) . ${name}$`, "m").exec(run("nm", "-n"))?.[1] ?? "",
          16,
        );
      expect(addressOf("toy_step")).toBe(CODE_RAM);
      const [, bytes = "", runs, loaded = ""] =
        /\.code_ram +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+)/.exec(run("objdump", "-h")) ?? [];
      expect(runs).toBe("00800000");
      expect(Number.parseInt(bytes, 16)).toBeGreaterThan(0);
      expect(Number.parseInt(bytes, 16)).toBeLessThan(8 << 10);
      expect(Number.parseInt(loaded, 16)).toBeLessThan(1 << 20);
      expect(addressOf("stack_guard")).toBe(0x2000_2000);
      for (const name of ["data_start", "bss_start", "arrived"]) {
        expect(addressOf(name), name).toBeGreaterThanOrEqual(0x2000_2000);
      }
    });

    test("they are copied at the start, run there, and answer the same", () => {
      const chip = new Nrf52840();
      const flash = { address: 0, bytes: readFileSync(ramImage) };
      const interpreter = new Interpreter(flash, chip, CODE_RAM);
      chip.attach(interpreter.ram);
      chip.line = [
        Uint8Array.of(0),
        wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1)),
        wire.frameBytes(wire.INPUT, 1, wire.inputPayload(0, [1, 2, 3])),
        wire.frameBytes(wire.INPUT, 2, wire.inputPayload(1, [10, 20, 250])),
        wire.frameBytes(wire.STOP, 3, Uint8Array.of(0)),
      ].flatMap((bytes) => [...bytes]);
      let fetchedInRam = 0;
      interpreter.run(() => {
        if (interpreter.programCounter >= CODE_RAM) fetchedInRam++;
        return chip.reset;
      }, 2_000_000);
      expect(fetchedInRam).toBeGreaterThan(0);
      const outputs = wire
        .readFrames(Uint8Array.from(chip.sent))
        .filter(({ type }) => type === wire.OUTPUT)
        .map(({ payload }) => [...wire.readOutput(payload).values].slice(0, 3));
      // output = input + sum of all inputs, mod 256.
      expect(outputs).toEqual([
        [2, 4, 6],
        [21, 42, 247],
      ]);
    });
  });
});
