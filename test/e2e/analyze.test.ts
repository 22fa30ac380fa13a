/** Several machines' files as a user types them: one table, one JSON, one page in a real browser, errors with codes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT, pioneer } from "./cli.ts";

const IMPORTS = join(PROJECT, "test", "fixtures", "imports");
const LLAMA = join(IMPORTS, "llama-bench.json");
const TIMES = join(IMPORTS, "times.csv");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const installed = existsSync(executablePath);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-analyze-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("two files and two platforms give one JSON document, and its CSV gives it again", () => {
  const csv = join(folder, "machines.csv");
  const typed = ["analyze", TIMES, LLAMA, "--platform", "h100,t4", "--csv", csv, "--json"];
  const { status, stdout, stderr } = pioneer([...typed, "--quiet"]);
  expect(status, stderr).toBe(0);
  expect(stderr).toBe("");
  const document = JSON.parse(stdout);
  expect(document.schema).toBe(1);
  // The board, two tests, and three workloads on each of two platforms.
  expect(document.rows).toHaveLength(9);
  // 53248 op in 900 us against 256 Mop/s.
  expect(document.rows[0].analysis.mfu.value).toBeCloseTo(53_248 / 900e-6 / 256e6, 9);
  const again = JSON.parse(pioneer(["analyze", csv, "--json", "--quiet"]).stdout);
  const shares = (from: typeof document) =>
    from.rows.map((row: typeof document) => row.analysis.mfu?.value);
  expect(shares(again)).toEqual(shares(document));
});

test("one field is explained, as text and as JSON", () => {
  const typed = ["analyze", TIMES, "--explain", "rows.0.analysis.mbu", "--quiet"];
  const text = pioneer(typed);
  expect(text.status, text.stderr).toBe(0);
  for (const word of [
    "bytesMoved / typical time / bandwidth",
    "lines 2..4",
    "times.csv",
    "again",
  ]) {
    expect(text.stdout).toContain(word);
  }
  const document = JSON.parse(pioneer([...typed, "--json"]).stdout);
  // 28928 byte in 900 us against 85 MB/s.
  expect(document.again).toBeCloseTo(28_928 / 900e-6 / 85e6, 9);
});

test.each([
  ["a file that is not there", ["no-such-file.json"], "TP-USE-280"],
  ["a folder", ["."], "TP-USE-280"],
  ["a format that nobody knows", ["package.json"], "TP-USE-281"],
  ["an unknown platform", [TIMES, "--platform", "h9000"], "TP-USE-286"],
  ["an unknown field", [TIMES, "--explain", "rows.7.time"], "TP-USE-287"],
])("%s exits with 2 and its code", (_, args, code) => {
  const { status, stdout } = pioneer(["analyze", ...args, "--json", "--quiet"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout).error.code).toBe(code);
});

test("a file cut off names where, and writes no page", () => {
  const cut = join(folder, "cut.json");
  const page = join(folder, "cut.html");
  writeFileSync(cut, readFileSync(LLAMA, "utf8").slice(0, 900));
  const { status, stderr } = pioneer(["analyze", cut, "--html", page, "--quiet"]);
  expect(status).toBe(2);
  expect(stderr).toContain("TP-USE-282");
  expect(existsSync(page)).toBe(false);
});

describe.skipIf(!installed)(
  installed ? "the page in Chromium" : `the page (skipped: no browser at ${executablePath})`,
  () => {
    test("shows every dot inside its plot, fetches nothing and scrolls nothing sideways", async () => {
      const page = join(folder, "machines.html");
      const typed = ["analyze", TIMES, LLAMA, "--platform", "h100,t4", "--html", page, "--quiet"];
      expect(pioneer(typed).status).toBe(0);
      const browser = await chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      });
      try {
        for (const width of [390, 1060]) {
          const tab = await browser.newPage({ viewport: { width, height: 900 } });
          const problems: string[] = [];
          const url = pathToFileURL(page).href;
          tab.on("console", (message) => problems.push(message.text()));
          tab.on("request", (request) => {
            if (request.url() !== url && !request.url().startsWith("data:"))
              problems.push(request.url());
          });
          await tab.goto(url);
          expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
          const outside = await tab.locator("svg.tp-plot").evaluateAll((plots) =>
            plots.flatMap((plot) => {
              const frame = plot.getBoundingClientRect();
              return [...plot.querySelectorAll("text, .tp-dot")]
                .map((part) => [part.textContent, part.getBoundingClientRect()] as const)
                .filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1)
                .map(([text]) => `${plot.id}: ${text}`);
            }),
          );
          expect(outside).toEqual([]);
          // The grey ones are the key of kinds.
          const dots = tab.locator("#machines-roofline .tp-dot:not(.tp-fgrey)");
          expect(await dots.count()).toBe(9);
          expect(await tab.locator("#machines tbody tr").count()).toBe(9);
          expect(problems).toEqual([]);
          await tab.close();
        }
      } finally {
        await browser.close();
      }
    });
  },
);
