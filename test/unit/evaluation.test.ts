import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRecordings } from "../../host/audio/recordings.ts";
import { writeWav } from "../../host/audio/wav-file.ts";
import { bootstrap } from "../../host/workflow/quality/bootstrap.ts";
import { readClipSet } from "../../host/workflow/quality/clip-set.ts";
import type { ClipGains } from "../../scripts/evaluation/measure.ts";
import {
  resultsMarkdown,
  summarise,
  withCardBlock,
  withSidecarField,
} from "../../scripts/evaluation/publish.ts";

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-evaluation-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the bootstrap", () => {
  it("gives the mean, no width for equal values, and the same interval again", () => {
    expect(bootstrap([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2 });
    const values = Array.from({ length: 100 }, (_, n) => n % 10);
    expect(bootstrap(values)).toEqual(bootstrap(values));
  });

  it("is as wide as the normal approximation of the mean's error", () => {
    // Values 0 to 9 ten times over: deviation sqrt(8.25), so 1.96 * sqrt(8.25 / 100) = 0.563.
    const { mean, low, high } = bootstrap(Array.from({ length: 100 }, (_, n) => n % 10));
    expect(mean).toBe(4.5);
    expect(high - mean).toBeGreaterThan(0.45);
    expect(high - mean).toBeLessThan(0.68);
    expect(mean - low).toBeGreaterThan(0.45);
  });

  it("refuses no values", () => {
    expect(() => bootstrap([])).toThrow(RangeError);
  });
});

describe("results", () => {
  const clip = (snrDb: number, float64: number, int8: number): ClipGains => ({
    snrDb,
    gainDb: { float64, int8, int16x8: float64, int4: float64 - 0.5 },
  });
  // Gains differ widely between clips, losses do not: 0.1 dB each.
  const gains = [clip(0, 4, 3.9), clip(0, 8, 7.9), clip(-5, 9, 8.9), clip(-5, 1, 0.9)];
  const clipped = { int8: 0.001234, int16x8: 0, int4: 0.001234 };
  const results = summarise("held-out", "ab".repeat(32), gains, clipped);

  it("are means a ratio, with losses paired clip by clip", () => {
    expect(results.clipsPerSnr).toBe(2);
    expect(results.float64.bySnrDb["0"]?.gainDb).toBe(6);
    expect(results.formats.int8?.bySnrDb["-5"]).toMatchObject({
      gainDb: 4.9,
      lossDb: 0.1,
      lossLowDb: 0.1,
      lossHighDb: 0.1,
    });
    expect(results.formats.int16x8?.bySnrDb["0"]?.lossDb).toBe(0);
    expect(results.formats.int8?.clippedShare).toBe(0.00123);
  });

  it("become a table in order of the ratio", () => {
    const rows = resultsMarkdown(results)
      .split("\n")
      .filter((line) => /^\| -?\d/.test(line));
    expect(rows.map((row) => row.split(" | ")[0])).toEqual(["| -5", "| 0"]);
    expect(rows[1]).toContain(
      "| 0.100 (0.100 to 0.100) | 0.000 (0.000 to 0.000) | 0.500 (0.500 to 0.500) |",
    );
  });

  it("replace the card's block and nothing else", () => {
    const card = "# a\n<!-- int8:begin -->\nold\n<!-- int8:end -->\nend\n";
    expect(withCardBlock(card, "new", "a.md")).toBe(
      "# a\n<!-- int8:begin -->\nnew\n<!-- int8:end -->\nend\n",
    );
    expect(() => withCardBlock("# a\n", "new", "a.md")).toThrow(
      expect.objectContaining({ code: "TP-USE-035" }),
    );
  });

  it("enter the sidecar in order, leaving every other byte", () => {
    const text = '{\n  "epsilon": 1e-09,\n  "zeros": [\n    60.0\n  ]\n}\n';
    const added =
      '{\n  "epsilon": 1e-09,\n  "twin": {\n    "a": 1,\n    "b": 2\n  },\n  "zeros": [\n    60.0\n  ]\n}\n';
    expect(withSidecarField(text, "twin", { b: 2, a: 1 })).toBe(added);
    expect(withSidecarField(added, "twin", { a: 1, b: 2 })).toBe(added);
    expect(withSidecarField('{"zeros":[60.0]}', "twin", 1)).toBe(
      '{\n  "twin": 1,\n  "zeros": [\n    60\n  ]\n}\n',
    );
  });
});

describe("clips and recordings", () => {
  it("come from the first list that exists", () => {
    inFolder((folder) => {
      const path = join(folder, "manifest.json");
      const choice = [
        { kind: "held-out", path: join(folder, "missing.json") },
        { kind: "shipped-clips", path },
      ] as const;
      expect(() => readClipSet(choice)).toThrow(expect.objectContaining({ code: "TP-NEED-030" }));
      writeFileSync(path, '{"clips":[{"noisy":"n.wav","clean":"c.wav","snrDb":5,"seen":true}]}');
      expect(readClipSet(choice)).toEqual({
        kind: "shipped-clips",
        clips: [{ noisy: join(folder, "n.wav"), clean: join(folder, "c.wav"), snrDb: 5 }],
      });
      for (const damaged of [
        "{",
        "null",
        '{"clips":[]}',
        '{"clips":[{"noisy":"n.wav"}]}',
        '{"clips":[null]}',
      ]) {
        writeFileSync(path, damaged);
        expect(() => readClipSet(choice)).toThrow(expect.objectContaining({ code: "TP-USE-036" }));
      }
    });
  });

  it("are a file, or a folder's WAV files by name", () => {
    inFolder((folder) => {
      expect(() => readRecordings(folder, 16000)).toThrow(
        expect.objectContaining({ code: "TP-USE-034" }),
      );
      for (const [index, name] of ["b.wav", "a.WAV"].entries()) {
        writeWav(join(folder, name), { sampleRateHz: 16000, channels: [Int16Array.of(index)] });
      }
      writeFileSync(join(folder, "README.md"), "not audio");
      const named = [
        { name: "a.WAV", samples: Int16Array.of(1) },
        { name: "b.wav", samples: Int16Array.of(0) },
      ];
      expect(readRecordings(folder, 16000)).toEqual(named);
      expect(readRecordings(join(folder, "b.wav"), 16000)).toEqual(named.slice(1));
    });
  });
});
