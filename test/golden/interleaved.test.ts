/**
 * Generated C in a C++ program: two models under prefixes of the user's choice, and two streams of each whose steps
 * alternate, give what the twin gives for each stream alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Format } from "../../codegen/quantize/params.ts";
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
  const frames = rawFrames(seed, model.inputSize, model.format as Format, STEPS);
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

const SKETCH = `#include "left.h"
static left_state state;
void setup() { left_init(&state); }
void loop() {
    static int8_t input[LEFT_INPUT_SIZE], output[LEFT_OUTPUT_SIZE];
    left_step(&state, input, output);
}
`;

test.skipIf(!need("arm-none-eabi-g++")).each(["gnu++11", "gnu++17"])(
  "an Arduino sketch in %s takes the header",
  (standard) => {
    writeModel(folder, "left", SHAPES.behind, "int8", TARGET);
    const sketch = join(folder, "sketch.cpp");
    writeFileSync(sketch, SKETCH);
    const flags = [
      `-std=${standard}`,
      "-mcpu=cortex-m4",
      "-mthumb",
      "-fno-exceptions",
      "-fno-rtti",
    ];
    const args = [...flags, ...WARNINGS, "-c", sketch, "-o", join(folder, "sketch.o")];
    expect(complaints("arm-none-eabi-g++", args)).toBe("");
  },
);
