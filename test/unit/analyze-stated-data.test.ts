/** The data files of stated platforms and networks: their schemas, their sources, and the reference's own numbers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Schema } from "../../codegen/json-schema.ts";
import { violations } from "../../codegen/json-schema.ts";
import { EGRESS, NETWORKS, RADIOS, STREAM_FORMS } from "../../host/analyze/networks.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { sourceIn, valueIn } from "../../host/analyze/stated-values.ts";

interface DataFile {
  readonly sources: readonly { readonly id: string }[];
}

function read(name: string): unknown {
  const url = new URL(`../../host/analyze/platforms/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(fileURLToPath(url), "utf8"));
}

/** Everything below a value that names a source. */
function sourcesNamed(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const { source } = node as { readonly source?: unknown };
  const own = typeof source === "string" ? [source] : [];
  return [...own, ...Object.values(node).flatMap(sourcesNamed)];
}

describe.each(["platforms", "networks"])("%s.json", (name) => {
  const file = read(name) as DataFile;

  test("has the shape that its schema states", () => {
    expect(violations(file, read(`${name}.schema`) as Schema)).toEqual([]);
  });

  test("names each of its sources somewhere, and no other", () => {
    const listed = file.sources.map(({ id }) => id);
    expect(new Set(listed).size).toBe(listed.length);
    expect(new Set(sourcesNamed(file))).toEqual(new Set(listed));
  });
});

describe("a stated value", () => {
  const sources = [{ id: "sheet", text: "data sheet", date: "2026-03" }];

  test("carries its source's text and date", () => {
    const written = { value: 2, unit: "W", source: "sheet", how: "at the wall", interval: [1, 3] };
    expect(valueIn(sources)(written)).toEqual({
      value: 2,
      unit: "W",
      source: "data sheet: at the wall",
      date: "2026-03",
      confidence: "S",
      interval: [1, 3],
    });
  });

  test("of a source that is not listed is refused", () => {
    expect(() => sourceIn(sources)("leaflet")).toThrow(RangeError);
  });

  test("of a platform names its source, and its date or that there is none", () => {
    const values = PLATFORMS.flatMap((platform) =>
      Object.values(platform).filter((value) => typeof value === "object" && value !== null),
    );
    expect(values.length).toBeGreaterThan(120);
    for (const { value, unit, source, date } of values) {
      expect(value).toBeGreaterThan(0);
      expect(unit).not.toBe("");
      expect(source.length).toBeGreaterThan(5);
      expect(date === null || /^\d{4}-\d{2}(-\d{2})?$/.test(date)).toBe(true);
    }
  });
});

describe("the reference's numbers", () => {
  const platform = (id: string) => PLATFORMS.find((known) => known.id === id);

  // TFLOP/s in 16-bit floats, GB/s, W.
  test.each([
    ["t4", 65, 320, 70],
    ["l4", 121, 300, 72],
    ["a10g", 70, 600, 300],
    ["a100", 312, 2039, 400],
    ["h100", 989, 3350, 700],
    ["h200", 989, 4800, 700],
    ["b200", 2250, 7700, 1000],
    ["orin-nano", 10, 68, 15],
    ["xeon-8480", 115, 307, 350],
    ["graviton4", 34, 538, 130],
    ["raspberry-pi-5", 0.31, 17, 15],
  ])("%s", (id, fp16, bandwidth, tdp) => {
    expect(platform(id)).toMatchObject({
      fp16: { value: fp16 },
      bandwidth: { value: bandwidth },
      tdp: { value: tdp },
    });
  });

  // By the devices of the instance, or the virtual processors of the whole chip.
  test.each([
    ["t4", 0.526],
    ["a100-40", 21.96 / 8],
    ["h200", 63.296 / 8],
    ["b200", 113.93 / 8],
    ["xeon-8480", (0.1785 / 4) * 112],
    ["epyc-9654", (0.2053 / 4) * 96],
    ["graviton3", (0.145 / 4) * 64],
    ["graviton4", (0.1595 / 4) * 96],
  ])("%s rents at %d USD an hour", (id, price) => {
    expect(platform(id)?.price?.value).toBeCloseTo(price, 9);
  });

  test("a rent is dated, but for the two that the reference leaves undated", () => {
    const undated = PLATFORMS.filter(({ price }) => price !== null && price.date === null);
    expect(undated.map(({ id }) => id)).toEqual(["b200", "epyc-9654"]);
  });

  test("a year of 24 kb/s of egress costs 8.51 USD", () => {
    const gigabytes = (24_000 / 8) * 365 * 24 * 3600 * 1e-9;
    expect(gigabytes * EGRESS.value).toBeCloseTo(8.51, 2);
  });

  test("every network has a radio of the list or a cable, and the first is Wi-Fi", () => {
    expect(NETWORKS.map(({ id }) => id)).toEqual(["wifi", "ble", "5g", "lte", "wired", "fiber"]);
    expect(NETWORKS.filter(({ radio }) => radio === null).map(({ id }) => id)).toEqual([
      "wired",
      "fiber",
    ]);
    expect(RADIOS).toHaveLength(4);
    expect(STREAM_FORMS.map(({ rate }) => rate.value)).toEqual([32_000, 256_000]);
  });
});
