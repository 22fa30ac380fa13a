import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatNumber,
  formatTick,
  formatTickValue,
  formatValue,
} from "../../host/report/format.ts";
import { renderHtml } from "../../host/report/html.ts";
import { renderMarkdown } from "../../host/report/markdown.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { Sources } from "../../host/report/sources.ts";
import { renderTerminal } from "../../host/report/terminal.ts";
import { facts } from "../golden/report/facts.ts";

describe("numbers", () => {
  test.each([
    [0, "0"],
    [26624, "26,624"],
    [1.28831, "1.29"],
    [0.0045, "0.00450"],
    [-4.5678, "-4.57"],
    [999999, "999,999"],
    [12345.678, "12,300"],
    [2.5e12, "2.50e+12"],
    [3e-9, "3.00e-9"],
  ])("%d reads %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test.each([
    [256e6, "op/s", "256 Mop/s"],
    [64, "MHz", "64 MHz"],
    [0.999999e6, "op/s", "1 Mop/s"],
    [128e6, "byte/s", "128 MB/s"],
    [0.287, "1", "28.7 %"],
    [0.02, "dB", "0.02 dB"],
    [7.24, "uJ", "7.24 µJ"],
    [0.0251, "ms", "0.0251 ms"],
    [2, "op/byte", "2 op/B"],
  ])("%d %s reads %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  test("bytes keep exact binary sizes", () => {
    expect(formatBytes(262144)).toBe("256 KiB");
    expect(formatBytes(1048576)).toBe("1 MiB");
    expect(formatBytes(41217)).toBe("41,217 B");
  });

  test("ticks are short", () => {
    expect([0.1, 2.5, 1000, 46000].map(formatTick)).toEqual(["0.1", "2.5", "1,000", "46,000"]);
    expect(formatTickValue(1e8, "op/s")).toBe("100 Mop/s");
    expect(formatTickValue(0.5, "op/cycle")).toBe("0.5 op/cycle");
  });

  test("what is not finite is refused", () => {
    expect(() => formatNumber(Number.NaN)).toThrow(RangeError);
  });
});

test("equal sources share a note, other kinds do not", () => {
  const sources = new Sources();
  expect(sources.cite({ kind: "counted", source: "plugin" })).toBe(1);
  expect(sources.cite({ kind: "stated", source: "plugin" })).toBe(2);
  expect(sources.cite({ kind: "counted", source: "plugin" })).toBe(1);
  expect(sources.notes.map(({ number }) => number)).toEqual([1, 2]);
});

describe("every report", () => {
  const hostile = '<script>alert(1)</script>" | `x` & [y]';
  const input = reportInput({
    ...facts,
    model: { ...facts.model, name: hostile },
    build: { ...facts.build, flags: hostile },
    files: { [hostile]: hostile },
  });

  test("lets no name become markup", () => {
    const html = renderHtml(input);
    expect(html).not.toContain("<script");
    expect(html).toContain("&#60;script&#62;");
    const markdown = renderMarkdown(input.document);
    expect(markdown).not.toContain("<script");
    expect(markdown).not.toMatch(/[^\\]`x/);
  });

  test("is the same for the same facts", () => {
    const again = reportInput(facts);
    expect(renderHtml(reportInput(facts))).toBe(renderHtml(again));
    expect(renderMarkdown(reportInput(facts).document)).toBe(renderMarkdown(again.document));
  });

  test("is whole without a real board, host, audio, link and comparison with the twin", () => {
    const bare = reportInput({
      ...facts,
      as: null,
      host: null,
      audio: null,
      link: null,
      verify: null,
      memory: { flashBytes: null, ramBytes: null, stackBytes: null },
    });
    for (const text of [
      renderHtml(bare),
      renderMarkdown(bare.document),
      renderTerminal(bare.document, { color: false }),
    ]) {
      expect(text).not.toMatch(/NaN|undefined|\[object/);
      expect(text).toContain("--as");
    }
  });
});

describe("the page", () => {
  const html = renderHtml(reportInput(facts));

  test("fetches nothing and runs nothing", () => {
    expect(html).not.toMatch(/<script|<link rel="stylesheet"|url\(|https?:\/\/(?!www\.w3\.org)/);
    expect(html).toContain("default-src 'none'");
  });

  test("refers only to notes that exist, and has every id once", () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(20);
    for (const target of targets) expect(ids).toContain(target);
  });
});

test("the terminal is coloured only when asked", () => {
  const { document } = reportInput(facts);
  const start = String.fromCharCode(27);
  expect(renderTerminal(document, { color: false })).not.toContain(start);
  expect(renderTerminal(document, { color: true })).toContain(`${start}[32mholds`);
});
