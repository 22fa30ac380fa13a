/**
 * Decides how a tail reads in Markdown.
 * Words and tables are left to tails-tables.ts, pictures to the HTML page.
 */
import type { TailsDocument } from "../analyze/tails/document.ts";
import { KIND_MARK } from "./format.ts";
import { printable } from "./printable.ts";
import type { Rows } from "./tails-tables.ts";
import {
  causeSentences,
  fleetRows,
  fleetWords,
  headline,
  limitText,
  omissionText,
  percentileRows,
} from "./tails-tables.ts";

/** The document as GitHub's Markdown, ending in a newline. */
export function tailsMarkdown(document: TailsDocument): string {
  const { recorded, corrected, limit, cause, fleet, notes } = document;
  const words = fleetWords(document);
  const parts = [
    `# Tail of latencies`,
    `${headline(document)}.`,
    ...(limit === null ? [] : [`${limitText(limit)}.`]),
    table(percentileRows("as recorded", recorded)),
    ...(corrected === null ? [] : [`${omissionText(corrected)}.`]),
    ...(corrected === null || corrected.hidden === 0
      ? []
      : [table(percentileRows("corrected", corrected))]),
    "## What made samples late",
    ...causeSentences(document).map((text) => `- ${harmless(text)}`),
    `${harmless(cause.why)}.`,
    "## Fleets",
    table(fleetRows(document)),
    ...(words === "" ? [] : [`${words}.`]),
    "## Sources",
    ...[recorded, ...(corrected === null ? [] : [corrected]), cause, fleet].map(
      ({ kind, source }) => `- ${KIND_MARK[kind]} ${kind}: ${harmless(source)}`,
    ),
    ...notes.map(harmless),
  ];
  return `${parts.join("\n\n")}\n`;
}

function table([head = [], ...rows]: Rows): string {
  const line = (cells: readonly string[]) =>
    `| ${head.map((_, i) => harmless(cells[i] ?? "")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** Foreign text as text: no tag, link, code or table cell begins in it. */
function harmless(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_[\]|#]/g, (character) => `&#${character.charCodeAt(0)};`);
}
