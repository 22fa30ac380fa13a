/**
 * Decides the look of the HTML report: type, space and colour on screen in light and dark, and on paper.
 * What stands in it is left to html.ts; the plots bring their own rules.
 */
import { PLOT_COLOURS, PLOT_CSS } from "./svg.ts";

const LIGHT =
  "--bg: #f6f6f3; --card: #ffffff; --ink: #1d2530; --muted: #586374; --line: #e1e4e8; --accent: #0b6e7f; --good: #24744a; --bad: #b3261e; --measured: #24744a; --counted: #27598f; --modelled: #8a5a00; --stated: #655d73;";
const DARK =
  "--bg: #10141a; --card: #171c23; --ink: #e7ebf0; --muted: #9eabba; --line: #2a323d; --accent: #5fc6d6; --good: #74d19a; --bad: #ff8f85; --measured: #74d19a; --counted: #8bb8ee; --modelled: #e6b766; --stated: #b9b0c9;";
const PAPER =
  "--tp-paper: #ffffff; --tp-ink: #1d2530; --tp-muted: #586374; --tp-grid: #e7eaee; --tp-axis: #9aa4b2; --tp-main: #0b6e7f; --tp-main-soft: #0b6e7f14; --tp-warm: #b25323; --tp-warm-soft: #b2532314; --tp-good: #24744a; --tp-bad: #b3261e; --bg: #ffffff;";

/** The style sheet of the report. */
export const REPORT_CSS = `:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
${PLOT_COLOURS(":root")}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 880px; margin: 0 auto; padding: 48px 20px 72px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.015em; margin: 0 0 6px; }
h2 { font-size: 20px; letter-spacing: -.01em; margin: 0 0 4px; }
h3 { font-size: 15px; margin: 24px 0 2px; }
p { margin: 0 0 12px; max-width: 68ch; }
.quiet { color: var(--muted); }
header p.verdict { font-size: 18px; margin: 18px 0 24px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 24px 26px 22px; margin: 18px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px 14px; }
.tile .name { color: var(--muted); font-size: 13px; }
.tile .big { font-size: 27px; font-weight: 600; letter-spacing: -.02em; line-height: 1.25; white-space: nowrap; }
.tile .big small { font-size: 15px; font-weight: 500; letter-spacing: 0; color: var(--muted); }
.tile .sub { font-size: 13px; color: var(--muted); }
.kind { display: inline-block; font-size: 11.5px; line-height: 17px; padding: 0 7px; border-radius: 9px; border: 1px solid currentColor; white-space: nowrap; font-weight: 500; }
.kind.measured { color: var(--measured); } .kind.counted { color: var(--counted); } .kind.modelled { color: var(--modelled); } .kind.stated { color: var(--stated); }
.mark { text-decoration: none; cursor: help; font-size: 12px; margin-right: 4px; }
.mark.measured { color: var(--measured); } .mark.counted { color: var(--counted); } .mark.modelled { color: var(--modelled); } .mark.stated { color: var(--stated); }
.ref { font-size: 11px; vertical-align: super; line-height: 0; text-decoration: none; color: var(--muted); margin-left: 2px; }
.ref:hover, .ref:focus-visible { color: var(--accent); text-decoration: underline; }
.num { cursor: help; white-space: nowrap; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
th { text-align: left; font-weight: 500; color: var(--muted); font-size: 13px; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: bottom; }
td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td:first-child { color: var(--muted); white-space: nowrap; }
td.wrap { min-width: 22ch; }
td.tight, .good, .bad { white-space: nowrap; }
ul.reasons { margin: 12px 0 0; padding-left: 18px; font-size: 13.5px; color: var(--muted); }
code { font: 13.5px ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre.licence { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; margin: 0; }
figure { margin: 14px 0 6px; }
figure .tp-plot { display: block; width: 100%; min-width: 560px; height: auto; }
figcaption { color: var(--muted); font-size: 13.5px; margin-top: 6px; max-width: 76ch; }
audio { display: block; width: 100%; height: 40px; margin: 6px 0 2px; }
.law { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 14px; margin: 14px 0 18px; }
.law .term { border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.law .term b { display: block; font-size: 19px; letter-spacing: -.01em; }
.law .term span.unit { display: block; color: var(--muted); font-size: 13px; margin-bottom: 4px; }
.law .op { font-size: 20px; color: var(--muted); }
.law .result { border-color: var(--accent); }
.budget { margin: 0 0 6px; font-size: 14.5px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--muted); margin: 20px 0 0; padding: 0; list-style: none; }
ol.sources { margin: 8px 0 0; padding-left: 30px; font-size: 13.5px; }
ol.sources li { margin: 5px 0; overflow-wrap: anywhere; } ol.sources li::marker { color: var(--muted); }
ol.sources li:target { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 4px; }
.print-only { display: none; }
${PLOT_CSS}
.tp-halo { stroke: var(--card); }
@media print {
  :root { color-scheme: light; ${LIGHT} ${PAPER} }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section, .tile { border-color: #cfd4da; break-inside: auto; padding: 14px 16px; }
  figure, .tile, tr, li, .law { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  audio { display: none; }
  .print-only { display: block; }
  .tile .big { font-size: 20px; }
  figure .tp-plot { min-width: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
