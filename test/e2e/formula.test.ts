/** `pioneer formula` as a user types it. */
import { expect, test } from "vitest";
import { pioneer } from "./cli.ts";

test("a formula with numbers is one JSON document", () => {
  const typed = pioneer([
    "formula",
    "ridge-point",
    "peakOpsPerSecond=312e12",
    "peakBytesPerSecond=2039e9",
    "--json",
  ]);
  expect(typed.status).toBe(0);
  expect(typed.stderr).toBe("");
  const { schema, name, value, unit } = JSON.parse(typed.stdout);
  expect({ schema, name, unit }).toEqual({ schema: 1, name: "ridge-point", unit: "op/byte" });
  expect(value).toBeCloseTo(153.0, 1);
});

test("without a name all are listed", () => {
  const typed = pioneer(["formula", "--json"]);
  expect(typed.status).toBe(0);
  expect(JSON.parse(typed.stdout).rows.length).toBeGreaterThanOrEqual(60);
  expect(pioneer(["formula"]).stdout).toContain("ridge-point [op/byte]");
});

test("an unknown one is refused with the nearest names", () => {
  const typed = pioneer(["formula", "ridgepoint", "--json"]);
  expect(typed.status).toBe(2);
  const { error } = JSON.parse(typed.stdout);
  expect(error).toMatchObject({ code: "TP-USE-200", why: expect.stringContaining("ridge-point") });
});

test("a negative number is an input, not an option", () => {
  const typed = pioneer(["formula", "normal-quantile", "average=-10", "deviation=5", "--json"]);
  expect(typed.status).toBe(0);
  expect(JSON.parse(typed.stdout).value).toBeCloseTo(1.65, 12);
});
