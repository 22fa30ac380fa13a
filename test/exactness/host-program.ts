/**
 * Many models in one program of this computer, under the address and undefined-behaviour sanitizers.
 * Which models is left to cases.ts, how many programs to the callers.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ALL_TARGETS,
  bytesOf,
  type Case,
  type CaseSet,
  cTypeOf,
  type Draw,
  expectedAnswers,
  framesInSteps,
  makeCases,
  STEPS,
} from "./cases.ts";
import { execute } from "./execute.ts";

export type HostCompiler = "gcc" | "clang";

/** What generated C must pass without a word. */
export const WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic"];

const DRIVER = fileURLToPath(new URL("../golden/host-c/driver.c", import.meta.url));

/** Checks as calls instead of inline code: a third less to compile. */
const CHECKS_AS_CALLS: Readonly<Record<HostCompiler, readonly string[]>> = {
  gcc: ["--param", "asan-instrumentation-with-call-threshold=0"],
  clang: ["-mllvm", "-asan-instrumentation-with-call-threshold=0"],
};

function sanitizers(compiler: HostCompiler): readonly string[] {
  const checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  return [...checks, ...CHECKS_AS_CALLS[compiler]];
}

/** True when the compiler is here and makes programs that its sanitizers watch. */
export async function canSanitize(compiler: HostCompiler, folder: string): Promise<boolean> {
  const program = join(folder, `empty-${compiler}`);
  writeFileSync(`${program}.c`, "int main(void) { return 0; }\n");
  try {
    await execute(compiler, [...sanitizers(compiler), `${program}.c`, "-o", program]);
    await execute(program, []);
    return true;
  } catch {
    return false;
  }
}

export interface HostProgram extends CaseSet {
  /** Holds all that is needed to repeat it by hand. */
  readonly folder: string;
}

/** What the driver runs: X(prefix, PREFIX, type) for each. */
function modelsMacro(cases: readonly Case[]): string {
  const items = cases.map((one) => {
    const { prefix } = one;
    return `X(${prefix}, ${prefix.toUpperCase()}, ${cTypeOf(one)})`;
  });
  return `#define MODELS(X) ${items.join(" ")}`;
}

/** Writes a program of `count` models into a new folder. */
export function writeHostProgram(
  seed: number,
  folder: string,
  count: number,
  draw: Draw,
): HostProgram {
  mkdirSync(folder, { recursive: true });
  const set = makeCases(seed, folder, count, ALL_TARGETS, draw);
  const includes = set.cases.map(({ prefix }) => `#include "${prefix}.c"`);
  const frames = set.cases.flatMap(framesInSteps);
  const lines = [`#define STEPS ${STEPS}`, ...includes, ...frames, modelsMacro(set.cases)];
  writeFileSync(join(folder, "models.h"), `${lines.join("\n")}\n`);
  copyFileSync(DRIVER, join(folder, "driver.c"));
  return { folder, ...set };
}

/** The cases whose bytes differ from the twin's. @throws Error when it does not compile or a sanitizer objects */
export async function wrongOnHost(
  { folder, cases }: HostProgram,
  compiler: HostCompiler,
  level: "-O0" | "-O1",
): Promise<readonly Case[]> {
  const program = join(folder, `program-${compiler}`);
  const source = join(folder, "driver.c");
  const flags = ["-std=c11", level, ...WARNINGS, ...sanitizers(compiler)];
  await execute(compiler, [...flags, source, "-o", program]);
  const input = Buffer.concat(cases.flatMap(({ frames }) => frames.map(bytesOf)));
  const output = await execute(program, [], { input });
  let at = 0;
  const wrong = cases.filter((one) => {
    const parts = expectedAnswers(one).flatMap(({ output, state }) => [output, state]);
    const expected = Buffer.concat(parts);
    const actual = output.subarray(at, at + expected.length);
    at += expected.length;
    return !actual.equals(expected);
  });
  if (at !== output.length) throw new Error(`${program} wrote ${output.length} bytes, not ${at}`);
  return wrong;
}
