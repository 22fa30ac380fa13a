/**
 * Every real board has a page that says what its file says, and troubleshooting is the doctor's own list. The expected numbers
 * on the pages are left to the script that writes them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { listBoards, type RealBoard } from "../../codegen/index.ts";
import { UPLOAD_FAILURES, uploadFailure } from "../../host/workflow/flash/upload-failures.ts";
import { serialFindings } from "../../host/workflow/serial/findings.ts";
import { filled, TROUBLES } from "../../host/workflow/serial/troubles.ts";
import { boardPage } from "../../scripts/boards/page.ts";
import { troubleshootingPage } from "../../scripts/boards/troubleshooting.ts";

const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));
const real = listBoards().filter((board): board is RealBoard => board.kind === "real");

describe("docs/boards", () => {
  test("has one page a real board, and no other", () => {
    const pages = readdirSync(join(DOCS, "boards")).sort();
    expect(pages).toEqual(real.map(({ id }) => `${id}.md`).sort());
  });

  test.each(real)("$id: the page is what its file says, but for the numbers", (board) => {
    const page = readFileSync(join(DOCS, "boards", `${board.id}.md`), "utf8");
    const nothing = { flashBytes: null, ramBytes: null, cycles: null };
    const unknown = { ...nothing, latencyMs: null, energyUj: null, powerMw: null, source: "" };
    const untilNumbers = (text: string) => text.split("## What to expect")[0];
    expect(untilNumbers(page), "npx tsx scripts/write-boards.ts").toBe(
      untilNumbers(boardPage(board, unknown)),
    );
    // A kind on each expected number: the mark of the modelled ones.
    const numbers = (page.split("## What to expect")[1] ?? "").match(/^\| [a-z].*\d.*\|$/gim) ?? [];
    for (const line of numbers) expect(line).toContain("≈");
    expect(numbers.length).toBeGreaterThanOrEqual(4);
    for (const [, link = ""] of page.matchAll(/\]\((\.\.?\/[^)#]+)/g)) {
      expect(existsSync(join(DOCS, "boards", link)), link).toBe(true);
    }
    // Somebody with the board in hand needs all three.
    if (board.platformio !== null) {
      expect(Object.keys(board.desk ?? {})).toEqual(["serial", "load", "current"]);
    }
  });
});

describe("docs/troubleshooting.md", () => {
  test("is current (npx tsx scripts/write-boards.ts), and its links lead somewhere", () => {
    const page = readFileSync(join(DOCS, "troubleshooting.md"), "utf8");
    expect(page).toBe(troubleshootingPage());
    const first = readFileSync(join(DOCS, "first-flash.md"), "utf8");
    for (const [, link = ""] of `${page}${first}`.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(dirname(join(DOCS, "x")), link)), link).toBe(true);
    }
  });

  test("has the words that the doctor finds", () => {
    const port = { path: "/dev/ttyACM0", vendorId: null, productId: null, accessible: true };
    const [finding] = serialFindings(
      {
        ...{ platform: "linux", usb: null, processes: null, hasRules: false },
        ports: [{ ...port, holders: [{ pid: 7, name: "screen" }] }],
      },
      [],
    );
    expect(finding).toMatchObject({
      name: "port /dev/ttyACM0",
      neededFor: "busy: screen (process 7) has it open",
      fix: "end it: kill 7",
    });
    expect(() => filled(TROUBLES.taken.what)).toThrow("{holders} has no value");
  });

  test("shows each failed upload by words that are known again", () => {
    for (const failure of UPLOAD_FAILURES) {
      for (const words of failure.shown.split(", ")) expect(uploadFailure(words)).toBe(failure);
    }
  });
});
