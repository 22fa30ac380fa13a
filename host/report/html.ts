/**
 * Decides the HTML report: one file without scripts that works offline, in light, in dark and on paper.
 * Its sections are left to html-header.ts, html-sections.ts and roofline-html.ts, its look to html-style.ts.
 */
import type { RunDocument } from "../analyze/document.ts";
import { header } from "./html-header.ts";
import { htmlPage, sourcesSection } from "./html-page.ts";
import type { Html } from "./html-parts.ts";
import { boards, budgets, elsewhere, hop, listen, proof, speed } from "./html-sections.ts";
import type { ReportInput } from "./report-input.ts";
import { subjectOf } from "./report-input.ts";
import { rooflineSection, waterfallSections } from "./roofline-html.ts";
import { fileRows, provenanceRows } from "./rows.ts";
import { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

/** The whole report; the same input gives the same bytes. */
export function renderHtml(input: ReportInput): string {
  const { document } = input;
  const sources = new Sources();
  const sections = [
    listen(input, sources),
    budgets(document, sources),
    boards(document, sources),
    speed(input, sources),
    hop(document, sources),
    rooflineSection(document, sources),
    ...waterfallSections(document, sources),
    elsewhere(document, sources),
    proof(document, sources),
    provenance(document),
    licences(input),
  ];
  const top = header(document, sources);
  return htmlPage({
    title: subjectOf(document),
    header: top,
    sections: [...sections, sourcesSection(sources)],
  });
}

function provenance(document: RunDocument): Html {
  const rows = [...provenanceRows(document), ...fileRows(document)].map(
    ([name, text]) =>
      `<tr><td>${escapeXml(name)}</td><td><code>${escapeXml(text)}</code></td></tr>`,
  );
  return `<section id="provenance"><h2>Provenance</h2>
<div class="scroll"><table><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

/** Whose weights and recordings are inside this file, in the words of the licence beside the model. */
function licences({ licence }: ReportInput): Html {
  if (licence === undefined) return "";
  return `<section id="licences"><h2>Licences of weights and recordings</h2>
<pre class="licence">${escapeXml(licence.trim())}</pre></section>`;
}
