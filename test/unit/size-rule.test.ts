import { expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { sizeRule } from "../../codegen/size/rule.ts";

const rule = (id: string) => sizeRule(loadBoard(id));

test("a Cortex-M4 without a data cache goes by the word, and says why", () => {
  const found = rule("nrf52840-dk");
  expect(found).toMatchObject({
    rule: "word",
    lineBytes: 4,
    granule: 4,
    gruGranule: 8,
    memory: "flash",
    residentBytes: 0,
    // Two wait states for each word of four bytes.
    stallsPerByte: 0.5,
  });
  expect(found.why).toEqual([
    "No data cache or line buffer serves the weights of nrf52840-dk: each word of flash costs 2 wait states, whichever row it belongs to; a line's length would only add padding.",
    "Sizes are multiples of 4, what one pass of the loop takes; over 8 rows that is 32 B.",
    "8 sums stay in registers while the columns pass: 2 units of an LSTM; a GRU's units are multiples of 8.",
    "Nothing of the weights stays: each step streams all of them from flash, waiting 0.50 cycles a byte.",
  ]);
});

test("a Cortex-M7 goes by the line of its data cache", () => {
  expect(rule("nucleo-f746zg")).toMatchObject({
    rule: "data-cache-line",
    lineBytes: 32,
    granule: 4,
    residentBytes: 4096,
    // 7 wait states for 32 bytes, which come in one access.
    stallsPerByte: 7 / 32,
  });
});

test("an ESP32-C3 goes by the line of the cache before its serial flash", () => {
  expect(rule("esp32-c3-devkitm-1")).toMatchObject({
    rule: "xip-line",
    lineBytes: 32,
    tileRows: 16,
    tileUnits: 4,
    gruGranule: 16,
    residentBytes: 16_384,
    stallsPerByte: 152 / 32,
  });
});

test("a flash accelerator's line is no cache of weights: eight lines of it stay", () => {
  expect(rule("nucleo-l476rg")).toMatchObject({ rule: "flash-line", residentBytes: 256 });
});

test("Helium takes sixteen columns at a time", () => {
  expect(rule("alif-ensemble-e7")).toMatchObject({ simdColumns: 16, granule: 16, gruGranule: 16 });
});

test("waits that nobody states are said to be unknown, not zero", () => {
  expect(rule("alif-ensemble-e7").why[3]).toBe(
    "Up to 32768 B of weights stay in the data cache from step to step; more stream from mram each step: what mram makes the core wait is not known and charged nothing.",
  );
});

test("what waits for nothing is not said to be streamed", () => {
  expect(rule("teensy41")).toMatchObject({ rule: "word", memory: "dtcm", stallsPerByte: 0 });
  expect(rule("teensy41").why[3]).toBe(
    "All weights stay in dtcm, which makes the core wait for nothing.",
  );
});
