/**
 * The generated front end, built by the host's compiler under the address and undefined-behaviour sanitizers, gives the
 * bits of its twin: on noise, on extremes and after a reset, for both sizes of transform and every type of edge.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import {
  type AnyFrontEndPlan,
  anyFrontEndMemory,
  createAnyFrontEndTwin,
  type FrontEndArithmetic,
} from "../../codegen/frontend/front-end.ts";
import { generate } from "../../codegen/pipeline.ts";
import { type ActivationArray, type Format, valueArray } from "../../codegen/quantize/params.ts";
import { execute } from "../exactness/execute.ts";
import { canSanitize, WARNINGS } from "../exactness/host-program.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";
import { extremeHops } from "../unit/front-end-signals.ts";
import { SHIPPED_FRONT_END } from "../unit/front-ends.ts";
import { ARM, HARD_FLOAT, need } from "./compiled-targets.ts";

const SEED = 4711;
const TIMEOUT_MS = 120_000;
const DRIVER = fileURLToPath(new URL("front-end/driver.c", import.meta.url));
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

const directory = mkdtempSync(join(tmpdir(), "pioneer-front-end-"));
afterAll(() => rmSync(directory, { recursive: true }));
const hasGcc = await canSanitize("gcc", directory);

/** GCC where vectors of complex numbers have instructions that round once for a product and a sum, and those. */
const FUSING = [
  {
    compiler: `${ARM}gcc`,
    flags: ["-mcpu=cortex-m55", "-mthumb", HARD_FLOAT],
    fused: /\bv(cmla|cmul|fma|fms|fnma|fnms)\w*\.f/,
  },
  { compiler: "gcc", flags: ["-mfma"], fused: /\bvfn?m(add|sub)/ },
].filter(({ compiler }) => need(compiler) && (compiler !== "gcc" || process.arch === "x64"));

/** Radices 4 4 4 4, 2 4 4 5, 2 4 4 4 4; every type that a model's edges have; both arithmetics. */
const CASES = [
  { fftSize: 512, format: "int8", arithmetic: "fixed" },
  { fftSize: 320, format: "int16x8", arithmetic: "fixed" },
  { fftSize: 1024, format: "float32", arithmetic: "fixed" },
  { fftSize: 512, format: "int8", arithmetic: "float32" },
  { fftSize: 320, format: "int16x8", arithmetic: "float32" },
  { fftSize: 1024, format: "float32", arithmetic: "float32" },
] as const;

/** Writes a small model with this front end as C. */
function writeFrontEnd(
  folder: string,
  fftSize: number,
  format: Format,
  frontEndArithmetic: FrontEndArithmetic,
): AnyFrontEndPlan {
  const random = createRandom(SEED);
  const shape = { name: "gains", inputSize: 32, lstms: [] };
  const model = randomModel(random, { ...shape, denses: [{ size: 32, activation: "sigmoid" }] });
  const calibration = { source: "random frames", sequences: [randomFrames(random, 4, 32)] };
  const frontEnd = { ...SHIPPED_FRONT_END, fftSize };
  const request = { model, board: loadBoard("qemu-m4"), format, prefix: "gains", calibration };
  const generated = generate({ ...request, frontEnd, frontEndArithmetic });
  mkdirSync(folder, { recursive: true });
  writeFiles(folder, generated.files);
  copyFileSync(DRIVER, join(folder, "driver.c"));
  if (generated.frontEnd === null) throw new Error("no front end was planned");
  return generated.frontEnd;
}

/** Outputs of every value the type has, those of a sane model and beyond. */
function randomOutput(random: () => number, plan: AnyFrontEndPlan): ActivationArray {
  const { type } = plan.output;
  const values = valueArray(type, plan.bandCount);
  const reach = { int8: 256, int16: 65536, float32: 3 }[type];
  values.forEach((_, band) => {
    values[band] = (type === "float32" ? random() - 0.3 : random() - 0.5) * reach;
  });
  return values;
}

const bytesOf = (values: ActivationArray): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe.skipIf(!hasGcc)(`the front end in C${hasGcc ? "" : ": gcc is not here"}`, () => {
  test.each(CASES)(
    "of $fftSize points for $format, $arithmetic, has the bits of its twin",
    async ({ fftSize, format, arithmetic }) => {
      const folder = join(directory, `${format}-${fftSize}-${arithmetic}`);
      const plan = writeFrontEnd(folder, fftSize, format, arithmetic);
      const program = join(folder, "program");
      const sources = ["driver.c", "gains_audio.c"].map((name) => join(folder, name));
      const bytes = anyFrontEndMemory(plan).stateBytes;
      const flags = [
        "-std=c11",
        "-O0",
        `-DEXPECTED_STATE_BYTES=${bytes}`,
        ...WARNINGS,
        ...SANITIZERS,
      ];
      await execute("gcc", [...flags, ...sources, "-o", program]);

      const { uniform } = createRandom(SEED);
      const random = (): number => uniform(0, 1);
      const hops = extremeHops(plan.hopLength, random);
      const outputs = hops.map(() => randomOutput(random, plan));
      const resetAfter = 10;
      const input = Buffer.concat([
        Buffer.of(resetAfter),
        ...hops.flatMap((hop, i) => [bytesOf(hop), bytesOf(outputs[i] as ActivationArray)]),
      ]);
      const answer = await execute(program, [], { input });

      const twin = createAnyFrontEndTwin(plan);
      const expected = hops.flatMap((hop, i) => {
        if (i === resetAfter) twin.reset();
        return [
          bytesOf(twin.analyse(hop)),
          bytesOf(twin.synthesise(outputs[i] as ActivationArray)),
        ];
      });
      expect(answer.equals(Buffer.concat(expected))).toBe(true);
    },
    TIMEOUT_MS,
  );
});

test.each(FUSING)(
  "no $compiler rounds two operations at once",
  async ({ compiler, flags, fused }) => {
    const folder = join(directory, `fusing-${compiler}`);
    // Its stage of radix 2 has no inner loop, and so is the first to be made of vectors.
    writeFrontEnd(folder, 320, "int8", "float32");
    const assembler = join(folder, "audio.s");
    const source = join(folder, "gains_audio.c");
    await execute(compiler, [...flags, "-O3", "-S", source, "-o", assembler]);
    expect(readFileSync(assembler, "utf8")).not.toMatch(fused);
  },
);
