/**
 * Decides the HTML page of a tail: verdict, both views, percentiles, causes, fleets, and the source.
 * Words and tables are left to tails-tables.ts, the plots to tails-svg.ts.
 */
import type { TailsDocument } from "../analyze/tails/document.ts";
import type { LatencyTail } from "../analyze/tails/percentiles.ts";
import { htmlPage, kindLegend, sourcesSection } from "./html-page.ts";
import type { Html } from "./html-parts.ts";
import { figure, kindChip, reference, tile } from "./html-parts.ts";
import { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";
import { tailsPicture } from "./tails-svg.ts";
import type { Rows } from "./tails-tables.ts";
import {
  causeSentences,
  fleetRows,
  fleetWords,
  headline,
  limitText,
  omissionText,
  p99Of,
  percentileRows,
  timeText,
} from "./tails-tables.ts";

/** The whole page; the same document gives the same bytes. */
export function tailsHtml(document: TailsDocument): string {
  const sources = new Sources();
  const sections = [
    views(document),
    percentiles(document, sources),
    causes(document, sources),
    fleet(document, sources),
    sourcesSection(sources, document.notes),
  ];
  return htmlPage({ title: "Tail of latencies", header: header(document), sections });
}

function header(document: TailsDocument): Html {
  const { recorded, corrected, limit } = document;
  const mood = limit === null ? "" : limit.met ? "good" : "bad";
  const [most] = document.cause.causes;
  const tiles = [
    p99Tile("P99 as recorded", recorded, corrected === null ? mood : ""),
    ...(corrected === null ? [] : [p99Tile("P99 corrected", corrected, mood)]),
    tile("samples", recorded.count.toLocaleString("en"), "", kindChip("counted")),
    tile("made late by", most?.source ?? "nothing", "", kindChip(document.cause.kind)),
  ];
  const verdict = limit === null ? headline(document) : limitText(limit);
  return `<header>
<h1>Tail of latencies</h1>
<p class="verdict">${escapeXml(verdict)}</p>
<div class="tiles">${tiles.join("\n")}</div>
${kindLegend()}
</header>`;
}

function p99Tile(name: string, tail: LatencyTail, mood: "good" | "bad" | ""): Html {
  const [number = "", unit = ""] = timeText(p99Of(tail), tail.unit).split(" ");
  return tile(name, number, unit, kindChip(tail.kind), mood);
}

function views(document: TailsDocument): Html {
  return `<section id="views"><h2>Linear and log view</h2>
${figure(tailsPicture(document), "Above: bars as wide as each other, their height the count. Below: both axes logarithmic, so that rare samples are seen. Dotted: percentiles, with their intervals as capped lines where they are wide enough to be seen; to the edge where samples are too few to bound them. Dashed: where a normal distribution of the same mean and deviation has its P99.")}</section>`;
}

function percentiles({ recorded, corrected }: TailsDocument, sources: Sources): Html {
  const first = table(percentileRows("as recorded", recorded), reference(recorded, sources));
  const words = corrected === null ? "" : `<p>${escapeXml(omissionText(corrected))}.</p>`;
  const further =
    corrected === null || corrected.hidden === 0
      ? ""
      : table(percentileRows("corrected", corrected), reference(corrected, sources));
  return `<section id="percentiles"><h2>Percentiles</h2>
${first}
${words}${further}</section>`;
}

function causes(document: TailsDocument, sources: Sources): Html {
  const { cause } = document;
  const found = causeSentences(document).map((text) => `<li>${escapeXml(text)}</li>`);
  const list = found.length === 0 ? "" : `<ol>${found.join("\n")}</ol>`;
  return `<section id="causes"><h2>What made samples late</h2>
${list}<p>${escapeXml(cause.why)}. ${kindChip(cause.kind)}${reference(cause, sources)}</p></section>`;
}

function fleet(document: TailsDocument, sources: Sources): Html {
  const words = fleetWords(document);
  return `<section id="fleet"><h2>Fleets</h2>
<p>P99 of the slowest of so many devices. ${kindChip("modelled")}${reference(document.fleet, sources)}</p>
${table(fleetRows(document))}
${words === "" ? "" : `<p>${escapeXml(words)}.</p>`}</section>`;
}

/** @param note behind the name of the second column */
function table([head = [], ...rows]: Rows, note: Html = ""): Html {
  const heads = head.map((name, i) => `<th>${escapeXml(name)}${i === 1 ? note : ""}</th>`);
  const body = rows.map(
    (row) => `<tr>${head.map((_, i) => `<td>${escapeXml(row[i] ?? "")}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${heads.join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div>`;
}
