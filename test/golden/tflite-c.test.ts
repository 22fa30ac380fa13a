/**
 * The C of quantized TFLite files, built by this computer's compilers under the sanitizers, against what TFLite Micro was
 * recorded to answer; and the state against the twin's.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { readTfliteModel } from "../../codegen/model/tflite/read.ts";
import { generate } from "../../codegen/pipeline.ts";
import { tfliteFormatOf } from "../../codegen/quantize/tflite/prepare.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { execute } from "../exactness/execute.ts";
import { canSanitize, type HostCompiler, WARNINGS } from "../exactness/host-program.ts";

const VECTORS = new URL("../vectors/tflite/", import.meta.url);
const MODELS = readdirSync(VECTORS)
  .filter((file) => file.endsWith(".tflite"))
  .map((file) => file.slice(0, -".tflite".length));
const DTLN = new URL("../../../shared/models/tflm-dtln-int8/", import.meta.url);
const hasDtln = existsSync(DTLN);
if (!hasDtln) console.warn("C of DTLN's first part is not compared: ../shared/models is absent");

/** One for each way to spell the sums. */
const BOARDS = ["qemu-m4", "qemu-rv32"] as const;

const directory = mkdtempSync(join(tmpdir(), "pioneer-tflite-c-"));
afterAll(() => rmSync(directory, { recursive: true }));

const COMPILERS: HostCompiler[] = [];
for (const compiler of ["gcc", "clang"] as const) {
  if (await canSanitize(compiler, directory)) COMPILERS.push(compiler);
  else
    console.warn(
      `C of TFLite files is not compared by ${compiler}: no such compiler with sanitizers`,
    );
}

/** Steps of stdin through a model; its output and state after each go to stdout. */
const DRIVER = `#include <stdio.h>
#include "pioneer_model.h"

static model_state state;
static uint32_t input[(MODEL_INPUT_BYTES + 3) / 4];
static uint32_t output[(MODEL_OUTPUT_BYTES + 3) / 4];
static uint8_t bytes[MODEL_STATE_BYTES + 1];

int main(void)
{
    model_init(&state);
    while (fread(input, MODEL_INPUT_BYTES, 1, stdin) == 1) {
        model_step(&state, (const uint8_t *)input, (uint8_t *)output);
        model_read_state(&state, bytes);
        fwrite(output, MODEL_OUTPUT_BYTES, 1, stdout);
        fwrite(bytes, 1, MODEL_STATE_BYTES, stdout);
    }
    return 0;
}
`;

function valuesOf(numbers: readonly number[], bytes: 1 | 2): Int8Array | Int16Array {
  return bytes === 1 ? Int8Array.from(numbers) : Int16Array.from(numbers);
}

function bytesOf(values: Int8Array | Int16Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Generates, builds and runs a file's model on its golden inputs. */
async function compare(
  name: string,
  board: string,
  compiler: HostCompiler,
  file: URL,
  golden: { readonly input: readonly number[]; readonly expectedOutput: readonly number[] },
): Promise<void> {
  const model = readTfliteModel(readFileSync(file), `${name}.tflite`);
  const format = tfliteFormatOf(model);
  if (!format) throw new Error("the model holds no integers");
  const { files, stages } = generate({ model, board: loadBoard(board), format, calibration: null });
  const folder = join(directory, `${name}-${board}-${compiler}`);
  mkdirSync(folder);
  writeFiles(folder, files);
  writeFileSync(join(folder, "driver.c"), DRIVER);
  const source = files.find((one) => one.name.endsWith(".c"))?.name ?? "";
  const program = join(folder, "program");
  const sources = [join(folder, source), join(folder, "driver.c")];
  const checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  await execute(compiler, [
    "-std=c11",
    ...WARNINGS,
    "-O1",
    ...checks,
    "-I",
    folder,
    ...sources,
    "-o",
    program,
  ]);

  const bytes = format === "tflite-int8" ? 1 : 2;
  const written = await execute(program, [], { input: bytesOf(valuesOf(golden.input, bytes)) });
  const twin = createTwin(stages.quantize.model);
  const { inputSize, outputSize } = model;
  const frames = golden.input.length / inputSize;
  const frameBytes = outputSize * bytes + stages.plan.stateBytes;
  expect(written).toHaveLength(frames * frameBytes);
  for (let frame = 0; frame < frames; frame++) {
    const answer = written.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    const expected = golden.expectedOutput.slice(frame * outputSize, (frame + 1) * outputSize);
    twin.step(valuesOf(golden.input.slice(frame * inputSize, (frame + 1) * inputSize), bytes));
    expect(answer.subarray(0, outputSize * bytes)).toEqual(bytesOf(valuesOf(expected, bytes)));
    expect(answer.subarray(outputSize * bytes)).toEqual(Buffer.from(twin.readState()));
  }
}

describe.each(BOARDS)("for %s", (board) => {
  test.skipIf(COMPILERS.length === 0).each(MODELS)("%s", async (name) => {
    const golden = JSON.parse(readFileSync(new URL(`${name}.golden.json`, VECTORS), "utf8"));
    // Models take turns, so that each compiler meets each kind of layer.
    const compiler = COMPILERS[MODELS.indexOf(name) % COMPILERS.length] as HostCompiler;
    await compare(name, board, compiler, new URL(`${name}.tflite`, VECTORS), golden);
  });

  test.skipIf(COMPILERS.length === 0 || !hasDtln)("DTLN's first part", async () => {
    const golden = JSON.parse(readFileSync(new URL("golden.json", DTLN), "utf8"));
    await compare(
      "dtln",
      board,
      COMPILERS[0] as HostCompiler,
      new URL("model.tflite", DTLN),
      golden,
    );
  });
});
