/** Scores of MLPerf Tiny by hand, and the open runner's data sets and files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { mlperfDocument } from "../../host/analyze/mlperf/document.ts";
import { accuracyScore, areaUnderRoc, performanceScore } from "../../host/analyze/mlperf/score.ts";
import { readDataset } from "../../host/mlperf/dataset.ts";
import { bracketed, errorOf, inferenceOf } from "../../host/mlperf/replies.ts";
import { sessionFolder } from "../../host/mlperf/session-files.ts";
import { shiftOf } from "../../host/workflow/virtual-time.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-dataset-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("performance", () => {
  const loop = (inferences: number, seconds: number) => ({ inferences, elapsedUs: seconds * 1e6 });

  test("median of five loops", () => {
    // 10, 20, 30, 5 and 25 a second: the middle one is 20.
    const loops = [100, 200, 300, 50, 250].map((inferences) => loop(inferences, 10));
    expect(performanceScore(loops)).toEqual({
      throughput: 20,
      perLoop: [10, 20, 30, 5, 25],
      reasons: [],
    });
  });

  test("four loops, and one that is a microsecond short, break the rules", () => {
    const loops = [10, 10, 10, 9.999999].map((seconds) => loop(100, seconds));
    expect(performanceScore(loops).reasons).toEqual([
      "4 loops, the rules ask for 5",
      "1 loops are shorter than 10 s",
    ]);
  });

  test("an emulator's times are modelled, and so is what follows from them", () => {
    const loops = Array.from({ length: 5 }, () => loop(100, 10));
    const document = mlperfDocument(
      {
        mode: "performance",
        board: "qemu-m4",
        as: null,
        format: "int8",
        device: { name: "a", profile: "b", model: "c" },
        clock: { kind: "modelled", source: "virtual time" },
        verify: { bitExact: true, compared: 1, mismatches: 0 },
        files: {},
      },
      loops,
      performanceScore(loops),
      null,
    );
    expect(document.throughput).toMatchObject({ value: 10, unit: "1/s", kind: "modelled" });
    expect(document.latency).toMatchObject({ value: 100, unit: "ms", kind: "modelled" });
    expect(document.loops[0]?.elapsed.kind).toBe("modelled");
    expect(document.valid).toBe(true);
  });

  test("an instruction takes the power of two of nanoseconds nearest to a cycle", () => {
    // 15.6 ns, 5.9 ns (2^2.55), 62.5 ns, 1.67 ns; outside the range its ends.
    expect([64e6, 170e6, 16e6, 600e6, 32_768, 8e9].map(shiftOf)).toEqual([4, 3, 6, 1, 10, 0]);
  });
});

describe("accuracy", () => {
  test("three of four files, windows averaged after division by their sums", () => {
    const score = accuracyScore([
      { class: 0, outputs: [[3, 1]] },
      // (0.8 + 0.1) / 2 = 0.45 against 0.55: class 1, though the first window's numbers are larger.
      {
        class: 1,
        outputs: [
          [8, 2],
          [0.1, 0.9],
        ],
      },
      { class: 1, outputs: [[1, 3]] },
      { class: 0, outputs: [[1, 4]] },
    ]);
    // Class 0: positives 0.75 and 0.2, negatives 0.45 and 0.25: 0.75 wins twice, 0.2 never: 2 of 4. Class 1 likewise.
    expect(score).toEqual({ files: 4, topOne: 0.75, auc: 0.5, allZero: 0 });
  });

  test("all zero divides nothing by zero", () => {
    expect(accuracyScore([{ class: 1, outputs: [[0, 0]] }])).toEqual({
      files: 1,
      topOne: 0,
      auc: null,
      allZero: 1,
    });
  });

  test("one output is a score of class 1", () => {
    const score = accuracyScore([
      { class: 1, outputs: [[0.9], [0.7]] },
      { class: 0, outputs: [[0.5]] },
      { class: 0, outputs: [[0.8]] },
    ]);
    // 0.8 against 0.5 and 0.8: a win and a tie.
    expect(score).toMatchObject({ topOne: null, auc: 0.75 });
  });

  test("area under the curve: Hanley and McNeil's count by hand", () => {
    // Positives 4, 3, 1; negatives 2, 3, 0: wins 3 + 2.5 + 1 of 9.
    const scores = [4, 3, 1, 2, 3, 0];
    const isPositive = [true, true, true, false, false, false];
    expect(areaUnderRoc(scores, isPositive)).toBeCloseTo(6.5 / 9, 12);
    expect(areaUnderRoc([1, 2], [true, true])).toBeNull();
  });
});

describe("replies", () => {
  test("a whole inference, and one without its end", () => {
    const lines = ["m-infer-start-2", "m-lap-us-15", "m-lap-us-25", "m-infer-done"];
    const whole = [...lines, "m-results-[0.5,-1.25]"];
    expect(inferenceOf(whole)).toEqual({ startUs: 15, endUs: 25, results: [0.5, -1.25] });
    expect(inferenceOf(lines)).toBeUndefined();
    expect(inferenceOf(whole.filter((line) => line !== "m-lap-us-25"))).toBeUndefined();
    const energy = inferenceOf(whole.filter((line) => !line.startsWith("m-lap")));
    expect(energy).toMatchObject({ startUs: null, endUs: null });
    expect(errorOf(["x", "e-[Unknown command: y]"])).toBe("Unknown command: y");
    expect(bracketed(["m-model-[kws01]"], "model")).toBe("kws01");
  });
});

describe("data sets", () => {
  test("names, classes and windows", () => {
    writeFileSync(join(folder, "a.bin"), Uint8Array.of(1, 2, 3, 4, 5));
    writeFileSync(join(folder, "y_labels.csv"), "a.bin,3,2\r\na.bin, 2, 1, 3, 2\n\n");
    const [whole, windows] = readDataset(folder, "model");
    expect(whole).toMatchObject({ file: "a.bin", classes: 3, class: 2, bytesToSend: null });
    expect(whole?.windows).toEqual([Uint8Array.of(1, 2, 3, 4, 5)]);
    expect(windows?.windows).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(3, 4, 5)]);
  });

  test.each(["../a.bin,2,1", "a.bin,2", "a.bin,2,2", "a.bin,2,1,9,1", "a.bin,2,1,3,0", ""])(
    "refuses the line %j",
    (line) => {
      writeFileSync(join(folder, "y_labels.csv"), line);
      expect(() => readDataset(folder, "model")).toThrow(
        expect.objectContaining({ code: "TP-USE-160" }),
      );
    },
  );

  test("a session is named as the open runner names it", () => {
    expect(sessionFolder("sessions", new Date(2026, 0, 31, 3, 5, 9))).toBe(
      join("sessions", "20260131_030509"),
    );
  });
});
