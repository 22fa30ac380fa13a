/**
 * Decides the colours and lines of machines in plots: six that stay apart in light, in dark and on paper.
 * Everything else of the look is left to html-style.ts and svg.ts.
 */
const LIGHT = ["#0b6e7f", "#b25323", "#6a4ba3", "#3c7a2a", "#a8325f", "#5a6270"];
const DARK = ["#5fc6d6", "#f0a377", "#b9a1ec", "#93cf7d", "#ee8fb4", "#b3bdc9"];
/** Colours and dash patterns there are. */
export const MACHINE_STYLES = LIGHT.length;
/** Lines differ by their dashes too. */
const DASHES = ["none", "9 4", "3 3", "12 3 3 3", "6 2", "2 5"];

const variables = (colours: readonly string[]) =>
  colours.map((colour, index) => `--m${index}: ${colour};`).join(" ");

const rules = Array.from({ length: MACHINE_STYLES }, (_, index) => {
  const colour = `var(--m${index})`;
  return `.tp-m${index} { stroke: ${colour}; stroke-dasharray: ${DASHES[index]}; } .tp-s${index} { stroke: ${colour}; } .tp-f${index} { fill: ${colour}; } .tp-t${index} { fill: ${colour}; }`;
});
const swatches = rules.map((_, index) => `.swatch.m${index} { border-color: var(--m${index}); }`);

/** What a plot of machines needs beside PLOT_CSS, in a page and as a file of its own. */
export const MACHINE_PLOT_CSS = `:root { ${variables(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${variables(DARK)} } }
.tp-dot { stroke: var(--tp-paper); stroke-width: 1.5; }
${rules.join("\n")}
.tp-fgrey { fill: var(--tp-muted); } .tp-sgrey { stroke: var(--tp-muted); }
.tp-machine-line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.tp-other { stroke-width: 1; opacity: .6; }
.tp-kernel.tp-ring.tp-dot { stroke-width: 1.8; }
.tp-machine-name { font-weight: 600; }
.tp-ring.tp-dot { fill: var(--tp-paper); stroke-width: 3; }
.tp-span { stroke-width: 3; fill: none; stroke-linecap: round; opacity: .55; }`;

/** Added to the report's style sheet. */
export const MACHINE_CSS = `${MACHINE_PLOT_CSS}
${swatches.join("\n")}
.shapes { width: 15px; height: 15px; vertical-align: -3px; margin-right: 5px; }
.shapes .tp-dot { fill: var(--muted); stroke: none; } .shapes .tp-ring.tp-dot { fill: none; stroke: var(--muted); stroke-width: 2.5; }
.swatch { display: inline-block; width: 22px; border-top: 3px solid; vertical-align: 3px; margin-right: 7px; }
#machines th, #machines td { padding-right: 10px; } #machines td { line-height: 1.6; white-space: nowrap; } #machines td.wrap { white-space: normal; } #machines td .mark { display: inline-block; width: 1em; text-align: center; }
main { max-width: 1000px; }
ol.words { margin: 8px 0 0; padding-left: 30px; font-size: 14px; } ol.words li { margin: 6px 0; }
@media print { :root { ${variables(LIGHT)} } main { max-width: none; } }`;
