/**
 * Decides the sections of the HTML report on sound, budgets, boards, speed, other machines and proof.
 * The roofline is left to roofline-html.ts, their order to html.ts.
 */
import type { RunDocument } from "../analyze/document.ts";
import type { Quantity } from "../analyze/quantity.ts";
import { clipPicture, loudnessOf } from "./audio-svg.ts";
import { budgetName, budgetsPicture, comparisonPicture } from "./bars-svg.ts";
import { formatParts } from "./format.ts";
import { framesPicture } from "./frames-svg.ts";
import { energyPicture, hearableRows } from "./hearable.ts";
import type { Html } from "./html-parts.ts";
import { figure, kindChip, linesTable, quantity, reference } from "./html-parts.ts";
import { mixPicture } from "./mix-svg.ts";
import type { ReportInput } from "./report-input.ts";
import { elsewhereInWords } from "./report-input.ts";
import { proofRows, sizeRows, speedRows } from "./rows.ts";
import type { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

export function listen(input: ReportInput, sources: Sources): Html {
  if (input.clips.length === 0) return "";
  const { audio } = input.document;
  const loudness = loudnessOf(input.clips);
  const words =
    audio === null
      ? ""
      : `<p>The clip: ${escapeXml(audio.clip)}.<br>SI-SDR ${quantity(audio.siSdrIn, sources, false)} before, ${quantity(audio.siSdrOut, sources, false)} after, both ${kindChip(audio.siSdrOut.kind)}.</p>`;
  const clips = input.clips.map((clip) => {
    const uri = `data:audio/wav;base64,${Buffer.from(clip.wav).toString("base64")}`;
    return `<h3 id="heading-${escapeXml(clip.id)}">${escapeXml(clip.label)}</h3>
<audio controls preload="metadata" aria-labelledby="heading-${escapeXml(clip.id)}" src="${uri}"></audio>
<p class="print-only quiet">The sound is in the electronic copy of this report.</p>
${figure(clipPicture(clip, loudness), "")}`;
  });
  return `<section id="listen"><h2>Listen</h2>
${words}
${clips.join("\n")}
<p class="quiet">Waveform above, spectrogram below: brighter is louder, all clips on one scale.</p></section>`;
}

export function budgets(document: RunDocument, sources: Sources): Html {
  if (document.budgets === null) {
    return `<section><h2>Budgets</h2><p class="quiet">None could be judged: ${escapeXml(document.why.budgets ?? "")}.</p></section>`;
  }
  if (document.budgets.length === 0) return "";
  const rows = document.budgets.map((budget) => {
    const verdict =
      budget.met === null
        ? '<span class="quiet">not known</span>'
        : budget.met
          ? '<span class="good">✓ holds</span>'
          : '<span class="bad">✗ missed</span>';
    return `<tr><td>${escapeXml(budgetName(budget.name))}</td><td>${quantity(budget.limit, sources, false)}</td><td>${budget.value === null ? "" : quantity(budget.value, sources)}</td><td>${verdict}</td><td>${budget.margin === null ? "" : quantity(budget.margin, sources, false)}</td><td class="wrap">${escapeXml(budget.why)}</td></tr>`;
  });
  const plot = document.budgets.some((budget) => budget.value !== null)
    ? figure(budgetsPicture(document.budgets), "Each bar against its limit.")
    : "";
  return `<section id="budget"><h2>Budgets</h2>
${plot}
<div class="scroll"><table><thead><tr><th>budget</th><th>limit</th><th>value</th><th>verdict</th><th>margin</th><th>arithmetic</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div></section>`;
}

export function boards(document: RunDocument, sources: Sources): Html {
  const verdicts = document.boards ?? [];
  if (verdicts.length < 2) return "";
  const mark = (met: boolean | null) =>
    met === null
      ? '<span class="quiet">not judged</span>'
      : met
        ? '<span class="good">✓ holds</span>'
        : '<span class="bad">✗ missed</span>';
  const rows = verdicts.map(
    (board) =>
      `<tr><td>${escapeXml(board.name)}${board.without === undefined ? "" : ` <span class="quiet">without ${escapeXml(board.without)}</span>`}</td><td>${quantity(board.latencyMs, sources)}</td><td>${mark(board.latencyMet)}</td><td>${board.powerMw === null ? '<span class="quiet">not known</span>' : quantity(board.powerMw, sources)}</td><td>${mark(board.powerMet)}</td></tr>`,
  );
  return `<section id="boards"><h2>The real boards with this core</h2>
<p>The same cycles with each board's own clock, currents and waits for weights. What its memories add beside them is only known on the chip of this run.</p>
<div class="scroll"><table><thead><tr><th>board</th><th>worst frame</th><th>time</th><th>average power</th><th>power</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div></section>`;
}

export function speed(input: ReportInput, sources: Sources): Html {
  const { document, cycles } = input;
  const { ironLaw } = document;
  const law =
    ironLaw === null
      ? ""
      : `<p>The Iron Law of the median frame: instructions × cycles per instruction ÷ clock.</p>
<div class="law" role="group" aria-label="Iron Law of the median frame">${[
          term(ironLaw.instructions, sources),
          '<span class="op">×</span>',
          term(ironLaw.cpi, sources),
          '<span class="op">÷</span>',
          term(ironLaw.clock, sources),
          '<span class="op">=</span>',
          term(ironLaw.time, sources, "result"),
        ].join("\n")}</div>`;
  const frames =
    cycles.length === 0 || document.cycles === null
      ? ""
      : figure(
          framesPicture(cycles, document.cycles.kind),
          `Cycles of every frame, ${kindChip(document.cycles.kind)}${reference(document.cycles, sources)}. The axis does not start at zero.`,
        );
  const mix =
    document.classes === null || document.instructions === null
      ? ""
      : `<h3>What the instructions are</h3>${figure(
          mixPicture(document.classes),
          `Instructions of the median frame by class, ${kindChip("counted")}${reference(document.instructions, sources)}.`,
        )}`;
  return `<section id="speed"><h2>Speed and energy</h2>
${law}
${linesTable(speedRows(document), sources)}
${frames}
${mix}</section>`;
}

/** What a whole hop of sound holds; nothing for a program that takes none. */
export function hop(document: RunDocument, sources: Sources): Html {
  const { hearable } = document;
  if (hearable === undefined) return "";
  const picture = energyPicture(hearable);
  const left = hearable.leftOut.map((part) => `<li>${escapeXml(part)}.</li>`);
  return `<section id="hop"><h2>A hop of sound</h2>
${picture === null ? "" : figure(picture, `Computing one hop, ${kindChip("modelled")}.`)}
${linesTable(hearableRows(document), sources)}
<p>Not in these numbers:</p>
<ul class="reasons">${left.join("")}</ul></section>`;
}

function term(value: Quantity, sources: Sources, extra = ""): Html {
  const { number, unit } = formatParts(value.value, value.unit);
  return `<div class="term ${extra}" title="${escapeXml(`${value.kind}: ${value.source}`)}"><b>${escapeXml(number)}</b><span class="unit">${escapeXml(unit)}</span>${kindChip(value.kind)}${reference(value, sources)}</div>`;
}

export function elsewhere(document: RunDocument, sources: Sources): Html {
  const columns = document.comparison;
  if (columns.length === 0) return "";
  const deadline =
    document.budgets?.find((budget) => budget.name === "latencyMs")?.limit.value ??
    document.frameIntervalMs;
  const optional = (value: Quantity | null) =>
    value === null ? '<span class="quiet">none</span>' : quantity(value, sources, false);
  const rows = columns.map(
    (column) =>
      `<tr><td>${escapeXml(column.name)}</td><td>${quantity(column.computeMs, sources)}</td><td>${optional(column.networkMs)}</td><td>${column.inTime === null ? "" : column.inTime ? '<span class="good">✓ in time</span>' : '<span class="bad">✗ too late</span>'}</td><td>${optional(column.wearableUj)}</td><td>${optional(column.usdPerMillionFrames)}</td></tr>`,
  );
  const reasons = columns.map(
    (column) => `<li>${escapeXml(column.name)}: ${escapeXml(column.why)}.</li>`,
  );
  return `<section id="elsewhere"><h2>The same frame elsewhere</h2>
<p>${escapeXml(elsewhereInWords(columns, deadline))}</p>
${figure(comparisonPicture(columns, deadline), "Log axis: every labelled line is ten times the one before.")}
<div class="scroll"><table><thead><tr><th>machine</th><th>computing</th><th>network</th><th>P99</th><th>wearable's energy a frame</th><th>rent a million frames</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>
<ul class="reasons">${reasons.join("")}</ul></section>`;
}

export function proof(document: RunDocument, sources: Sources): Html {
  return `<section id="proof"><h2>Proof and memory</h2>
${linesTable([...proofRows(document), ...sizeRows(document)], sources)}</section>`;
}
