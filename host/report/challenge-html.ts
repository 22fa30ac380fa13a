/**
 * Decides the HTML page of the optimisation challenge: verdict, plots, sections, and every source.
 * What it says is left to challenge-sections.ts, its look to html-style.ts.
 */
import type { ChallengeDocument } from "../analyze/challenge/document.ts";
import { lessOf } from "../analyze/challenge/recommend.ts";
import type { Cell, Section } from "./challenge-sections.ts";
import { challengeSections, verdictText } from "./challenge-sections.ts";
import { challengePicture, tradePicture } from "./challenge-svg.ts";
import { formatNumber } from "./format.ts";
import { htmlPage, kindLegend, sourcesSection } from "./html-page.ts";
import type { Html } from "./html-parts.ts";
import { figure, kindChip, quantity, tile } from "./html-parts.ts";
import { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

/** Tables of numbers keep each on one line, and are as wide as they need. */
const CSS = `main { max-width: 1000px; }
pre { overflow-x: auto; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
#final td, #sweep td, #formats td { white-space: nowrap; }
#final th, #final td { padding-right: 6px; }`;

/** The whole page; the same document gives the same bytes. */
export function challengeHtml(document: ChallengeDocument): string {
  const sources = new Sources();
  const sections = challengeSections(document).map((section) =>
    sectionHtml(section, pictureOf(section, document), sources),
  );
  const header = `<header>
<h1>The optimisation challenge</h1>
<p class="verdict">${escapeXml(verdictText(document))}</p>
<div class="tiles">${tiles(document)}</div>
${kindLegend()}
</header>`;
  const title = `Optimisation challenge: ${document.model.name} on ${document.board}`;
  return htmlPage({ title, css: CSS, header, sections: [...sections, sourcesSection(sources)] });
}

function tiles({ verdict, proof, rows, baseline }: ChallengeDocument): Html {
  const chip = kindChip(baseline.measurement.counters.cost.kind);
  const exact = rows.filter(({ state }) => state === "measured").length;
  const mood = verdict.met ? "good" : "bad";
  return [
    tile(lessOf(baseline.measurement), formatNumber(verdict.improvement * 100), "%", chip, mood),
    tile("factor", formatNumber(verdict.speedUp), "x", chip),
    tile("builds with equal bits", `${exact} of ${rows.length}`, "", kindChip("counted")),
    tile("SIMD", proof.proven ? "executed" : "none ran", "", kindChip("counted")),
  ].join("");
}

function pictureOf({ id }: Section, document: ChallengeDocument): Html {
  if (id === "log") {
    const caption = "Bars: the median frame. Upright line: the goal.";
    return figure(challengePicture(document), caption);
  }
  if (id !== "sweep") return "";
  const picture = tradePicture(document);
  return picture === null
    ? ""
    : figure(picture, "A dot a build; towards the lower left is better.");
}

function sectionHtml(section: Section, picture: Html, sources: Sources): Html {
  const { id, title, lines, table, listing } = section;
  const head = table?.head.map((name) => `<th>${escapeXml(name)}</th>`).join("") ?? "";
  const body = table?.rows.map(
    (row) => `<tr>${row.map((cell) => `<td>${cellHtml(cell, sources)}</td>`).join("")}</tr>`,
  );
  return [
    `<section id="${id}"><h2>${escapeXml(title)}</h2>`,
    ...lines.map((line) => `<p>${escapeXml(line)}</p>`),
    picture,
    ...(body === undefined
      ? []
      : [
          `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`,
        ]),
    ...(listing.length === 0 ? [] : [`<pre>${listing.map(escapeXml).join("\n")}</pre>`]),
    "</section>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function cellHtml(cell: Cell, sources: Sources): Html {
  return typeof cell === "string" ? escapeXml(cell) : quantity(cell, sources, false);
}
