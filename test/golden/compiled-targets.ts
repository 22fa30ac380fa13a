/**
 * The cores that generated C is compiled for, and what its object files may hold.
 * Which models are compiled and what compilers must say is left to the tests.
 */
import { expect } from "vitest";
import { type CompiledTarget, isThere, type ShapeName, symbolsOf } from "./compiled-models.ts";

export const LEVELS = ["-O0", "-Os", "-O3"] as const;

/** What a compiler may put in place of a loop, and every C library has. */
const LIBRARY = /^(memcpy|memmove|memset)$/;

/** What compilers call where a core has no float unit: GCC's soft-float routines, and Arm's names for them. */
const SOFT_FLOAT =
  /^__(aeabi_(f[a-z]+|i2f|f2iz|fcmp\w+)|(add|sub|mul|float|fix|eq|ne|lt|le|gt|ge)\w*sf\w*)$/;
/** The same of 64-bit products and of divisions. */
const ARITHMETIC = /^__(aeabi_(u?idiv|lmul|lasr|llsl|llsr)|(mul|ashr|ashl|lshr)di3|u?divsi3)$/;

export const ARM = "arm-none-eabi-";
export const RISCV = "riscv64-unknown-elf-";
export const XTENSA = "xtensa-lx106-elf-";
const RV32_FLAGS = ["-march=rv32imc", "-mabi=ilp32", "-ffreestanding"];

interface CrossTarget extends CompiledTarget {
  readonly toolchain: string;
  readonly flags: readonly string[];
}

export const HARD_FLOAT = "-mfloat-abi=hard";

function arm(name: string, core: string, floatUnit: readonly string[] = []): CrossTarget {
  const flags = [`-mcpu=${core}`, "-mthumb", ...floatUnit];
  return { name, board: `qemu-${name}`, toolchain: ARM, flags };
}

export const CROSS: readonly CrossTarget[] = [
  arm("m0", "cortex-m0plus"),
  arm("m4", "cortex-m4", [HARD_FLOAT, "-mfpu=fpv4-sp-d16"]),
  arm("m7", "cortex-m7", [HARD_FLOAT, "-mfpu=fpv5-sp-d16"]),
  arm("m33", "cortex-m33", [HARD_FLOAT, "-mfpu=fpv5-sp-d16"]),
  arm("m55", "cortex-m55", [HARD_FLOAT]),
  { name: "rv32", board: "qemu-rv32", toolchain: RISCV, flags: RV32_FLAGS },
  { name: "rv32_wide", board: "qemu-rv32", storage: "wide", toolchain: RISCV, flags: RV32_FLAGS },
  { name: "lx106", board: "qemu-xtensa", toolchain: XTENSA, flags: ["-ffreestanding"] },
  { name: "mac16", board: "qemu-xtensa-mac16", toolchain: XTENSA, flags: ["-ffreestanding"] },
  // Without instructions of its own, on the core with the narrowest.
  { ...arm("plain", "cortex-m0plus"), board: "qemu-m0", instructions: "c11" },
];

/** The same with what is not fused, or only in part. */
export function inPasses(target: CompiledTarget): readonly CompiledTarget[] {
  return (["none", "partial"] as const).map((fusion) => ({
    ...target,
    fusion,
    name: `${target.name}_${fusion}`,
  }));
}

/** The same with a function for several time steps. */
export function inSteps(target: CompiledTarget): CompiledTarget {
  return { ...target, steps: 4, name: `${target.name}_steps` };
}

/** LSTMs behind each other, and one that is in halves anyway. */
export const IN_STEPS: readonly ShapeName[] = ["stack", "halves"];

/** Warns once for a program that is missing, and tells whether it is there. */
export function need(program: string): boolean {
  const there = isThere(program);
  if (!there) console.warn(`generated C is not checked by ${program}: it is not installed`);
  return there;
}

const FUNCTIONS = ["init", "read_state", "reset", "step"] as const;

/** What object files of some models may hold besides the four functions of each. */
interface Allowed {
  readonly hasFloatUnit: boolean;
  /** Layer normalization does. */
  readonly divides?: boolean;
  /** NAME_steps. */
  readonly steps?: boolean;
}

export function expectClean(
  object: string,
  toolchain: string,
  prefixes: readonly string[],
  { hasFloatUnit, divides = false, steps = false }: Allowed,
): void {
  const symbols = symbolsOf(object, toolchain);
  const known = (name: string): boolean =>
    LIBRARY.test(name) ||
    (!hasFloatUnit && SOFT_FLOAT.test(name)) ||
    (divides && ARITHMETIC.test(name));
  const names = steps ? [...FUNCTIONS, "steps"] : FUNCTIONS;
  const functions = prefixes.flatMap((prefix) => names.map((name) => `${prefix}_${name}`));
  expect(symbols.undefined.filter((name) => !known(name))).toEqual([]);
  expect([...symbols.global].sort()).toEqual(functions.sort());
  expect(symbols.writable).toEqual([]);
}
