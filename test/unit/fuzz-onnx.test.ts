import { expect, it } from "vitest";
import { runCampaign } from "../fuzz/campaign.ts";
import { ONNX_FORMAT } from "../fuzz/mutate-onnx.ts";
import { parseTree, writeTree } from "../fuzz/wire-tree.ts";

const FILES = 2000;

it("mutated ONNX files give a model that runs, or a coded error, in time", () => {
  const { files, models, codes, findings } = runCampaign(ONNX_FORMAT, 1, 0, (i) => i < FILES);
  expect(findings).toEqual([]);
  const refused = Object.values(codes).reduce((sum, count) => sum + count, 0);
  expect(models + refused).toBe(files);
  // Structure-aware: many are sound, and those that are not fail in many ways.
  expect(models).toBeGreaterThan(FILES / 20);
  expect(Object.keys(codes).length).toBeGreaterThanOrEqual(5);
});

it("a tree written again is the same file", () => {
  for (const bytes of ONNX_FORMAT.seeds) {
    expect(writeTree(parseTree(bytes, { 7: { 1: { 5: {} }, 5: {} } }))).toEqual(bytes);
  }
});
