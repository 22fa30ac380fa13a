import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import {
  commentLines,
  commentText,
  floatLiteral,
  identifier,
  shortRows,
  stringLiteral,
  wordRows,
} from "../../codegen/emit/c-literal.ts";
import { requirePrintable } from "../../codegen/emit/render.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { generate } from "../../codegen/pipeline.ts";
import { createRandom, randomModel } from "../random-model.ts";

test("float literals read as floats, never as integers", () => {
  expect([1, 0, -2, 0.5, 1e-7, 1 / 3, 1e21].map(floatLiteral)).toEqual([
    "1.0f",
    "0.0f",
    "-2.0f",
    "0.5f",
    "1e-7f",
    "0.33333334f",
    "1e+21f",
  ]);
  for (const value of [1 / 3, 0.013374473, 1e-30, 123456.789]) {
    expect(Math.fround(Number.parseFloat(floatLiteral(value)))).toBe(Math.fround(value));
  }
  expect(() => floatLiteral(Number.NaN)).toThrow(RangeError);
});

test("rows of words and shorts", () => {
  expect(wordRows(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 0xffffffff))).toEqual([
    "0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00000004, 0x00000005, 0x00000006, 0x00000007",
    "0xffffffff",
  ]);
  expect(shortRows(Int16Array.of(-32768, 32767))).toEqual(["-32768, 32767"]);
});

test("text cannot leave its comment or its string", () => {
  expect(commentText("a */ b /* c\n#include \\")).toBe("a * / b / * c #include \\");
  expect(commentText("**/ /**")).not.toMatch(/\*\/|\/\*/);
  expect(stringLiteral('a"b\\c??/é\n')).toBe('"a\\"b\\\\c\\?\\?/\\303\\251\\012"');
  expect(commentLines(`${"word ".repeat(40)}`).every((line) => line.length <= 96)).toBe(true);
});

test("names become identifiers", () => {
  expect(["hearable-32", "a.b c", "9lives", "_x", "é"].map(identifier)).toEqual([
    "hearable_32",
    "a_b_c",
    "m_9lives",
    "m_x",
    "m_",
  ]);
});

test("a value that would print as nothing or NaN is named", () => {
  expect(() => requirePrintable({ a: [{ b: Number.NaN }] }, "context")).toThrow(
    "context.a.0.b is NaN",
  );
  expect(() => requirePrintable({ a: undefined }, "context")).toThrow("context.a is missing");
});

function generated(prefix: string) {
  const shape = { name: "a model", inputSize: 3, lstms: [5], denses: [] };
  return generate({
    model: randomModel(createRandom(1), shape),
    board: loadBoard("qemu-m4"),
    format: "int8",
    prefix,
    calibration: null,
    licence: "CC-BY-4.0 */ int x; /*",
  });
}

test("the same options give the same bytes, without dates or paths", () => {
  const files = generated("net").files;
  expect(generated("net").files).toEqual(files);
  expect(files.map(({ name }) => name)).toEqual(["net.h", "net.c", "pioneer_model.h"]);
  for (const { text } of files) {
    expect(text).not.toMatch(/\b20\d\d-|\/home|\/work|\/tmp/);
    expect(text).not.toMatch(/[ \t]$|\r/m);
    expect(text.endsWith("\n")).toBe(true);
  }
  expect(files[1]?.text).toContain("fall under: CC-BY-4.0 * / int x; / *.");
});

test("the digest of the plan is the model's", () => {
  const { files, stages } = generated("net");
  expect(files[2]?.text).toContain(`#define MODEL_DIGEST "${stages.plan.digest.slice(0, 16)}"`);
  expect(files[2]?.text).toContain('#define MODEL_NAME "a model"');
  expect(files[2]?.text).toContain("#define MODEL_INPUT_BYTES 3\n#define MODEL_OUTPUT_BYTES 5\n");
});

test("an unchanged file is not written again", () => {
  const directory = mkdtempSync(join(tmpdir(), "pioneer-write-"));
  try {
    const { files } = generated("net");
    const states = () => writeFiles(join(directory, "out"), files).map(({ state }) => state);
    expect(states()).toEqual(["written", "written", "written"]);
    const path = join(directory, "out", "net.c");
    const { mtimeMs, ino } = statSync(path);
    expect(states()).toEqual(["unchanged", "unchanged", "unchanged"]);
    expect(statSync(path)).toMatchObject({ mtimeMs, ino });
    expect(readFileSync(path, "utf8")).toBe(files[1]?.text);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
