/**
 * Decides how a roofline looks: roofs, ceilings, ridge point and dots on two log axes.
 * Which roofs there are and which one binds is left to the analyzer.
 */
import type { Roof, RooflineDocument } from "../analyze/board-roofline.ts";
import { formatNumber, formatTick, formatTickValue, formatValue } from "./format.ts";
import type { Picture, Scale } from "./svg.ts";
import { at, axes, escapeXml, logScale, logTicks } from "./svg.ts";

const WIDTH = 760;
const HEIGHT = 430;
const LEFT = 96;
const RIGHT = WIDTH - 20;
const TOP = 22;
const BOTTOM = HEIGHT - 54;

/** A roofline of one run on one board. */
export function rooflinePicture(roofline: RooflineDocument, subject: string): Picture {
  const { x, y } = scalesOf(roofline);
  const memories = roofline.roofs.filter((roof) => roof.limits === "memory");
  const computes = roofline.roofs.filter((roof) => roof.limits === "compute");
  const peak = Math.max(...computes.map((roof) => roof.peak.value));
  const body = [
    underRoof(memories[0], peak, x, y),
    axes(
      {
        scale: x,
        ticks: logTicks(x.domain),
        label: "arithmetic intensity [op/byte], at the memory that holds the weights",
        format: formatTick,
      },
      {
        scale: y,
        ticks: logTicks(y.domain),
        label: `rate [${roofline.rateUnit}]`,
        format: (value) => formatTickValue(value, roofline.rateUnit),
      },
    ),
    sides(roofline.ridgePoint.value, y(peak), x),
    ...memories.map((roof, index) => memoryRoof(roof, peak, index === 0, x, y)),
    ...computes.map((roof) => computeRoof(roof, peak, memories, x, y)),
    ...roofline.roofs
      .filter((roof) => roof.limits === "issue")
      .map((roof) => ceiling(roof, memories, x, y)),
    ridge(roofline.ridgePoint.value, y(peak), x),
    dots(roofline, x, y),
  ].join("\n");
  return {
    id: "roofline",
    title: `Roofline of ${subject}`,
    description: `${roofline.bound}-bound by ${roofline.roof}. ${roofline.explanation}.`,
    width: WIDTH,
    height: HEIGHT,
    body,
  };
}

function scalesOf(roofline: RooflineDocument): { readonly x: Scale; readonly y: Scale } {
  const intensities = [
    roofline.ridgePoint.value,
    ...roofline.dots.map((dot) => dot.arithmeticIntensity.value),
  ];
  const operations = roofline.roofs.filter((roof) => roof.limits !== "memory");
  const rates = [
    ...operations.map((roof) => roof.peak.value),
    ...roofline.dots.map((dot) => dot.rate.value),
  ];
  const low = roundOutwards(Math.min(...intensities) / 12, "down");
  const high = roundOutwards(Math.max(...intensities) * 6, "up");
  const least = Math.min(...rates);
  return {
    x: logScale([low, high], [LEFT, RIGHT]),
    y: logScale([roundOutwards(least / 5, "down"), Math.max(...rates) * 2.2], [BOTTOM, TOP]),
  };
}

/** The next 1, 2 or 5 times a power of ten below or above a value. */
function roundOutwards(value: number, direction: "down" | "up"): number {
  const power = Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((factor) => Number(`${factor}e${power}`));
  const beyond =
    direction === "up"
      ? steps.find((step) => step >= value)
      : steps.findLast((step) => step <= value);
  return beyond ?? value;
}

/** The area under the lowest memory roof and the peak: where runs can lie. */
function underRoof(roof: Roof | undefined, peak: number, x: Scale, y: Scale): string {
  if (roof === undefined) return "";
  const { startX, startY } = entry(roof.peak.value, x, y);
  const ridgeX = x(peak / roof.peak.value);
  return `<path class="tp-under" d="M${at(startX)} ${at(BOTTOM)}V${at(startY)}L${at(ridgeX)} ${at(y(peak))}H${at(RIGHT)}V${at(BOTTOM)}Z"/>`;
}

/** Where the line rate = intensity x bandwidth enters the plot: at its left edge or its bottom. */
function entry(bandwidth: number, x: Scale, y: Scale): { startX: number; startY: number } {
  const [lowX] = x.domain;
  const [lowY] = y.domain;
  return lowX * bandwidth >= lowY
    ? { startX: LEFT, startY: y(lowX * bandwidth) }
    : { startX: x(lowY / bandwidth), startY: BOTTOM };
}

function memoryRoof(roof: Roof, peak: number, main: boolean, x: Scale, y: Scale): string {
  const { startX, startY } = entry(roof.peak.value, x, y);
  const endX = x(peak / roof.peak.value);
  const endY = y(peak);
  const line = `<path class="${main ? "tp-roof" : "tp-thin"}" d="M${at(startX)} ${at(startY)}L${at(endX)} ${at(endY)}"/>`;
  const angle = (Math.atan2(endY - startY, endX - startX) * 180) / Math.PI;
  // The roof of the weights is named below its line, the others above: they run close together.
  const along = main ? 0.3 : 0.34;
  const middleX = startX + (endX - startX) * along;
  const middleY = startY + (endY - startY) * along;
  const shift = main ? 16 : -7;
  return `${line}\n<text class="tp-note tp-halo" text-anchor="middle" transform="translate(${at(middleX)} ${at(middleY)}) rotate(${at(angle)})" y="${shift}">${escapeXml(`${roof.name}, ${formatValue(roof.peak.value, roof.peak.unit)}`)}</text>`;
}

function computeRoof(
  roof: Roof,
  peak: number,
  memories: readonly Roof[],
  x: Scale,
  y: Scale,
): string {
  const main = roof.peak.value === peak;
  const py = y(roof.peak.value);
  const text = `<text class="tp-note tp-halo" x="${at(RIGHT - 4)}" y="${at(py - 6)}" text-anchor="end">${escapeXml(`${roof.name}, ${formatValue(roof.peak.value, roof.peak.unit)}`)}</text>`;
  return `<path class="${main ? "tp-roof" : "tp-thin"}" d="M${at(meeting(roof, memories, x))} ${at(py)}H${at(RIGHT)}"/>\n${text}`;
}

function ceiling(roof: Roof, memories: readonly Roof[], x: Scale, y: Scale): string {
  const py = y(roof.peak.value);
  return `<path class="tp-ceiling" d="M${at(meeting(roof, memories, x))} ${at(py)}H${at(RIGHT)}"/>
<text class="tp-note tp-warm tp-halo" x="${at(RIGHT - 4)}" y="${at(py - 6)}" text-anchor="end">${escapeXml(`ceiling of ${roof.name}, ${formatValue(roof.peak.value, roof.peak.unit)}`)}</text>`;
}

/** Where a horizontal roof meets the memory roof of the weights, inside the plot. */
function meeting(roof: Roof, memories: readonly Roof[], x: Scale): number {
  const weights = memories[0];
  return weights === undefined ? LEFT : Math.max(LEFT, x(roof.peak.value / weights.peak.value));
}

function sides(ridgePoint: number, peakY: number, x: Scale): string {
  const px = x(ridgePoint);
  const line = `<path class="tp-drop" d="M${at(px)} ${at(peakY)}V${at(BOTTOM)}"/>`;
  return `${line}
<text class="tp-note" x="${at(px - 10)}" y="${at(BOTTOM - 9)}" text-anchor="end">memory-bound ←</text>
<text class="tp-note" x="${at(px + 10)}" y="${at(BOTTOM - 9)}">→ compute-bound</text>`;
}

function ridge(ridgePoint: number, peakY: number, x: Scale): string {
  const px = at(x(ridgePoint));
  return `<circle class="tp-main" cx="${px}" cy="${at(peakY)}" r="3.5"/>
<text class="tp-note tp-halo" x="${px}" y="${at(peakY - 10)}" text-anchor="middle">ridge ${escapeXml(formatTick(Number(ridgePoint.toPrecision(3))))} op/byte</text>`;
}

function dots(roofline: RooflineDocument, x: Scale, y: Scale): string {
  return roofline.dots
    .map((dot) => {
      const px = x(dot.arithmeticIntensity.value);
      const py = y(dot.rate.value);
      const roofY = y(roofline.attainable.value);
      const numbers = `${formatValue(dot.rate.value, dot.rate.unit)} at ${formatNumber(dot.arithmeticIntensity.value)} op/byte`;
      const words = `${dot.name}: ${numbers}`;
      // The words stand to the right of the dot unless they would leave the plot.
      const side = px + 190 > RIGHT ? -1 : 1;
      const anchor = side < 0 ? "end" : "start";
      return `<path class="tp-drop" d="M${at(px)} ${at(py)}V${at(roofY)}"/>
<circle class="tp-warm tp-halo" cx="${at(px)}" cy="${at(py)}" r="7"><title>${escapeXml(words)}</title></circle>
<text class="tp-strong tp-halo" x="${at(px + side * 14)}" y="${at(py + 16)}" text-anchor="${anchor}">${escapeXml(dot.name)}</text>
<text class="tp-note tp-halo" x="${at(px + side * 14)}" y="${at(py + 31)}" text-anchor="${anchor}">${escapeXml(numbers)}</text>`;
    })
    .join("\n");
}
