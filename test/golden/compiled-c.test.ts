/**
 * Generated C is strict C11 without a warning at every level of optimisation for each core by its own compiler; it needs
 * nothing, shows four functions and owns no memory that can be written. This computer's compilers are left to
 * compiled-plain-c.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, SHAPES, type ShapeName, writeModels } from "./compiled-models.ts";
import {
  ARM,
  CROSS,
  expectClean,
  HARD_FLOAT,
  IN_STEPS,
  inPasses,
  inSteps,
  LEVELS,
  need,
  RISCV,
  XTENSA,
} from "./compiled-targets.ts";

/** Layer normalization divides and multiplies in 64 bits. */
const NORMALIZED: readonly ShapeName[] = ["normalized", "normalizedBetween"];
/** Columns that fill a lap of 128, which one core has. */
const LONG: ShapeName = "long";
const OTHERS = (Object.keys(SHAPES) as ShapeName[]).filter(
  (name) => name !== LONG && !NORMALIZED.includes(name),
);

const folder = mkdtempSync(join(tmpdir(), "pioneer-compiled-"));
afterAll(() => rmSync(folder, { recursive: true }));

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
