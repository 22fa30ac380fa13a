/**
 * The HTML report in a real browser: no error, every plot has a size, every sound can be played, in light, dark and print.
 * A missing browser skips the file and says so; CHROMIUM names another executable.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clip } from "../../host/report/audio-svg.ts";
import { renderHtml } from "../../host/report/html.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { facts } from "../golden/report/facts.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const installed = existsSync(executablePath);
const SECONDS = 1.5;
const SAMPLE_RATE_HZ = 16000;

/** A tone, in noise that a small generator makes: xorshift32, so that it is the same everywhere. */
function clip(id: string, label: string, noise: number): Clip {
  let state = 2463534242;
  const samples = Int16Array.from({ length: SECONDS * SAMPLE_RATE_HZ }, (_, i) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const tone = 6000 * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE_HZ);
    return tone + noise * (state / 2 ** 31);
  });
  return { id, label, sampleRateHz: SAMPLE_RATE_HZ, samples, wav: wavOf(samples) };
}

/** The 44-byte header of 16-bit mono PCM, then the samples. */
function wavOf(samples: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  bytes.writeUInt32LE(2 * SAMPLE_RATE_HZ, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(sample, 44 + 2 * i);
  });
  return bytes;
}

describe.skipIf(!installed)(
  installed ? "the report in Chromium" : `the report (skipped: no browser at ${executablePath})`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "pioneer-report-"));
    const url = pathToFileURL(join(folder, "report.html")).href;
    const problems: string[] = [];
    let browser: Browser;

    async function open(colorScheme: "light" | "dark", width = 1000): Promise<Page> {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith("data:") && request.url() !== url)
          problems.push(`asked for ${request.url()}`);
      });
      await page.goto(url);
      return page;
    }

    beforeAll(async () => {
      const clips = [clip("noisy", "Noisy", 5000), clip("cleaned", "Cleaned", 300)];
      writeFileSync(join(folder, "report.html"), renderHtml(reportInput(facts, clips)));
      browser = await chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--no-first-run",
        ],
      });
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test("shows every plot with a size, a title and readable text", async () => {
      const page = await open("light");
      const ids = await page
        .locator("svg.tp-plot")
        .evaluateAll((plots) => plots.map(({ id }) => id));
      expect(ids).toEqual([
        "clip-noisy",
        "clip-cleaned",
        "budgets",
        "frames",
        "mix",
        "roofline",
        "waterfall-traffic",
        "waterfall-optimisation",
        "comparison",
      ]);
      for (const id of ids) {
        const plot = page.locator(`#${id}`);
        const box = await plot.boundingBox();
        expect(box?.width, id).toBeGreaterThan(500);
        expect(box?.height, id).toBeGreaterThan(40);
        expect(await plot.locator("title").first().textContent(), id).not.toBe("");
      }
      // The dot lies inside the roofline's own box.
      const dot = await page.locator("#roofline circle.tp-warm").boundingBox();
      const plot = await page.locator("#roofline").boundingBox();
      expect(dot?.width).toBeGreaterThan(5);
      expect(dot?.x).toBeGreaterThan(plot?.x ?? 0);
      expect(dot?.y).toBeGreaterThan(plot?.y ?? 0);
      await page.close();
    });

    test("lets no text of a plot leave its picture", async () => {
      const page = await open("light");
      const outside = await page.locator("svg.tp-plot").evaluateAll((plots) =>
        plots.flatMap((plot) => {
          const frame = plot.getBoundingClientRect();
          return [...plot.querySelectorAll("text")]
            .filter((text) => {
              const box = text.getBoundingClientRect();
              return (
                box.left < frame.left - 1 ||
                box.right > frame.right + 1 ||
                box.top < frame.top - 1 ||
                box.bottom > frame.bottom + 1
              );
            })
            .map((text) => `${plot.id}: ${text.textContent}`);
        }),
      );
      expect(outside).toEqual([]);
      await page.close();
    });

    test("can play both sounds", async () => {
      const page = await open("light");
      await page.waitForFunction(
        "[...document.querySelectorAll('audio')].every((audio) => audio.readyState >= 1)",
      );
      const durations = await page
        .locator("audio")
        .evaluateAll((sounds) =>
          sounds.map((sound) => (sound as unknown as { readonly duration: number }).duration),
        );
      expect(durations).toHaveLength(2);
      for (const duration of durations) expect(duration).toBeCloseTo(SECONDS, 2);
      await page.close();
    });

    test("has enough contrast in light and in dark, and is white on paper", async () => {
      for (const scheme of ["light", "dark"] as const) {
        const page = await open(scheme);
        const { text, quiet, background } = await colours(page);
        expect(contrast(text, background), scheme).toBeGreaterThan(7);
        expect(contrast(quiet, background), scheme).toBeGreaterThan(4.5);
        expect(luminance(background) > 0.5).toBe(scheme === "light");
        await page.emulateMedia({ media: "print", colorScheme: scheme });
        expect((await colours(page)).background).toEqual([255, 255, 255]);
        expect(await page.locator("audio").first().isVisible()).toBe(false);
        await page.close();
      }
    });

    test("scrolls nothing sideways on a phone but the plots and tables", async () => {
      const page = await open("dark", 390);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBeLessThanOrEqual(390);
      await page.close();
    });

    test("wrote nothing to the console and fetched nothing", () => {
      expect(problems).toEqual([]);
    });
  },
);

type Colour = readonly [number, number, number];

async function colours(page: Page): Promise<{ text: Colour; quiet: Colour; background: Colour }> {
  const found = (await page.evaluate(`{
    const section = document.querySelector("section");
    const quiet = section.querySelector(".quiet");
    [
      getComputedStyle(section).color,
      getComputedStyle(quiet).color,
      getComputedStyle(section).backgroundColor,
    ];
  }`)) as readonly string[];
  const [text, quiet, background] = found.map((css): Colour => {
    const [r = 0, g = 0, b = 0] = (css.match(/\d+/g) ?? []).map(Number);
    return [r, g, b];
  });
  const black: Colour = [0, 0, 0];
  return { text: text ?? black, quiet: quiet ?? black, background: background ?? black };
}

/** Relative luminance and contrast ratio as WCAG 2.2 defines them. */
function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: Colour, b: Colour): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((m, n) => m - n);
  return (light + 0.05) / (dark + 0.05);
}
