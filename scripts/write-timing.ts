/**
 * Writes what docs/timing.md shows of the tables in boards/cores, and how their cycles compare with measured ones.
 *   npm run timing                 both
 *   npm run timing -- --rules      only the tables and the list of what was published, which need neither compiler nor
 *                                  emulator
 * Running the programs is left to scripts/timing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCoreTable } from "../host/workflow/core-table.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { OUT_DIR, PROJECT_DIR } from "../host/workflow/paths.ts";
import { replaceBlock } from "./replace-block.ts";
import { compareAll } from "./timing/compare.ts";
import { comparisonBlock } from "./timing/comparison-table.ts";
import { referenceBlock } from "./timing/reference-rows.ts";

const PAGE = join(PROJECT_DIR, "docs", "timing.md");

/** The rules of one core, as Markdown. */
export function rulesBlock(core: string): string {
  const rows = Object.entries(loadCoreTable(core).rules).map(([name, rule]) => {
    const interval = rule.interval?.join("..") ?? "";
    return `| ${[name, rule.value, interval, rule.confidence, rule.meaning].join(" | ")} |`;
  });
  return [
    "",
    "| rule | value | may be | confidence | charges |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** Cores whose rules the page shows, by its own markers. */
export function coresOf(page: string): readonly string[] {
  return [...page.matchAll(/<!-- rules-([a-z0-9-]+):begin -->/g)].map(([, core]) => core as string);
}

async function main(): Promise<void> {
  let page = readFileSync(PAGE, "utf8");
  for (const core of coresOf(page)) page = replaceBlock(page, `rules-${core}`, rulesBlock(core));
  page = replaceBlock(page, "reference", referenceBlock());
  if (!process.argv.includes("--rules")) {
    const compared = await compareAll(join(OUT_DIR, "timing"));
    page = replaceBlock(page, "measured", comparisonBlock(compared));
  }
  writeFileWhole(PAGE, page);
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
