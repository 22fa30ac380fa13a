/** docs/sizing.md: its tables are written by npm run sizing, and what they say is true. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { replaceBlock } from "../../scripts/replace-block.ts";
import { agreementOf, spearman } from "../../scripts/sizing/predicted-and-run.ts";
import { boardsBlock, fitsBlock } from "../../scripts/write-sizing.ts";

const page = readFileSync(join(PROJECT_DIR, "docs", "sizing.md"), "utf8");

test("the table of boards follows from the board files and the counted steps of now", () => {
  expect(replaceBlock(page, "boards", boardsBlock())).toBe(page);
});

test("the table of fits follows from the counted steps of now", () => {
  expect(replaceBlock(page, "fits", fitsBlock())).toBe(page);
});

test("at least 30 networks on three cores: ranks agree, the median error is below 5 %", () => {
  const number = (text: string): number => Number(text.replaceAll(",", ""));
  const rows = [
    ...page.matchAll(
      /^\| `(qemu-\w+)` \| (.+) \| ([\d,]+) \| ([\d,]+) \| .+ \| ([\d,.]+) \| .+ \|$/gm,
    ),
  ].map(([, board = "", network = "", macs = "", predicted = "", run = ""]) => ({
    ...{ board, network, macs: number(macs), predicted: number(predicted), run: number(run) },
    interval: [0, 0] as const,
  }));
  expect(rows.length).toBeGreaterThanOrEqual(30);
  const { rankCorrelation, medianError } = agreementOf(rows);
  expect(Object.keys(rankCorrelation).length).toBe(3);
  for (const correlation of Object.values(rankCorrelation)) {
    expect(correlation).toBeGreaterThanOrEqual(0.95);
  }
  expect(medianError).toBeLessThanOrEqual(0.05);
});

test("Spearman's correlation by hand", () => {
  // Ranks 0 1 2 and 0 2 1: squared differences 0 1 1; 1 - 6 * 2 / (3 * 8).
  expect(spearman([1, 2, 3], [10, 30, 20])).toBeCloseTo(0.5, 12);
});
