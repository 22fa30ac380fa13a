/**
 * C whose layers have weights of 8 and of 4 bits gives the bits of the twin under the address and undefined-behaviour
 * sanitizers: random stacks for every instruction set, a part of what `npm run exactness -- --mixed` runs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { canSanitize, writeHostProgram, wrongOnHost } from "../exactness/host-program.ts";

const MODELS = 16;
const SEED = 7_000_021;

const directory = mkdtempSync(join(tmpdir(), "pioneer-mixed-c-"));
afterAll(() => rmSync(directory, { recursive: true }));

const hasGcc = await canSanitize("gcc", directory);
if (!hasGcc) console.warn("C of two widths of weights is not compared: no gcc with sanitizers");

test.skipIf(!hasGcc)(
  `host-built C equals the twin for ${MODELS} random stacks`,
  async () => {
    const program = writeHostProgram(SEED, join(directory, "program"), MODELS, {
      large: false,
      mixed: true,
    });
    const variants = new Set(program.cases.map(({ variant }) => variant));
    expect(variants).toContain("c11-int8-eights");
    expect(variants.size).toBeGreaterThan(4);
    const wrong = await wrongOnHost(program, "gcc", "-O0");
    expect(wrong.map(({ prefix, description }) => `${prefix}: ${description}`)).toEqual([]);
  },
  120_000,
);
