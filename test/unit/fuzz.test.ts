import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runBatch } from "../fuzz/batches.ts";
import { mutant, runCampaign } from "../fuzz/campaign.ts";
import { placesOf } from "../fuzz/flatbuffer-places.ts";
import { FORMATS } from "../fuzz/formats.ts";
import { ONNX_FORMAT } from "../fuzz/mutate-onnx.ts";
import { TFLITE_FORMAT } from "../fuzz/mutate-tflite.ts";
import { PAGE, pageWith, readTotals } from "../fuzz/page.ts";
import { parseTree, writeTree } from "../fuzz/wire-tree.ts";

const FILES = 300;

describe("a format that is mutated", () => {
  it.each(Object.entries(FORMATS))("%s: files are read or refused", (_, format) => {
    expect(format.seeds.length).toBeGreaterThan(0);
    const { files, read, codes, findings } = runCampaign(format, 2, 0, (i) => i < FILES);
    expect(findings).toEqual([]);
    const refused = Object.values(codes).reduce((sum, count) => sum + count, 0);
    expect(read + refused).toBe(files);
    // Structure-aware: some are sound still, and some are not.
    expect(read).toBeGreaterThan(FILES / 20);
    expect(refused).toBeGreaterThan(FILES / 5);
  });

  it.each(Object.entries(FORMATS))(
    "%s: the same file for the same seed and number",
    (_, format) => {
      expect(mutant(format, 1, 7)).toEqual(mutant(format, 1, 7));
      const others = Array.from({ length: 20 }, (_, index) => `${mutant(format, 1, index)}`);
      expect(new Set(others).size).toBeGreaterThan(15);
    },
  );
});

describe("what mutators know of a format", () => {
  it("a protobuf tree written again is the same file", () => {
    for (const bytes of ONNX_FORMAT.seeds) {
      expect(writeTree(parseTree(bytes, { 7: { 1: { 5: {} }, 5: {} } }))).toEqual(bytes);
    }
  });

  it("finds the parts of a flatbuffer: offsets that lead forward, weights, scales", () => {
    for (const bytes of TFLITE_FORMAT.seeds) {
      const { offsets, scalars, lengths, slots, buffers } = placesOf(bytes);
      expect(offsets.every(({ at, target }) => target > at && target < bytes.length)).toBe(true);
      for (const places of [offsets, scalars, lengths, slots]) {
        expect(places.length).toBeGreaterThan(20);
      }
      const held = buffers.reduce((sum, { size }) => sum + size, 0);
      expect(held).toBeGreaterThan(bytes.length / 16);
      expect(held).toBeLessThan(bytes.length);
    }
  });
});

// Starting a process takes seconds on a busy machine.
describe("a batch in a process of its own", { timeout: 120_000 }, () => {
  it("counts its files, and what memory they took", async () => {
    const request = { format: "onnx", seed: 1, first: 10, count: 40, milliseconds: 60_000 };
    const { files, memoryBytes, findings, codes, read } = await runBatch(request);
    expect([files, findings]).toEqual([40, []]);
    expect(read + Object.values(codes).reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(memoryBytes).toBeLessThan(64 * 1024 * 1024);
  });

  it("that cannot start is an error, not a campaign without findings", async () => {
    const request = { format: "none", seed: 1, first: 0, count: 1, milliseconds: 1000 };
    await expect(runBatch(request)).rejects.toThrow(/batch of none did not start/);
  });
});

describe("the page of totals", () => {
  it("is what the campaign wrote: at least a million files, none of them wrong", () => {
    const totals = readTotals();
    expect(pageWith(totals)).toBe(readFileSync(PAGE, "utf8"));
    expect(totals.formats.map(({ format }) => format)).toEqual(Object.keys(FORMATS).sort());
    const files = totals.formats.reduce((sum, result) => sum + result.files, 0);
    expect(files).toBeGreaterThanOrEqual(1_000_000);
    expect(totals.formats.flatMap(({ findings }) => findings)).toEqual([]);
  });
});
