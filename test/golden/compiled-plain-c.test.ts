/**
 * Generated C is strict C11 without a warning as plain C, too, by each compiler of this computer at every level of
 * optimisation, and cppcheck finds nothing in it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CompiledTarget, compile, complaints, writeModels } from "./compiled-models.ts";
import {
  CROSS,
  expectClean,
  IN_STEPS,
  inPasses,
  inSteps,
  LEVELS,
  need,
} from "./compiled-targets.ts";

/** One of each kind of plain C. */
const PORTABLE: readonly CompiledTarget[] = CROSS.filter(({ name }) =>
  ["m4", "m55", "rv32", "rv32_wide", "mac16", "plain"].includes(name),
);

/** The program that a compiler's command starts to compile C; undefined where there is none. */
function passOf(compiler: string): string | undefined {
  const { status, stdout } = spawnSync(compiler, ["-print-prog-name=cc1"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

const NUMBERED = ["gcc-11", "gcc-12"] as const;
/** gcc itself is left out where it is one of the numbered ones: under either name it says the same. */
const gcc = passOf("gcc");
const isNumbered = gcc !== undefined && NUMBERED.some((name) => passOf(name) === gcc);
const COMPILERS = [...(isNumbered ? [] : ["gcc"]), ...NUMBERED, "clang"];

const folder = mkdtempSync(join(tmpdir(), "pioneer-plain-"));
afterAll(() => rmSync(folder, { recursive: true }));

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

  describe.each(COMPILERS)("%s", (compiler) => {
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
