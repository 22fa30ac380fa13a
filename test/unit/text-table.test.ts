import { expect, test } from "vitest";
import { textTable } from "../../host/report/tables.ts";

test("columns are as wide as their widest cell", () => {
  const rows = [
    ["board", "clock"],
    ["nrf52840-dk", "64 MHz"],
  ];
  expect(textTable(rows)).toBe("board        clock\nnrf52840-dk  64 MHz\n");
});

test("a sentence that nothing follows pushes no column away", () => {
  const rows = [
    ["why", "a sentence far longer than any value", ""],
    ["line", "4 B", "data sheet"],
  ];
  expect(textTable(rows)).toBe(
    "why   a sentence far longer than any value\nline  4 B  data sheet\n",
  );
});
