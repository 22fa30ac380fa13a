/**
 * Decides the sections of an HTML report that tell what binds: roofline, memory levels, Iron Law, what-ifs, waterfalls.
 * Plots are left to roofline-svg.ts and waterfall-svg.ts, cells and sentences to what-if-rows.ts.
 */
import type { RooflineDocument } from "../analyze/board-roofline.ts";
import type { RunDocument } from "../analyze/document.ts";
import type { WhatIfRow } from "../analyze/time-terms.ts";
import type { Waterfall } from "../analyze/waterfall.ts";
import { arrowWords } from "./arrows-svg.ts";
import type { Html } from "./html-parts.ts";
import { figure, kindChip, linesTable, quantity } from "./html-parts.ts";
import { subjectOf } from "./report-input.ts";
import { rooflinePicture } from "./roofline-svg.ts";
import { rooflineRows } from "./rows.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";
import { waterfallPicture } from "./waterfall-svg.ts";
import { letterOf, limitText, newBoundText, speedUpText, termRows } from "./what-if-rows.ts";

export function rooflineSection(document: RunDocument, sources: Sources): Html {
  const drawn = document.roofline;
  if (drawn === null) {
    return `<section><h2>Roofline</h2><p class="quiet">None: ${escapeXml(document.why.roofline ?? "")}.</p></section>`;
  }
  const kernels = drawn.dots.length > 1 ? " Rings: its kernels, ≈ modelled." : "";
  return `<section id="roofs"><h2>Roofline</h2>
<p>${escapeXml(drawn.explanation)}.</p>
${figure(rooflinePicture(drawn, subjectOf(document)), `Solid: roofs of the board. Dashed: what this program's instruction count allows. Dot: the run, ${kindChip(drawn.dots[0]?.rate.kind ?? "modelled")}; its line: where the rate may lie.${kernels} ${arrowWords(drawn.whatIfs)}`)}
${linesTable(rooflineRows(document), sources)}
<h3>Memory by memory</h3>
${levelsTable(drawn, sources)}
<h3>Time: ${escapeXml(drawn.terms.expression)}</h3>
<p>${escapeXml(drawn.terms.explanation)}.</p>
${linesTable(termRows(drawn.terms), sources)}
<h3>What if</h3>
${whatIfTable(drawn.whatIfs, sources)}
<h3>Roofs</h3>
<div class="scroll"><table><thead><tr><th>roof</th><th>limits</th><th>rate</th></tr></thead><tbody>${drawn.roofs
    .map(
      (roof) =>
        `<tr><td>${escapeXml(roof.name)}</td><td>${escapeXml(roof.limits)}</td><td>${quantity(roof.peak, sources)}</td></tr>`,
    )
    .join("")}</tbody></table></div></section>`;
}

function levelsTable({ levels, roof }: RooflineDocument, sources: Sources): Html {
  const rows = levels.map(
    (level) =>
      `<tr><td>${escapeXml(level.name)}${level.name === roof ? " <b>binds</b>" : ""}</td><td>${quantity(level.bytesMoved, sources, false)}</td><td>${quantity(level.bandwidth, sources, false)}</td><td>${quantity(level.arithmeticIntensity, sources, false)}</td><td>${quantity(level.ridgePoint, sources, false)}</td><td>${quantity(level.allows, sources, false)}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>memory</th><th>bytes a frame</th><th>bandwidth</th><th>intensity</th><th>ridge point</th><th>allows</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** A row a change: time and speed-up of the run, then of the roofs. */
export function whatIfTable(rows: readonly WhatIfRow[], sources: Sources): Html {
  const body = rows.map(
    (row, index) =>
      `<tr><td>${letterOf(index)}</td><td class="wrap">${escapeXml(row.change)}<br><span class="quiet">${escapeXml(limitText(row))}</span></td><td>${quantity(row.newTime, sources, false)}<br>${escapeXml(speedUpText(row.speedUp.value))}</td><td>${escapeXml(speedUpText(row.roofSpeedUp.value))}</td><td>${escapeXml(newBoundText(row))}</td><td class="wrap quiet">${escapeXml(row.arithmetic)}</td></tr>`,
  );
  return `<div class="scroll"><table class="what-if"><thead><tr><th></th><th>change</th><th>new time<br>speed-up</th><th>by the<br>roofs</th><th>new bound</th><th>arithmetic of the roofs</th></tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

/** The traffic of a frame and the way to what was emitted; a reason in place of each that is missing. */
export function waterfallSections(document: RunDocument, sources: Sources): readonly Html[] {
  const { traffic, optimisation, why } = document;
  const missing = (title: string, reason: string | undefined) =>
    `<section><h2>${title}</h2><p class="quiet">None: ${escapeXml(reason ?? "")}.</p></section>`;
  return [
    traffic === null
      ? missing("Data traffic of a frame", why.traffic)
      : waterfallSection(traffic, sources),
    optimisation === null
      ? missing("What precision, fusion and algorithm bring", why.optimisation)
      : waterfallSection(optimisation, sources),
  ];
}

export function waterfallSection(waterfall: Waterfall, sources: Sources): Html {
  const rows = waterfall.bars.map(
    ({ name, amount, words }) =>
      `<tr><td>${escapeXml(name)}</td><td>${quantity(amount, sources)}</td><td class="wrap quiet">${escapeXml(words)}</td></tr>`,
  );
  return `<section id="${waterfall.id}"><h2>${escapeXml(waterfall.title)}</h2>
<p>${escapeXml(waterfall.explanation)}.</p>
${figure(waterfallPicture(waterfall), "Filled: measured or counted. Outlined: modelled or stated. Dashed: what no formula explains.")}
<div class="scroll"><table><thead><tr><th>bar</th><th>amount</th><th>what it is</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}
