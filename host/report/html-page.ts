/**
 * Decides what every HTML page has around its sections: head, policy, the legend of kinds, and the list of sources.
 * What stands between them is left to the pages, the look to html-style.ts.
 */
import type { Kind } from "../analyze/quantity.ts";
import { KIND_MEANING } from "./format.ts";
import type { Html } from "./html-parts.ts";
import { kindChip } from "./html-parts.ts";
import { REPORT_CSS } from "./html-style.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

/** Nothing is fetched and nothing runs: pictures and sounds are inside the file. */
const POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";
const KINDS = Object.keys(KIND_MEANING) as Kind[];

export interface Page {
  /** Plain text. */
  readonly title: string;
  /** Added to the style sheet of all pages. */
  readonly css?: string;
  readonly header: Html;
  /** Empty ones are left out. */
  readonly sections: readonly Html[];
}

/** One file without scripts that works offline; the same page gives the same bytes. */
export function htmlPage({ title, css = "", header, sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:,">
<style>
${REPORT_CSS}${css === "" ? "" : `\n${css}`}
</style>
</head>
<body>
<main>
${header}
${sections.filter((section) => section !== "").join("\n")}
</main>
</body>
</html>
`;
}

/** What the marks of the kinds mean. @param shape of a kind in the page's plots, before its chip */
export function kindLegend(shape: (kind: Kind) => Html = () => ""): Html {
  const items = KINDS.map(
    (kind) => `<li>${shape(kind)}${kindChip(kind)} ${KIND_MEANING[kind]}</li>`,
  );
  return `<ul class="legend" aria-label="kinds of numbers">${items.join("")}</ul>`;
}

/** Every source that was cited before, with its number. @param words paragraphs above them, plain text */
export function sourcesSection(sources: Sources, words: readonly string[] = []): Html {
  const items = sources.notes.map(
    ({ number, kind, source }) =>
      `<li id="source-${number}">${kindChip(kind)} ${escapeXml(source)}</li>`,
  );
  const above = words.map((text) => `<p>${escapeXml(text)}.</p>\n`).join("");
  return `<section id="sources"><h2>Where every number comes from</h2>
${above}<ol class="sources">${items.join("\n")}</ol></section>`;
}
