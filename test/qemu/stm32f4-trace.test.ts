/**
 * The STM32F4's HAL on the Nucleo-F446RE against its registers as RM0390 gives them, played here: the clock tree with and
 * without its oscillator, and a receiver emptied by DMA, which QEMU's chip has not. Times and analogue parts stay open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interpreter, linkForRegisterFile, type Registers } from "./register-file.ts";
import * as wire from "./wire.ts";

const TOY_MODEL = join(import.meta.dirname, "toy-model");
const RING = 8192;

/** Instructions from one byte on the wire to the next; 10 bits at 921,600 baud and 180 MHz leave 1953. */
const BYTE_INSTRUCTIONS = 700;

const RCC_CR = 0x4002_3800;
const PLLCFGR = 0x4002_3804;
const CFGR = 0x4002_3808;
const RCC_CSR = 0x4002_3874;

const folder = mkdtempSync(join(tmpdir(), "pioneer-stm32f4-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Clock controller, regulator, USART2, DMA1 stream 5 and timer 2, as far as a polled program sees them. */
class Stm32f446 implements Registers {
  readonly sent: number[] = [];
  reset = false;
  line: number[] = [];
  /** RCC.CSR as the reset left it; a write of bit 24 clears its flags. */
  resetFlags = 0;
  readonly #values = new Map([
    [RCC_CR, 0x83], // the internal oscillator is on and ready
    [PLLCFGR, 0x2400_3010],
    [0x4000_4400, 0xc0], // nothing to send
  ]);
  readonly #has: { readonly oscillator: boolean; readonly loop: boolean };
  #ram: DataView | undefined;
  #received = 0;
  #instructions = 0;

  constructor(has: { readonly oscillator: boolean; readonly loop: boolean }) {
    this.#has = has;
  }

  attach(ram: DataView): void {
    this.#ram = ram;
  }

  read(address: number): number {
    if (address === 0xe000_1004 || address === 0x4000_0024) return this.#instructions;
    if (address === RCC_CSR) return this.resetFlags;
    return this.#values.get(address) ?? 0;
  }

  write(address: number, value: number): void {
    if (address === RCC_CSR && (value & (1 << 24)) !== 0) this.resetFlags = 0;
    this.#values.set(address, value);
    const on = (bit: number) => (value & (1 << bit)) !== 0;
    if (address === RCC_CR) {
      const ready =
        (on(16) && this.#has.oscillator ? 1 << 17 : 0) | (on(24) && this.#has.loop ? 1 << 25 : 0);
      this.#values.set(RCC_CR, value | ready);
    }
    if (address === CFGR) this.#values.set(CFGR, (value & ~0xc) | ((value & 3) << 2));
    if (address === 0x4000_7000) this.#values.set(0x4000_7004, value & (3 << 16));
    if (address === 0x4000_4404) this.sent.push(value & 0xff);
    if (address === 0xe000_ed0c && value === 0x05fa_0004) this.reset = true;
  }

  tick(): void {
    this.#instructions++;
    const isOn = (this.read(0x4000_440c) & 0x2004) === 0x2004;
    if (!isOn || this.#instructions % BYTE_INSTRUCTIONS !== 0) return;
    const byte = this.line.shift();
    if (byte !== undefined) this.#receive(byte);
  }

  /** By DMA alone: the port asks for it, and the stream is circular, from the port's register. */
  #receive(byte: number): void {
    expect(this.read(0x4000_4414) & (1 << 6), "USART2.CR3.DMAR").not.toBe(0);
    expect(this.read(0x4002_6090), "DMA1.S5PAR").toBe(0x4000_4404);
    // channel 4, increment memory, circular, enabled; peripheral to memory in bytes
    expect(this.read(0x4002_6088), "DMA1.S5CR").toBe((4 << 25) | (1 << 10) | (1 << 8) | 1);
    const start = this.read(0x4002_6094) - 0x2000_0000;
    this.#ram?.setUint8(start + (this.#received++ % RING), byte);
    this.#values.set(0x4002_608c, RING - (this.#received % RING));
  }
}

const hasCompiler = spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0;

describe.skipIf(!hasCompiler)("STM32F446", { timeout: 60_000 }, () => {
  const image = join(folder, "firmware.bin");

  beforeAll(() => {
    linkForRegisterFile(image, {
      hal: ["hal/stm32f4", "hal/nucleo_f446re.c"],
      script: "hal/nucleo_f446re.ld",
      board: "nucleo-f446re",
      model: TOY_MODEL,
    });
  }, 60_000);

  function start(chip: Stm32f446): Interpreter {
    const interpreter = new Interpreter({ address: 0x0800_0000, bytes: readFileSync(image) }, chip);
    chip.attach(interpreter.ram);
    return interpreter;
  }

  /** The clock that the greeting carries [Hz], and the line after it. */
  function greeting(chip: Stm32f446): { readonly clockHz: number; readonly notice: string } {
    const interpreter = start(chip);
    chip.line = [
      ...[0, ...wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1))],
      ...wire.frameBytes(wire.STOP, 1, Uint8Array.of(0)),
    ];
    interpreter.run(() => chip.reset, 4_000_000);
    const [hello, log] = wire.readFrames(Uint8Array.from(chip.sent));
    const payload = Buffer.from(hello?.payload ?? []);
    // clock, counter, lengths of input, output and state, and credits end the greeting
    const clockHz = payload.readUInt32LE(payload.length - 12);
    return { clockHz, notice: log?.type === wire.LOG ? wire.readText(log.payload) : "" };
  }

  const lastWrite = (interpreter: Interpreter, address: number) =>
    interpreter.writes.findLast((write) => write.address === address)?.value;

  test("comes to 180 MHz from 8 MHz, slow flash first, and sets port and timer for it", () => {
    const chip = new Stm32f446({ oscillator: true, loop: true });
    const interpreter = start(chip);
    interpreter.run(
      () => interpreter.writes.some(({ address }) => address === 0x4000_0000),
      100_000,
    );
    const order = interpreter.writes.map(({ address }) => address);
    expect(lastWrite(interpreter, 0x4002_3c00)).toBe((7 << 8) | 5); // FLASH.ACR: 5 wait states
    // M = 4: 2 MHz; N = 180: 360 MHz; P = 2; from the oscillator; Q and R as reset leaves them
    expect(lastWrite(interpreter, PLLCFGR)).toBe(0x2400_0000 + (1 << 22) + (180 << 6) + 4);
    expect(lastWrite(interpreter, 0x4000_7000)).toBe(3 << 16); // PWR.CR: over-drive, switched
    // RCC.CFGR: APB1 a quarter, APB2 a half, from the loop
    expect(lastWrite(interpreter, CFGR)).toBe((5 << 10) | (4 << 13) | 2 | (0 << 2));
    expect(order.indexOf(0x4002_3c00)).toBeLessThan(order.indexOf(CFGR));
    expect(lastWrite(interpreter, 0x4000_4408)).toBe(49); // USART2.BRR: 45 MHz / 921,600 = 48.8
    expect(lastWrite(interpreter, 0x4000_0028)).toBe(89); // TIM2.PSC: 90 MHz / 90
    expect(lastWrite(interpreter, 0x4002_0020)).toBe(0x7700); // GPIOA.AFRL: pins 2 and 3, function 7
    expect(lastWrite(interpreter, 0x4002_0000)).toBe(0xa0); // GPIOA.MODER: alternate functions
  });

  test.each([
    { oscillator: true, loop: true, clockHz: 180_000_000, notice: "" },
    { oscillator: false, loop: true, clockHz: 180_000_000, notice: "no oscillator" },
    { oscillator: true, loop: false, clockHz: 16_000_000, notice: "the fast clock did not start" },
  ])("greets with $clockHz Hz where oscillator $oscillator, loop $loop", (chip) => {
    const said = greeting(new Stm32f446(chip));
    expect(said.clockHz).toBe(chip.clockHz);
    expect(said.notice.startsWith(chip.notice), said.notice).toBe(true);
    expect(said.notice === "").toBe(chip.notice === "");
  });

  // RM0390, 6.3.21: 25 BORRSTF, 26 PINRSTF, 27 PORRSTF, 28 SFTRSTF, 29 IWDGRSTF, 30 WWDGRSTF, 31 LPWRRSTF. Power-on sets
  // 25 to 27, and every reset from inside pulls the pin.
  test.each([
    { what: "power-on", flags: 0x0e00_0000, cause: 1 },
    { what: "a brown-out", flags: 0x0600_0000, cause: 2 },
    { what: "the pin", flags: 0x0400_0000, cause: 4 },
    { what: "software", flags: 0x1400_0000, cause: 5 },
    { what: "the independent watchdog", flags: 0x2400_0000, cause: 6 },
    { what: "the window watchdog", flags: 0x4400_0000, cause: 6 },
    { what: "a wrong way into a low-power mode", flags: 0x8400_0000, cause: 9 },
    { what: "nothing that it tells", flags: 0, cause: undefined },
  ])("says that it was reset by $what, and clears the flags", ({ flags, cause }) => {
    const chip = new Stm32f446({ oscillator: true, loop: true });
    chip.resetFlags = flags >>> 0;
    const interpreter = start(chip);
    chip.line = [
      ...[0, ...wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1))],
      ...wire.frameBytes(wire.STOP, 1, Uint8Array.of(0)),
    ];
    interpreter.run(() => chip.reset, 4_000_000);
    const boots = wire.readFrames(Uint8Array.from(chip.sent)).filter(({ type }) => type === 0x12);
    const status = new Uint8Array(Uint32Array.of(flags).buffer);
    expect(boots.map(({ payload }) => [...payload])).toEqual(
      cause === undefined ? [] : [[cause, ...status]],
    );
    expect(chip.resetFlags).toBe(0);
  });

  test("answers through more than a round of the DMA's ring and loses no byte", () => {
    const chip = new Stm32f446({ oscillator: true, loop: true });
    const interpreter = start(chip);
    const frames = 480;
    chip.line = [
      0,
      ...Array.from({ length: frames }, (_, i) => [
        ...wire.frameBytes(wire.INPUT, i, wire.inputPayload(i, [1, 0, 0])),
      ]).flat(),
      ...wire.frameBytes(wire.STOP, frames, Uint8Array.of(0)),
    ];
    expect(chip.line.length).toBeGreaterThan(RING);
    interpreter.run(() => chip.reset, 80_000_000);
    const answers = wire.readFrames(Uint8Array.from(chip.sent));
    expect(answers).toHaveLength(frames + 1);
    for (const [i, answer] of answers.slice(0, -1).entries()) {
      // output = input + sum of all inputs
      const { frame, values } = wire.readOutput(answer.payload);
      expect([frame, ...values]).toEqual([i, (i + 2) & 0xff, 0, 0]);
    }
    const summary = wire.readSummary(answers.at(-1)?.payload ?? new Uint8Array());
    expect(summary).toMatchObject({ frames, droppedRecords: 0, badFrames: 0 });
  });
});
