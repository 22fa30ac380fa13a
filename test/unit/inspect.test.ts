/** What inspect says of a model and a board: against counts by hand, the plan, and the compiler. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { ToolkitError } from "../../codegen/errors.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { generate } from "../../codegen/pipeline.ts";
import { modelBytes } from "../../codegen/size/layer-bytes.ts";
import { inspectionText } from "../../host/report/inspection.ts";
import { inspectModel } from "../../host/workflow/inspect.ts";
import { formatsOf } from "../../host/workflow/inspect-board.ts";
import { ONNX_CASES, recordedFiles } from "./generated-models.ts";
import { denoiserSpec, writeOnnx } from "./onnx-writer.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "pioneer-inspect-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

describe("a model of 3 inputs, an LSTM of 2 units and 4 outputs", () => {
  const path = written("tiny.onnx", writeOnnx(denoiserSpec(3, 2, 4)));
  const { model, layers } = inspectModel(path);

  it("has the counts that are worked out by hand", () => {
    // 4 gates x 2 units x (3 + 2) weights and 8 biases; 4 x 2 weights and 4 biases.
    expect([model.parameters, model.macs]).toEqual([40 + 8 + 8 + 4, 48]);
    expect(layers[0]?.shapes).toEqual({ inputWeights: [8, 3], recurrentWeights: [8, 2] });
    expect(model.bytes).toEqual([
      // A byte a weight, four a bias; h of one byte and c of two a unit.
      { format: "int8", weightBytes: 48 + 4 * 12, stateBytes: 2 * 3 },
      { format: "int16x8", weightBytes: 48 + 4 * 12, stateBytes: 2 * 4 },
      { format: "int4", weightBytes: 48 / 2 + 4 * 12, stateBytes: 2 * 3 },
      { format: "float32", weightBytes: 4 * 60, stateBytes: 2 * 8 },
    ]);
  });

  it("reads as a table, with its board in it where one is asked", () => {
    const text = inspectionText(inspectModel(path, { board: "qemu-m4" }));
    expect(text).toMatch(/^layer +kind +shape +weights +MACs +parameters +B as int8 +state B$/m);
    expect(text).toMatch(/^lstm +lstm +3 -> 2 +8x3 \+ 8x2 +40 +48 +72 +6$/m);
    expect(text).toMatch(/^float32 +vfp-float32-apart .* yes$/m);
    expect(text).toContain("Line: qemu-m4 reads weights 4 B at a time");
  });

  it("says what a board refuses, format by format, and nothing else is lost", () => {
    const big = written("big.onnx", writeOnnx(denoiserSpec(64, 256, 64)));
    const { board } = inspectModel(big, { board: "nucleo-l476rg" });
    expect(board?.formats.map(({ format, generated }) => [format, generated])).toEqual([
      ["int8", true],
      ["int16x8", true],
      ["int4", true],
      ["float32", false],
    ]);
    expect(board?.formats[3]).toMatchObject({ code: "TP-PLAN-003" });
  });

  it("refuses a format that the file has no integers for", () => {
    const { board } = inspectModel(path, { board: "qemu-m4", format: "tflite-int8" });
    expect(board?.chosen).toMatchObject({ generated: false, code: "TP-PLAN-014" });
  });
});

describe("bytes of state", { timeout: 120_000 }, () => {
  it("are those that the plan of every generated model keeps", () => {
    let compared = 0;
    for (const [, { spec }] of ONNX_CASES.filter((_, index) => index % 3 === 0)) {
      const model = readOnnxModel(writeOnnx(spec), "case.onnx");
      for (const format of formatsOf(model)) {
        try {
          const { plan } = generate({
            ...{ model, format, calibration: null },
            board: loadBoard("qemu-m4"),
          }).stages;
          expect(modelBytes(model, format).stateBytes).toBe(plan.stateBytes);
          compared++;
        } catch (error) {
          // What cannot be generated has no plan.
          if (!(error instanceof ToolkitError)) throw error;
        }
      }
    }
    expect(compared).toBeGreaterThan(20);
  });
});

const SHARED = join(import.meta.dirname, "../../../shared/models");
const has = (program: string) => spawnSync(program, ["--version"]).status === 0;

describe.skipIf(!has("gcc") || !has("nm"))(
  "bytes of constants and of the struct",
  { timeout: 120_000 },
  () => {
    const files = [
      join(import.meta.dirname, "../../models/hearable.onnx"),
      ...recordedFiles("mask-int8.tflite"),
    ];
    const networks = ONNX_CASES.filter(([name]) =>
      /residual:4 residual|two LSTMs|convolution before/.test(name),
    );
    const paths = [
      ...files,
      ...networks.map(([, { spec }], i) => written(`n${i}.onnx`, writeOnnx(spec))),
    ];

    it.each(paths)("are the compiler's: %s", (path) => {
      const { model } = loadModel(path, { modelsDir: "" });
      for (const format of formatsOf(model)) {
        let generated: ReturnType<typeof generate>;
        try {
          generated = generate({
            model,
            format,
            board: loadBoard("qemu-m4"),
            calibration: null,
            prefix: "net",
          });
        } catch (error) {
          if (error instanceof ToolkitError) continue;
          throw error;
        }
        const folder = mkdtempSync(join(FOLDER, "c-"));
        for (const { name, text } of generated.files) writeFileSync(join(folder, name), text);
        const probe = '#include "net.h"\nchar state_bytes[sizeof(net_state)];\n';
        writeFileSync(join(folder, "probe.c"), probe);
        const sources = readdirSync(folder).filter((file) => file.endsWith(".c"));
        const gcc = spawnSync("gcc", ["-O0", "-c", ...sources], { cwd: folder, encoding: "utf8" });
        expect(gcc.stderr).toBe("");
        const objects = sources.map((file) => file.replace(/\.c$/, ".o"));
        const nm = spawnSync("nm", ["-S", ...objects], { cwd: folder, encoding: "utf8" }).stdout;
        const symbols = [...nm.matchAll(/^\w+ (\w+) (\w) (\w+)$/gm)];
        const sum = (kinds: string) =>
          symbols
            .filter(([, , kind]) => kinds.includes(kind ?? "?"))
            .reduce((bytes, [, size]) => bytes + Number.parseInt(size ?? "", 16), 0);
        expect([format, sum("rR")]).toEqual([format, generated.footprint.constantBytes]);
        expect([format, sum("B")]).toEqual([format, generated.footprint.stateBytes]);
      }
    });
  },
);

describe("models that others trained", () => {
  it.skipIf(!existsSync(SHARED))(
    "all of ../shared/models is shown, with its refusals where it has any",
    () => {
      const files = readdirSync(SHARED, { recursive: true, encoding: "utf8" }).filter((file) =>
        /\.(onnx|tflite)$/.test(file),
      );
      expect(files).toHaveLength(6);
      for (const file of files) {
        const { layers, unsupported, model } = inspectModel(join(SHARED, file));
        expect(layers.length + unsupported.length, file).toBeGreaterThan(0);
        if (layers.length > 0) expect(model.macs).toBeGreaterThan(5000);
      }
    },
  );
});
