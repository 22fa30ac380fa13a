/**
 * Decides the sections of an HTML page that answer questions of choice: edge or cloud, who is best, the buyer's case.
 * Plots are left to the -svg modules, cells and sentences to choice-rows.ts.
 */
import type { BuyersCase } from "../analyze/buyers-case.ts";
import type { Choices } from "../analyze/choices.ts";
import type { OffloadAnswer } from "../analyze/edge-or-cloud.ts";
import type { MachineChoice } from "../analyze/machine-choice.ts";
import type { Contender } from "../analyze/metrics.ts";
import type { Place } from "../analyze/places.ts";
import type { Quantity } from "../analyze/quantity.ts";
import type { Ranking } from "../analyze/ultimate.ts";
import { batchPicture, distancePicture } from "./break-even-svg.ts";
import { buyersPicture } from "./buyers-case-svg.ts";
import { IN_TIME, offloadTitle, paretoWords, trackRows, unranked } from "./choice-rows.ts";
import type { Html } from "./html-parts.ts";
import { figure, quantity } from "./html-parts.ts";
import { MACHINE_STYLES } from "./machine-style.ts";
import { paretoPicture } from "./pareto-svg.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

/** Added to the style sheet of a page with such sections. */
export const CHOICE_CSS = `.tp-front { stroke: var(--tp-ink); stroke-width: 1.4; stroke-dasharray: 5 3; fill: none; }
.choice td { line-height: 1.6; } .choice td.wrap { min-width: 20ch; }
.answer { font-size: 17px; font-weight: 600; }
ul.words { margin: 4px 0 14px; padding-left: 20px; font-size: 14.5px; } ul.words li { margin: 5px 0; }`;

const MARKS =
  "Filled circle: measured. Square: counted. Ring: modelled. Diamond: stated; a mark is as sure as the less sure of its two numbers. Bars: the range of the stated numbers. Dashed steps: the Pareto front.";

export function choiceSections(
  { edgeOrCloud, choices = [], buyersCase }: Choices,
  sources: Sources,
): readonly Html[] {
  return [
    ...(edgeOrCloud === undefined ? [] : [offload(edgeOrCloud, sources)]),
    ...choices.map((choice, index) => best(choice, index, sources)),
    ...(buyersCase === undefined ? [] : [buyers(buyersCase, sources)]),
  ];
}

function offload(answer: OffloadAnswer, sources: Sources): Html {
  const { places, pareto, words, transport, ultimate, deadlineMs } = answer;
  const verdict = words.at(-1) ?? "";
  const picture = paretoPicture("edge-or-cloud-pareto", places, pareto, deadlineMs);
  const [batch, distance] = [batchPicture(answer), distancePicture(answer)];
  return `<section id="edge-or-cloud"><h2>${escapeXml(offloadTitle(answer))}</h2>
<p class="answer">${escapeXml(verdict)}</p>
<p class="quiet">Sound leaves as ${escapeXml(transport.words)}.</p>
${list(words.slice(0, -1))}
${picture === null ? "" : figure(picture, MARKS)}
${list(paretoWords(places, pareto))}
${placesTable(places, sources)}
${distance === null ? "" : `<h3>How far a server may stand</h3>${figure(distance, "P99 of the platform that computes fastest, over each network, modelled; shaded: the range of the chosen network. Ring: where a line meets the deadline.")}`}
${batch === null ? "" : `<h3>How many streams must share a call</h3>${figure(batch, "Energy that a platform spends on a frame, modelled from its design power, against all that the wearable spends. Ring: where both are even.")}`}
<h3>The one ultimate metric of each track</h3>
${ultimateTable(places, ultimate, sources)}</section>`;
}

function best(choice: MachineChoice, index: number, sources: Sources): Html {
  const { workload, contenders, pareto, ultimate } = choice;
  const picture = paretoPicture(`pareto-${index + 1}`, contenders, pareto, null);
  return `<section id="choice-${index + 1}"><h2>Who is best at ${escapeXml(workload)}</h2>
${picture === null ? "" : figure(picture, MARKS)}
${list(paretoWords(contenders, pareto))}
${ultimateTable(contenders, ultimate, sources)}</section>`;
}

function buyers(found: BuyersCase, sources: Sources): Html {
  const { runs, words, workload } = found;
  const rows = runs.map(
    ({ system, ridgePoint, attainable, shareOfPeak, bound, time }) =>
      `<tr><td>${escapeXml(system.name)}</td><td>${one(system.peak, sources)}<br>${one(system.bandwidth, sources)}</td><td>${one(ridgePoint, sources)}</td><td>${one(attainable, sources)}<br>${one(shareOfPeak, sources)}</td><td>${one(time, sources)}</td><td>${bound}</td></tr>`,
  );
  return `<section id="buyers-case"><h2>The buyer's case</h2>
<p class="answer">${escapeXml(words.at(-1) ?? "")}</p>
${list(words.slice(0, -1))}
${figure(buyersPicture(found), `What each system's roofs allow ${escapeXml(workload)}; both numbers follow from stated roofs and the model's own intensity.`)}
<div class="scroll choice"><table><thead><tr><th>system</th><th>peak<br>bandwidth</th><th>ridge point</th><th>on ${escapeXml(workload)}<br>of its peak</th><th>least time</th><th>bound</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div></section>`;
}

function placesTable(places: readonly Place[], sources: Sources): Html {
  const rows = places.map((place, index) => {
    const { computeMs, wayMs, p99Ms, wearableUj, leaves, usdPerMillionFrames, framesPerJoule } =
      place;
    const mood = place.inTime === "yes" ? "good" : place.inTime === "no" ? "bad" : "quiet";
    const verdict =
      place.inTime === null
        ? ""
        : `<br><span class="${mood}">${escapeXml(IN_TIME[place.inTime])}</span>`;
    return `<tr><td>${index + 1}</td><td class="wrap"><b>${escapeXml(place.name)}</b><br><span class="swatch m${index % MACHINE_STYLES}"></span><span class="quiet">${escapeXml(place.where)}</span></td><td>${pair(computeMs, wayMs, sources)}</td><td>${one(p99Ms, sources)}${verdict}</td><td>${pair(wearableUj, leaves, sources)}</td><td>${pair(usdPerMillionFrames, framesPerJoule, sources)}</td></tr>`;
  });
  return `<div class="scroll choice"><table><thead><tr><th></th><th>place</th><th>computing<br>way there and back</th><th>P99</th><th>wearable's energy a frame<br>sound that leaves</th><th>cost of a million frames<br>FPS/W</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function ultimateTable(
  contenders: readonly Contender[],
  ultimate: readonly Ranking[],
  sources: Sources,
): Html {
  const rows = trackRows(contenders, ultimate).map((row) => {
    const ranked = row.ranked
      .slice(0, 3)
      .map(({ name, value }) => `${escapeXml(name)}: ${one(value, sources)}`);
    const shown =
      ranked.length === 0
        ? `<span class="quiet">${escapeXml(unranked(row))}</span>`
        : ranked.join("<br>");
    return `<tr><td>${escapeXml(row.track)}</td><td>${escapeXml(row.metric)}<br><span class="quiet">${escapeXml(row.why)}</span></td><td class="wrap">${shown}</td></tr>`;
  });
  return `<div class="scroll choice"><table><thead><tr><th>track</th><th>its one metric</th><th>best first</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function pair(upper: Quantity | null, lower: Quantity | null, sources: Sources): Html {
  return `${one(upper, sources)}<br>${one(lower, sources)}`;
}

function one(value: Quantity | null, sources: Sources): Html {
  return value === null ? '<span class="quiet">–</span>' : quantity(value, sources, false);
}

function list(words: readonly string[]): Html {
  if (words.length === 0) return "";
  return `<ul class="words">${words.map((text) => `<li>${escapeXml(text)}</li>`).join("")}</ul>`;
}
