/**
 * Rooflines in a real browser: no label covers another, whether one board or machines many decades apart are drawn.
 * A missing browser skips the file and says so; CHROMIUM names another executable.
 */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { stated } from "../../host/analyze/quantity.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { renderHtml } from "../../host/report/html.ts";
import { machinesHtml } from "../../host/report/machines-html.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { facts } from "../golden/report/facts.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const installed = existsSync(executablePath);

/** The run, and its computer with roofs as `pioneer bench host` measures them. */
const records = runRecords(analyzeRun(facts), "run.tpcap", { cycles: [], host: facts.host }).map(
  (record): MachineRecord =>
    record.machineClass === "computer"
      ? {
          ...record,
          roofs: [
            { name: "float32", limits: "compute", peak: stated(1.2e11, "op/s", "test") },
            { name: "DRAM", limits: "memory", peak: stated(1.4e10, "byte/s", "test") },
          ],
        }
      : record,
);
const platforms = (ids: readonly string[]) => PLATFORMS.filter(({ id }) => ids.includes(id));

describe.skipIf(!installed)(
  installed ? "rooflines in Chromium" : `rooflines (skipped: no browser at ${executablePath})`,
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    }, 60_000);
    afterAll(async () => browser?.close());

    /** Pairs of upright texts of one plot whose boxes share more than a rounding. */
    async function overlaps(html: string, plot: string): Promise<readonly string[]> {
      const page = await browser.newPage({ viewport: { width: 1040, height: 900 } });
      await page.setContent(html);
      const boxes = await page.locator(`#${plot} text:not([transform])`).evaluateAll((texts) =>
        texts.map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          // A line box is higher than its letters.
          return { left, right, top: top + 3, bottom: bottom - 3, text: text.textContent ?? "" };
        }),
      );
      await page.close();
      expect(boxes.length).toBeGreaterThan(10);
      return boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter(
            (b) =>
              a.left < b.right - 1 &&
              b.left < a.right - 1 &&
              a.top < b.bottom - 1 &&
              b.top < a.bottom - 1,
          )
          .map((b) => `${a.text} / ${b.text}`),
      );
    }

    test("one board with its kernels and what-ifs", async () => {
      expect(await overlaps(renderHtml(reportInput(facts)), "roofline")).toEqual([]);
    }, 60_000);

    test.each([[["h100", "t4"]], [["h100", "t4", "l4", "a100"]]])(
      "a board, this computer and %j",
      async (ids) => {
        const document = analyzeMachines(records, platforms(ids));
        expect(await overlaps(machinesHtml(document), "machines-roofline")).toEqual([]);
      },
      60_000,
    );

    test.each(["waterfall-traffic", "waterfall-optimisation"])(
      "the %s of a run",
      async (plot) => {
        expect(await overlaps(renderHtml(reportInput(facts)), plot)).toEqual([]);
      },
      60_000,
    );
  },
);
