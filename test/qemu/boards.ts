/**
 * How each emulated board is started and which programs its tests need, written down a second time and by hand.
 * What the product starts is in boards/ and firmware/boards; the tests hold both against each other by running.
 */
import { spawnSync } from "node:child_process";

export interface TestedBoard {
  readonly id: string;
  readonly emulator: string;
  readonly args: readonly string[];
  /** Prefix of the compiler's programs. */
  readonly toolchain: string;
  /** The part of memory that lies below the stack, which a full stack runs into: [from, to). */
  readonly belowStack: readonly [number, number];
  /** What it says after its greeting, because the emulator lacks a part of the chip. */
  readonly notice?: string;
  /** How long its receiver drops what comes after power-on, about [ms]: the firmware waits for clocks first. */
  readonly deafMs?: number;
}

const SEMIHOSTING = ["-semihosting-config", "enable=on,target=native"];

function arm(id: string, machine: string, ram: number): TestedBoard {
  return {
    id,
    emulator: "qemu-system-arm",
    args: ["-M", machine, ...SEMIHOSTING],
    toolchain: "arm-none-eabi-",
    // The guard is the first 4 KB of RAM; a limit register tells its end.
    belowStack: [ram, ram + 0x1001],
  };
}

function xtensa(id: string, cpu: string): TestedBoard {
  return {
    id,
    emulator: "qemu-system-xtensa",
    args: ["-M", "sim", "-cpu", cpu, "-m", "32", "-semihosting"],
    toolchain: "xtensa-lx106-elf-",
    // No guard: the access that goes below RAM is the first to fail.
    belowStack: [0x5fff_f000, 0x6000_0000],
  };
}

export const BOARDS: readonly TestedBoard[] = [
  arm("qemu-m0", "mps2-an385", 0x2000_0000),
  arm("qemu-m33", "mps2-an505", 0x3800_0000),
  arm("qemu-m4", "mps2-an386", 0x2000_0000),
  arm("qemu-m55", "mps3-an547", 0x2000_0000),
  arm("qemu-m7", "mps2-an500", 0x2000_0000),
  {
    id: "qemu-rv32",
    emulator: "qemu-system-riscv32",
    args: ["-M", "virt", "-cpu", "rv32", "-bios", "none", "-m", "16"],
    toolchain: "riscv64-unknown-elf-",
    belowStack: [0x8080_0000, 0x8080_1000],
  },
  {
    ...arm("qemu-stm32f405", "netduinoplus2", 0x2000_0000),
    // The first serial line is USART1; the firmware's is USART2, where ST's boards have it.
    args: ["-M", "netduinoplus2", ...SEMIHOSTING, "-serial", "null"],
    notice: "the clock controller reads 0, as in an emulator: the clock is unknown",
    deafMs: 150,
  },
  xtensa("qemu-xtensa", "lx106"),
  xtensa("qemu-xtensa-mac16", "de212"),
];

/** The board `id` of the table. */
export function testedBoard(id: string): TestedBoard {
  const board = BOARDS.find((candidate) => candidate.id === id);
  if (!board) throw new Error(`the tests know no board ${id}`);
  return board;
}

/** Programs that a board's tests cannot do without and that are not here; empty when all are. */
export function missingPrograms({ emulator, toolchain }: TestedBoard): readonly string[] {
  return [emulator, `${toolchain}gcc`].filter(
    (program) => spawnSync(program, ["--version"]).status !== 0,
  );
}
