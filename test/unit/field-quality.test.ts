/** Quality in the field: which clips are heard, what the tables say, how series are drawn. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seriesPicture } from "../../host/report/series-svg.ts";
import { standaloneSvg } from "../../host/report/svg.ts";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { type FieldCell, type FieldVersion, fieldClips } from "../../scripts/evaluation/field.ts";
import { fieldBlock, fieldSvg } from "../../scripts/evaluation/field-page.ts";

const clips = [-5, 0, 5].flatMap((snrDb) =>
  ["rain", "siren"].flatMap((noise) =>
    Array.from({ length: 8 }, (_, index) => ({
      noisy: `${noise}${snrDb}-${index}`,
      clean: "clean",
      snrDb,
      noise,
    })),
  ),
);

test("two clips of each noise and ratio are heard, four where noises are told apart, far apart in the set", () => {
  const chosen = fieldClips({ kind: "held-out", clips }).map(({ noisy }) => noisy);
  expect(chosen.filter((name) => name.startsWith("rain-5"))).toEqual(["rain-5-0", "rain-5-4"]);
  expect(chosen.filter((name) => name.startsWith("siren0"))).toEqual([
    "siren0-0",
    "siren0-2",
    "siren0-4",
    "siren0-6",
  ]);
  expect(chosen).toHaveLength(2 * (2 + 4 + 2));
});

function cell(mean: number, stoi: number | null): FieldCell {
  return { clips: 2, gainDb: { mean, low: mean - 1, high: mean + 1 }, stoi };
}

function version(name: string, gain: number): FieldVersion {
  return {
    name,
    byRatio: new Map([
      [-5, cell(gain, 0.7)],
      [0, cell(gain - 1, null)],
    ]),
    byNoise: new Map([["rain", cell(gain - 2, 0.8)]]),
  };
}

const results = { set: "held-out", versions: [version("noisy", 0), version("int8", 8)] } as const;

describe("the page", () => {
  test("has a row a version and a column a ratio, noisy clips in STOI's tables alone", () => {
    const block = fieldBlock(results);
    expect(block).toContain("| version | -5 dB | 0 dB |");
    expect(block).toContain("| int8 | 8.00 (7.00 to 9.00) | 7.00 (6.00 to 8.00) |");
    expect(block).toContain("| noisy | 0.700 | - |");
    expect(block).toContain("| noise | int8 |\n|---|---|\n| rain | 6.00 |");
    expect(block).toContain("| rain | 0.800 | 0.800 |");
    expect(block.match(/\| noisy \|/g)).toHaveLength(2);
  });

  test("shows every version in its picture, with its intervals", () => {
    const picture = fieldSvg(results);
    expect(picture).toContain("int8 at -5 dB: 8.00 dB, STOI 0.700");
    expect(picture.match(/<circle/g)).toHaveLength(2);
    expect(picture.match(/tp-range/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test.each(["field.md", "sizing.md"])("docs/%s holds what was measured", (name) => {
    const page = readFileSync(join(PROJECT_DIR, "docs", name), "utf8");
    const block = name === "field.md" ? "field" : "spared";
    const [, table = ""] = page.split(new RegExp(`<!-- ${block}:(?:begin|end) -->`));
    expect(table.split("\n").filter((line) => line.startsWith("| ")).length).toBeGreaterThan(10);
    expect(table).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("series need a point and finite coordinates, and no more of them than look apart", () => {
  const base = { id: "s", title: "t", description: "d", xLabel: "x", yLabel: "y" };
  const one = { name: "a", points: [{ x: 1, y: 2, words: "w" }] };
  expect(standaloneSvg(seriesPicture({ ...base, series: [one] }))).toContain("<title>w</title>");
  expect(() => seriesPicture({ ...base, series: [] })).toThrow(RangeError);
  expect(() => seriesPicture({ ...base, series: new Array(7).fill(one) })).toThrow(RangeError);
  const far = { name: "b", points: [{ x: Number.NaN, y: 2, words: "w" }] };
  expect(() => seriesPicture({ ...base, series: [far] })).toThrow(RangeError);
});
