/**
 * Generated C is strict C11 without a warning at every level of optimisation, for each core by its own compiler and as
 * plain C by those of this computer; it needs nothing, shows four functions and owns no memory that can be written.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CompiledTarget,
  compile,
  complaints,
  isThere,
  SHAPES,
  type ShapeName,
  symbolsOf,
  writeModels,
} from "./compiled-models.ts";

const LEVELS = ["-O0", "-Os", "-O3"] as const;
/** Layer normalization divides and multiplies in 64 bits. */
const NORMALIZED: readonly ShapeName[] = ["normalized", "normalizedBetween"];
/** Columns that fill a lap of 128, which one core has. */
const LONG: ShapeName = "long";
const OTHERS = (Object.keys(SHAPES) as ShapeName[]).filter(
  (name) => name !== LONG && !NORMALIZED.includes(name),
);

/** What a compiler may put in place of a loop, and every C library has. */
const LIBRARY = /^(memcpy|memmove|memset)$/;

/** What compilers call where a core has no float unit: GCC's soft-float routines, and Arm's names for them. */
const SOFT_FLOAT =
  /^__(aeabi_(f[a-z]+|i2f|f2iz|fcmp\w+)|(add|sub|mul|float|fix|eq|ne|lt|le|gt|ge)\w*sf\w*)$/;
/** The same of 64-bit products and of divisions. */
const ARITHMETIC = /^__(aeabi_(u?idiv|lmul|lasr|llsl|llsr)|(mul|ashr|ashl|lshr)di3|u?divsi3)$/;

const ARM = "arm-none-eabi-";
const RISCV = "riscv64-unknown-elf-";
const XTENSA = "xtensa-lx106-elf-";
const RV32_FLAGS = ["-march=rv32imc", "-mabi=ilp32", "-ffreestanding"];

interface CrossTarget extends CompiledTarget {
  readonly toolchain: string;
  readonly flags: readonly string[];
}

const HARD_FLOAT = "-mfloat-abi=hard";

function arm(name: string, core: string, floatUnit: readonly string[] = []): CrossTarget {
  const flags = [`-mcpu=${core}`, "-mthumb", ...floatUnit];
  return { name, board: `qemu-${name}`, toolchain: ARM, flags };
}

const CROSS: readonly CrossTarget[] = [
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
function inPasses(target: CompiledTarget): readonly CompiledTarget[] {
  return (["none", "partial"] as const).map((fusion) => ({
    ...target,
    fusion,
    name: `${target.name}_${fusion}`,
  }));
}

/** The same with a function for several time steps. */
function inSteps(target: CompiledTarget): CompiledTarget {
  return { ...target, steps: 4, name: `${target.name}_steps` };
}

/** LSTMs behind each other, and one that is in halves anyway. */
const IN_STEPS: readonly ShapeName[] = ["stack", "halves"];

/** One of each kind of plain C. */
const PORTABLE: readonly CompiledTarget[] = CROSS.filter(({ name }) =>
  ["m4", "m55", "rv32", "rv32_wide", "mac16", "plain"].includes(name),
);

const folder = mkdtempSync(join(tmpdir(), "pioneer-compiled-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Warns once for a program that is missing, and tells whether it is there. */
function need(program: string): boolean {
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

function expectClean(
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

const crossCompilers = new Map(
  [ARM, RISCV, XTENSA].map((toolchain) => [toolchain, need(`${toolchain}gcc`)]),
);

describe.each(CROSS)("for $name", (target) => {
  const there = crossCompilers.get(target.toolchain) === true;
  let models: ReturnType<typeof writeModels>;
  let normalized: ReturnType<typeof writeModels>;
  beforeAll(() => {
    models = writeModels(join(folder, target.name), [target], OTHERS);
    normalized = writeModels(join(folder, `${target.name}_norm`), [target], NORMALIZED);
  });

  test.skipIf(!there).each(LEVELS)("the core's own compiler has nothing to say at %s", (level) => {
    const object = join(folder, `${target.name}${level}.o`);
    const { toolchain, flags } = target;
    expect(compile(`${toolchain}gcc`, [...flags, level], models.source, object)).toBe("");
    expectClean(object, toolchain, models.prefixes, { hasFloatUnit: flags.includes(HARD_FLOAT) });
  });

  test.skipIf(!there)("nor of passes over buffers", () => {
    const { toolchain, flags } = target;
    const { source, prefixes } = writeModels(join(folder, target.name), inPasses(target), [
      "behind",
      "gated",
      "halves",
    ]);
    const object = join(folder, `${target.name}_passes.o`);
    expect(compile(`${toolchain}gcc`, [...flags, "-O3"], source, object)).toBe("");
    expectClean(object, toolchain, prefixes, { hasFloatUnit: flags.includes(HARD_FLOAT) });
  });

  test.skipIf(!there)("nor of several steps in a call", () => {
    const { toolchain, flags } = target;
    const { source, prefixes } = writeModels(
      join(folder, target.name),
      [inSteps(target)],
      IN_STEPS,
    );
    const object = join(folder, `${target.name}_steps.o`);
    expect(compile(`${toolchain}gcc`, [...flags, "-O3"], source, object)).toBe("");
    expectClean(object, toolchain, prefixes, { hasFloatUnit: true, steps: true });
  });

  test.skipIf(!there || target.name !== "m4")("nor of laps of 128 columns", () => {
    const { source, prefixes } = writeModels(join(folder, "m4_long"), [target], [LONG]);
    const object = join(folder, "m4_long.o");
    expect(readFileSync(source.replace("models.c", `${prefixes[0]}.c`), "utf8")).toContain(
      "_SHORT_LAP",
    );
    expect(compile(`${ARM}gcc`, [...target.flags, "-Os"], source, object)).toBe("");
    expectClean(object, ARM, prefixes, { hasFloatUnit: true });
  });

  test.skipIf(!there)("nor to layer normalization, at -Os", () => {
    const object = join(folder, `${target.name}_norm.o`);
    const { toolchain, flags } = target;
    expect(compile(`${toolchain}gcc`, [...flags, "-Os"], normalized.source, object)).toBe("");
    expectClean(object, toolchain, normalized.prefixes, {
      hasFloatUnit: flags.includes(HARD_FLOAT),
      divides: true,
    });
  });
});

describe("as plain C", () => {
  let models: ReturnType<typeof writeModels>;
  let apart: typeof models;
  let several: typeof models;
  beforeAll(() => {
    models = writeModels(join(folder, "portable"), PORTABLE, [
      "stack",
      "behind",
      "gated",
      "halves",
      "normalizedBetween",
    ]);
    const passes = PORTABLE.filter(({ name }) => ["m4", "m55", "plain"].includes(name));
    apart = writeModels(join(folder, "apart"), passes.flatMap(inPasses), [
      "behind",
      "gated",
      "halves",
    ]);
    const ahead = PORTABLE.filter(({ name }) => ["m4", "m55", "rv32"].includes(name));
    several = writeModels(join(folder, "several"), ahead.map(inSteps), IN_STEPS);
  });

  describe.each(["gcc", "gcc-11", "gcc-12", "clang"])("%s", (compiler) => {
    test.skipIf(!need(compiler)).each(LEVELS)("has nothing to say at %s", (level) => {
      const object = join(folder, `${compiler}${level}.o`);
      expect(compile(compiler, [level], models.source, object)).toBe("");
      expectClean(object, "", models.prefixes, { hasFloatUnit: true });
    });

    test.skipIf(!need(compiler))("nor of passes over buffers", () => {
      const object = join(folder, `${compiler}-passes.o`);
      expect(compile(compiler, ["-Os"], apart.source, object)).toBe("");
      expectClean(object, "", apart.prefixes, { hasFloatUnit: true });
    });

    test.skipIf(!need(compiler))("nor of several steps in a call", () => {
      const object = join(folder, `${compiler}-several.o`);
      expect(compile(compiler, ["-Os"], several.source, object)).toBe("");
      expectClean(object, "", several.prefixes, { hasFloatUnit: true, steps: true });
    });
  });

  test.skipIf(!need("cppcheck"))("cppcheck has nothing to say", () => {
    const sources = [
      ...models.prefixes.map((prefix) => join(folder, "portable", `${prefix}.c`)),
      ...apart.prefixes.map((prefix) => join(folder, "apart", `${prefix}.c`)),
      ...several.prefixes.map((prefix) => join(folder, "several", `${prefix}.c`)),
    ];
    const said = complaints("cppcheck", [
      ...["--std=c11", "--quiet", "--error-exitcode=1", "--platform=unix32"],
      "--enable=warning,style,performance,portability",
      // The C asserts what right shifts of negative numbers give before it uses them.
      "--suppress=shiftNegativeLHS",
      ...sources,
    ]);
    expect(said).toBe("");
  });
});
