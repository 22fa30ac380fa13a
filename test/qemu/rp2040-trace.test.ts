/**
 * What the RP2040's HAL says of its last reset, against its registers as the data sheet gives them, played here: the npm
 * emulator of the chip has none of them. Clocks and the wire are left to rp2040js.test.ts.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interpreter, linkForRegisterFile, type Registers } from "./register-file.ts";
import * as wire from "./wire.ts";

const TOY_MODEL = join(import.meta.dirname, "toy-model");
/** The boot ROM copies the first 256 bytes and runs them; the vectors follow (2.8.1.3.1). */
const SECOND_STAGE_BYTES = 256;
const BYTE_INSTRUCTIONS = 700;

const CHIP_RESET = 0x4006_4008;
const REASON = 0x4005_8008;
const SCRATCH0 = 0x4005_800c;
const DMA_WRITE_ADDRESS = 0x5000_0004;

/** Oscillator, loop, clocks and blocks that are ready at once. */
const READY: ReadonlySet<number> = new Set([
  0x4002_4004, 0x4002_8000, 0x4000_8038, 0x4000_8044, 0x4000_c008,
]);

const folder = mkdtempSync(join(tmpdir(), "pioneer-rp2040-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** UART 0 with its receiver emptied by DMA, and what survives a reset. */
class Rp2040Registers implements Registers {
  readonly sent: number[] = [];
  line: number[] = [];
  reset = false;
  readonly #values: Map<number, number>;
  #ram: DataView | undefined;
  #instructions = 0;

  constructor(kept: Readonly<Record<number, number>>) {
    this.#values = new Map(Object.entries(kept).map(([at, value]) => [Number(at), value]));
  }

  attach(ram: DataView): void {
    this.#ram = ram;
  }

  read(address: number): number {
    if (READY.has(address)) return 0xffff_ffff;
    if (address === 0x5000_000c) return 1 << 24; // the channel is busy
    if (address === 0x4005_4028) return this.#instructions; // TIMERAWL
    return this.#values.get(address) ?? 0;
  }

  write(address: number, value: number): void {
    this.#values.set(address, value);
    if (address === 0x4003_4000) this.sent.push(value & 0xff);
    if (address === 0xe000_ed0c && value === 0x05fa_0004) this.reset = true;
  }

  tick(): void {
    this.#instructions++;
    if (this.read(0x4003_4030) === 0 || this.#instructions % BYTE_INSTRUCTIONS !== 0) return;
    const byte = this.line.shift();
    if (byte === undefined) return;
    const at = this.read(DMA_WRITE_ADDRESS);
    this.#ram?.setUint8(at - 0x2000_0000, byte);
    this.#values.set(DMA_WRITE_ADDRESS, at + 1);
  }
}

const hasCompiler = spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0;

describe.skipIf(!hasCompiler)("RP2040", { timeout: 60_000 }, () => {
  const image = join(folder, "firmware.bin");

  beforeAll(() => {
    linkForRegisterFile(image, {
      hal: ["boot2", "clock", "rp2040"].map((name) => `hal/rp2040/${name}.c`),
      script: "hal/rp2040.ld",
      board: "rpipico",
      model: TOY_MODEL,
    });
  }, 60_000);

  /** What the chip says of its start, and the scratch word after its goodbye. */
  function boot(kept: Readonly<Record<number, number>>) {
    const chip = new Rp2040Registers(kept);
    const bytes = readFileSync(image).subarray(SECOND_STAGE_BYTES);
    const interpreter = new Interpreter({ address: 0x1000_0000 + SECOND_STAGE_BYTES, bytes }, chip);
    chip.attach(interpreter.ram);
    chip.line = [
      ...[0, ...wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(1))],
      ...wire.frameBytes(wire.STOP, 1, Uint8Array.of(0)),
    ];
    interpreter.run(() => chip.reset, 4_000_000);
    const boots = wire.readFrames(Uint8Array.from(chip.sent)).filter(({ type }) => type === 0x12);
    return { causes: boots.map(({ payload }) => payload[0]), note: chip.read(SCRATCH0) };
  }

  // Data sheet 2.12.7: 8 HAD_POR, 16 HAD_RUN, 20 HAD_PSM_RESTART; 4.7.6: 0 TIMER, 1 FORCE.
  test.each([
    { what: "power-on or a brown-out", kept: { [CHIP_RESET]: 1 << 8 }, cause: 3 },
    { what: "the RUN pin", kept: { [CHIP_RESET]: 1 << 16 }, cause: 4 },
    { what: "the debug port", kept: { [CHIP_RESET]: 1 << 20 }, cause: 8 },
    { what: "software by the watchdog", kept: { [CHIP_RESET]: 1 << 8, [REASON]: 2 }, cause: 5 },
  ])("tells $what", ({ kept, cause }) => {
    expect(boot(kept).causes).toEqual([cause]);
  });

  test("knows its own reset, which the chip's registers do not show, by the note it left", () => {
    const { note } = boot({ [CHIP_RESET]: 1 << 8 });
    expect(note).not.toBe(0);
    expect(boot({ [CHIP_RESET]: 1 << 8, [SCRATCH0]: note }).causes).toEqual([5]);
  });

  // The boot ROM leaves BOOTSEL by a reboot with the watchdog's timer, so TIMER follows every copy of a UF2 file.
  test("calls a time-out neither the watchdog's doing nor a power-on", () => {
    expect(boot({ [CHIP_RESET]: 1 << 8, [REASON]: 1 }).causes).toEqual([]);
  });

  test("says nothing where the registers are not there, as in the emulator", () => {
    expect(boot({ [CHIP_RESET]: 0xffff_ffff }).causes).toEqual([]);
  });
});
