import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { breakEven, sparseBlock, sparseSvg } from "../../scripts/sizing/sparse-page.ts";

describe("the page", () => {
  const point = {
    stoi: 0.8,
    weightBytes: 9,
    macs: 5,
    energyUj: 2,
    gainDb: { mean: 7, low: 6, high: 8 },
  };
  const points = [
    { ...point, kind: "dense", amount: 0, instructions: 100, cycles: 200 },
    { ...point, kind: "tiles", amount: 10, instructions: 110, cycles: 190 },
    { ...point, kind: "tiles", amount: 50, instructions: 70, cycles: 110 },
    { ...point, kind: "units", amount: 48, instructions: 60, cycles: 100 },
  ] as const;

  test("breaks even by hand", () => {
    // Instructions fall by 1 for each percent: 110 - 10; cycles by 2, and are below at 10 already.
    expect(breakEven(points, "instructions")).toBe(20);
    expect(breakEven(points, "cycles")).toBe(5);
    expect(breakEven(points.slice(0, 1), "cycles")).toBeNull();
  });

  test("tells each way apart, in words and in the picture", () => {
    const curve = { set: "held-out", clipsPerSnr: 6, points } as const;
    const text = sparseBlock(curve);
    expect(text).toContain(
      "| `--sparse 50` | 7.00 (6.00 to 8.00) | 0.800 | 5 | 9 | 70 | 110 | 2.00 |",
    );
    expect(text).toContain("| pruned to 48 units |");
    expect(text).toContain(
      "fewer instructions from 20 % of the tiles on (counted), fewer cycles from 5 %",
    );
    expect(sparseSvg(curve)).toContain("--sparse 10: 7.00 dB, 2.00 µJ");
  });

  test("holds what was measured", () => {
    const page = readFileSync(join(PROJECT_DIR, "docs", "sizing.md"), "utf8");
    const [, table = ""] = page.split(/<!-- sparse:(?:begin|end) -->/);
    expect(table.split("\n").filter((line) => line.startsWith("| ")).length).toBeGreaterThan(10);
    expect(table).not.toMatch(/NaN|undefined|Infinity/);
  });
});
