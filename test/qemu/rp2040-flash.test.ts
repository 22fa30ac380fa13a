/**
 * The Pico's second stage against its flash interface and flash, played here by their data sheets: QE is set once and
 * nothing else changed, four lines are read at half the core's clock, and no wait is without an end. Pads and times stay open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interpreter, type Registers } from "./register-file.ts";

const SOURCE = fileURLToPath(new URL("../../firmware/hal/rp2040/boot2.c", import.meta.url));
const GCC = "arm-none-eabi-gcc";
const FLASH = 0x1000_0000;
const SSI = 0x1800_0000;
const VTOR = 0xe000_ed08;
const STACK = 0x2004_2000;
const PROGRAM = 0x1000_0181;

/** Instructions that a byte takes on one line: 8 clocks of the flash at half the core's, of one instruction each. */
const BYTE_TICKS = 16;

const folder = mkdtempSync(join(tmpdir(), "pioneer-boot2-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** W25Q16JV: what of its commands a start needs (data sheet 8.2). */
class Flash {
  status2: number;
  readonly commands: number[] = [];
  /** Reads of BUSY that a write takes. */
  readonly #writeReads: number;
  #busy = 0;
  #isWritable = false;

  constructor(status2: number, writeReads: number) {
    this.status2 = status2;
    this.#writeReads = writeReads;
  }

  /** Bytes of one selection on one line; gives what comes back for each. */
  select(bytes: readonly number[]): readonly number[] {
    const [command = 0, value] = bytes;
    this.commands.push(command);
    if (command === 0x06) this.#isWritable = true;
    if (command === 0x31 && this.#isWritable && value !== undefined) {
      this.status2 = value;
      this.#busy = this.#writeReads;
      this.#isWritable = false;
    }
    const answer = { 53: this.status2, 5: this.#busy > 0 ? 1 : 0 }[command] ?? 0xff;
    if (command === 0x05 && this.#busy > 0) this.#busy--;
    return bytes.map((_, at) => (at === 0 ? 0xff : answer));
  }
}

/** The SSI of the RP2040 (data sheet 4.10): two queues, and a selection that lasts as long as the first is fed. */
class Interface implements Registers {
  readonly values = new Map<number, number>();
  vectorTable = 0;
  /** Words of the read that makes the flash expect addresses alone. */
  quadRead: readonly number[] = [];
  readonly #flash: Flash;
  #sending: number[] = [];
  #selection: number[] = [];
  #received: number[] = [];
  #ticks = 0;

  constructor(flash: Flash) {
    this.#flash = flash;
  }

  get #isQuad(): boolean {
    return (((this.values.get(SSI) ?? 0) >> 21) & 3) === 2;
  }

  read(address: number): number {
    if (address === SSI + 0x28) {
      return (this.#sending.length === 0 ? 4 : 0) | (this.#ticks > 0 ? 1 : 0);
    }
    if (address === SSI + 0x60) {
      const byte = this.#received.shift();
      expect(byte, "a read of an empty queue").toBeDefined();
      return byte as number;
    }
    return this.values.get(address) ?? (address >> 16 === 0x4002 ? 0x56 : 0);
  }

  write(address: number, value: number): void {
    if (address === VTOR) this.vectorTable = value;
    if (address !== SSI + 0x60) {
      const isOn = this.values.get(SSI + 0x08) === 1;
      const isSetting = [0x00, 0x04, 0x14, 0xf0, 0xf4].includes(address - SSI);
      expect(isOn && isSetting, `a setting while it is on: ${address.toString(16)}`).toBe(false);
      if (address === SSI + 0x08 && value === 0) {
        expect(this.#ticks, "switched off while it sends").toBe(0);
        [this.#sending, this.#received] = [[], []];
      }
      this.values.set(address, value);
      return;
    }
    this.#sending.push(value);
    if (this.#ticks === 0) this.#ticks = BYTE_TICKS;
  }

  tick(): void {
    if (this.#ticks === 0 || --this.#ticks > 0) return;
    this.#selection.push(this.#sending.shift() as number);
    if (this.#sending.length > 0) {
      this.#ticks = BYTE_TICKS;
      return;
    }
    if (this.#isQuad) this.quadRead = this.#selection;
    else this.#received.push(...this.#flash.select(this.#selection));
    this.#selection = [];
  }
}

describe.skipIf(spawnSync(GCC, ["--version"]).status !== 0)("the Pico's second stage", () => {
  let stage: Buffer;
  beforeAll(() => {
    const object = join(folder, "boot2.o");
    const flags = ["-mcpu=cortex-m0plus", "-mthumb", "-O2", "-Wall", "-Wextra", "-Werror"];
    const built = spawnSync(GCC, [...flags, "-c", SOURCE, "-o", object], { encoding: "utf8" });
    expect(built.stdout + built.stderr).toBe("");
    const bytes = join(folder, "boot2.bin");
    spawnSync("arm-none-eabi-objcopy", ["-O", "binary", "-j", ".boot2", object, bytes]);
    stage = readFileSync(bytes);
  }, 60_000);

  /** Runs it from behind a vector table of its own; the program's is at 100h, as in flash. */
  function start(status2: number, writeReads = 3) {
    const image = Buffer.alloc(0x200);
    image.writeUInt32LE(STACK, 0);
    image.writeUInt32LE(FLASH + 8 + 1, 4);
    stage.copy(image, 8);
    image.writeUInt32LE(STACK, 0x100);
    image.writeUInt32LE(PROGRAM, 0x104);
    image.writeUInt16LE(0xbf00, 0x180); // nop
    const flash = new Flash(status2, writeReads);
    const ssi = new Interface(flash);
    const chip = new Interpreter({ address: FLASH, bytes: image }, ssi);
    chip.run(() => ssi.vectorTable !== 0, 20_000_000);
    return { flash, ssi, instructions: chip.instructions };
  }

  test("fits the 252 bytes that the boot ROM checks", () => {
    expect(stage.length).toBeLessThanOrEqual(252);
    expect(stage.length).toBeGreaterThan(100);
  });

  test.each([
    { status2: 0x00, after: 0x02, commands: [0x35, 0x06, 0x31, 0x05, 0x05, 0x05, 0x05] },
    // SUS and CMP are not its to change.
    { status2: 0xc0, after: 0xc2, commands: [0x35, 0x06, 0x31, 0x05, 0x05, 0x05, 0x05] },
    { status2: 0x02, after: 0x02, commands: [0x35] },
  ])("allows four lines where status register 2 is $status2", ({ status2, after, commands }) => {
    const { flash } = start(status2);
    expect(flash.status2).toBe(after);
    expect(flash.commands).toEqual(commands);
  });

  test("leaves the interface reading over four lines without a command", () => {
    const { ssi } = start(0x02);
    // EBh with address 0 and mode A0h, then addresses alone.
    expect(ssi.quadRead).toEqual([0xeb, 0xa0]);
    const at = (offset: number) => ssi.values.get(SSI + offset);
    expect(at(0x08)).toBe(1);
    expect(at(0x14)).toBe(2);
    expect(at(0xf0)).toBe(1);
    // Four lines (2 at bit 21), frames of 32 bits (31 at bit 16), EEPROM read (3 at bit 8).
    expect(at(0x00)).toBe((2 << 21) | (31 << 16) | (3 << 8));
    // Appended A0h, 4 waits (bit 11), no command, 32 bits of address in nibbles (bit 2), all on four lines (2).
    expect(at(0xf4)).toBe(((0xa0 << 24) | (4 << 11) | (8 << 2) | 2) >>> 0);
    expect(ssi.vectorTable).toBe(FLASH + 0x100);
  });

  test("starts the program even when the flash stays busy, within a second of the start's 12 MHz", () => {
    const { flash, ssi, instructions } = start(0x00, Number.POSITIVE_INFINITY);
    expect(flash.commands.filter((command) => command === 0x05)).toHaveLength(0x1800);
    expect(ssi.quadRead).toEqual([0xeb, 0xa0]);
    expect(instructions).toBeLessThan(12e6);
  });
});
