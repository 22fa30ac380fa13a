/**
 * Writes the tables and the picture of the README: boards from their files, the demo from its recording.
 *   npm run demo && npm run readme
 * Measuring is left to the demo; a recording that is missing leaves its part as it is.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatValue, KIND_MARK } from "../host/report/format.ts";
import type { ReportInput } from "../host/report/report-input.ts";
import { subjectOf } from "../host/report/report-input.ts";
import { rooflinePicture } from "../host/report/roofline-svg.ts";
import { isGap, proofRows, sizeRows, speedRows } from "../host/report/rows.ts";
import { standaloneSvg } from "../host/report/svg.ts";
import { boardList } from "../host/workflow/boards.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { OUT_DIR, PROJECT_DIR } from "../host/workflow/paths.ts";
import { analyzeRecording } from "../host/workflow/run.ts";
import { replaceBlock } from "./replace-block.ts";

const README = join(PROJECT_DIR, "README.md");
const PICTURE = join(PROJECT_DIR, "docs", "demo-roofline.svg");
const RECORDING = join(OUT_DIR, "run.tpcap");

/** The board table, as Markdown. */
export function boardsBlock(): string {
  const value = (quantity: { value: number; unit: string } | null): string =>
    quantity === null ? "-" : formatValue(quantity.value, quantity.unit);
  const rows = boardList().rows.map((row) =>
    [
      `\`${row.id}\``,
      row.name,
      row.core,
      value(row.clockHz),
      formatBytes(row.flashBytes),
      formatBytes(row.ramBytes),
      value(row.activeMilliwatts),
      row.emulatedBy === null ? "runs here" : `rated through \`${row.emulatedBy}\``,
    ].join(" | "),
  );
  return [
    "| board | name | core | clock | flash | RAM | active | how |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    "",
    "Clocks, sizes and currents are stated; `npx pioneer boards ID` names the source of each.",
  ].join("\n");
}

/** The demo's numbers, as Markdown. */
export function demoBlock({ document }: ReportInput): string {
  const lines = [...proofRows(document), ...speedRows(document), ...sizeRows(document)];
  return [
    `${subjectOf(document)}, ${document.format}, plan ${document.model.digest}, ${document.provenance.compiler} ${document.provenance.flags}, ${document.frames} frames of the clip ${document.audio?.clip ?? "-"}:`,
    "",
    "| | | kind |",
    "|---|---|---|",
    ...lines.map((line) =>
      isGap(line)
        ? `| ${line.name} | none: ${line.why} | |`
        : `| ${line.name} | ${line.text} | ${KIND_MARK[line.kind]} ${line.kind} |`,
    ),
  ].join("\n");
}

async function main(): Promise<void> {
  let text = replaceBlock(readFileSync(README, "utf8"), "boards", boardsBlock());
  if (existsSync(RECORDING)) {
    const report = await analyzeRecording(RECORDING);
    text = replaceBlock(text, "demo", demoBlock(report));
    const { roofline } = report.document;
    if (roofline)
      writeFileWhole(PICTURE, standaloneSvg(rooflinePicture(roofline, subjectOf(report.document))));
  }
  writeFileWhole(README, text);
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
