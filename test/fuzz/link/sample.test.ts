/** The first bytes of the campaign that docs/link.md sums up, and the page of totals. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeFrames, runLinkCampaign } from "./campaign.ts";
import { DAMAGES } from "./damage.ts";
import { LINK_PAGE, linkPageWith, readLinkTotals } from "./page.ts";

const SAMPLE_BYTES = 20e6;
const tell = () => undefined;

describe("a damaged stream", () => {
  const frames = makeFrames();

  it("gives no record that was not sent, and tells every gap", () => {
    const result = runLinkCampaign(frames, { seed: 1, bytes: SAMPLE_BYTES, damage: true, tell });
    expect(result.findings).toEqual([]);
    // About seven frames of 140 bytes a place, most of them whole.
    expect(result.records).toBeGreaterThan(SAMPLE_BYTES / 140 / 2);
    expect(result.lostRecords).toBeGreaterThan(10_000);
    for (const kind of DAMAGES) expect(result.damaged[kind]).toBeGreaterThan(500);
    for (const reason of ["checksum", "encoding", "overlong", "repeated", "short"]) {
      expect(result.discarded[reason]).toBeGreaterThan(10);
    }
    // The decoder holds two buffers of one frame each; what the engine compiled is counted, too.
    expect(result.heapGrowth).toBeLessThan(8e6);
  });

  it("is the same for the same seed, and another for another", () => {
    const run = (seed: number) => {
      const { decodeMs, copyMs, heapGrowth, ...rest } = runLinkCampaign(frames, {
        ...{ seed, bytes: 1e6, damage: true, tell },
      });
      return rest;
    };
    expect(run(7)).toEqual(run(7));
    expect(run(8).records).not.toBe(run(7).records);
  });

  it("gives everything of an undamaged one", () => {
    const result = runLinkCampaign(frames, { seed: 1, bytes: 5e6, damage: false, tell });
    expect(result).toMatchObject({ findings: [], discarded: {}, lostRecords: 0, textBytes: 0 });
  });
});

describe("the page of totals", () => {
  it("is what the campaign wrote: 1e9 bytes, no record that nobody sent, 100 MB/s", () => {
    const totals = readLinkTotals();
    expect(linkPageWith(totals)).toBe(readFileSync(LINK_PAGE, "utf8"));
    const { damaged, clean } = totals;
    expect(damaged.bytes).toBeGreaterThanOrEqual(1e9);
    expect([...damaged.findings, ...clean.findings]).toEqual([]);
    for (const { bytes, decodeMs } of [damaged, clean]) {
      expect(bytes / decodeMs / 1e3).toBeGreaterThanOrEqual(100);
    }
  });
});
