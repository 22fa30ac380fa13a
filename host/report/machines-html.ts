/**
 * Decides the HTML page of several machines: one roofline, their times, one table, what binds each, and every source.
 * Its look is left to html-style.ts and machine-style.ts, its plots to the machines-*-svg modules.
 */
import type { MachineRow, MachinesDocument } from "../analyze/machines-document.ts";
import type { Kind, Quantity } from "../analyze/quantity.ts";
import type { Waterfall } from "../analyze/waterfall.ts";
import { arrowWords } from "./arrows-svg.ts";
import { CHOICE_CSS, choiceSections } from "./choices-html.ts";
import { htmlPage, kindLegend, sourcesSection } from "./html-page.ts";
import type { Html } from "./html-parts.ts";
import { figure, quantity } from "./html-parts.ts";
import { summaryText, tailQuantity, timeQuantity, withPrefix } from "./machine-cells.ts";
import { MACHINE_CSS } from "./machine-style.ts";
import { changedRow, kindShape, machineStyles, machinesRoofline } from "./machines-roofline-svg.ts";
import { machinesTimes } from "./machines-times-svg.ts";
import { whatIfSection } from "./machines-what-if.ts";
import { waterfallSection } from "./roofline-html.ts";
import { Sources } from "./sources.ts";
import { escapeXml } from "./svg.ts";

/** The whole page; the same document gives the same bytes. */
export function machinesHtml(document: MachinesDocument): string {
  const sources = new Sources();
  const { rows } = document;
  const sections = [
    roofline(rows),
    table(rows, sources),
    times(rows),
    ...choiceSections(document, sources),
    binding(rows),
    whatIfSection(rows, sources),
    ...waterfallsOf(document).map((waterfall) => waterfallSection(waterfall, sources)),
    setups(rows),
    sourcesSection(sources, document.notes),
  ];
  const header = `<header>
<h1>Machines side by side</h1>
<p class="verdict">${escapeXml(summaryText(rows))}</p>
${kindLegend(shape)}
</header>`;
  const css = `${MACHINE_CSS}\n${CHOICE_CSS}`;
  return htmlPage({ title: "Machines side by side", css, header, sections });
}

function shape(kind: Kind): Html {
  return `<svg class="shapes" viewBox="-8 -8 16 16" aria-hidden="true">${kindShape(kind, 0, 0, 0)}</svg>`;
}

function roofline(rows: readonly MachineRow[]): Html {
  const picture = machinesRoofline(rows);
  if (picture === null) {
    return '<section id="roofs"><h2>Roofline</h2><p class="quiet">None: no file tells both the operations and the bytes of its work.</p></section>';
  }
  return `<section id="roofs"><h2>Roofline</h2>
<p>A dot a workload, numbered as in the table; a line a machine whose roofs are known.</p>
${figure(picture, `Shapes tell the kind of a dot's rate, colours and dashes the machine. Small rings: kernels. Thin: a machine's other number types and memories, named where a pointer rests. A dot cannot lie above the line of its machine unless its data come from a nearer memory. ${arrowsOf(rows)}`)}</section>`;
}

/** The recorded steps, and of the row with the arrows what it knows beside them. */
function waterfallsOf({ rows, waterfall }: MachinesDocument): readonly Waterfall[] {
  const row = rows[changedRow(rows)];
  const own = (row?.detail?.waterfalls ?? []).map((one) => ({
    ...one,
    title: `${one.title}: ${changedRow(rows) + 1} ${row?.workload.name}`,
  }));
  const recorded = waterfall === undefined ? [] : [waterfall];
  return [...recorded, ...own.filter(({ id }) => id !== waterfall?.id)];
}

function arrowsOf(rows: readonly MachineRow[]): Html {
  const index = changedRow(rows);
  const words = arrowWords(rows[index]?.analysis.whatIfs ?? []);
  return escapeXml(words.replace("over the run", `over ${index + 1}`));
}

function times(rows: readonly MachineRow[]): Html {
  const picture = machinesTimes(rows);
  if (picture === null) return "";
  return `<section id="times"><h2>Times</h2>
${figure(picture, "Log axis. Mark: the median, or the mean where a file gives no median. Line: smallest to largest. Capped line: the interval of the median. Upright tick: P99.")}</section>`;
}

/** Two numbers a cell, one over the other, so that all columns fit beside each other. */
function table(rows: readonly MachineRow[], sources: Sources): Html {
  const styles = machineStyles(rows);
  const one = (value: Quantity | null) =>
    value === null ? '<span class="quiet">–</span>' : quantity(value, sources, false);
  const pair = (upper: Quantity | null, lower: Quantity | null) =>
    `<td>${one(upper)}<br>${one(lower)}</td>`;
  const body = rows.map((row, index) => {
    const { analysis, workload } = row;
    const cells = [
      pair(timeQuantity(row), tailQuantity(row)),
      pair(withPrefix(workload.ops), withPrefix(workload.bytesMoved)),
      pair(analysis.rate, analysis.arithmeticIntensity),
      pair(analysis.mfu, analysis.mbu),
    ];
    return `<tr id="row-${index + 1}"><td>${index + 1}</td><td class="wrap"><b>${escapeXml(workload.name)}</b><br><span class="swatch m${styles.get(row.machine) ?? 0}"></span><span class="quiet">${escapeXml(row.machine)}</span></td>${cells.join("")}<td>${boundCell(row)}</td></tr>`;
  });
  const heads = [
    "time<br>P99",
    "work<br>bytes moved",
    "rate<br>intensity",
    "MFU<br>MBU",
    "bound<br>by",
  ];
  return `<section id="machines"><h2>All workloads</h2>
<div class="scroll"><table><thead><tr><th></th><th>workload<br>machine</th>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div></section>`;
}

/** The bound over the roof that sets it. */
function boundCell({ analysis: { bound, roof } }: MachineRow): Html {
  if (bound === null) return '<span class="quiet">–</span>';
  return `${bound}<br><span class="quiet">${escapeXml(roof ?? "")}</span>`;
}

function binding(rows: readonly MachineRow[]): Html {
  const items = rows.map(({ workload, machine, analysis, warnings }) => {
    const warned = warnings.map((text) => `<br><span class="bad">!</span> ${escapeXml(text)}`);
    return `<li><b>${escapeXml(workload.name)}</b> on ${escapeXml(machine)}: ${escapeXml(analysis.explanation)}.${warned.join("")}</li>`;
  });
  return `<section id="binding"><h2>What binds each</h2>
<ol class="words">${items.join("\n")}</ol></section>`;
}

function setups(rows: readonly MachineRow[]): Html {
  const body = rows.map((row, index) => {
    const setup = Object.entries(row.setup).map(([name, text]) => `${name} ${text}`);
    const { format, file, records } = row.origin;
    return `<tr><td>${index + 1}</td><td class="wrap">${escapeXml(`${format}: ${records}`)}<br><code>${escapeXml(file)}</code></td><td class="wrap"><code>${escapeXml(setup.join(", "))}</code></td></tr>`;
  });
  return `<section id="provenance"><h2>Where the records come from</h2>
<div class="scroll"><table><thead><tr><th></th><th>records</th><th>setup</th></tr></thead><tbody>${body.join("\n")}</tbody></table></div></section>`;
}
