/**
 * Writes what a campaign over damaged streams found into docs/link.md.
 * Finding it is left to campaign.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceBlock } from "../../../scripts/replace-block.ts";
import type { LinkCampaign } from "./campaign.ts";
import { WIDTHS } from "./candidates.ts";

export const LINK_PAGE = join(import.meta.dirname, "../../../docs/link.md");
/** The same totals for programs. */
const TOTALS = join(import.meta.dirname, "totals.json");

export interface LinkTotalsFile {
  /** Of Node. */
  readonly version: string;
  readonly damaged: LinkCampaign;
  readonly clean: LinkCampaign;
}

export function readLinkTotals(): LinkTotalsFile {
  return JSON.parse(readFileSync(TOTALS, "utf8"));
}

export function writeLinkPage(totals: LinkTotalsFile): void {
  writeFileSync(TOTALS, `${JSON.stringify(totals, null, 2)}\n`);
  writeFileSync(LINK_PAGE, linkPageWith(totals));
}

/** The page with the tables of these totals. */
export function linkPageWith(totals: LinkTotalsFile): string {
  return replaceBlock(readFileSync(LINK_PAGE, "utf8"), "link-fuzz", block(totals));
}

const whole = (value: number): string => value.toLocaleString("en-US");

function block({ version, damaged, clean }: LinkTotalsFile): string {
  const { candidates, discarded } = damaged;
  const places = Object.entries(damaged.damaged).sort(([a], [b]) => (a < b ? -1 : 1));
  const reasons = Object.entries(discarded).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `Seed ${damaged.seed}, Node ${version}, ${whole(damaged.bytes)} bytes:`,
    "",
    "| what | count |",
    "|---|---|",
    ...places.map(([kind, count]) => `| damage: ${kind} | ${whole(count)} |`),
    `| records accepted | ${whole(damaged.records)} |`,
    `| records that nobody sent | ${damaged.findings.length} |`,
    `| records reported as lost | ${whole(damaged.lostRecords)} |`,
    ...reasons.map(([reason, count]) => `| discarded: ${reason} | ${whole(count)} |`),
    `| bytes discarded | ${whole(damaged.discardedBytes)} |`,
    `| bytes that read as text | ${whole(damaged.textBytes)} |`,
    `| growth of the heap | ${(damaged.heapGrowth / 1e6).toFixed(1)} MB |`,
    "",
    "| checksum right in | expected by chance | counted |",
    "|---|---|---|",
    ...WIDTHS.map(
      (bits, k) =>
        `| ${bits} bits | ${expected(candidates.damaged, bits)} | ${whole(candidates.agreeing[k] ?? 0)} |`,
    ),
    "",
    `of ${whole(candidates.damaged)} damaged frames whose checksum was compared.`,
    "",
    "| stream | decoded | copied | ratio |",
    "|---|---|---|---|",
    speed("undamaged", clean),
    speed("damaged", damaged),
  ].join("\n");
}

function expected(candidates: number, bits: number): string {
  const value = candidates / 2 ** bits;
  return value >= 10 ? whole(Math.round(value)) : value.toPrecision(2);
}

function speed(name: string, campaign: LinkCampaign): string {
  const { decoded, copied, ratio } = speedOf(campaign);
  return `| ${name} | ${decoded} | ${copied} | ${ratio} |`;
}

/** The same in a line of a terminal. */
export function speedText(campaign: LinkCampaign): string {
  const { decoded, copied, ratio } = speedOf(campaign);
  return `decoded at ${decoded}, copied at ${copied} (${ratio})`;
}

function speedOf({ bytes, decodeMs, copyMs }: LinkCampaign) {
  const rate = (ms: number) => `${whole(Math.round(bytes / ms / 1e3))} MB/s`;
  const ratio = `1 : ${Math.round(decodeMs / copyMs)}`;
  return { decoded: rate(decodeMs), copied: rate(copyMs), ratio };
}
