/** docs/budgets.md: every real board, numbers that agree with each other and with the boards' files, and how rows are kept. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { listBoards, loadBoard } from "../../codegen/board.ts";
import { MissingToolError, type RealBoard } from "../../codegen/index.ts";
import { checkWeightsFit, withWeightsIn } from "../../codegen/plan/placement.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import { boardBudget, HEADS } from "../../scripts/budgets/board-budget.ts";
import { SAVINGS } from "../../scripts/budgets/saving.ts";
import { doesNotFit, pageWith } from "../../scripts/write-budgets.ts";
import { facts } from "../golden/report/facts.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/budgets.md"), "utf8");
const real = listBoards().filter((board): board is RealBoard => board.kind === "real");

interface Row {
  readonly board: string;
  readonly cells: Readonly<Record<string, string>>;
}

const rows: readonly Row[] = [...PAGE.matchAll(/^\| `([a-z0-9-]+)` \|(.*)\|$/gm)].map(
  ([, board = "", rest = ""]) => {
    const texts = rest.split("|").map((text) => text.trim());
    const heads = ["weights", ...HEADS];
    expect(texts.length, board).toBe(heads.length);
    return {
      board,
      cells: Object.fromEntries(heads.map((head, at) => [head, texts[at] as string])),
    };
  },
);

/** "177,662", "2.78 ms", "-177 %" as numbers; NaN for "not known". */
const number = (text: string | undefined) =>
  Number((/^-?[\d,.]+/.exec(text ?? "")?.[0] ?? "NaN").replaceAll(",", ""));

test("a board goes without its row of RAM only where RAM cannot hold the weights", () => {
  const thrownBy = (id: string, bytes: number): unknown => {
    try {
      checkWeightsFit(withWeightsIn(loadBoard(id), "ram"), bytes);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(doesNotFit(thrownBy("nrf52840-dk", 2 ** 30))).toBe(true);
  expect(doesNotFit(thrownBy("redboard-artemis", 1000))).toBe(true);
  expect(thrownBy("nrf52840-dk", 1000)).toBeUndefined();
  const text = { what: "it failed", why: "a compiler", fix: "another" };
  expect(doesNotFit(new MissingToolError("TP-NEED-004", text))).toBe(false);
  expect(doesNotFit(new RangeError("TP-PLAN-003"))).toBe(false);
});

describe("docs/budgets.md", () => {
  it("has every real board, and no other", () => {
    expect([...new Set(rows.map(({ board }) => board))]).toEqual(real.map(({ id }) => id));
  });

  it.each(rows)("$board: times and powers follow from cycles and the board's file", (row) => {
    const board = real.find(({ id }) => id === row.board) as RealBoard;
    const cell = (head: string) => number(row.cells[head]);
    const cycles = cell("cycles a hop");
    const parts = cell("analysis") + cell("network") + cell("synthesis");
    // The watch and medians of parts that differ from hop to hop make up the rest.
    expect(parts / cycles).toBeGreaterThan(0.95);
    expect(parts / cycles).toBeLessThan(1.02);
    const ms = (cycles / board.clockHz.value) * 1000;
    expect(cell("worst hop")).toBeGreaterThan(0.99 * ms);
    expect(cell("of 10 ms left")).toBeCloseTo(100 * (1 - cell("worst hop") / 10), -0.5);
    if (row.cells.average === "not known") return;
    const duty = ms / 10;
    const waking = cell("waking") / cell("awake");
    const average =
      cell("awake") * duty + cell("waking") + cell("asleep") * Math.max(0, 1 - duty - waking);
    expect(cell("average") / average).toBeGreaterThan(0.97);
    // It is of the mean hop, and the first ones find their caches cold.
    expect(cell("average") / average).toBeLessThan(1.1);
  });

  it("says of each row beyond 1 mW what keeps it there", () => {
    for (const { board, cells } of rows) {
      const sentence = `- \`${board}\`, weights in ${cells.weights}: `;
      const holds = number(cells.average) <= 1;
      expect(PAGE.includes(sentence), `${board} ${cells.weights}`).toBe(!holds);
    }
  });

  it("shows the ways to 1 mW on the nRF52840 with averages that follow from their cycles", () => {
    const block = /<!-- savings:begin -->\n([\s\S]*)<!-- savings:end -->/.exec(PAGE)?.[1] ?? "";
    const cells = block
      .trim()
      .split("\n")
      .slice(2)
      .map((line) => line.split("|").map((text) => text.trim()));
    expect(cells.map(([, name]) => name)).toEqual(SAVINGS.map(({ name }) => name));
    for (const [, name, cycles, , analysis, network, synthesis, worst, average, left] of cells) {
      const parts = [analysis, network, synthesis].reduce((sum, part) => sum + number(part), 0);
      expect(parts / number(cycles), name).toBeCloseTo(1, 1);
      // 9.98 mW awake at 64 MHz, 0.0095 mW asleep; with --delta the mean hop is longer than the median.
      const ofMedian = (9.98 * number(cycles)) / 640_000 + 0.0095 * (1 - number(cycles) / 640_000);
      expect(number(average) / ofMedian, name).toBeGreaterThan(0.99);
      expect(number(average) / ofMedian, name).toBeLessThan(1.1);
      expect(number(worst), name).toBeGreaterThanOrEqual(number(cycles) / 64_000 - 0.005);
      expect(number(left), name).toBeCloseTo(100 * (1 - number(average)), -0.3);
    }
  });

  it("keeps the rows of boards that did not run again", () => {
    const page =
      "<!-- budgets:begin -->\n<!-- budgets:end -->\n<!-- beyond:begin -->\n<!-- beyond:end -->\n";
    const budget = (board: string, beyond: string | null) => [
      { board, weights: "flash", cells: ["core"], beyond },
    ];
    const first = pageWith(page, ["a", "b"], new Map([["b", budget("b", "`b`, too much.")]]));
    const both = pageWith(first, ["a", "b"], new Map([["a", budget("a", null)]]));
    expect(both).toContain("| `a` | flash | core |\n| `b` | flash | core |");
    expect(both).toContain("- `b`, too much.");
    const again = pageWith(both, ["a", "b"], new Map([["b", budget("b", null)]]));
    expect(again).not.toContain("too much");
    expect(again).toContain("Every board holds both.");
  });

  it("takes no row of a run that differs from its twin", () => {
    const document = analyzeRun({
      ...facts,
      verify: { bitExact: false, mismatches: 1, comparedValues: 2, maxFloatError: null },
    });
    expect(() => boardBudget(document, "cortex-m4", "flash")).toThrow("differs from its twin");
  });
});
