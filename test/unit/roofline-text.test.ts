/** The roofline in characters: where its roof bends and where the run stands, by hand. */
import { expect, test } from "vitest";
import type { RooflineDocument } from "../../host/analyze/board-roofline.ts";
import { rooflineText } from "../../host/report/roofline-text.ts";

const quantity = (value: number, unit: string, kind = "stated") => ({
  value,
  unit,
  kind,
  source: "",
});

/** 64 op/s of arithmetic over 16 B/s: the ridge is at 4 op/B; the run does 4 op/s at 1 op/B, a quarter of its roof. */
function document(rate: number): RooflineDocument {
  return {
    ridgePoint: quantity(4, "op/byte"),
    rateUnit: "op/s",
    roofs: [
      { name: "MAC", limits: "compute", peak: quantity(64, "op/s") },
      { name: "flash", limits: "memory", peak: quantity(16, "byte/s") },
    ],
    dots: [
      {
        name: "toy",
        arithmeticIntensity: quantity(1, "op/byte", "counted"),
        rate: quantity(rate, "op/s", "modelled"),
      },
    ],
  } as unknown as RooflineDocument;
}

test("the roof bends at the ridge, and the run stands below it", () => {
  const lines = (rooflineText(document(4)) ?? "").split("\n");
  const roof = lines.filter((line) => line.includes("|"));
  // 1/8 to 32 op/B in 56 columns are 8 octaves of 6.875: the ridge is 5 octaves in, the run 3.
  const flat = roof.find((line) => line.includes("_")) ?? "";
  expect(flat.trimStart().startsWith("64 op/s |")).toBe(true);
  const column = (line: string, mark: string) => line.split("|")[1]?.indexOf(mark);
  expect(column(flat, "_")).toBe(Math.ceil((5 / 8) * 55));
  const dot = roof.find((line) => line.includes("o", line.indexOf("|"))) ?? "";
  expect(column(dot, "o")).toBe(Math.round((3 / 8) * 55));
  expect(dot.trimStart().startsWith("4 op/s ≈ |")).toBe(true);
  // 16 op/s is the roof above the run: two rows or more higher on 12 rows for 2 to 96 op/s.
  const at = dot.lastIndexOf("o");
  const above = roof.findIndex((line) => "/_".includes(line[at] ?? "x"));
  expect(roof.indexOf(dot) - above).toBeGreaterThanOrEqual(2);
  expect(lines.at(-2)).toBe("o toy at 1 op/B;  / flash;  _ MAC");
  expect(lines.at(-3)).toMatch(/^ +0\.13 op\/B +32 op\/B$/);
});

test("there is none of a rate that is not above 0", () => {
  expect(rooflineText(document(0))).toBeNull();
  expect(rooflineText({ ...document(4), dots: [] })).toBeNull();
});
