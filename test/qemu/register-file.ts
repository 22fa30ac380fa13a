/**
 * Runs firmware on an interpreted Cortex-M0+ whose peripherals a test plays: every register access is the test's, every
 * write is kept in order. For chips that no emulator has; their C is compiled for this core, with the same HAL.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RP2040 } from "rp2040js";

const FIRMWARE = fileURLToPath(new URL("../../firmware", import.meta.url));
const SHARED = ["apps/region.c", "apps/session.c", "hal/image.c"];
const WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"];

const RAM = 0x2000_0000;
const RAM_BYTES = 256 << 10;
const PERIPHERALS = 0x4000_0000;

function sourcesIn(folder: string): string[] {
  const names = readdirSync(join(FIRMWARE, folder)).filter((name) => name.endsWith(".c"));
  return names.sort().map((name) => `${folder}/${name}`);
}

/**
 * Links a program with a model and a HAL, folders or files under firmware/, into what flash holds.
 * @throws Error with the compiler's words
 */
export function linkForRegisterFile(
  image: string,
  request: {
    readonly hal: readonly string[];
    readonly script: string;
    readonly board: string;
    readonly model: string;
    /** Files of apps/ without .c; `check` alone without it. */
    readonly apps?: readonly string[];
    readonly flags?: readonly string[];
  },
): void {
  const elf = `${image}.elf`;
  const hal = ["hal/cortex_m", "hal/cortex_m_v7", ...request.hal];
  const sources = hal.flatMap((path) => (path.endsWith(".c") ? [path] : sourcesIn(path)));
  const model = readdirSync(request.model).filter((name) => name.endsWith(".c"));
  const finished = spawnSync(
    "arm-none-eabi-gcc",
    [
      ...["-mcpu=cortex-m0plus", "-mthumb", "-std=c11", "-O2", ...WARNINGS],
      ...["-Ihal", "-Itelemetry", "-Iapps", `-I${request.model}`],
      `-DPIONEER_BOARD="${request.board}"`,
      ...(request.flags ?? []),
      ...[
        ...(request.apps ?? ["check"]).map((name) => `apps/${name}.c`),
        ...SHARED,
        ...sourcesIn("telemetry"),
        ...sources,
      ],
      ...model.map((name) => join(request.model, name)),
      ...["-nostartfiles", "-T", request.script, "-o", elf],
    ],
    { cwd: FIRMWARE, encoding: "utf8" },
  );
  const words = finished.stdout + finished.stderr;
  if (finished.status !== 0 || words !== "") throw new Error(words);
  spawnSync("arm-none-eabi-objcopy", ["-O", "binary", elf, image]);
}

/** What a chip's registers do. */
export interface Registers {
  read(address: number): number;
  write(address: number, value: number): void;
  /** After every instruction. */
  tick?(): void;
}

export interface Write {
  readonly address: number;
  readonly value: number;
}

export class Interpreter {
  /** Writes to peripherals of the chip, in order; those of the core's own are left out. */
  readonly writes: Write[] = [];
  instructions = 0;
  readonly ram = new DataView(new ArrayBuffer(RAM_BYTES));
  readonly #chip = new RP2040();

  constructor(
    flash: { readonly address: number; readonly bytes: Uint8Array },
    registers: Registers,
    /** Where the chip shows its RAM to the bus that fetches code, too. */
    codeRam?: number,
  ) {
    const chip = this.#chip;
    const code = new DataView(new Uint8Array(flash.bytes).buffer);
    const placeOf = (address: number): [DataView, number] | null => {
      const inFlash = (address >>> 0) - flash.address;
      if (inFlash >= 0 && inFlash < code.byteLength) return [code, inFlash];
      const at = address >>> 0;
      const isAlias = codeRam !== undefined && at >= codeRam && at < codeRam + RAM_BYTES;
      const inRam = at - (isAlias ? codeRam : RAM);
      return inRam >= 0 && inRam < RAM_BYTES ? [this.ram, inRam] : null;
    };
    const reader = (read: (view: DataView, at: number) => number) => (address: number) => {
      const place = placeOf(address);
      return place ? read(...place) : registers.read(address >>> 0) >>> 0;
    };
    chip.readUint8 = reader((view, at) => view.getUint8(at));
    chip.readUint16 = reader((view, at) => view.getUint16(at, true));
    chip.readUint32 = reader((view, at) => view.getUint32(at, true));
    const writer =
      (write: (view: DataView, at: number, value: number) => void) =>
      (address: number, value: number) => {
        const place = placeOf(address);
        if (place?.[0] === code) throw new Error(`a store to flash at ${address.toString(16)}`);
        if (place) return write(...place, value);
        const at = address >>> 0;
        if (at >= PERIPHERALS && at < 0xe000_0000)
          this.writes.push({ address: at, value: value >>> 0 });
        registers.write(at, value >>> 0);
      };
    chip.writeUint8 = writer((view, at, value) => view.setUint8(at, value));
    chip.writeUint16 = writer((view, at, value) => view.setUint16(at, value, true));
    chip.writeUint32 = writer((view, at, value) => view.setUint32(at, value, true));
    chip.core.VTOR = flash.address;
    chip.core.reset();
    this.#tick = registers.tick?.bind(registers);
  }

  /** Where the next instruction lies. */
  get programCounter(): number {
    return this.#chip.core.PC;
  }

  readonly #tick: (() => void) | undefined;

  /** Runs until `done`, at most `limit` instructions; a rest ends at once. @throws Error at the limit */
  run(done: () => boolean, limit: number): void {
    const { core } = this.#chip;
    for (let left = limit; !done(); left--) {
      if (left === 0)
        throw new Error(`not done after ${limit} instructions, at ${core.PC.toString(16)}`);
      core.executeInstruction();
      core.waiting = false;
      this.instructions++;
      this.#tick?.();
    }
  }
}
