/** `pioneer size` as a user types it. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pioneer } from "./cli.ts";

const out = mkdtempSync(join(tmpdir(), "pioneer-size-"));
const size = (...words: string[]) => pioneer(["size", ...words, "--out", out]);

test("a size within 10 ms and 1 mW, its picture, and nothing else on stdout", () => {
  const budgets = ["--budget-ms", "10", "--budget-mw", "1", "--json"];
  const typed = size("hearable", "--board", "nrf52840-dk", ...budgets);
  expect(typed.status).toBe(0);
  const document = JSON.parse(typed.stdout);
  const { chosen, candidates, why, files } = document;
  // 96 units hear better than 64, so that the most units that hold the power are the best.
  expect(chosen).toMatchObject({ method: "retrain", format: "int8", verdict: "chosen" });
  expect(chosen.powerMw.value).toBeLessThanOrEqual(1);
  expect(candidates.length).toBe(96);
  expect(why).toContain(`hiddenSize ${chosen.hiddenSize}:`);
  expect(readFileSync(files.picture, "utf8")).toContain("<svg");
});

test("budgets that nothing holds: exit 1, and what would hold them", () => {
  const typed = size("hearable", "--board", "nucleo-f746zg", "--budget-mw", "1");
  expect(typed.status).toBe(1);
  // Asleep: 3.3 V * 0.3 mA.
  expect(typed.stdout).toContain("no size from 1 to 96 holds 10 ms and 1 mW on nucleo-f746zg");
  expect(typed.stdout).toContain("the model as it is holds them on");
});

test("without a model there is an LSTM over so many inputs", () => {
  const typed = size("--input-size", "64", "--board", "nucleo-h743zi", "--json");
  expect(typed.status).toBe(0);
  const { chosen, candidates } = JSON.parse(typed.stdout);
  expect(candidates.length).toBe(256);
  expect(chosen).toMatchObject({ hiddenSize: 256, method: "train", quality: null });
});

test("a format that nobody counted on a core: what is missing is named, nothing guessed", () => {
  const words = ["hearable", "--board", "esp32dev", "--format", "int4"];
  const typed = size(...words, "--json");
  expect(typed.status).toBe(1);
  const document = JSON.parse(typed.stdout);
  expect(document.missing).toContain("no steps of xtensa-mac16 were counted in int4");
  expect(document.candidates[0].cycles).toBeNull();
  expect(existsSync(join(out, "size-hearable-esp32dev.svg"))).toBe(false);
});

test.each([
  [["--board", "nrf52840-dk"], "TP-USE-460"],
  [["hearable", "--input-size", "8", "--board", "nrf52840-dk"], "TP-USE-460"],
  [["hearable", "--board", "nrf52840-dk", "--min-hidden", "9", "--max-hidden", "8"], "TP-USE-270"],
  [["hearable", "--board", "nrf52840-dk", "--max-hidden", "1e9"], "TP-USE-270"],
  [["hearable", "--board", "nrf52840-dk", "--budget-mw", "-1"], "TP-USE-002"],
])("wrong use %j is %s", (words, code) => {
  const typed = size(...words, "--json");
  expect(typed.status).toBe(2);
  expect(JSON.parse(typed.stdout).error.code).toBe(code);
});
