/**
 * Decides how a tail looks: counts over time on a linear and on a logarithmic axis, percentiles and the normal model's P99.
 * The numbers are left to analyze/tails.
 */
import type { TailsDocument, TailViews } from "../analyze/tails/document.ts";
import type { Bar, HistogramView } from "../analyze/tails/views.ts";
import { formatNumber, formatTick, formatTickValue, formatValue } from "./format.ts";
import type { Picture, Scale } from "./svg.ts";
import {
  at,
  axes,
  escapeXml,
  linearScale,
  logScale,
  logTicks,
  roundTicks,
  standaloneSvg,
} from "./svg.ts";
import { levelWhisker } from "./whisker-svg.ts";

const WIDTH = 760;
const PANEL = 262;
const LEFT = 78;
const RIGHT = WIDTH - 24;
const TOP = 60;
const BOTTOM = PANEL - 54;
/** Between the intervals of two percentiles [px]. */
const WHISKER = 10;
/** Percentiles that get a line. */
const NAMED = ["p50", "p99", "p99.9", "p99.99"];

/** A picture as a file of its own. */
export function tailsSvg(document: TailsDocument): string {
  return standaloneSvg(tailsPicture(document));
}

export function tailsPicture(document: TailsDocument): Picture {
  const { recorded, corrected } = document;
  const panels = (["linear", "log"] as const).map(
    (scale, i) => `<g transform="translate(0 ${i * PANEL})">${panel(document, scale)}</g>`,
  );
  const words = recorded.percentiles
    .map(({ name, value }) => `${name} ${time(value, recorded.unit)}`)
    .join(", ");
  const hidden =
    corrected === null || corrected.hidden === 0
      ? ""
      : ` Outlined: with ${formatNumber(corrected.hidden)} samples that stalls hid.`;
  return {
    id: "tails",
    title: "Distribution of latencies",
    description: `${formatNumber(recorded.count)} samples, ${recorded.kind}: ${words}.${hidden} ${document.cause.why}.`,
    width: WIDTH,
    height: 2 * PANEL,
    body: panels.join("\n"),
  };
}

function panel(document: TailsDocument, scale: keyof TailViews): string {
  const { recorded, corrected, views } = document;
  const view = views[scale];
  const outline = corrected === null || corrected.hidden === 0 ? null : corrected.views[scale];
  const all = [...view.bars, ...(outline?.bars ?? [])];
  const x = scaleOf(
    scale,
    Math.min(...all.map(({ low }) => low)),
    Math.max(...all.map(({ high }) => high)),
  );
  const most = Math.max(...all.map(({ count }) => count));
  const y =
    scale === "linear"
      ? linearScale([0, most], [BOTTOM, TOP])
      : logScale([0.5, Math.max(1, most) * 1.5], [BOTTOM, TOP]);
  const normal = recorded.percentiles.find(({ name }) => name === "p99")?.normal ?? null;
  return [
    axes(
      {
        scale: x,
        ticks: scale === "linear" ? roundTicks(x.domain, 7) : ticksOf(x),
        label: `latency, ${scale === "linear" ? "linear" : "both axes logarithmic"}`,
        format: (value) => tick(value, recorded.unit),
      },
      {
        scale: y,
        ticks: scale === "linear" ? roundTicks(y.domain, 4) : logTicks(y.domain),
        label: "samples",
        format: formatTick,
      },
    ),
    `<path class="tp-main" d="${filled(view.bars, x, y)}"/>`,
    outline === null
      ? ""
      : `<path class="tp-ceiling" d="${filled(outline.bars, x, y)}"/>
<text class="tp-note tp-halo" x="${RIGHT}" y="${TOP + 72}" text-anchor="end">outlined: with ${formatNumber(corrected?.hidden ?? 0)} samples that stalls hid</text>`,
    ...marks(document, x),
    normal === null || normal < x.domain[0] || normal > x.domain[1]
      ? ""
      : `<path class="tp-ceiling" d="M${at(x(normal))} ${TOP}V${BOTTOM}"/>
<text class="tp-note tp-halo" x="${at(x(normal) + 5)}" y="${TOP + 56}">normal model's P99 ${escapeXml(time(normal, recorded.unit))}</text>`,
  ].join("\n");
}

/** Ticks of a log axis; round values where it spans too little for three powers. */
function ticksOf({ domain }: Scale): readonly number[] {
  const ticks = logTicks(domain);
  return ticks.length < 3 ? roundTicks(domain, 5) : ticks;
}

/** Lines at the percentiles, their intervals across; names that would overlap are put a row higher. */
function marks({ recorded }: TailsDocument, x: Scale): readonly string[] {
  let [lastX, row] = [Number.NEGATIVE_INFINITY, 0];
  return recorded.percentiles
    .filter(({ name }) => NAMED.includes(name))
    .map(({ name, value, interval: [low, high] }, index) => {
      const px = x(value);
      const right = px > RIGHT - 60;
      // A name that ends at its line reaches further back than one around it.
      row = px - lastX < (right ? 150 : 110) ? row + 1 : 0;
      lastX = px;
      const anchor = right ? "end" : px < LEFT + 60 ? "start" : "middle";
      const text = `${name.replace("p", "P")} ${time(value, recorded.unit)}`;
      const ends = [low ?? x.domain[0], high ?? x.domain[1]] as const;
      return `<path class="tp-drop" d="M${at(px)} ${TOP - 4}V${BOTTOM}"/>
${levelWhisker(ends, TOP + WHISKER * (index + 1), x)}<text class="tp-note" x="${at(px)}" y="${at(TOP - 8 - 12 * (row % NAMED.length))}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
    });
}

function scaleOf(scale: HistogramView["scale"], low: number, high: number): Scale {
  const range = [LEFT, RIGHT] as const;
  // Edges of bars, so high is above low; a log view begins above 0.
  return scale === "linear" ? linearScale([low, high], range) : logScale([low, high], range);
}

/** Bars from the bottom; those without a sample are left out. */
function filled(bars: readonly Bar[], x: Scale, y: Scale): string {
  return bars
    .filter(({ count }) => count > 0)
    .map(({ low, high, count }) => {
      const top = Math.min(y(count), BOTTOM - 1);
      return `M${at(x(low))} ${BOTTOM}V${at(top)}H${at(x(high))}V${BOTTOM}Z`;
    })
    .join("");
}

function tick(value: number, unit: string): string {
  return unit === "ms" ? formatTickValue(value / 1e3, "s") : formatTick(value);
}

function time(value: number, unit: string): string {
  return unit === "ms" ? formatValue(value / 1e3, "s") : formatValue(value, unit);
}
