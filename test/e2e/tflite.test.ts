/** Quantized TFLite files on emulated cores: a run against what TFLite Micro was recorded to answer, as a user types it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { missing } from "../qemu/device.ts";
import { pioneer } from "./cli.ts";

const VECTORS = fileURLToPath(new URL("../vectors/tflite/", import.meta.url));
const DTLN = fileURLToPath(new URL("../../../shared/models/tflm-dtln-int8/", import.meta.url));
const hasDtln = existsSync(DTLN);
const DIGITS = fileURLToPath(
  new URL("../../../shared/models/mnist-lstm/int8.tflite", import.meta.url),
);
if (!hasDtln) console.warn("DTLN's first part is not run: ../shared/models is absent");

function verified(model: string, golden: string, board: string) {
  const { status, stdout, stderr } = pioneer([
    ...["run", model, "--board", board, "--golden", golden, "--json", "--quiet"],
  ]);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(missing.length > 0)(`TFLite files on a device ${missing.join(", ")}`, () => {
  test.each([
    ["mask-int8", "tflite-int8", 200 * 13],
    ["mask-int16", "tflite-int16x8", 200 * 13],
  ])("%s: %s by itself, exactly TFLite Micro's", (name, format, comparedValues) => {
    const run = verified(`${VECTORS}${name}.tflite`, `${VECTORS}${name}.golden.json`, "qemu-m4");
    expect(run).toMatchObject({
      format,
      verify: { bitExact: true, mismatches: 0, comparedValues },
    });
  });

  test.skipIf(!hasDtln)("DTLN's first part", () => {
    const run = verified(`${DTLN}model.tflite`, `${DTLN}golden.json`, "qemu-m4");
    expect(run).toMatchObject({
      format: "tflite-int8",
      model: { name: "model", macs: 361_088 },
      verify: { bitExact: true, comparedValues: 257 },
    });
  });

  test.skipIf(!hasDtln)("digits, row by row: each picture from zero state", () => {
    const golden = `${VECTORS}mnist-lstm.golden.json`;
    expect(verified(DIGITS, golden, "qemu-m4")).toMatchObject({
      format: "tflite-int8",
      frames: 9 * 28,
      verify: { bitExact: true, mismatches: 0, comparedValues: 9 * 28 * 10 },
    });
  });

  test("a format that the file has no integers for is refused", () => {
    const { status, stdout } = pioneer([
      ...["generate", `${VECTORS}mask-int8.tflite`, "--board", "qemu-m4", "--json"],
      ...["--format", "tflite-int16x8"],
    ]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe("TP-PLAN-014");
  });
});
