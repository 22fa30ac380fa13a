/**
 * The generated C, built by the host's compilers under the address and undefined-behaviour sanitizers, gives the bits
 * of the twin: a seeded part of what `npm run exactness` runs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  canSanitize,
  type HostCompiler,
  writeHostProgram,
  wrongOnHost,
} from "../exactness/host-program.ts";

const PROGRAMS = 20;
const MODELS_PER_PROGRAM = 50;
/** Models with hidden sizes far beyond the others', one in each of the first programs. */
const LARGE_MODELS = 6;
const AT_ONCE = 2;
/** Twenty times what a quiet machine needs. */
const TIMEOUT_MS = 600_000;

const directory = mkdtempSync(join(tmpdir(), "pioneer-host-c-"));
afterAll(() => rmSync(directory, { recursive: true }));

const hasGcc = await canSanitize("gcc", directory);
const hasClang = await canSanitize("clang", directory);
if (!hasGcc) console.warn("host-built C is not compared: no gcc with sanitizers");
if (!hasClang) console.warn("host-built C is compared by gcc alone: no clang with sanitizers");

/**
 * Seconds to compile a program: clang without optimisation 2, gcc 3, gcc with it 6. Every second one is clang's, where
 * it is here, every fourth is optimised.
 */
function howToBuild(index: number): readonly [HostCompiler, "-O0" | "-O1"] {
  if (index % 2 === 1) return [hasClang ? "clang" : "gcc", "-O0"];
  return ["gcc", index % 4 === 0 ? "-O1" : "-O0"];
}

async function mismatches(index: number): Promise<readonly string[]> {
  const folder = join(directory, `program${index}`);
  const program = writeHostProgram(1000 + index, folder, MODELS_PER_PROGRAM, {
    large: index < LARGE_MODELS,
  });
  const wrong = await wrongOnHost(program, ...howToBuild(index));
  return wrong.map(({ prefix, description }) => `program ${index} ${prefix}: ${description}`);
}

test.skipIf(!hasGcc)(
  `host-built C equals the twin for ${PROGRAMS * MODELS_PER_PROGRAM} random models`,
  async () => {
    const wrong: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < PROGRAMS) wrong.push(...(await mismatches(next++)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(wrong).toEqual([]);
  },
  TIMEOUT_MS,
);
