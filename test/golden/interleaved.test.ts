/**
 * Generated C in a C++ program: two models under prefixes of the user's choice, and two streams of each whose steps
 * alternate, give what the twin gives for each stream alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createTwin, type ModelInFormat } from "../../codegen/quantize/twin.ts";
import { bytesOf } from "../exactness/cases.ts";
import { execute } from "../exactness/execute.ts";
import { rawFrames } from "../exactness/extremes.ts";
import { WARNINGS } from "../exactness/host-program.ts";
import { complaints, isThere, SHAPES, writeModel } from "./compiled-models.ts";

const STEPS = 20;
const TARGET = { name: "m4", board: "qemu-m4" };
const MAIN = fileURLToPath(new URL("interleaved/main.cpp", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "pioneer-interleaved-"));
afterAll(() => rmSync(folder, { recursive: true }));

function need(program: string): boolean {
  const there = isThere(program);
  if (!there) console.warn(`generated C is not linked by ${program}: it is not installed`);
  return there;
}

/** One stream's frames and what the twin answers. */
function stream(model: ModelInFormat, seed: number) {
  const twin = createTwin(model);
  const frames = rawFrames(seed, model.inputSize, model.input.type, STEPS);
  return frames.map((frame) => ({ input: bytesOf(frame), output: bytesOf(twin.step(frame)) }));
}

describe.each([
  ["gcc", "g++"],
  ["clang", "clang++"],
] as const)("C by %s, C++ by %s", (c, cpp) => {
  test.skipIf(!need(c) || !need(cpp))("interleaved streams stay apart", async () => {
    const left = writeModel(folder, "left", SHAPES.behind, "int8", TARGET);
    const right = writeModel(folder, "right_2", SHAPES.stack, "int16x8", TARGET);
    const objects = ["left", "right_2"].map((name) => join(folder, `${name}.o`));
    for (const object of objects) {
      const source = object.replace(/o$/, "c");
      expect(complaints(c, ["-std=c11", "-O2", ...WARNINGS, "-c", source, "-o", object])).toBe("");
    }
    const program = join(folder, "program");
    const flags = ["-std=c++17", "-O2", ...WARNINGS, "-I", folder];
    expect(complaints(cpp, [...flags, MAIN, ...objects, "-o", program])).toBe("");

    const streams = [
      stream(left.model, 1),
      stream(right.model, 2),
      stream(left.model, 3),
      stream(right.model, 4),
    ];
    const steps = Array.from({ length: STEPS }, (_, step) =>
      streams.map((one) => one[step] as (typeof one)[number]),
    ).flat();
    const output = await execute(program, [], {
      input: Buffer.concat(steps.map(({ input }) => input)),
    });
    expect([...output]).toEqual([...Buffer.concat(steps.map((step) => step.output))]);
  });
});
