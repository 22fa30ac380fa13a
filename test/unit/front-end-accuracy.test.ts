/**
 * The generated front end cleans a clip as well as the float64 one, with the same network; `npm run front-end` measures all.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel } from "../../codegen/index.ts";
import { frontEndAccuracy } from "../../scripts/front-end/accuracy.ts";
import { heldOutRows } from "../../scripts/front-end/held-out.ts";
import { everyClip } from "../../scripts/front-end/held-out-page.ts";
import { transformRows } from "../../scripts/front-end/transforms.ts";

const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

test.each([512, 320])(
  "with %i points a clip is within 0.2 dB of float64",
  (fftSize) => {
    const loaded = loadModel("hearable", { modelsDir: MODELS });
    if (loaded.sidecar === undefined) throw new Error("the shipped model has no sidecar");
    const base = `${MODELS}/clips/ru-keyboard-0db`;
    const clip = { name: "keyboard", noisy: `${base}.noisy.wav`, clean: `${base}.clean.wav` };
    const [row] = frontEndAccuracy({ ...loaded, sidecar: loaded.sidecar }, "int8", [clip], fftSize);
    // A clip of 0 dB, of which the model makes far more.
    expect(row?.float64Db).toBeGreaterThan(5);
    expect(Math.abs(Number(row?.generatedDb) - Number(row?.float64Db))).toBeLessThan(0.2);
  },
  120_000,
);

test("the held-out table has means, the largest difference of either sign and the clips beyond the limit", () => {
  const clip = (
    name: string,
    snrDb: number,
    noisyDb: number,
    float64Db: number,
    generatedDb: number,
  ) => ({ name, snrDb, noisyDb, float64Db, generatedDb });
  const rows = heldOutRows("m", [
    clip("a", 5, 5, 10, 10.1),
    clip("b", 5, 4, 12, 11.7),
    clip("c", -5, -5, 3, 3.1),
  ]);
  // 5 dB: means (5+4)/2, (10+12)/2, (10.1+11.7)/2, (0.1-0.3)/2. All: 4/3, 25/3, 24.9/3, -0.1/3.
  expect(rows).toEqual([
    "| m | -5 | 1 | -5.00 | 3.00 | 3.10 | 0.1000 | 0.100 (c) | 0 |",
    "| m | 5 | 2 | 4.50 | 11.00 | 10.90 | -0.1000 | -0.300 (b) | 1 |",
    "| m | all | 3 | 1.33 | 8.33 | 8.30 | -0.0333 | -0.300 (b) | 1 |",
  ]);
  expect(() => heldOutRows("m", [])).toThrow(RangeError);
});

test("transforms are compared ratio by ratio, the lowest first", () => {
  const row = { beforeDb: 7.3, gainDb: 7.25, differenceDb: -0.05, lowDb: -0.0714, highDb: -0.03 };
  const of = { before: "large", beforeFftSize: 512, fftSize: 320, clipsPerSnr: 104 };
  expect(transformRows({ small: { ...of, bySnrDb: { "5": row, "-5": row } } })).toEqual([
    "| `large`, 512 | `small`, 320 | -5 | 104 | 7.30 | 7.25 | -0.050 | -0.071 to -0.030 |",
    "| `large`, 512 | `small`, 320 | 5 | 104 | 7.30 | 7.25 | -0.050 | -0.071 to -0.030 |",
  ]);
});

test("a clip in so many of each ratio is heard, the first of each among them", () => {
  const clips = [0, 5, 0, 5, 0, 5].map((snrDb, index) => ({ noisy: `${index}`, clean: "", snrDb }));
  expect(everyClip(clips, 2).map(({ noisy }) => noisy)).toEqual(["0", "1", "4", "5"]);
  expect(everyClip(clips, 1)).toHaveLength(6);
});
