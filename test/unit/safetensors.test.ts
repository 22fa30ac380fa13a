/** Weights of PyTorch with the JSON that names their layers, against PyTorch's formulas; and hostile files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ToolkitError } from "../../codegen/errors.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { createFloatModel, runSequence } from "../../codegen/model/reference-float.ts";
import { readSafetensorsModel } from "../../codegen/model/safetensors/read.ts";

const VECTORS = new URL("../vectors/pytorch/", import.meta.url);
const NAMES = readdirSync(VECTORS)
  .filter((file) => file.endsWith(".safetensors"))
  .map((file) => file.slice(0, -".safetensors".length));

const bytesOf = (name: string) =>
  Uint8Array.from(readFileSync(new URL(`${name}.safetensors`, VECTORS)));
const textOf = (name: string) => readFileSync(new URL(`${name}.layers.json`, VECTORS), "utf8");
const read = (name: string, bytes = bytesOf(name), text: string | undefined = textOf(name)) =>
  readSafetensorsModel(bytes, `${name}.safetensors`, text);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as ToolkitError).code} ${(error as Error).message}`;
  }
  return "read";
}

/** A file of a header and bytes behind it. */
function packed(header: string, data = new Uint8Array(64)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe("real numbers against PyTorch's formulas", () => {
  it.each(NAMES)("%s, within 1e-5", (name) => {
    const model = read(name);
    const golden = JSON.parse(readFileSync(new URL(`${name}.golden.json`, VECTORS), "utf8")) as {
      input: number[];
      expectedOutput: number[];
    };
    const frames = Array.from({ length: golden.input.length / model.inputSize }, (_, step) =>
      Float64Array.from(golden.input.slice(step * model.inputSize, (step + 1) * model.inputSize)),
    );
    const run = model.streaming === "stateful-step" ? createFloatModel(model) : undefined;
    const outputs = run ? frames.map((frame) => run.step(frame)) : runSequence(model, frames);
    const shown = model.streaming === "whole-sequence" ? outputs.slice(-1) : outputs;
    const given = shown.flatMap((output) => [...output]);
    expect(given).toHaveLength(golden.expectedOutput.length);
    const worst = given.map((value, k) => Math.abs(value - (golden.expectedOutput[k] ?? 0)));
    expect(Math.max(...worst)).toBeLessThan(1e-5);
  });

  it("what comes of time", () => {
    expect(NAMES.map((name) => [name, read(name).streaming])).toEqual([
      ["both-ways", "sequence-to-sequence"],
      ["classifier", "whole-sequence"],
      ["convolution", "stateful-step"],
      ["gru-stack", "stateful-step"],
      ["half-precision", "stateful-step"],
      ["lstm-stack", "stateful-step"],
    ]);
  });
});

describe("what does not fit", () => {
  const layers = (...list: readonly object[]) => JSON.stringify({ schema: 1, layers: list });
  const lstm = { kind: "lstm", name: "lstm" };
  const head = { kind: "linear", name: "head" };
  it.each<[string, string | undefined, RegExp]>([
    ["no description", undefined, /TP-MODEL-012.*lstm-stack\.layers\.json/s],
    ["another schema", '{"schema": 2, "layers": []}', /TP-MODEL-012.*schema/s],
    ["an unknown kind", layers({ kind: "rnn", name: "lstm" }), /TP-MODEL-012.*none of/s],
    ["an unknown field", layers({ ...lstm, dropout: 1 }), /TP-MODEL-012.*no field/s],
    ["a forgotten layer", layers(lstm), /TP-PLAN-001.*no layer reads it/s],
    ["a name that is not there", layers({ ...lstm, name: "rnn" }), /TP-MODEL-006.*no tensor/s],
    ["another kind of weights", layers({ kind: "gru", name: "lstm" }, head), /TP-MODEL-006/],
    ["the wrong order", layers(head, lstm), /TP-MODEL-006.*takes 3 values/s],
    ["time after the end", layers({ kind: "last-step" }, lstm, head), /TP-MODEL-012.*last step/s],
    ["nothing with weights", layers({ kind: "relu" }), /TP-MODEL-012/],
    ["depth", `{"schema":1,"layers":${"[".repeat(9999)}${"]".repeat(9999)}}`, /TP-MODEL-003/],
    ["no JSON", "{", /TP-MODEL-002/],
  ])("%s", (_, text, expected) => {
    const given = () => readSafetensorsModel(bytesOf("lstm-stack"), "lstm-stack.safetensors", text);
    expect(codeOf(given)).toMatch(expected);
  });
});

describe("hostile files", () => {
  const entry = (dtype: string, shape: readonly number[], begin: number, end: number) =>
    JSON.stringify({ "head.weight": { dtype, shape, data_offsets: [begin, end] } });
  const text = '{"schema":1,"layers":[{"kind":"linear","name":"head"}]}';
  const nan = new Uint8Array(64);
  new DataView(nan.buffer).setUint32(4, 0x7fc00000, true);
  it.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /TP-MODEL-002/],
    [
      "a header beyond the file",
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0),
      /TP-MODEL-002/,
    ],
    ["a sound one", packed(entry("F32", [4, 4], 0, 64)), /^read/],
    ["a shape beyond its bytes", packed(entry("F32", [4, 2 ** 40], 0, 64)), /TP-MODEL-004/],
    ["a negative size", packed(entry("F32", [-4, -4], 0, 64)), /TP-MODEL-004/],
    ["no size", packed(entry("F32", [0, 4], 0, 0)), /TP-MODEL-006/],
    ["bytes beyond the file", packed(entry("F32", [4, 4], 16, 80)), /TP-MODEL-004/],
    ["bytes turned round", packed(entry("F32", [4, 4], 64, 0)), /TP-MODEL-004/],
    ["integers", packed(entry("I32", [4, 4], 0, 64)), /TP-MODEL-004.*I32/s],
    ["NaN", packed(entry("F32", [4, 4], 0, 64), nan), /TP-MODEL-007.*element 1/s],
    [
      "shared bytes",
      packed(
        entry("F32", [4, 4], 0, 64).replace(
          "}}",
          '},"b":{"dtype":"F32","shape":[16],"data_offsets":[0,64]}}',
        ),
      ),
      /TP-MODEL-002.*overlap/s,
    ],
    ["no JSON", packed("not a header"), /TP-MODEL-002/],
  ])("%s", (_, bytes, expected) => {
    expect(codeOf(() => readSafetensorsModel(bytes, "head.safetensors", text))).toMatch(expected);
  });
});

it("is found with its description beside it; a pickle is refused with what exports it", () => {
  const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
  try {
    const path = join(folder, "lstm-stack.safetensors");
    writeFileSync(path, bytesOf("lstm-stack"));
    expect(codeOf(() => loadModel(path, { modelsDir: "" }))).toMatch(/TP-MODEL-012/);
    writeFileSync(join(folder, "lstm-stack.layers.json"), textOf("lstm-stack"));
    expect(loadModel(path, { modelsDir: "" }).model).toMatchObject({
      name: "lstm-stack",
      inputSize: 3,
      outputSize: 2,
    });
    for (const name of ["model.pt", "model.pth", "model.pkl"]) {
      writeFileSync(join(folder, name), "x");
      const said = codeOf(() => loadModel(join(folder, name), { modelsDir: "" }));
      expect(said).toMatch(/TP-MODEL-013.*save_file.*weights_only=True.*model\.safetensors/s);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
