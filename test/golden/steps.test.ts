/**
 * Several time steps in a call, and single ones between such calls, give the twin's bits, state included; what cannot
 * be made so is refused.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { bytesOf } from "../exactness/cases.ts";
import { execute } from "../exactness/execute.ts";
import { rawFrames } from "../exactness/extremes.ts";
import { WARNINGS } from "../exactness/host-program.ts";
import {
  type CompiledTarget,
  isThere,
  SEPARABLE_FORMATS,
  SHAPES,
  writeModel,
} from "./compiled-models.ts";

const CALLS = 7;
const STEPS = 4;
const MAIN = fileURLToPath(new URL("steps/main.c", import.meta.url));

/** One of each way to make the rows of several steps. */
const TARGETS: readonly CompiledTarget[] = [
  { name: "m4", board: "qemu-m4", steps: STEPS },
  { name: "m55", board: "qemu-m55", steps: STEPS },
  { name: "rv32", board: "qemu-rv32", steps: STEPS },
];

/** LSTMs that follow one another; layers before, between and behind them; the state as the output. */
const MODELS = [
  SHAPES.stack,
  { ...SHAPES.convolved, name: "mixed", grus: [{ size: 6, resetAfter: true }], grusFirst: true },
];

const folder = mkdtempSync(join(tmpdir(), "pioneer-steps-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hasGcc = isThere("gcc");
if (!hasGcc) console.warn("NAME_steps is not compared with the twin: no gcc");

describe.skipIf(!hasGcc).each(TARGETS)("for $name", (target) => {
  test.each(MODELS.flatMap((shape) => SEPARABLE_FORMATS.map((format) => ({ shape, format }))))(
    "$shape.name in $format",
    async ({ shape, format }) => {
      const here = join(folder, `${target.name}-${shape.name}-${format}`);
      const { model } = writeModel(here, "seq", shape, format, target);
      const program = join(here, "program");
      const type = format === "int8" ? "int8_t" : "int16_t";
      const flags = ["-std=c11", "-O0", "-fsanitize=address,undefined", ...WARNINGS, "-I", here];
      const defines = [`-DCALLS=${CALLS}`, `-DVALUE=${type}`];
      await execute("gcc", [...flags, ...defines, MAIN, "-o", program]);

      const sizes = Array.from({ length: CALLS }, (_, call) => (call % 3 === 1 ? 1 : STEPS));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const frames = rawFrames(11, model.inputSize, model.input.type, total);
      const twin = createTwin(model);
      let next = 0;
      const expected = sizes.flatMap((size) => {
        const own = frames.slice(next, next + size);
        next += size;
        return [...own.map((frame) => bytesOf(twin.step(frame)).slice()), twin.readState()];
      });
      const input = Buffer.concat(frames.map(bytesOf));
      const output = await execute(program, [], { input });
      expect([...output]).toEqual([...Buffer.concat(expected)]);
    },
  );
});

describe("refusals", () => {
  test.each([
    ["three steps", { ...TARGETS[0], steps: 3 }, SHAPES.alone, "int8"],
    ["no step", { ...TARGETS[0], steps: 0 }, SHAPES.alone, "int8"],
    ["too many", { ...TARGETS[0], steps: 66 }, SHAPES.alone, "int8"],
    ["single precision", TARGETS[0], SHAPES.alone, "float32"],
    ["passes", { ...TARGETS[0], fusion: "partial" }, SHAPES.alone, "int8"],
    ["no LSTM", TARGETS[0], SHAPES.dense, "int8"],
  ] as const)("%s", (_, target, shape, format) => {
    expect(() => writeModel(folder, "no", shape, format, target as CompiledTarget)).toThrow(
      expect.objectContaining({ code: "TP-PLAN-018" }),
    );
  });
});
